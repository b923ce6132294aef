#!/bin/sh
# 建立虚拟环境、安装依赖、自检并模拟一天 / makes a virtual environment, installs, checks itself, simulates a day.
# 用法 usage: ./run.sh --caller FILE [--url U] [--patients N] [--seed S]；全部选项 all options: ./run.sh --help
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${CHS_EXAMPLE_VENV:-$here/.venv}"
. "$here/../python/venv.sh"
(cd "$here" && PYTHONPATH="$here/../python" "$venv/bin/python" -m unittest --quiet)
PYTHONPATH="$here/../python" exec "$venv/bin/python" "$here/simulator.py" "$@"
