#!/bin/sh
# 建立虚拟环境、安装依赖、自检并模拟一天 / makes a virtual environment, installs, checks itself, simulates a day.
# 用法 usage: ./run.sh --caller FILE [--url U] [--patients N] [--seed S]；全部选项 all options: ./run.sh --help
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
(cd "$here" && PYTHONPATH="$here/../python" "$venv/bin/python" -m unittest --quiet)
PYTHONPATH="$here/../python" exec "$venv/bin/python" "$here/simulator.py" "$@"
