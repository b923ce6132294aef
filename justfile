# 与 ./dev 相同的命令 / the commands of ./dev

default:
    @./dev

# 安装、启动、完成一次签名加密调用 / install, start, make the signed call
demo:
    ./dev demo

# 全部测试 / all tests
test:
    ./dev test

# 格式、Clippy、依赖方向 / format, clippy, crate arrows
lint:
    ./dev lint

# 重新生成接口文档 / regenerate the generated documents
openapi:
    ./dev openapi

# 一致性测试 / conformance suite
conformance:
    ./dev conformance

# 各语言客户端示例 / client examples
clients:
    ./dev clients

# 基准测试 / benchmarks
bench *args:
    ./dev bench {{ args }}

# 压力测试 / load test
load *args:
    ./dev load {{ args }}

# 许可证与依赖来源 / licences and sources of dependencies
deny:
    ./dev deny

# 模糊测试 / fuzzing: just fuzz importer 60
fuzz *args:
    ./dev fuzz {{ args }}
