#!/bin/sh
# schemathesis 经签名适配器对一个运行中的网关 / schemathesis through the signing adapter, on a running gateway.
# 用法 usage: ./run.sh --url U --callers DIR [--requests N] [--hypothesis-seed S] [pytest …]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${CHS_SCHEMATHESIS_VENV:-$here/.venv}"

if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" || {
        echo "无法建立虚拟环境，请先安装 / cannot make a virtual environment, install first: apt-get install -y python3-venv" >&2
        rm -rf "$venv"
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
cd "$here"
PYTHONDONTWRITEBYTECODE=1 exec "$venv/bin/python" -m pytest --quiet --tb=short -p no:cacheprovider . "$@"
