//! One list checked and grouped: what `check`, pre-check and submission have in common.

use chrono::NaiveDateTime;
use chs_grouper::{Case, MissingField, Outcome, Scheme, Trace, dip::DipTrace};
use chs_model::{Layout, Money, Node, SettlementList};
use chs_quality::{AreaTables, CheckInput, Companions, Engine, NotEvaluated, Phase, Report};
use serde::Serialize;
use serde_json::json;

use super::{
    dip_grouping::{self, DipGrouping},
    rule_inputs::{Grouper, SchemeTables},
};
use crate::grouped_by::GroupedBy;

/// Findings and group of one list.
#[derive(Debug, Serialize)]
pub struct Checkup {
    /// Findings, and the rules that could not be decided.
    #[serde(flatten)]
    pub report: Report,
    /// The group, whatever the findings.
    pub grouping: Grouping,
}

/// The grouping of a list, in the names of transaction 3605; of DIP, those of 3606 beside
/// them.
#[derive(Debug, Serialize)]
pub struct Grouping {
    /// `grouped`, `ambiguous`, `ungrouped` or `invalid`.
    pub status: &'static str,
    /// Stable code of the reason, for every status but `grouped`.
    #[serde(rename = "reason")]
    pub reason_code: Option<&'static str>,
    /// The reason, Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_message: Option<String>,
    /// The reason, English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_message_en: Option<String>,
    /// `drg` or `dip`: how the area groups.
    pub grp_type: &'static str,
    /// MDC; empty under DIP.
    pub mdc_codg: String,
    /// ADRG; empty under DIP.
    pub adrg_code: String,
    /// DRG, or DIP combination.
    pub drg_code: String,
    /// Name of the group.
    pub drg_name: String,
    /// `MCC` or `CC`: the gravest complication that counts for the group; empty without one.
    pub ccmcc: &'static str,
    /// Id of the scheme or catalogue.
    pub grp_ver: String,
    /// The combination as DIP tells it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub dip: Option<Box<DipGrouping>>,
    /// How the group came about, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<GroupTrace>,
}

/// How a group came about.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum GroupTrace {
    /// Of a DRG scheme.
    Drg(Box<Trace>),
    /// Of a DIP catalogue.
    Dip(Box<DipTrace>),
}

impl Grouping {
    /// The outcome for a list that lacks what grouping needs.
    pub(super) fn lacking(missing: &MissingField, by: GroupedBy<'_>) -> Grouping {
        let field = format!("{}.{}", missing.node, missing.name);
        Grouping {
            status: "invalid",
            reason_code: Some("field_missing"),
            reason_message: Some(format!("分组缺少{}（{field}）", missing.zh)),
            reason_message_en: Some(format!("grouping lacks {} ({field})", missing.en)),
            grp_type: match by {
                GroupedBy::Drg(_) => "drg",
                GroupedBy::Dip(_) => "dip",
            },
            mdc_codg: String::new(),
            adrg_code: String::new(),
            drg_code: String::new(),
            drg_name: String::new(),
            ccmcc: "",
            grp_ver: by.id().to_owned(),
            dip: None,
            trace: None,
        }
    }
}

/// What a check rests on beside the list.
#[derive(Debug, Clone, Default)]
pub struct Beside<'a> {
    /// Documents of the hospital, the settlement, the front page.
    pub companions: Option<&'a Companions>,
    /// Tables of the pooling area.
    pub tables: Option<&'a AreaTables>,
    /// When the check is made, China time.
    pub now: Option<NaiveDateTime>,
    /// Whether the grouping trace is wanted.
    pub trace: bool,
    /// The layout of the list, where that lacks fields of the full one: a rule over a field
    /// that it does not carry answers "not evaluated".
    pub layout: Option<Layout>,
    /// Total cost by the settlement record, for a list without amounts of its own.
    pub medfee: Option<Money>,
}

