#!/bin/sh
# 安装依赖、自检并调用 / installs, checks itself, calls.
# 用法 usage: ./run.sh --caller FILE [--url U] [--list FILE]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# 参数中的路径相对于调用者所在目录 / paths among the arguments are the caller's own
(
    cd "$here"
    [ -d node_modules/sm-crypto ] || npm ci --silent --no-audit --no-fund >&2
    node --test . >/dev/null || node --test .
)
exec node "$here/client.mjs" "$@"
