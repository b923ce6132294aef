//! There is no such thing, or not for this caller (404, 405).

/// These rows behind those before, handed to the next part of the table.
macro_rules! unknown {
    ($next:ident $($then:ident)* { $($before:tt)* }) => { $next! { $($then)* { $($before)*
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
    } } };
}

pub(super) use unknown;
