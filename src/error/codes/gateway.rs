//! The gateway takes no more or fails; the same request may come again (429, 5xx).

/// These rows behind those before, handed to the next part of the table.
macro_rules! gateway {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
    /// The caller sends faster than its limit.
    CallerRateLimited = "CHS-42901", 429, true,
        "调用过于频繁", "the caller exceeds its rate", "按 Retry-After 等待 / wait as Retry-After says",
        "按需调整 limits.caller_per_second / adjust limits.caller_per_second";
    /// The address sends faster than its limit.
    AddressRateLimited = "CHS-42902", 429, true,
        "来源地址请求过于频繁", "the address exceeds its rate", "按 Retry-After 等待 / wait as Retry-After says",
        "按需调整 limits.address_per_second / adjust limits.address_per_second";
    /// A fault of the gateway itself.
    Internal = "CHS-50001", 500, true,
        "网关内部错误", "internal error of the gateway",
        "凭 request id 联系运维 / report the request id", "按 request id 查日志 / find the request id in the log";
    /// The database does not answer.
    DatabaseUnavailable = "CHS-50301", 503, true,
        "数据库暂不可用", "the database is not available",
        "稍后用新的 nonce 重发 / send again later with a fresh nonce", "检查数据库 / check the database";
    /// All database connections are busy.
    Overloaded = "CHS-50302", 503, true,
        "网关繁忙", "the gateway is busy",
        "稍后用新的 nonce 重发 / send again later with a fresh nonce", "检查连接池与负载 / check the pool and the load";
    } } };
}

pub(super) use gateway;