/// Checks a list against the rules, with the tables of the scheme, and groups it.
///
/// Grouping is done whatever the findings: whether they block it is the caller's policy.
pub fn check_list<'s>(
    engine: &Engine,
    by: impl Into<GroupedBy<'s>>,
    list: &'s SettlementList,
    phase: Phase,
    beside: &Beside<'_>,
) -> Checkup {
    let by = by.into();
    let grouping = match by {
        GroupedBy::Drg(scheme) => group(scheme, list, beside.trace),
        GroupedBy::Dip(catalogue) => {
            dip_grouping::group(catalogue, list, beside.medfee, beside.trace)
        }
    };
    let mut companions = beside.companions.cloned().unwrap_or_default();
    let group = match by {
        GroupedBy::Drg(scheme) => {
            let weight = scheme.drg(&grouping.drg_code).and_then(|drg| drg.weight());
            json!({
                "status": grouping.status,
                "mdc": grouping.mdc_codg,
                "adrg": grouping.adrg_code,
                "drg": grouping.drg_code,
                "weight": weight.map(|weight| weight.to_string()),
            })
        }
        // Rules that look at a DRG itself answer "not evaluated".
        GroupedBy::Dip(_) => json!({"status": grouping.status}),
    };
    // the schema knows the document, and this is its shape
    let _ = companions.put_json("group", &group);
    let tables = SchemeTables {
        scheme: by.scheme(),
        area: beside.tables,
    };
    let grouper = Grouper::new(by, list, beside.medfee);
    let mut input = CheckInput::new(list, phase, &tables)
        .with(&companions)
        .grouped_by(&grouper);
    input.now = beside.now;
    input.layout = beside.layout;
    let mut report = engine.check(&input);
    if let Some(layout) = beside.layout {
        set_aside(&mut report, list, layout);
    }
    Checkup { report, grouping }
}

/// What is found about a node that the layout has no room for is not a fault of the list:
/// the rule lacks its input.
fn set_aside(report: &mut Report, list: &SettlementList, layout: Layout) {
    let lacks = |node: Node| {
        list.rows(node).is_empty()
            && node
                .fields()
                .iter()
                .all(|field| !field.def().layouts.contains(&layout))
    };
    let lacking: Vec<Node> = Node::ALL.into_iter().filter(|node| lacks(*node)).collect();
    let mut aside: Vec<NotEvaluated> = Vec::new();
    report.findings.retain(|finding| {
        let name = finding.pointer.split('/').nth(1).and_then(Node::from_name);
        let Some(node) = name.filter(|node| lacking.contains(node)) else {
            return true;
        };
        if aside.iter().all(|one| one.rule_id != finding.rule_id) {
            aside.push(NotEvaluated {
                rule_id: finding.rule_id.clone(),
                needs: format!("settlement record: {node}").into(),
            });
        }
        false
    });
    report.not_evaluated.extend(aside);
}

/// Groups a list; what grouping lacks is the reason of an invalid outcome.
pub fn group(scheme: &Scheme, list: &SettlementList, trace: bool) -> Grouping {
    let case = match Case::from_list(list) {
        Ok(case) => case,
        Err(missing) => return Grouping::lacking(&missing, scheme.into()),
    };
    let (outcome, trace) = if trace {
        let (outcome, trace) = scheme.group_traced(&case);
        (outcome, Some(GroupTrace::Drg(Box::new(trace))))
    } else {
        (scheme.group(&case), None)
    };
    written(scheme, &case, &outcome, trace)
}

fn written(
    scheme: &Scheme,
    case: &Case<'_>,
    outcome: &Outcome<'_>,
    trace: Option<GroupTrace>,
) -> Grouping {
    let reason = outcome.reason;
    Grouping {
        status: outcome.status.as_str(),
        reason_code: reason.map(|reason| reason.code()),
        reason_message: reason.map(|reason| reason.zh().to_owned()),
        reason_message_en: reason.map(|reason| reason.en().to_owned()),
        grp_type: "drg",
        mdc_codg: outcome.mdc.to_owned(),
        adrg_code: outcome.adrg.to_owned(),
        drg_code: outcome.drg.to_owned(),
        drg_name: outcome.name.to_owned(),
        ccmcc: gravest_complication(scheme, case),
        grp_ver: scheme.id().to_owned(),
        dip: None,
        trace,
    }
}

/// The gravest of the other diagnoses that the principal one does not exclude.
fn gravest_complication(scheme: &Scheme, case: &Case<'_>) -> &'static str {
    let Some((principal, others)) = case.dx.split_first() else {
        return "";
    };
    let counted = others.iter().filter_map(|code| scheme.complication(code));
    let mut gravest = "";
    for complication in counted.filter(|found| !found.is_excluded_by(principal)) {
        if complication.is_major() {
            return "MCC";
        }
        gravest = "CC";
    }
    gravest
}
