//! The one table of errors: one code, one cause, one HTTP status.
//!
//! `docs/ERRORS.md` is printed from this table (`chs-gateway openapi` writes it), so
//! what a caller reads and what the gateway sends cannot drift apart.

use actix_web::http::StatusCode;

/// One row of the error table.
#[derive(Debug)]
pub struct ErrorRow {
    /// Wire code, e.g. `CHS-40101`: the HTTP status and a running number.
    pub code: &'static str,
    /// HTTP status of the answer.
    pub status: u16,
    /// Whether the same request may be sent again unchanged (with a fresh nonce).
    pub retryable: bool,
    /// The cause, in Chinese.
    pub zh: &'static str,
    /// The cause, in English.
    pub en: &'static str,
    /// What the hospital's vendor does about it.
    pub hospital: &'static str,
    /// What the gateway's operator does about it.
    pub operator: &'static str,
}

macro_rules! error_table {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $retry:literal,
        $zh:literal, $en:literal, $hospital:literal, $operator:literal;)*) => {
        /// Every cause for which the gateway refuses or fails.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// All codes, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The row of the table that belongs to this code.
            pub const fn row(self) -> &'static ErrorRow {
                match self {
                    $(ErrorCode::$name => &ErrorRow {
                        code: $code, status: $status, retryable: $retry, zh: $zh, en: $en,
                        hospital: $hospital, operator: $operator,
                    },)*
                }
            }
        }
    };
}

