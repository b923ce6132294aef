//! `groupings.report`: keep the city's official results and report them upward. The lists
//! are locked in the order of their keys; everything is read and written set by set.

use std::collections::HashMap;

use chs_grouper::Scheme;
use serde_json::{Value, json};

use crate::{
    catalogue::Catalogue,
    error::{ErrorCode, Refusal},
    operations::{
        groupings_report::{ReportAnswer, ReportItem, ReportRequest, ReportedItem},
        items::Item,
    },
    service::{
        exactly_once::{Done, exactly_once},
        list_states::{PASSED, SUBMITTED},
        outgoing,
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::{self, ListHead, ListKeys},
        reported_groupings::{self, Batch, NewReport, REVOKED, Reported},
    },
    wire,
};

/// Takes the batch of the call.
///
/// # Errors
/// A batch number of other content, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &ReportRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: report(tx, session, request).await?,
            subject: request.batch_no.clone(),
        })
    })
    .await
}

type Key<'a> = (&'a str, &'a str);

async fn report(
    tx: &Tx<'_>,
    session: &Session,
    request: &ReportRequest,
) -> Result<ReportAnswer, TxError> {
    let good = || request.items.iter().filter_map(|item| item.as_ref().ok());
    let keys: ListKeys = good().map(key_of).collect();
    let heads = lists::lock(tx, &keys).await?;
    let stored = reported_groupings::of_cases(tx, &keys).await?;
    let mut cases: HashMap<Key<'_>, Case<'_>> = heads.iter().map(case_of).collect();
    for one in &stored {
        if let Some(case) = cases.get_mut(&(one.fixmedins_code.as_str(), one.setl_id.as_str())) {
            case.reports.push(Report::from(one));
        }
    }
    let catalogue = session.app.catalogue.current();
    let schemes = Schemes::of(&catalogue, request);
    let now = wire::china_time(session.meta.received_at);
    let mut accepted = Vec::new();
    let mut answers = Vec::with_capacity(request.items.len());
    for item in &request.items {
        let (answer, row) = judge(item, request, &schemes, &mut cases, &now);
        answers.push(answer);
        accepted.extend(row);
    }
    let count = accepted.len();
    if count > 0 {
        keep(tx, session, request, accepted).await?;
    }
    Ok(ReportAnswer {
        batch_no: request.batch_no.clone(),
        setl_ym: request.setl_ym.clone(),
        accepted: count,
        items: answers,
    })
}

async fn keep(
    tx: &Tx<'_>,
    session: &Session,
    request: &ReportRequest,
    accepted: Vec<(&ReportItem, NewReport)>,
) -> Result<(), TxError> {
    let digest = session.meta.data.sm3();
    let batch = Batch {
        batch_no: &request.batch_no,
        setl_ym: &request.setl_ym,
        grp_ver: &request.grp_ver,
        grp_spec_ver: &request.grp_spec_ver,
        place_grp_ver: &request.place_grp_ver,
        app_id: &session.caller.app_id,
        digest: &digest,
        at: session.meta.received_at,
    };
    let count = i32::try_from(accepted.len()).map_err(Refusal::internal)?;
    if !reported_groupings::claim_batch(tx, &batch, count).await? {
        let row = ErrorCode::BatchNoUsed.row();
        return Err(Refusal::field(ErrorCode::BatchNoUsed, "/batch_no", row.zh, row.en).into());
    }
    let (items, rows): (Vec<_>, Vec<_>) = accepted.into_iter().unzip();
    reported_groupings::put(tx, &batch, &rows).await?;
    let data = json!({
        "batch_no": request.batch_no,
        "setl_ym": request.setl_ym,
        "grp_ver": request.grp_ver,
        "grp_spec_ver": request.grp_spec_ver,
        "place_grp_ver": request.place_grp_ver,
        "items": items,
    });
    let message = vec![(request.batch_no.clone(), data)];
    outgoing::enqueue(tx, session, "groupings.report", message).await
}

/// A case with the reports that are on record for it, the message's own among them.
struct Case<'a> {
    head: &'a ListHead,
    reports: Vec<Report>,
}

