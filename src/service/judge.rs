//! Post-event QC, then grouping and pricing, of lists that go to state 1, and what is kept
//! of it.

use chrono::{DateTime, Utc};
use chs_quality::{Companions, Severity};

use crate::{
    app::App,
    caller::Caller,
    catalogue::Catalogue,
    error::Refusal,
    service::{
        assessment::{self, Assessment, Basis, Phase},
        list_companions,
        list_states::{FAILED, SUBMITTED},
        stored_list::JoinedList,
    },
    store::{
        Tx, TxError,
        groupings::{self, GroupingRow},
        lists::{self, ListHead, ListKeys},
        qc_results::{self, QcRun},
    },
};

/// The outcome of a list that went to state 1.
#[derive(Debug)]
pub struct Judged {
    /// 1, or 3 when QC failed and blocks grouping.
    pub stas_type: i16,
    /// The judgement.
    pub assessment: Assessment,
}

/// Judges lists (locked by the caller) and keeps state, QC result and group of each.
///
/// # Errors
/// No scheme in force on a day of settlement; the database.
pub async fn submitted(
    tx: &Tx<'_>,
    app: &App,
    caller: &Caller,
    lists: &[(&ListHead, &JoinedList)],
    now: DateTime<Utc>,
) -> Result<Vec<Judged>, TxError> {
    // All lists of a call are judged by one state of the rules.
    let catalogue = app.catalogue.current();
    let mut judged = Vec::with_capacity(lists.len());
    let beside = list_companions::of(tx, app, lists, true).await?;
    for ((head, joined), companions) in lists.iter().zip(&beside) {
        let assessment = assess(&catalogue, app, caller, (head, joined), companions, now)?;
        let stas_type = if assessment.grouping.is_none() {
            FAILED
        } else {
            SUBMITTED
        };
        judged.push(Judged {
            stas_type,
            assessment,
        });
    }
    let keys: ListKeys = lists.iter().map(|(head, _)| *head).collect();
    let states: Vec<_> = judged.iter().map(|judged| judged.stas_type).collect();
    lists::set_states(tx, &keys, &states).await?;
    let both = || lists.iter().map(|(head, _)| *head).zip(&judged);
    let runs = both()
        .map(|(head, judged)| run_of(head, &judged.assessment, judged.stas_type == FAILED, now))
        .collect::<Result<Vec<_>, _>>()?;
    qc_results::put(tx, &runs).await?;
    let ungrouped: ListKeys = both()
        .filter(|(_, judged)| judged.assessment.grouping.is_none())
        .map(|(head, _)| head)
        .collect();
    if !ungrouped.setl_ids.is_empty() {
        groupings::void(tx, &ungrouped).await?;
    }
    let rows: Vec<_> = both()
        .filter_map(|(head, judged)| grouping_of(head, &judged.assessment, now))
        .collect();
    if !rows.is_empty() {
        groupings::put(tx, &rows).await?;
    }
    Ok(judged)
}

/// Judges one list and keeps its QC result only.
///
/// # Errors
/// As [`submitted`].
pub async fn checked(
    tx: &Tx<'_>,
    app: &App,
    caller: &Caller,
    (head, joined): (&ListHead, &JoinedList),
    now: DateTime<Utc>,
) -> Result<Assessment, TxError> {
    let beside = list_companions::of(tx, app, &[(head, joined)], false).await?;
    let companions = beside
        .first()
        .ok_or_else(|| Refusal::internal("no companions"))?;
    let catalogue = app.catalogue.current();
    let assessment = assess(&catalogue, app, caller, (head, joined), companions, now)?;
    let run = run_of(head, &assessment, head.stas_type == FAILED, now)?;
    qc_results::put(tx, &[run]).await?;
    Ok(assessment)
}

fn assess(
    catalogue: &Catalogue,
    app: &App,
    caller: &Caller,
    (head, joined): (&ListHead, &JoinedList),
    companions: &Companions,
    now: DateTime<Utc>,
) -> Result<Assessment, Refusal> {
    let register = app.register.current();
    let registered = register.institution(&head.fixmedins_code);
    let hosp_lv = registered.unwrap_or(caller).hosp_lv.as_deref();
    let basis = Basis {
        profile: None,
        scheme: None,
        hosp_lv,
        today: now,
        trace: false,
        companions: Some(companions),
        layout: joined.layout,
        medfee: joined.medfee,
    };
    assessment::assess(catalogue, &app.config, Phase::Post, &joined.list, &basis)
}

fn run_of(
    head: &ListHead,
    assessment: &Assessment,
    returned: bool,
    now: DateTime<Utc>,
) -> Result<QcRun, Refusal> {
    let gravest = assessment.findings.iter().map(|finding| finding.severity);
    Ok(QcRun {
        fixmedins_code: head.fixmedins_code.clone(),
        setl_id: head.setl_id.clone(),
        setl_ym: head.setl_ym.clone(),
        passed: assessment.passed(),
        err_lv: gravest.map(err_lv).max().unwrap_or(0),
        returned,
        findings: serde_json::to_string(&assessment.findings).map_err(Refusal::internal)?,
        not_evaluated: serde_json::to_string(&assessment.not_evaluated)
            .map_err(Refusal::internal)?,
        rules_ver: assessment.versions.rules.digest.clone(),
        qltctrl_time: now,
    })
}

/// err_lv of a severity. The national value list is not published; this is the project's
/// own: 1 info, 2 warning, 3 error (0 none).
pub fn err_lv(severity: Severity) -> i16 {
    match severity {
        Severity::Info => 1,
        Severity::Warning => 2,
        Severity::Error => 3,
    }
}

fn grouping_of(
    head: &ListHead,
    assessment: &Assessment,
    now: DateTime<Utc>,
) -> Option<GroupingRow> {
    let grouping = assessment.grouping.as_ref()?;
    Some(GroupingRow {
        fixmedins_code: head.fixmedins_code.clone(),
        setl_id: head.setl_id.clone(),
        setl_ym: head.setl_ym.clone(),
        grouped: grouping.status == "grouped",
        status: grouping.status.to_owned(),
        reason: grouping.reason_code.map(str::to_owned),
        mdc_codg: grouping.mdc_codg.clone(),
        adrg_code: grouping.adrg_code.clone(),
        drg_code: grouping.drg_code.clone(),
        drg_name: grouping.drg_name.clone(),
        ccmcc: grouping.ccmcc.to_owned(),
        grp_ver: grouping.grp_ver.clone(),
        weight: assessment.weight(),
        medfee_fen: assessment.medfee_fen(),
        pay_std_fen: assessment.pay_std_fen(),
        profile: assessment.versions.profile.id.clone(),
        grp_time: now,
    })
}
