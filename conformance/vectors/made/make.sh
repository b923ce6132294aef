#!/usr/bin/env bash
# 全部重新生成 / makes every vector file again. Needs python3 with gmssl, node with sm-crypto
# (npm install in examples/node), java with BouncyCastle and Gson, openssl, jq, xxd.
set -euo pipefail
cd "$(dirname "$0")"
"${PYTHON:-python3}" make_gmssl.py
(cd ../../../examples/node && node ../../conformance/vectors/made/make_sm_crypto.mjs)
java -cp "${CHS_EXAMPLE_JARS:-/usr/share/java/bcprov.jar:/usr/share/java/gson.jar}" Make.java
./make_openssl.sh
