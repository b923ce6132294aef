#!/bin/sh
# 建立虚拟环境、安装依赖、自检并调用 / makes a virtual environment, installs, checks itself, calls.
# 用法 usage: ./run.sh --caller FILE [--url U] [--list FILE]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${CHS_EXAMPLE_VENV:-$here/.venv}"

if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" || {
        echo "无法建立虚拟环境，请先安装 / cannot make a virtual environment, install first: apt-get install -y python3-venv" >&2
        rm -rf "$venv"
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
(cd "$here" && "$venv/bin/python" -m unittest --quiet)
exec "$venv/bin/python" "$here/client.py" "$@"