/// What the sequence rules look at.
struct Report {
    sequence: i32,
    digest: String,
    state: String,
    reported_at: String,
}

impl From<&Reported> for Report {
    fn from(one: &Reported) -> Report {
        Report {
            sequence: one.sequence,
            digest: one.input_digest.clone(),
            state: one.state.clone(),
            reported_at: wire::china_time(one.reported_at),
        }
    }
}

fn key_of(item: &ReportItem) -> Key<'_> {
    (&item.fixmedins_code, &item.setl_id)
}

fn case_of(head: &ListHead) -> (Key<'_>, Case<'_>) {
    let reports = Vec::new();
    (
        (&head.fixmedins_code, &head.setl_id),
        Case { head, reports },
    )
}

/// The schemes of the message; nothing when one of them is not installed.
struct Schemes<'a> {
    national: Option<&'a Scheme>,
    local: Option<&'a Scheme>,
    all_installed: bool,
}

impl<'a> Schemes<'a> {
    fn of(catalogue: &'a Catalogue, request: &ReportRequest) -> Schemes<'a> {
        let find = |id: &str| catalogue.scheme(id);
        let told = |id: &str| id.is_empty() || find(id).is_some();
        Schemes {
            national: find(&request.grp_ver),
            local: find(&request.place_grp_ver),
            all_installed: told(&request.grp_spec_ver) && told(&request.place_grp_ver),
        }
    }
}

fn judge<'a>(
    item: &'a Item<ReportItem>,
    request: &ReportRequest,
    schemes: &Schemes,
    cases: &mut HashMap<Key<'a>, Case<'a>>,
    now: &str,
) -> (ReportedItem, Option<(&'a ReportItem, NewReport)>) {
    let item = match item {
        Ok(item) => item,
        Err(bad) => {
            let mut answer = refused("ITEM_INVALID", &bad.setl_id, None);
            answer.errors.clone_from(&bad.errors);
            return (answer, None);
        }
    };
    let refuse = |result| (refused(result, &item.setl_id, Some(item.sequence)), None);
    let Some(case) = cases.get_mut(&key_of(item)) else {
        return refuse("LIST_UNKNOWN");
    };
    let same =
        |report: &&Report| report.sequence == item.sequence && report.digest == item.input_digest;
    if let Some(first) = case.reports.iter().find(same) {
        return (taken("DUPLICATE", item, first), None);
    }
    let head = case.head;
    let submitted = matches!(head.stas_type, SUBMITTED | PASSED)
        && head.setl_ym == request.setl_ym
        && (item.setl_list_sn.is_empty() || item.setl_list_sn == head.setl_list_id);
    if head.frozen && (submitted || !case.reports.is_empty()) {
        return refuse("FROZEN");
    }
    if !submitted {
        return refuse("LIST_UNKNOWN");
    }
    let (Some(scheme), true) = (schemes.national, schemes.all_installed) else {
        return refuse("SCHEME_NOT_INSTALLED");
    };
    let local_known = item.place_drg_codg.is_empty()
        || schemes
            .local
            .is_some_and(|local| names_group(local, &item.place_drg_codg));
    if !local_known || !is_group(scheme, item) {
        return refuse("GROUP_UNKNOWN");
    }
    let last = case.reports.last();
    let last_sequence = last.map_or(0, |report| report.sequence);
    if item.sequence <= last_sequence {
        return refuse("SEQUENCE_STALE");
    }
    // The next sequence opens when the one before is revoked.
    if item.sequence != last_sequence + 1 || last.is_some_and(|report| report.state != REVOKED) {
        return refuse("SEQUENCE_GAP");
    }
    if item.input_digest != head.input_digest {
        let mut answer = refused("DIGEST_MISMATCH", &item.setl_id, Some(item.sequence));
        answer.stored_digest = Some(head.input_digest.clone());
        return (answer, None);
    }
    let Some(row) = new_report(item, scheme) else {
        return refuse("ITEM_INVALID");
    };
    case.reports.push(Report {
        sequence: item.sequence,
        digest: item.input_digest.clone(),
        state: "REPORTED".to_owned(),
        reported_at: now.to_owned(),
    });
    let answer = case
        .reports
        .last()
        .map(|report| taken("ACCEPTED", item, report));
    match answer {
        Some(answer) => (answer, Some((item, row))),
        None => refuse("ITEM_INVALID"),
    }
}

/// Whether the scheme has the group that the item tells, under the core group and category
/// it tells: a DRG for grp_rslt 1, `0000` or an ambiguous group (QY) for 0.
fn is_group(scheme: &Scheme, item: &ReportItem) -> bool {
    let fits = |told: &str, real: &str| told.is_empty() || told == real;
    if item.grp_rslt == 1 {
        return scheme.drg(&item.drg_code).is_some_and(|drg| {
            fits(&item.adrg_code, drg.adrg()) && fits(&item.mdc_codg, drg.mdc())
        });
    }
    names_no_group(scheme, &item.drg_code)
}

fn names_group(scheme: &Scheme, code: &str) -> bool {
    scheme.drg(code).is_some() || names_no_group(scheme, code)
}

fn names_no_group(scheme: &Scheme, code: &str) -> bool {
    let letter = code.strip_suffix("QY");
    code == "0000" || scheme.mdcs().iter().any(|mdc| Some(mdc.letter()) == letter)
}

fn new_report(item: &ReportItem, scheme: &Scheme) -> Option<NewReport> {
    let drg = scheme.drg(&item.drg_code);
    Some(NewReport {
        fixmedins_code: item.fixmedins_code.clone(),
        setl_id: item.setl_id.clone(),
        sequence: item.sequence,
        setl_list_sn: item.setl_list_sn.clone(),
        mdc_codg: item.mdc_codg.clone(),
        adrg_code: item.adrg_code.clone(),
        drg_code: item.drg_code.clone(),
        drg_name: drg.map_or("", |drg| drg.name()).to_owned(),
        place_drg_codg: item.place_drg_codg.clone(),
        ccmcc: item.ccmcc.clone(),
        grouped: item.grp_rslt == 1,
        grp_time: wire::from_china_time(&item.grp_time)?,
        input_digest: item.input_digest.clone(),
        weight: drg.and_then(|drg| drg.weight()),
    })
}

fn taken(result: &'static str, item: &ReportItem, report: &Report) -> ReportedItem {
    ReportedItem {
        accepted: true,
        state: Some(report.state.clone()),
        reported_at: Some(report.reported_at.clone()),
        ..refused(result, &item.setl_id, Some(item.sequence))
    }
}

fn refused(result: &'static str, setl_id: &str, sequence: Option<i32>) -> ReportedItem {
    let (message, message_en) = explained(result);
    ReportedItem {
        setl_id: setl_id.to_owned(),
        sequence,
        result,
        accepted: false,
        state: None,
        reported_at: None,
        stored_digest: None,
        message,
        message_en,
        errors: Vec::new(),
    }
}

fn explained(result: &str) -> (&'static str, &'static str) {
    match result {
        "DUPLICATE" => (
            "已上报，返回首次答复",
            "reported before: the first answer again",
        ),
        "SEQUENCE_STALE" => (
            "序号已用于其他内容",
            "the sequence was used with other content",
        ),
        "SEQUENCE_GAP" => (
            "序号不连续，或上一序号尚未撤销",
            "the sequence skips one, or the one before is not revoked",
        ),
        "LIST_UNKNOWN" => (
            "该月没有此清单，或清单未提交",
            "no such list in the month, or it is not submitted",
        ),
        "DIGEST_MISMATCH" => (
            "摘要与已存清单不符",
            "the digest is not that of the stored list",
        ),
        "SCHEME_NOT_INSTALLED" => ("分组方案未安装", "a scheme of the message is not installed"),
        "GROUP_UNKNOWN" => ("方案中没有该病组", "the scheme has no such group"),
        "FROZEN" => (
            "病例已随月度批次固化",
            "the case is frozen with its monthly batch",
        ),
        "ITEM_INVALID" => ("条目格式不正确", "the item is malformed"),
        _ => ("", ""),
    }
}
