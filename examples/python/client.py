"""事前质控、上报、查询与一次错误 / pre-check, upload, query, and an error handled.

用法 usage: python client.py --caller FILE [--url U] [--list FILE]
退出码 exit codes: 0 四次调用都如预期 / all four calls went as expected, 1 否则 / otherwise
"""

import argparse
import pathlib
import secrets
import sys
import tomllib
import urllib.error
import urllib.request

import sealed

HERE = pathlib.Path(__file__).parent
SEVERITIES = {"error": "错误 error", "warning": "警告 warning", "info": "提示 info"}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--caller", required=True, help="调用方文件 / caller file (TOML)")
    parser.add_argument("--url", help="网关地址，缺省取自调用方文件 / gateway, from the caller file when absent")
    parser.add_argument("--list", default=HERE.parent / "list.json", help="结算清单 / settlement list (JSON)")
    args = parser.parse_args()
    try:
        return run(args)
    except urllib.error.URLError as error:
        print(f"网关不可达 / the gateway is not reachable: {error.reason}", file=sys.stderr)
    except KeyError as error:
        print(f"缺少成员 / a member is missing: {error}", file=sys.stderr)
    except (OSError, ValueError) as error:
        print(f"失败 / failed: {error}", file=sys.stderr)
    return 1


def run(args):
    file = tomllib.loads(pathlib.Path(args.caller).read_text(encoding="utf-8"))
    names = ("app_id", "app_secret", "private_key", "public_key", "platform_public_key")
    caller = sealed.Caller(**{name: file[name] for name in names})
    url = (args.url or file["url"]).rstrip("/")

    settlement_list = sealed.parse(pathlib.Path(args.list).read_text(encoding="utf-8"))
    settlement_list["setlinfo"]["fixmedins_code"] = file["fixmedins_code"]
    settlement_list["setlinfo"]["fixmedins_name"] = file["fixmedins_name"]
    setl_id = settlement_list["setlinfo"]["setl_id"] = "PY-" + secrets.token_hex(8)

    print("== 1. 事前质控 / pre-check")
    status, data = call(caller, url, "qc/pre-check", settlement_list)
    if status != 200:
        refusal(status, data)
        return 1
    show(data)

    print("\n== 2. 上报并提交 / upload and submit")
    status, data = call(caller, url, "reports", {"report": "4101", "submit": True, "input": settlement_list})
    if status != 200:
        refusal(status, data)
        return 1
    print(f"清单流水号 list {data['setl_list_id']}，状态 state {data['stas_type']}，分组 DRG {data['grouping']['drg_code']}")

    print("\n== 3. 查询 / query")
    status, data = call(caller, url, "settlement-lists/uploads", {"setl_id": setl_id})
    if status != 200 or data["list"]["setlinfo"]["setl_id"] != setl_id:
        refusal(status, data)
        return 1
    print(f"结算ID setl_id {setl_id}，状态 state {data['stas_type']}")

    print("\n== 4. 清单含未知字段 gender 时 / the same list with a field gender, which does not exist")
    settlement_list["setlinfo"]["gender"] = "1"
    status, data = call(caller, url, "qc/pre-check", settlement_list)
    refusal(status, data)
    if status != 422:
        print("未如预期被拒绝（422）/ not refused with 422 as expected", file=sys.stderr)
        return 1
    return 0


def call(caller, url, path, data):
    """密封、发送、验签 / seals, sends, verifies; returns the status and the opened data."""
    message, covered = caller.seal(data)
    print("签名文本 signed text:", covered.replace(caller.app_secret, "<appSecret>"), "\n")
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
    if "encData" not in answer:
        print(f"明文应答（未签名）/ a plain answer, not signed: HTTP {status}")
        return status, answer
    data = caller.open(answer, message)
    print(f"应答验签通过 / the signature of the answer verifies: HTTP {status} code {answer['code']}"
          f" success {str(answer['success']).lower()}")
    return status, data


def show(data):
    grouping, estimate, versions = data["grouping"], data.get("estimate"), data["versions"]
    print("质控结果 QC:", "通过 pass" if data["qltctrl_rslt"] == "1" else "不通过 fail",
          "（仅供参考 advisory）" if data["advisory"] else "")
    for finding in data.get("findings", []):
        severity = SEVERITIES.get(finding["severity"], finding["severity"])
        print(f"  {severity}  {finding['rule_id']}  {finding['pointer']}")
        print(f"      {finding['message']} / {finding['message_en']}")
    print("未评价规则 rules not evaluated:", len(data.get("not_evaluated", [])))
    print("分组状态 grouping:", grouping["status"])
    for zh, en, value in [("主要诊断大类", "MDC", grouping.get("mdc_codg")), ("核心疾病诊断相关组", "ADRG", grouping.get("adrg_code")),
                          ("分组", "DRG", grouping.get("drg_code")), ("组名", "name", grouping.get("drg_name"))]:
        print(f"  {zh} {en}: {value or '—'}")
    if estimate:
        example = "，示例参数，非真实标准 example values, not a real rate" if estimate["example"] else ""
        print(f"测算 estimate (统筹区配置 profile {estimate['profile']}{example}):")
        for term in estimate["terms"]:
            print(f"  {term['name']}{english(term)}: {term['value']} {term.get('unit', '')}".rstrip())
        print(f"  住院总费用 cost {estimate['medfee_sumamt']} 元 yuan，支付标准 standard {estimate['pay_std']}，"
              f"差额 difference {estimate['difference']}")
    else:
        reason = data.get("estimate_reason", "—")
        print("无测算 no estimate:", reason if isinstance(reason, str) else f"{reason.get('message')} / {reason.get('message_en')}")
    used = [f"{name} {versions[name]['id']}" for name in ("rules", "scheme", "profile") if name in versions]
    print("所用版本 versions:", "，".join(used))


def english(term):
    return f" {term['name_en']}" if "name_en" in term else ""


def refusal(status, data):
    message = data.get("message") or data.get("title")
    message = " / ".join(filter(None, [message, data.get("message_en")]))
    print(f"拒绝 refused: HTTP {status} {data.get('code', '')} {message}")
    for error in data.get("errors", []):
        print(f"  {error['pointer']}: {error['message']} / {error['message_en']}")


if __name__ == "__main__":
    sys.exit(main())
