//! Data that is too large, of another kind, or cannot be carried out (413, 415, 422).

/// These rows behind those before, handed to the next part of the table.
macro_rules! data {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
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
    } } };
}

pub(super) use data;
