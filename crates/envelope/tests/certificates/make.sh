#!/usr/bin/env bash
# 用 OpenSSL 3.0 重新生成测试证书与密钥（仅供测试，不保护任何东西）。
# Makes the test certificates and keys anew with OpenSSL 3.0. They guard
# nothing. The moments in the tests lie between 2026 and 2036.
set -euo pipefail
cd "$(dirname "$0")/fixtures"
ID=(-sigopt distid:1234567812345678)
VFY=(-vfyopt distid:1234567812345678)
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out "$T/$1.key" 2>/dev/null; }

# root NAME SUBJECT: a self-signed CA.
root() {
    key "$1"
    openssl req -new -x509 -key "$T/$1.key" -sm3 "${ID[@]}" -days 3650 -subj "$2" -out "$1.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# issue NAME ISSUER DAYS EXTENSIONS: a certificate of NAME signed by ISSUER.
issue() {
    [[ -f $T/$1.key ]] || key "$1"
    openssl req -new -key "$T/$1.key" -sm3 "${ID[@]}" -subj "/C=CN/O=TEST/CN=TEST $1" -out "$T/$1.csr"
    printf '%b' "$4" >"$T/$1.ext"
    openssl x509 -req -in "$T/$1.csr" -CA "$2.crt" -CAkey "$T/$2.key" -CAcreateserial \
        -CAserial "$T/serial" -days "$3" -sm3 "${ID[@]}" "${VFY[@]}" -extfile "$T/$1.ext" \
        -out "$1.crt" 2>/dev/null
}

CA='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
LEAF='basicConstraints=critical,CA:FALSE\n'
SIGN="${LEAF}keyUsage=critical,digitalSignature,nonRepudiation\n"
root root "/C=CN/O=TEST/CN=TEST root"
root namesake "/C=CN/O=TEST/CN=TEST root"
issue sub root 3650 "${CA/CA:TRUE/CA:TRUE,pathlen:0}"
issue sign sub 3650 "$SIGN"
issue enc sub 3650 "${LEAF}keyUsage=critical,keyEncipherment,dataEncipherment,keyAgreement\n"
issue short sub 1 "$SIGN"
issue below sub 3650 "$CA"
issue too-deep below 3650 "$SIGN"
issue by-leaf sign 3650 "$SIGN"
issue crl-only root 3650 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n'
issue by-crl-only crl-only 3650 "$SIGN"
issue critical sub 3650 "${SIGN}1.2.3.4=critical,ASN1:NULL\n"

# Not SM2: a P-256 certificate.
openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/p256.key" \
    -days 3650 -subj "/CN=TEST p256" -out p256.crt 2>/dev/null

# The key of sign.crt: plain, and under the password "test-password".
P=(-passout pass:test-password)
cp "$T/sign.key" sign.plain.key
openssl pkcs8 -topk8 -in "$T/sign.key" "${P[@]}" -v2 aes-256-cbc -iter 5000 -out sign.aes-256.key
openssl pkcs8 -topk8 -in "$T/sign.key" "${P[@]}" -v2 aes-128-cbc -out sign.aes-128.key
openssl pkcs8 -topk8 -in "$T/sign.key" "${P[@]}" -v2 sm4-cbc -out sign.sm4.key
openssl pkcs8 -topk8 -in "$T/sign.key" "${P[@]}" -v2 aes-256-cbc -v2prf hmacWithSHA1 -out sign.sha1.key
openssl pkcs8 -topk8 -in "$T/sign.key" "${P[@]}" -scrypt -out sign.scrypt.key
openssl pkcs8 -topk8 -in "$T/p256.key" "${P[@]}" -v2 aes-256-cbc -out p256.aes-256.key

# As GmSSL writes it: PBKDF2 with HMAC-SM3 and SM4-CBC. OpenSSL 3.0 cannot name
# HMAC-SM3, so that the structure is put together here.
openssl pkcs8 -topk8 -nocrypt -in "$T/sign.key" -outform DER -out "$T/sign.der"
python3 - "$T/sign.der" <<'PY' >sign.gm.key
import base64, hashlib, subprocess, sys
salt, iv, rounds = bytes(range(16)), bytes(range(16, 32)), 65536
key = hashlib.pbkdf2_hmac("sm3", b"test-password", salt, rounds, 16)
data = subprocess.run(["openssl", "enc", "-sm4-cbc", "-K", key.hex(), "-iv", iv.hex(),
                       "-in", sys.argv[1]], capture_output=True, check=True).stdout
def tlv(tag, body):
    size = bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])
    return bytes([tag]) + size + body
def seq(*parts): return tlv(0x30, b"".join(parts))
def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        part = [number & 127]
        while number := number >> 7:
            part.insert(0, number & 127 | 128)
        out += bytes(part)
    return tlv(6, out)
kdf = seq(oid("1.2.840.113549.1.5.12"), seq(tlv(4, salt), tlv(2, rounds.to_bytes(3, "big")),
          tlv(2, b"\x10"), seq(oid("1.2.156.10197.1.401.2"))))
pbes2 = seq(oid("1.2.840.113549.1.5.13"), seq(kdf, seq(oid("1.2.156.10197.1.104.2"), tlv(4, iv))))
text = base64.b64encode(seq(pbes2, tlv(4, data))).decode()
print("-----BEGIN ENCRYPTED PRIVATE KEY-----")
print("\n".join(text[at:at + 64] for at in range(0, len(text), 64)))
print("-----END ENCRYPTED PRIVATE KEY-----")
PY

# One step at a time: OpenSSL 3.0 applies the user id to the first certificate
# only and takes an empty one for those above.
openssl verify "${VFY[@]}" -CAfile root.crt sub.crt
openssl verify "${VFY[@]}" -partial_chain -CAfile sub.crt sign.crt