error_table! {
    /// The body is not one JSON object.
    MessageNotJson = "CHS-40001", 400, false,
        "报文不是合法的 JSON 对象", "the message is not a JSON object",
        "检查报文编码与 JSON 语法 / check encoding and JSON syntax", "无需处理 / nothing";
    /// A member that the contract does not know.
    MemberUnknown = "CHS-40002", 400, false,
        "报文含有未约定的成员", "the message has an unknown member",
        "去掉该成员 / leave the member out", "无需处理 / nothing";
    /// A member is there but empty.
    MemberEmpty = "CHS-40003", 400, false,
        "报文成员为空", "a member of the message is empty",
        "填写或去掉该成员 / fill it or leave it out", "无需处理 / nothing";
    /// The same key twice.
    MemberDuplicate = "CHS-40004", 400, false,
        "报文成员重复", "a member of the message appears twice",
        "每个成员只写一次 / write each member once", "无需处理 / nothing";
    /// A required member is missing.
    MemberMissing = "CHS-40005", 400, false,
        "报文缺少必填成员", "a required member of the message is missing",
        "补全该成员 / add the member", "无需处理 / nothing";
    /// A member has the wrong form (type, length, alphabet).
    MemberFormat = "CHS-40006", 400, false,
        "报文成员格式不正确", "a member of the message has the wrong form",
        "按接口约定的格式填写 / use the form of the contract", "无需处理 / nothing";
    /// A multipart body that is not of the published form.
    MultipartForm = "CHS-40080", 400, false,
        "多部分报文应含 jsonStr 与 file 两部分", "a multipart body holds the parts jsonStr and file",
        "按文件上传的格式发送 / send it as file uploads are sent", "无需处理 / nothing";
    /// A field of another JSON type than its schema says, or one it does not know.
    SchemaViolation = "CHS-42202", 422, false,
        "业务数据不符合数据结构约定", "the data does not fit its schema",
        "按 errors[].pointer 修改字段 / mend the fields that errors[].pointer names",
        "无需处理 / nothing";
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
    /// No such path.
    PathUnknown = "CHS-40401", 404, false,
        "路径不存在", "no such path", "核对接口地址 / check the path", "无需处理 / nothing";
    /// No such list.
    ListUnknown = "CHS-40402", 404, false,
        "清单不存在", "no such settlement list",
        "先上传清单 / upload the list first", "无需处理 / nothing";
    /// No such objection.
    ObjectionUnknown = "CHS-40403", 404, false,
        "异议不存在", "no such objection", "核对结算ID / check setl_id", "无需处理 / nothing";
    /// No operation answers this number.
    TransactionUnknown = "CHS-40410", 404, false,
        "本网关未提供该交易", "this gateway does not offer the transaction",
        "核对 infno / check infno", "见 docs/TRANSACTION_DOOR.md / see that page";
    /// There is no such sign-in today.
    SignInUnknown = "CHS-40411", 404, false,
        "当日无此签到或已签退", "no such sign-in today, or signed out already",
        "重新签到 / sign in again", "无需处理 / nothing";
    /// No release of the national catalogue is configured.
    CatalogueNotLoaded = "CHS-40440", 404, false,
        "网关未装载国家医保目录", "no release of the national catalogue is loaded",
        "联系医保经办机构 / ask the bureau",
        "在 quality.folder 的 catalogue 目录放入两期目录 / put the releases into the catalogue folder of quality.folder";
    /// No such monthly batch.
    BatchUnknown = "CHS-40420", 404, false,
        "月结批次不存在", "no such monthly batch",
        "核对机构、月份与险种 / check institution, month and insurance type", "先固化该月 / freeze the month first";
    /// No such special case.
    SpecialCaseUnknown = "CHS-40421", 404, false,
        "特病单议申请不存在", "no such special case",
        "核对申请编号 / check appy_chk_setl_list_id", "无需处理 / nothing";
    /// No such application for reconciliation.
    ApplicationUnknown = "CHS-40422", 404, false,
        "该月没有对账申请", "there is no application for reconciliation of the month",
        "先提出对账申请 / apply first", "无需处理 / nothing";
    /// No such annual clearing, or the caller may not see it yet.
    ClearingUnknown = "CHS-40450", 404, false,
        "年度清算不存在或尚未公布", "there is no such annual clearing, or it is not published yet",
        "等待公布 / wait until it is published", "先编制清算 / propose it first";
    /// The institution has no bills in the clearing.
    ClearingParty = "CHS-40451", 404, false,
        "该机构或险种没有进入本次清算的账单", "the institution or insurance type has no bill in this clearing",
        "核对机构与险种 / check institution and insurance type", "核对机构与险种 / check institution and insurance type";
    /// No such file of this institution, or it has expired.
    FileUnknown = "CHS-40480", 404, false,
        "没有该文件，或已过保存期限", "no such file, or it has expired",
        "核对文件查询号，过期则重新上传或对账 / check the number; send or compare anew when it has expired",
        "核对 files.keep_days / check files.keep_days";
    /// Reconciliation by day is switched off here.
    ByDayOff = "CHS-40481", 404, false,
        "本统筹区未开放日对账", "reconciliation by day is not offered here",
        "使用对总账与对明细账 / use reconciliation in total and in detail",
        "files.by_day 可开放 / files.by_day opens it";
    /// No such reconciliation of this institution.
    TaskUnknown = "CHS-40482", 404, false,
        "没有该对账任务", "no such reconciliation",
        "核对对账任务查询号 / check task_key", "无需处理 / nothing";
    /// No such negotiation round, or the caller is no party to it.
    NegotiationUnknown = "CHS-40495", 404, false,
        "协商轮次不存在，或该机构不在其中", "there is no such negotiation round, or the institution is no party to it",
        "核对年度与轮次 / check year and number", "核对年度、轮次与机构 / check year, number and institution";
    /// The path exists, with another method.
    MethodNotAllowed = "CHS-40501", 405, false,
        "请求方法不允许", "the method is not allowed on this path",
        "按 Allow 头使用方法 / use the method in Allow", "无需处理 / nothing";
    /// The body comes too slowly to be waited for.
    BodyTooSlow = "CHS-40890", 408, true,
        "报文未在时限内收全", "the body did not arrive in time",
        "检查网络后用新的 nonce 重发 / look at the network, send again with a fresh nonce",
        "按需调整 limits.body_seconds / adjust limits.body_seconds";
    /// The nonce was used before.
    NonceUsed = "CHS-40901", 409, false,
        "随机串已使用，疑似重放", "the nonce was used before",
        "换新的 nonce 并重新签名 / sign anew with a fresh nonce", "频繁出现时排查重放 / look for a replay when frequent";
    /// The first send of this requestId has not finished yet.
    StillRunning = "CHS-40902", 409, true,
        "同一请求正在处理中", "the same request is still running",
        "稍后用新的 nonce 重发 / send again later with a fresh nonce", "检查长事务 / look for long transactions";
    /// The admission time is not yet that of ward entry.
    DischargeBlocked = "CHS-40960", 409, false,
        "入院时间未变更为入科时间，不能办理出院", "no discharge before the admission time is that of ward entry",
        "先做入院信息变更（2403）/ change the admission first (2403)", "无需处理 / nothing";
    /// Discharge stands.
    FeeBlocked = "CHS-40961", 409, false,
        "已办理医保出院，费用不能变动", "fees do not change while discharge stands",
        "先撤销出院办理（2405）/ cancel the discharge first (2405)", "无需处理 / nothing";
    /// A settled stay keeps its category.
    StaySettled = "CHS-40962", 409, false,
        "已结算，不能变更类别", "the stay is settled and keeps its category",
        "先撤销结算 / cancel the settlement first", "无需处理 / nothing";
    /// An uploaded list keeps its category.
    ListUploaded = "CHS-40963", 409, false,
        "清单已上传，不能变更类别", "the list is uploaded and keeps its category",
        "先撤回清单 / withdraw the list first", "无需处理 / nothing";
    /// Another change than from an ordinary stay to day surgery.
    CategoryNotAllowed = "CHS-40964", 409, false,
        "只能由普通住院变更为日间手术", "only an ordinary stay can become day surgery",
        "核对住院医疗类型 / check ipt_med_type", "无需处理 / nothing";
    /// The planned stay is too long for day surgery.
    PlannedStayTooLong = "CHS-40965", 409, false,
        "计划住院时长超过日间手术上限", "the planned stay is longer than day surgery allows",
        "按普通住院办理 / keep it an ordinary stay", "核对 quality.day_surgery_hours / check it";
    /// An item is edited while its mapping is active.
    MappingActive = "CHS-40966", 409, false,
        "医保对照有效，不能修改该项目", "the item's mapping is active, it is not edited",
        "由医保办停用对照后再修改 / the insurance office stops the mapping first", "无需处理 / nothing";
    /// The state of the list forbids the step.
    ListState = "CHS-40903", 409, false,
        "清单当前状态不允许该操作", "the list's state does not allow this step",
        "查询清单状态 / query the state of the list", "无需处理 / nothing";
    /// The list stands in a frozen monthly batch.
    ListFrozen = "CHS-40904", 409, false,
        "清单已随月度批次固化，不能变更", "the list is frozen with its monthly batch",
        "通过差异调整处理 / use a difference entry", "无需处理 / nothing";
    /// batch_no was used with other content.
    BatchNoUsed = "CHS-40905", 409, false,
        "批次号在该月已用于其他内容", "the batch_no was used with other content in this month",
        "换新的批次号 / use a new batch_no", "无需处理 / nothing";
    /// There is no open publication of the month.
    WindowClosed = "CHS-40906", 409, false,
        "该月公示未开始或异议期已结束", "the month is not published or its window for objections is over",
        "在公示期内提出 / object within the window", "无需处理 / nothing";
    /// The month is being published, or the case has an objection in the way.
    ObjectionState = "CHS-40907", 409, false,
        "公示或异议的当前状态不允许该操作", "the state of the publication or objection does not allow this step",
        "查询公示与异议状态 / query publication and objections", "无需处理 / nothing";
    /// The public key belongs to another caller.
    KeyTaken = "CHS-40920", 409, false,
        "公钥已登记给其他调用方", "the public key is registered for another caller",
        "每个调用方使用自己的密钥对 / use a key pair of your own",
        "核对公钥归属 / check whose key it is";
    /// The access key or paasid belongs to another caller.
    GatewayIdTaken = "CHS-40930", 409, false,
        "AK 或 paasid 已登记给其他调用方", "the access key or paasid is registered for another caller",
        "使用本机构自己的 AK / use an access key of your own", "核对归属 / check whose it is";
    /// Something that has to come before this step of the month is not done.
    MonthOrder = "CHS-40940", 409, false,
        "月结的前置步骤尚未完成", "a step of the month that comes before this one is not done",
        "按 errors[] 完成前置步骤 / finish what errors[] names", "按 errors[] 完成前置步骤 / finish what errors[] names";
    /// The state of month, application or batch forbids the step.
    MonthState = "CHS-40941", 409, false,
        "月份、申请或批次的当前状态不允许该操作", "the state of the month, application or batch does not allow this step",
        "查询月结账单的状态 / query the state of the bill", "无需处理 / nothing";
    /// Somebody else moved it since the caller looked.
    VersionConflict = "CHS-40942", 409, false,
        "版本不一致，数据已被他人变更", "the version is not the present one: somebody else moved it",
        "重新查询后再操作 / query again, then act", "无需处理 / nothing";
    /// The core's request id was used before.
    CoreRequestUsed = "CHS-40943", 409, false,
        "核心系统请求号已使用，须换新号", "the core's request id was used before: take a new one",
        "无需处理 / nothing", "换新的请求号 / take a new request id";
    /// The two signatures do not agree.
    SignaturesDiffer = "CHS-40944", 409, false,
        "双方签认的金额、摘要不一致，或并非两人", "the two signatures differ in amount or digest, or are one person's",
        "与经办核对后重新签认 / settle it with the bureau and sign anew", "与医院核对后重新签认 / settle it with the hospital and sign anew";
    /// The state of the special case forbids the step.
    SpecialCaseState = "CHS-40945", 409, false,
        "特病单议的当前状态不允许该操作", "the state of the special case does not allow this step",
        "查询申请状态 / query the case", "查询申请状态 / query the case";
    /// More special cases than the quota.
    QuotaExhausted = "CHS-40946", 409, false,
        "特病单议申报数已达当月限额", "the quota of special cases of the month is used up",
        "撤回其他申请或待下月 / withdraw another one", "限额见 settlement.special_share_* / the quota is settlement.special_share_*";
    /// The profile was changed within the month.
    ProfileChanged = "CHS-40947", 409, false,
        "统筹区参数在本月首次固化后已变更", "the profile was changed since the first case of the month was frozen",
        "无需处理 / nothing", "恢复原参数后完成本月 / finish the month with the former parameters";
    /// The state of the annual clearing or of the institution's confirmation forbids the step.
    ClearingState = "CHS-40950", 409, false,
        "年度清算或机构确认的当前状态不允许该操作", "the state of the annual clearing or of the confirmation does not allow this step",
        "查询年度清算的状态 / query the clearing", "查询年度清算的状态 / query the clearing";
    /// Who proposed may not confirm.
    SecondPerson = "CHS-40951", 409, false,
        "须由编制人以外的第二人复核", "another person than the one who proposed has to confirm",
        "无需处理 / nothing", "换人复核 / let another person confirm";
    /// The digest is not that of what stands now.
    DigestDiffers = "CHS-40952", 409, false,
        "摘要与现有结算单不符", "the digest is not that of the statement as it stands",
        "重新查询后再确认 / query again, then confirm", "重新查询后再确认 / query again, then confirm";
    /// A round is closed, or one of the year is still open.
    NegotiationState = "CHS-40995", 409, false,
        "协商轮次已结束，或该年度已有未结束的轮次", "the negotiation round is closed, or one of the year is still open",
        "查询协商轮次 / query the round", "结束前一轮次 / close the round before";
    /// The body is larger than the limit.
    BodyTooLarge = "CHS-41301", 413, false,
        "报文超过大小上限", "the body is larger than the limit",
        "拆分报文 / send less at a time", "按需调整 limits.body_bytes / adjust limits.body_bytes";
    /// A file is larger than the limit.
    FileTooLarge = "CHS-41380", 413, false,
        "文件超过大小上限", "the file is larger than the limit",
        "缩短对账期间，分次上传 / send a shorter period at a time", "按需调整 files.file_bytes / adjust files.file_bytes";
    /// The institution's files take up all that is kept for it.
    FilesFull = "CHS-41381", 413, false,
        "本机构保存的文件已达总量上限", "the files kept for the institution have reached their limit",
        "等待旧文件到期 / wait until older files expire", "按需调整 files.institution_bytes / adjust files.institution_bytes";
    /// A body in a coding that is not undone here.
    ContentCoding = "CHS-41590", 415, false,
        "不支持该内容编码", "this content encoding is not supported",
        "不压缩或用 gzip / send it as it is, or with gzip", "无需处理 / nothing";
    /// Not application/json.
    MediaType = "CHS-41501", 415, false,
        "请求内容类型应为 application/json", "the content type must be application/json",
        "设置 Content-Type / set Content-Type", "无需处理 / nothing";
    /// requestId was used with other data.
    RequestIdReused = "CHS-42201", 422, false,
        "requestId 已用于不同的业务数据", "the requestId was used with other data",
        "为新的业务换新的 requestId / use a new requestId for new data", "无需处理 / nothing";
    /// Headers or path name another transaction than the message.
    TransactionMismatch = "CHS-42220", 422, false,
        "请求头 _api_name 或路径与报文 infno 不一致", "_api_name or the path names another transaction than infno",
        "两处使用同一交易编号 / name the same transaction in both",
        "api_name 为服务路径的调用方设为 any / set api_name to any where it is a service path";
    /// infver or recer_sys_code is none of the values told by the bureau.
    ValueNotAgreed = "CHS-42221", 422, false,
        "该值不是本统筹区约定的值", "the value is none of those agreed in this pooling area",
        "按医保经办机构告知的值填写 / use the value that the bureau told",
        "按需调整 transaction.infver、recer_sys_code / adjust these settings";
    /// options.scheme names no installed scheme.
    SchemeUnknown = "CHS-42203", 422, false,
        "分组方案未安装", "the grouping scheme is not installed",
        "用 /version 查看已安装方案 / see /version for the installed schemes", "安装该方案 / install the scheme";
    /// options.profile names no profile.
    ProfileUnknown = "CHS-42204", 422, false,
        "统筹区配置不存在", "no such profile",
        "核对 options.profile / check options.profile", "安装该配置 / install the profile";
    /// The page lies too deep.
    PageTooDeep = "CHS-42206", 422, false,
        "分页过深", "the page lies too deep",
        "用 after 续查或缩小条件 / go on with after, or narrow the query", "无需处理 / nothing";
    /// setl_id is used by several institutions.
    InstitutionNeeded = "CHS-42207", 422, false,
        "多家机构使用该结算ID，须注明机构", "several institutions use this setl_id: name the institution",
        "填写 fixmedins_code / add fixmedins_code", "无需处理 / nothing";
    /// An amount or a number is another one than ours; tolerance 0 fen.
    AmountMismatch = "CHS-42230", 422, false,
        "金额或人次与中心不一致", "an amount or a number differs from ours",
        "按 errors[] 核对后重报 / compare with errors[] and send again", "核对双方台账 / compare both ledgers";
    /// A pool of the month has no budget that gives its points a value.
    BudgetNeeded = "CHS-42231", 422, false,
        "缺少险种当月预算，或预算不足以得出点值", "an insurance type has no budget, or none that gives its points a value",
        "无需处理 / nothing", "补充该险种预算 / give the budget of that insurance type";
    /// The panel may not sit.
    PanelUnfit = "CHS-42232", 422, false,
        "评审专家不符合要求：至少两名、各不相同、非申请机构、申诉后须换人", "the panel may not sit: two experts at least, all different, none of the applying institution, none of the panel before",
        "无需处理 / nothing", "另选专家 / choose other experts";
    /// A step lacks a member that it needs.
    StepIncomplete = "CHS-42233", 422, false,
        "该操作缺少必需的数据项", "the step lacks a member that it needs",
        "补充 errors[] 指出的数据项 / add what errors[] names", "补充 errors[] 指出的数据项 / add what errors[] names";
    /// An appeal without new evidence.
    EvidenceNotNew = "CHS-42234", 422, false,
        "申诉须提交新的证据", "an appeal needs new evidence",
        "提交与首次不同的材料 / submit other documents than before", "无需处理 / nothing";
    /// A fund of the year has no budget that gives its points a value.
    YearBudgetNeeded = "CHS-42250", 422, false,
        "缺少险种年度预算，或预算不足以得出点值", "a fund has no budget of the year, or none that gives its points a value",
        "无需处理 / nothing", "补充该险种年度预算 / give the budget of that insurance type";
    /// An institution with a deposit has no score.
    ScoreNeeded = "CHS-42251", 422, false,
        "已设考核阈值，但有预留金的机构没有考核得分", "an assessment is configured, and an institution with a deposit has no score",
        "无需处理 / nothing", "补充考核得分 / give its score";
    /// The profile names a DIP catalogue that is not configured.
    DipCatalogueMissing = "CHS-42270", 422, false,
        "统筹区的 DIP 目录未配置，不能分组", "the area's DIP catalogue is not configured: nothing is grouped",
        "联系医保经办机构 / ask the bureau",
        "在 schemes.dip_catalogues 列出目录文件夹 / name its folder in schemes.dip_catalogues";
    /// A file is no archive with one plain text, or inflates beyond the limit.
    FileForm = "CHS-42280", 422, false,
        "文件应为只含一个文本的压缩包", "the file is not an archive of one text",
        "按 errors 重新打包 / pack it anew as errors says", "按需调整 files.inflated_bytes / adjust files.inflated_bytes";
    /// Lines of a detail file do not fit.
    FileLines = "CHS-42281", 422, false,
        "明细文件的内容不符合约定", "lines of the detail file do not fit",
        "按 errors 所列行号与列修改 / mend the lines and columns that errors names", "按需调整 files.most_rows / adjust files.most_rows";
    /// Stated totals are not those of the file.
    FileTotals = "CHS-42282", 422, false,
        "报文中的合计与明细文件不符", "the totals of the message are not those of the detail file",
        "核对笔数与金额 / check number and amounts", "无需处理 / nothing";
    /// More records than one comparison takes.
    TooManyRecords = "CHS-42283", 422, false,
        "对账期间的结算记录超过限额", "the period holds more settlement records than are compared at once",
        "缩短对账期间 / compare a shorter period", "按需调整 files.most_rows / adjust files.most_rows";
    /// An institution that no caller is cannot answer.
    NegotiationParty = "CHS-42295", 422, false,
        "协商轮次中的机构未登记为调用方", "an institution of the negotiation round is not registered as a caller",
        "无需处理 / nothing", "核对机构编码，或先登记 / check the code, or register it first";
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
}

impl ErrorCode {
    /// HTTP status of the code; 500 if the table held an impossible number.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The wire code, e.g. `CHS-40101`.
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// Chinese and English in one line, as outer messages carry them.
    pub fn message(self) -> String {
        format!("{} / {}", self.row().zh, self.row().en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_unique_and_begins_with_its_status() {
        let mut seen = HashSet::new();
        for code in ErrorCode::ALL {
            let row = code.row();
            assert!(seen.insert(row.code), "{} stands twice", row.code);
            assert!(
                row.code.starts_with(&format!("CHS-{}", row.status)),
                "{}",
                row.code
            );
            assert!(!row.zh.is_empty() && !row.en.is_empty());
        }
    }
}
