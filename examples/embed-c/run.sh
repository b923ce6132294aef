#!/bin/sh
# 以共享库和静态库各编译运行一次 / built and run with the shared and with the static library
# TARGET: 库所在目录 / the folder with the libraries
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c11 -Wall -Wextra -Werror -I $here/include"
# shellcheck disable=SC2086
{
    cc $flags "$here/main.c" -L "$TARGET" -lchs_grouper_c "-Wl,-rpath,$TARGET" -o "$work/shared"
    cc $flags "$here/main.c" "$TARGET/libchs_grouper_c.a" -lpthread -ldl -lm -o "$work/static"
}
"$work/shared"
"$work/static"
