//! Post-event QC, then grouping and pricing, of lists that go to state 1, and what is kept
//! of it.

use chrono::{DateTime, Utc};
use chs_model::fields::setlinfo;
use chs_quality::{Companions, Severity};

use crate::{
    app::App,
    caller::Caller,
    catalogue::Catalogue,
    error::Refusal,
    service::{
        assessment::{self, Assessment, Basis, Phase},
        checkup::Grouping,
        list_companions,
        list_states::{FAILED, SUBMITTED},
        month_values::{self, MonthValues},
        stored_list::JoinedList,
    },
    store::{
        Tx, TxError,
        groupings::{self, DipRow, GroupingRow},
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
    let values = values(tx, &catalogue, app, lists, now).await?;
    for ((head, joined), companions) in lists.iter().zip(&beside) {
        let basis = (companions, &values);
        let assessment = assess(&catalogue, app, caller, (head, joined), basis, now)?;
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
        .zip(lists)
        .filter_map(|((head, judged), (_, joined))| {
            grouping_of(head, joined, &judged.assessment, now)
        })
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
    let values = values(tx, &catalogue, app, &[(head, joined)], now).await?;
    let basis = (companions, &values);
    let assessment = assess(&catalogue, app, caller, (head, joined), basis, now)?;
    let run = run_of(head, &assessment, head.stas_type == FAILED, now)?;
    qc_results::put(tx, &[run]).await?;
    Ok(assessment)
}

/// What a point was worth in the settled months of these lists.
async fn values(
    tx: &Tx<'_>,
    catalogue: &Catalogue,
    app: &App,
    lists: &[(&ListHead, &JoinedList)],
    now: DateTime<Utc>,
) -> Result<MonthValues, TxError> {
    let profile = catalogue.profile(&app.config.profile);
    let lists: Vec<_> = lists.iter().map(|(_, joined)| &*joined.list).collect();
    month_values::of(tx, profile, &lists, now).await
}

fn assess(
    catalogue: &Catalogue,
    app: &App,
    caller: &Caller,
    (head, joined): (&ListHead, &JoinedList),
    (companions, values): (&Companions, &MonthValues),
    now: DateTime<Utc>,
) -> Result<Assessment, Refusal> {
    let register = app.register.current();
    let registered = register.institution(&head.fixmedins_code);
    let hosp_lv = registered.unwrap_or(caller).hosp_lv.as_deref();
    let basis = Basis {
        profile: None,
        scheme: None,
        hosp_lv,
        fixmedins_code: Some(&head.fixmedins_code),
        today: now,
        trace: false,
        companions: Some(companions),
        layout: joined.layout,
        medfee: joined.medfee,
        value: values.get(&joined.list, now),
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
    joined: &JoinedList,
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
        points_e4: assessment.points_e4(),
        medfee_fen: assessment.medfee_fen(),
        pay_std_fen: assessment.pay_std_fen(),
        profile: assessment.versions.profile.id.clone(),
        grp_time: now,
        dip: (grouping.grp_type == "dip").then(|| dip_of(joined, grouping)),
    })
}

/// What is kept of a DIP case beside its group.
fn dip_of(joined: &JoinedList, grouping: &Grouping) -> DipRow {
    let hi_type = joined.list.setlinfo().text(setlinfo::HI_TYPE);
    let row = DipRow {
        insutype: assessment::insutype(hi_type.unwrap_or_default().trim()).to_owned(),
        ..DipRow::default()
    };
    let Some(dip) = &grouping.dip else {
        return row;
    };
    DipRow {
        stage: dip.stage.as_str().to_owned(),
        grp_diag_code: dip.grp_diag_code.clone(),
        grp_diag_name: dip.grp_diag_name.clone(),
        oprn_grp_code: dip.oprn_grp_code.clone(),
        oprn_grp_name: dip.oprn_grp_name.clone(),
        asst_list_detl: dip.asst_list_detl.clone(),
        score: dip.score,
        auxiliary: dip.auxiliary,
        ..row
    }
}
