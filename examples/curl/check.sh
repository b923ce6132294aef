#!/usr/bin/env bash
# 公开测试数据 V0、V2、V3、V5、V6 / published vectors
set -euo pipefail
cd "$(dirname "$0")"
. ./sealed.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check() { [[ $2 == "$3" ]] || { echo "测试数据未通过 / the vector does not come out: $1: $2" >&2; exit 1; }; }
base64_of() { xxd -r -p <<<"$1" | base64 -w 0; }

id=43AF047BBA47FC8A1AE8EFB232BDBBCB secret=4117E877F5FA0A0188891283E4B617D5
check V0 "$(key2 $id $secret)" 863B5F40C70B71EA
key=$(key2 0F0822652EB7CB91A644E638FBE9941E 30BFE2B0C715E516E5EDF21E289DA826)
check V5 "$(printf a | encrypt "$key")" C212E76D030FD8B4790096B02EFA9EEC
check 'V5 back' "$(printf C212E76D030FD8B4790096B02EFA9EEC | decrypt "$key")" a
check V2 "$(canonical <<'JSON'
{"number":123,"boolTrue":true,"boolFalse":false,"chinese":"高平市人民医院","nested":{"b":2,"a":1,
 "deep":{"z":"","y":[1,"",null,{"k":"值"}]}},"emptyString":"","nullValue":null,"emptyDict":{},"emptyList":[]}
JSON
)" '{"boolFalse":false,"boolTrue":true,"chinese":"高平市人民医院","nested":{"a":1,"b":2,"deep":{"y":[1,{"k":"值"}]}},"number":123}'

d=$(base64_of 211fee8c3c5fee2fad3dc926fc9403366d2def02cdd0bb5bd683ca015d99db7f)
p=$(base64_of 17cc16abaebedc7f87b2e0a508c0cb93631761db7fa19adece712c6aade1d673e389b5e902df7a2e6fe3917b0f55747e00d74e36e939ecc3e7967b7058a91858)
private_pem "$d" "$p" >"$work/private.pem"
public_pem "$p" >"$work/public.pem"
printf %s '高平市人民医院-SM2交叉验证消息-0123456789' >"$work/text"
signature=$(base64_of c26647c279a6180bf418dd06c2d081632b709139c9b1fa883aba35ddec3128ce2ff4c93011cf4ded0ba3784c4699369edb8cee986271f70d35c1cdffc7b5fb4d)
verify "$work/public.pem" "$work/text" "$signature" || check V3 refused accepted
verify "$work/public.pem" "$work/text" "$(sign "$work/private.pem" "$work/text")" || check own refused accepted
printf ' ' >>"$work/text"
! verify "$work/public.pem" "$work/text" "$signature" || check 'V3 altered' accepted refused

message='{"appId":"'$id'","encType":"SM4","signType":"SM2","timestamp":"20261122080000","version":"1.0.0","nonce":"3f6c1b5ad2e84c7f9a10","requestId":"H61040000001202611220001"}'
data=$(canonical <<<'{"setlinfo": {"psn_name": "测试", "gend": "1"}, "amt": 12.50}')
check 'V6 canonical' "$data" '{"amt":12.50,"setlinfo":{"gend":"1","psn_name":"测试"}}'
signed_text "$data" $secret <<<"$message" >"$work/text"
verify "$work/public.pem" "$work/text" \
    JzYSGmmoRTjCTE3S7zF1j8j+q7gzO4zcj5cU9GACLYNti1NvwBzzlKMgjOTmlGBHxvdrK8d8nKcAhXjwnyQBDA== || check V6 refused accepted
check 'empty data' "$(signed_text "$(canonical <<<'{"a":"","b":[null]}')" $secret <<<"$message")" \
    "$(signed_text '' $secret <<<"$message")"
