#!/usr/bin/env bash
# 事前质控、上报、查询与一次错误，只用 curl、openssl、jq、perl、xxd
# Pre-check, upload, query, and an error handled, with curl, openssl, jq, perl and xxd alone.
# 用法 usage: ./run.sh --caller FILE [--url U] [--list FILE]
# 退出码 exit codes: 0 四次调用都如预期 / all four calls went as expected, 1 否则 / otherwise
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/sealed.sh"

usage() {
    echo '用法 usage: run.sh --caller FILE [--url U] [--list FILE]' >&2
    exit 2
}
caller='' url='' list=$here/../list.json
while [[ $# -ge 2 ]]; do
    case $1 in
        --caller) caller=$2 ;;
        --url) url=$2 ;;
        --list) list=$2 ;;
        *) usage ;;
    esac
    shift 2
done
[[ $# -eq 0 && -n $caller ]] || usage

# 调用方文件每行一个 名称 = "值" / a caller file has a NAME = "VALUE" on each line
field() { sed -n "s/^$1 *= *\"\(.*\)\"$/\1/p" "$caller"; }
app_id=$(field app_id) secret=$(field app_secret)
base=${url:-$(field url)}
key=$(key2 "$app_id" "$secret")

"$here/check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 700 "$work"
private_pem "$(field private_key)" "$(field public_key)" >"$work/private.pem"
public_pem "$(field platform_public_key)" >"$work/platform.pem"

# call PATH < data：密封、发送、验签，应答数据写入 $work/opened，状态存于 STATUS
# seals, sends, verifies; the opened data are in $work/opened, the status is in STATUS
call() {
    local data
    data=$(canonical)
    jq -n --arg app "$app_id" --arg time "$(TZ=UTC-8 date +%Y%m%d%H%M%S)" \
        --arg nonce "$(openssl rand -hex 12)" --arg id "SH:$(openssl rand -hex 12)" \
        '{appId: $app, encType: "SM4", signType: "SM2", timestamp: $time, version: "1.0.0", nonce: $nonce, requestId: $id}' \
        >"$work/message"
    signed_text "$data" "$secret" <"$work/message" >"$work/text"
    printf '签名文本 signed text: %s\n\n' "$(sed "s/$secret/<appSecret>/" "$work/text")"
    printf %s "$data" | encrypt "$key" >"$work/sealed"
    jq --arg sign "$(sign "$work/private.pem" "$work/text")" --rawfile sealed "$work/sealed" \
        '. + {signData: $sign, encData: $sealed}' "$work/message" >"$work/request"
    STATUS=$(curl -sS --max-time 30 -o "$work/answer" -w '%{http_code}' \
        -H 'content-type: application/json' --data-binary "@$work/request" "$base/api/v1/$1") || {
        echo "网关不可达 / the gateway is not reachable: $base" >&2
        exit 1
    }
    open_answer
}

# 打开并验签 / opens and verifies.
open_answer() {
    # 验证调用方之前的失败是明文 / what fails before the caller is verified comes unsealed
    if [[ $(jq 'has("encData")' "$work/answer") == false ]]; then
        echo "明文应答（未签名）/ a plain answer, not signed: HTTP $STATUS"
        cp "$work/answer" "$work/opened"
        return
    fi
    local name
    for name in appId nonce requestId encType; do
        if [[ $(jq ".$name" "$work/answer") != $(jq ".$name" "$work/message") ]]; then
            echo "应答不属于本次请求 / the answer belongs to another request: $name" >&2
            exit 1
        fi
    done
    jq -j .encData "$work/answer" | decrypt "$key" >"$work/opened"
    signed_text "$(canonical <"$work/opened")" "$secret" <"$work/answer" >"$work/text"
    if ! verify "$work/platform.pem" "$work/text" "$(jq -r .signData "$work/answer")"; then
        echo '应答验签未通过 / the signature of the answer does not verify' >&2
        exit 1
    fi
    echo "应答验签通过 / the signature of the answer verifies: HTTP $STATUS code $(jq -r .code "$work/answer")"
}

expect() {
    if [[ $STATUS -ge 400 ]]; then
        jq -r --arg status "$STATUS" '"拒绝 refused: HTTP \($status) \(.code // "") \([.message // .title, .message_en] | map(select(.)) | join(" / "))",
            (.errors[]? | "  \(.pointer): \(.message) / \(.message_en)")' "$work/opened"
    fi
    [[ $STATUS == "$1" ]] || { echo "应为 expected HTTP $1" >&2; exit 1; }
}

setl_id=SH-$(openssl rand -hex 8)
jq --arg code "$(field fixmedins_code)" --arg name "$(field fixmedins_name)" --arg id "$setl_id" \
    '.setlinfo += {fixmedins_code: $code, fixmedins_name: $name, setl_id: $id}' "$list" >"$work/list"

echo '== 1. 事前质控 / pre-check'
call qc/pre-check <"$work/list"
expect 200
jq -r '"质控 QC: \(if .qltctrl_rslt == "1" then "通过 pass" else "不通过 fail" end)，问题 findings \(.findings // [] | length)",
    "分组 grouping: \(.grouping.status) \(.grouping.drg_code // "—") \(.grouping.drg_name // "")",
    "测算 estimate: \(.estimate.pay_std // "—") 元 yuan"' "$work/opened"

printf '\n== 2. 上报并提交 / upload and submit\n'
call reports < <(jq '{report: "4101", submit: true, input: .}' "$work/list")
expect 200
jq -r '"清单流水号 list \(.setl_list_id)，状态 state \(.stas_type)，分组 DRG \(.grouping.drg_code // "—")"' "$work/opened"

printf '\n== 3. 查询 / query\n'
call settlement-lists/uploads <<<"{\"setl_id\":\"$setl_id\"}"
expect 200
[[ $(jq -r .list.setlinfo.setl_id "$work/opened") == "$setl_id" ]] ||
    { echo '查到的不是所上报的清单 / another list came back' >&2; exit 1; }
jq -r '"结算ID setl_id \(.list.setlinfo.setl_id)，状态 state \(.stas_type)"' "$work/opened"

printf '\n== 4. 未知字段 gender / a field gender, which does not exist\n'
call qc/pre-check < <(jq '.setlinfo.gender = "1"' "$work/list")
expect 422
