#!/bin/sh
# schemathesis 经签名适配器对一个运行中的网关 / schemathesis through the signing adapter, on a running gateway.
# 用法 usage: ./run.sh --url U --callers DIR [--requests N] [--hypothesis-seed S] [pytest …]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${CHS_SCHEMATHESIS_VENV:-$here/.venv}"
. "$here/../../examples/python/venv.sh"
cd "$here"
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" -m pytest --quiet --tb=short -p no:cacheprovider . "$@"
