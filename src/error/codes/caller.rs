//! Who calls is not known, not verified, or not allowed to (401, 403).

/// These rows behind those before, handed to the next part of the table.
macro_rules! caller {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
    /// appId is not registered or is suspended.
    CallerUnknown = "CHS-40101", 401, false,
        "应用标识未登记或已停用", "the appId is not registered or is suspended",
        "向医保经办机构申请或核对 appId / check the appId with the bureau",
        "核对调用方登记 / check the caller's registration";
    /// Padding, JSON or signature: deliberately one answer for all of them.
    CannotOpen = "CHS-40102", 401, false,
        "报文无法解密或验签未通过", "the message cannot be opened or its signature does not verify",
        "核对密钥、规范化文本与编码（envelope inspect 可逐项排查）/ check keys, canonical text and encoding (envelope inspect explains)",
        "核对双方密钥指纹 / compare the key fingerprints of both sides";
    /// timestamp is too far from the gateway's clock.
    TimestampOutsideWindow = "CHS-40103", 401, false,
        "时间戳超出允许窗口", "the timestamp is outside the window",
        "校准时钟后重新签名 / set the clock and sign anew", "检查本机时钟 / check this machine's clock";
    /// The caller may not use this encType.
    EncTypeNotAllowed = "CHS-40104", 401, false,
        "调用方未启用该加密方式", "this encType is not enabled for the caller",
        "改用已登记的 encType / use the registered encType", "为调用方登记 GCM 密钥 / register a GCM key";
    /// None of the caller's keys holds at this time.
    CallerWithoutKey = "CHS-40105", 401, false,
        "调用方没有在有效期内的密钥", "no key of the caller is valid at this time",
        "向医保经办机构登记新密钥 / register a new key with the bureau",
        "chs-gateway callers rotate 登记新密钥 / register a new key with it";
    /// Gateway headers (CSB, TIF) are missing or malformed. The four texts are published.
    GatewayHeaders = "CHS-40110", 401, false,
        "缺少服务网关的请求头!", "gateway headers are missing or malformed",
        "补全 CSB（_api_…）或 TIF（x-tif-…）请求头 / send all CSB or TIF headers",
        "前置代理须放行带下划线的请求头 / a proxy in front must pass headers with underscores";
    /// The gateway headers are too old or too new.
    GatewayTimestamp = "CHS-40111", 401, false,
        "签名时间戳超时!", "the headers' time is outside the window or of another form",
        "校准时钟，核对时间单位（秒或毫秒）/ set the clock, check the unit (seconds or milliseconds)",
        "检查本机时钟与 transaction 时间窗 / check this machine's clock and the windows";
    /// Nobody has this access key, or the door is closed to its owner.
    GatewayCaller = "CHS-40112", 401, false,
        "非法用户!", "unknown access key or paasid, or this door is closed to it",
        "核对 AK 或 paasid / check access key or paasid",
        "chs-gateway callers list 核对登记 / check the registration";
    /// The gateway headers are not signed with the caller's secret.
    GatewaySignature = "CHS-40113", 401, false,
        "签名不一致!", "the headers' signature does not verify",
        "核对密钥与签名原文 / check the secret and the signed text",
        "必要时为其换钥 / give it other keys if need be";
    /// input is not encrypted or signed as agreed, or does not open.
    InputRefused = "CHS-40114", 401, false,
        "交易输入未按约定加密、签名或无法打开", "input is not encrypted or signed as agreed, or cannot be opened",
        "核对 SM4 密钥、编码与 cainfo / check the SM4 key, the coding and cainfo",
        "核对 chs-gateway callers transaction 的设置 / check the settings of that command";
    /// The message carries no number of an operator who is signed in.
    NotSignedIn = "CHS-40115", 401, false,
        "操作员未签到", "the operator is not signed in",
        "先以 9001 签到，报文带当日 sign_no / sign in with 9001 and send that day's sign_no",
        "按需调整 transaction.sign_no / adjust transaction.sign_no";
    /// The role of the caller does not include the operation.
    RoleNotAllowed = "CHS-40301", 403, false,
        "调用方角色无权使用该服务", "the caller's role may not use this operation",
        "换用有权限的调用方 / call with a caller of the right role", "核对角色 / check the role";
    /// The data belongs to somebody else.
    ForeignData = "CHS-40302", 403, false,
        "数据不属于该调用方", "the data belongs to another institution",
        "核对 fixmedins_code / check fixmedins_code", "已记入审计 / recorded in the audit chain";
    /// The caller may not call from this address.
    AddressNotAllowed = "CHS-40303", 403, false,
        "来源地址不在该调用方的允许范围内", "the caller may not call from this address",
        "从登记的网络发起调用 / call from the registered network",
        "chs-gateway callers set --allow 调整 / adjust with it";
    } } };
}

pub(super) use caller;
