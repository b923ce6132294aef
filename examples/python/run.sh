#!/bin/sh
# 建立虚拟环境、安装依赖、自检并调用 / makes a virtual environment, installs, checks itself, calls.
# 用法 usage: ./run.sh --caller FILE [--url U] [--list FILE]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${CHS_EXAMPLE_VENV:-$here/.venv}"
. "$here/venv.sh"
(cd "$here" && "$venv/bin/python" -m unittest --quiet)
exec "$venv/bin/python" "$here/client.py" "$@"
