# 由 run.sh 读入：在 $venv 建立虚拟环境并安装 $here/requirements.txt。
# Read by run.sh: makes the virtual environment $venv with $here/requirements.txt in it.
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" || {
        echo "无法建立虚拟环境，请先安装 / cannot make a virtual environment, install first: apt-get install -y python3-venv" >&2
        rm -rf "$venv"
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
