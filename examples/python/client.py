"""事前质控示例 / a pre-check call as a hospital's vendor would write it.

用法 usage: python client.py --caller FILE [--url U] [--list FILE]
"""

import argparse
import pathlib
import sys
import tomllib
import urllib.error
import urllib.request

import sealed

HERE = pathlib.Path(__file__).parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caller", required=True, help="调用方文件 / caller file (TOML)")
    parser.add_argument("--url", help="网关地址，缺省取自调用方文件 / gateway, from the caller file when absent")
    parser.add_argument("--list", default=HERE / "list.json", help="结算清单 / settlement list (JSON)")
    args = parser.parse_args()

    file = tomllib.loads(pathlib.Path(args.caller).read_text(encoding="utf-8"))
    names = ("app_id", "app_secret", "private_key", "public_key", "platform_public_key")
    caller = sealed.Caller(**{name: file[name] for name in names})
    url = (args.url or file["url"]).rstrip("/")

    settlement_list = sealed.parse(pathlib.Path(args.list).read_text(encoding="utf-8"))
    settlement_list["setlinfo"]["fixmedins_code"] = file["fixmedins_code"]
    settlement_list["setlinfo"]["fixmedins_name"] = file["fixmedins_name"]

    print("== 1. 一份完整清单 / a complete list")
    status, data = call(caller, url, "qc/pre-check", settlement_list)
    if status != 200:
        refusal(status, data)
        return 1
    show(data)

    print("\n== 2. 清单含未知字段时 / the same list with a field that does not exist")
    settlement_list["setlinfo"]["gender"] = "1"
    status, data = call(caller, url, "qc/pre-check", settlement_list)
    refusal(status, data)
    return 0 if status == 422 else 1


def call(caller, url, path, data):
    """密封、发送、验签 / seals, sends, verifies; returns the status and the opened data."""
    message, covered = caller.seal(data)
    print("签名文本 signed text:", covered.replace(caller.app_secret, "<appSecret>"))
    request = urllib.request.Request(
        f"{url}/api/v1/{path}",
        data=sealed.quote(message).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status, body = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read().decode()
    answer = sealed.parse(body)
    # 验证调用方之前的失败是明文 / what fails before the caller is verified comes unsealed
    return status, caller.open(answer) if "encData" in answer else answer


def show(data):
    grouping, estimate = data["grouping"], data.get("estimate")
    print("应答验签通过 / the signature of the answer verifies")
    print("质控结果 QC:", "通过 pass" if data["qltctrl_rslt"] == "1" else "不通过 fail")
    for finding in data.get("findings", []):
        print(f"  {finding['severity']:<8}{finding['rule_id']}  {finding['pointer']}")
        print(f"          {finding['message']} / {finding['message_en']}")
    print("未评价规则 rules not evaluated:", len(data.get("not_evaluated", [])))
    print("分组状态 grouping:", grouping["status"])
    print("DRG:", grouping.get("drg_code"), grouping.get("drg_name"), "方案 scheme:", grouping.get("grp_ver"))
    if estimate:
        print(f"测算 estimate ({estimate['profile']}, 示例数据 example values: {estimate['example']}):")
        for term in estimate["terms"]:
            print(f"  {term['name']} {term['value']} {term.get('unit', '')}")
        print(f"  总费用 cost {estimate['medfee_sumamt']}  支付标准 standard {estimate['pay_std']}"
              f"  差额 difference {estimate['difference']}")
    else:
        print("无测算 no estimate:", data.get("estimate_reason"))


def refusal(status, data):
    message = data.get("message") or data.get("title")
    print(f"拒绝 refused: HTTP {status} {data['code']} {message} {data.get('message_en', '')}")
    for error in data.get("errors", []):
        print(f"  {error['pointer']}: {error['message']} / {error['message_en']}")


if __name__ == "__main__":
    sys.exit(main())
