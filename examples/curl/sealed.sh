# 签名与加密报文 / the signed and sealed message, with jq, perl and the OpenSSL 3 command line.
# 由 run.sh 引入 / sourced by run.sh and check.sh. Needs bash, openssl (3.0 or newer), jq, perl, xxd.
#
#     规范化文本 canonical text -> SM2 签名 sign -> SM4-ECB 加密 seal -> POST
#     应答 answer -> 解密 open -> SM2 验签 verify
#
# shellcheck shell=bash

# 国密标准规定的用户标识；OpenSSL 3.0 缺省为空，必须写明
# The user id of the standard; OpenSSL 3.0 takes an empty one unless it is told.
ID=distid:1234567812345678

# jq 程序：逐层剔除 null、""、{}、[] / drops null, "", {} and [] at every depth, inside arrays too
DROP="def kept: . != null and . != \"\" and . != {} and . != [];
  def drop: if type == \"object\" then with_entries(.value |= drop) | with_entries(select(.value | kept))
    elif type == \"array\" then map(drop) | map(select(kept)) else . end;"

# canonical < JSON：键按 ASCII 排序、无空白，数字按原文 / keys sorted, no blanks, numbers as written.
# jq 1.6 会改写数字（12.50 成为 12.5），故先将数字作为带标记的文本保护
# jq 1.6 rewrites numbers (12.50 becomes 12.5): they pass through it as marked texts.
canonical() {
    perl -0pe 's/("(?:[^"\\]|\\.)*")|(-?\d[-+.\deE]*)/defined $1 ? $1 : "\"\\u0001$2\""/ge' |
        jq -cSj "$DROP drop" | perl -0pe 's/"\\u0001([^"]*)"/$1/g'
}

# signed_text < 报文 message (JSON)，参数 data 文本、appSecret / what the signature covers；
# 没有内容的 data 与空成员一样不签 / data that holds nothing is left out like an empty member
signed_text() {
    jq -j --arg data "$1" --arg secret "$2" \
        'del(.signData, .encData, .extra) + {data: $data} | to_entries | sort_by(.key)
         | map(select(.value != "" and .value != "{}") | "\(.key)=\(.value)") | join("&") + "&key=" + $secret'
}

# der_integer HEX：无多余前导零的 INTEGER / an INTEGER without needless leading zeros
der_integer() {
    local hex=$1
    while [[ ${#hex} -gt 2 && $hex == 00* ]]; do hex=${hex:2}; done
    case $hex in [89a-fA-F]*) hex=00$hex ;; esac
    printf '02%02x%s' $((${#hex} / 2)) "$hex"
}

# private_pem BASE64(32) BASE64(64 或 or 65)、public_pem BASE64：裸密钥变为 PEM / bare keys become PEM
private_pem() {
    local d p
    d=$(base64 -d <<<"$1" | xxd -p -c 99 | grep -o '.\{64\}$')
    p=$(base64 -d <<<"$2" | xxd -p -c 99 | grep -o '.\{128\}$')
    printf '30770201010420%sa00a06082a811ccf5501822da14403420004%s' "$d" "$p" | xxd -r -p |
        openssl ec -inform DER 2>/dev/null
}
public_pem() {
    local p
    p=$(base64 -d <<<"$1" | xxd -p -c 99 | grep -o '.\{128\}$')
    printf '3059301306072a8648ce3d020106082a811ccf5501822d03420004%s' "$p" | xxd -r -p |
        openssl pkey -pubin -inform DER 2>/dev/null
}

# sign PEM 文件 TEXT 文件：SM3withSM2，r‖s 的 Base64 / of files; prints the Base64 of r‖s
sign() {
    openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt "$ID" -inkey "$1" -in "$2" |
        openssl asn1parse -inform DER |
        sed -n 's/.*INTEGER *:\([0-9A-F]*\).*/\1/p' |
        while read -r number; do
            # 前导零须补足 64 位十六进制 / leading zeros are part of r‖s
            printf '%64s' "$number" | tr ' ' 0
        done | xxd -r -p | base64 -w 0
}

# verify PEM 文件 TEXT 文件 SIGNDATA / of files and the Base64 of r‖s
verify() {
    local hex body der
    hex=$(base64 -d <<<"$3" | xxd -p -c 99)
    [[ ${#hex} -eq 128 ]] || return 1
    body=$(der_integer "${hex:0:64}")$(der_integer "${hex:64}")
    der=$(printf '30%02x%s' $((${#body} / 2)) "$body")
    openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt "$ID" -pubin -inkey "$1" -in "$2" \
        -sigfile <(xxd -r -p <<<"$der") >/dev/null 2>&1
}

# SM4-ECB，PKCS#7；密钥是字符本身的十六进制 / the key option takes hex of the key's characters
encrypt() { openssl enc -sm4-ecb -K "$(printf %s "$1" | xxd -p)" | xxd -p -u -c 0 | tr -d '\n'; }
decrypt() { xxd -r -p | openssl enc -d -sm4-ecb -K "$(printf %s "$1" | xxd -p)"; }

# key2 APPID APPSECRET：派生密钥的前 16 个字符 / the first 16 characters of the derived text
key2() { printf %s "$2" | encrypt "${1:0:16}" | cut -c 1-16; }
