#!/bin/sh
# 编译、自检并调用 / compiles, checks itself, calls.
# 用法 usage: ./run.sh --caller FILE [--url U] [--list FILE]
# BouncyCastle 与 Gson 取自 Debian 软件包 / both come from Debian packages: libbcprov-java libgoogle-gson-java
set -eu
here=$(cd "$(dirname "$0")" && pwd)
caller='' url='' list=$here/../list.json
while [ $# -ge 2 ]; do
    case $1 in
        --caller) caller=$2 ;;
        --url) url=$2 ;;
        --list) list=$2 ;;
        *) break ;;
    esac
    shift 2
done
if [ $# -ne 0 ] || [ -z "$caller" ]; then
    echo '用法 usage: run.sh --caller FILE [--url U] [--list FILE]' >&2
    exit 2
fi
classes=${CHS_EXAMPLE_CLASSES:-$here/classes}
jars=${CHS_EXAMPLE_JARS:-/usr/share/java/bcprov.jar:/usr/share/java/gson.jar}
mkdir -p "$classes"
javac -encoding UTF-8 -Xlint:all,-path -Werror -cp "$jars" -d "$classes" "$here"/*.java
java -cp "$classes:$jars" SelfCheck
exec java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -cp "$classes:$jars" Client "$caller" "$list" ${url:+"$url"}
