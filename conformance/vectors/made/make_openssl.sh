#!/usr/bin/env bash
# openssl.toml: vectors of the OpenSSL 3 command line. Needs openssl, jq, xxd.
set -euo pipefail
cd "$(dirname "$0")"
. ../../../examples/curl/sealed.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hex() { jq -r ".$1" inputs.json; }
private_pem "$(hex private_key | xxd -r -p | base64 -w 0)" "$(hex public_key | xxd -r -p | base64 -w 0)" >"$work/key"
hash() { openssl dgst -sm3 -r "$1" | cut -d ' ' -f 1; }
signature() { sign "$work/key" "$work/text" | base64 -d | xxd -p -c 99; }

{
    echo '# Made with the OpenSSL 3.0 command line by make_openssl.sh; see README.md.'
    echo "made_with = \"$(openssl version | cut -d ' ' -f 1-2)\""
    echo
    count=$(jq '.inputs | length' inputs.json)
    for ((n = 0; n < count; n++)); do
        jq -j ".inputs[$n] | .text // (.repeat * .times)" inputs.json >"$work/text"
        openssl enc -sm4-ecb -K "$(hex sm4_key)" -in "$work/text" -out "$work/sealed"
        printf '[[vector]]\ninput = "%s"\nsm3 = "%s"\nsm4 = "%s"\nsignature = "%s"\n\n' \
            "$(jq -r ".inputs[$n].name" inputs.json)" "$(hash "$work/text")" "$(hash "$work/sealed")" "$(signature)"
    done
    printf abc >"$work/text"
    for name in short_r short_s; do
        at=0
        [[ $name == short_r ]] || at=64
        until value=$(signature) && [[ ${value:$at:2} == 00 ]]; do :; done
        printf '[%s]\ninput = "abc"\nsignature = "%s"\n\n' "$name" "$value"
    done
} >"$work/out"
sed -e '$ { /^$/d }' "$work/out" >openssl.toml
