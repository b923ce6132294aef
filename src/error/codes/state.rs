//! Not now: too slow, sent before, or against the state of what it is about (408, 409).

/// These rows behind those before, handed to the next part of the table.
macro_rules! state {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
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
    } } };
}

pub(super) use state;
