//! The judgement of a list: findings, group, estimate, and what they rest on. Pre-check
//! and submit give the same judgement; they differ in what they keep of it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chs_grouper::Scheme;
use chs_model::{Layout, Money, SettlementList, fields::setlinfo};
use chs_quality::{Companions, Finding, NotEvaluated, PaymentEffect};
use chs_settlement::{Estimate, Facts, Level, Profile, Unpriced};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use chs_quality::Phase;

use crate::{
    catalogue::{Catalogue, Component, component},
    config::Config,
    error::{ErrorCode, Refusal},
    profiles::{self, Brought, GroupedCase},
    service::checkup::{self, Beside, Checkup, Grouping},
    wire,
};

/// What a list is judged on.
#[derive(Debug)]
pub struct Basis<'a> {
    /// Profile instead of the gateway's.
    pub profile: Option<&'a str>,
    /// Scheme instead of the profile's.
    pub scheme: Option<&'a str>,
    /// Level of the institution (dictionary hosp_lv).
    pub hosp_lv: Option<&'a str>,
    /// Now; stands in for a settlement date that is not there yet.
    pub today: DateTime<Utc>,
    /// Whether the grouping trace is wanted.
    pub trace: bool,
    /// Documents that came with the list.
    pub companions: Option<&'a Companions>,
    /// The layout of the list, where that lacks fields of the full one.
    pub layout: Option<Layout>,
    /// Total cost by the settlement record, for a list without amounts of its own.
    pub medfee: Option<Money>,
}

/// Findings, group and estimate of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assessment {
    /// `1` 通过 pass, `0` 不通过 fail: whether an error-level finding was raised.
    pub qltctrl_rslt: &'static str,
    /// What was found.
    #[schema(value_type = Vec<Object>)]
    pub findings: Vec<Finding>,
    /// Rules that could not be evaluated, and what they need.
    #[schema(value_type = Vec<Object>)]
    pub not_evaluated: Vec<NotEvaluated>,
    /// Grouping result; absent when error-level findings block grouping.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub grouping: Option<Grouping>,
    /// Estimate of payment, or null with `estimate_reason`.
    pub estimate: Option<EstimateView>,
    /// Why there is no estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_reason: Option<Reason>,
    /// What the judgement rests on.
    pub versions: Versions,
    #[serde(skip)]
    priced: Priced,
}

/// Amounts that are stored beside the answer.
#[derive(Debug, Default)]
struct Priced {
    weight: Option<Decimal>,
    medfee_fen: i64,
    pay_std_fen: Option<i64>,
}

/// A reason with a stable code.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// In Chinese.
    pub message: String,
    /// In English.
    pub message_en: String,
}

/// Ids and digests of rules, scheme and profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Versions {
    /// Rule set.
    pub rules: Component,
    /// Grouping scheme.
    pub scheme: Component,
    /// Profile.
    pub profile: Component,
}

/// The estimate on the wire; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
pub struct EstimateView {
    /// Profile.
    pub profile: String,
    /// Whether the profile's values are examples, not a settlement notice.
    pub example: bool,
    /// Version of the parameters.
    pub version: String,
    /// Payment method.
    pub method: &'static str,
    /// Formula that calculated it.
    pub formula: &'static str,
    /// low, normal, high.
    pub case_type: &'static str,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// What the case is paid under the method.
    #[schema(value_type = f64)]
    pub pay_std: Value,
    /// pay_std less medfee_sumamt.
    #[schema(value_type = f64)]
    pub difference: Value,
    /// The calculation, line by line; lines with `summand` add up to pay_std.
    pub terms: Vec<TermView>,
}

/// One line of the calculation.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermView {
    /// Name in Chinese.
    pub name: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// Value.
    #[schema(value_type = f64)]
    pub value: Value,
    /// yuan, yuan/weight, weight, ratio.
    pub unit: &'static str,
    /// Whether it is part of the sum.
    pub summand: bool,
}

/// Judges a list.
///
/// # Errors
/// [`ErrorCode::ProfileUnknown`] and [`ErrorCode::SchemeUnknown`].
pub fn assess(
    catalogue: &Catalogue,
    config: &Config,
    phase: Phase,
    list: &SettlementList,
    basis: &Basis<'_>,
) -> Result<Assessment, Refusal> {
    let profile_id = basis.profile.unwrap_or(&config.profile);
    let profile = catalogue.profile(profile_id).ok_or_else(|| {
        Refusal::field(
            ErrorCode::ProfileUnknown,
            "/options/profile",
            "统筹区配置不存在",
            "no such profile is installed",
        )
    })?;
    let settled_on = settled_on(list, basis.today);
    let scheme = basis
        .scheme
        .or_else(|| profile.scheme_on(discharged_on(list, basis.today)))
        .and_then(|id| catalogue.scheme(id))
        .ok_or_else(|| {
            Refusal::field(
                ErrorCode::SchemeUnknown,
                "/options/scheme",
                "分组方案未安装或该日期无生效方案",
                "the scheme is not installed, or none is in force on that day",
            )
        })?;
    let day = discharged_on(list, basis.today);
    let engine = catalogue
        .engine_on(day)
        .ok_or_else(|| Refusal::internal("no rules for the day"))?;
    let beside = Beside {
        companions: basis.companions,
        tables: Some(catalogue.tables()),
        now: Some((basis.today + TimeDelta::hours(8)).naive_utc()),
        trace: basis.trace,
        layout: basis.layout,
    };
    let Checkup {
        mut report,
        grouping,
    } = checkup::check_list(engine, scheme, list, phase, &beside);
    let passed = !report.has_errors();
    let blocked = phase == Phase::Post && !passed && profile.qc_blocks_grouping();
    let grouping = (!blocked).then_some(grouping);

    let case = PricingInput {
        profile,
        scheme,
        list,
        settled_on,
        hosp_lv: basis.hosp_lv,
        medfee: basis.medfee,
    };
    add_payments(&case, &mut report.findings);
    let (priced, outcome) = match &grouping {
        Some(grouping) => price(&case, grouping),
        None => (Priced::default(), Err(Reason::qc_blocked())),
    };
    let (estimate, estimate_reason) = match outcome {
        Ok(estimate) => (Some(EstimateView::from(estimate)), None),
        Err(reason) => (None, Some(reason)),
    };
    Ok(Assessment {
        qltctrl_rslt: if passed { "1" } else { "0" },
        findings: report.findings,
        not_evaluated: report.not_evaluated,
        grouping,
        estimate,
        estimate_reason,
        versions: Versions {
            rules: component(engine.version(), engine.digest()),
            scheme: component(scheme.id(), scheme.digest()),
            profile: component(profile.id(), profile.digest()),
        },
        priced,
    })
}

impl Assessment {
    /// Whether no error-level finding was raised.
    pub fn passed(&self) -> bool {
        self.qltctrl_rslt == "1"
    }

    /// Weight of the group in the scheme.
    pub fn weight(&self) -> Option<Decimal> {
        self.priced.weight
    }

    /// Total cost, fen; 0 when the list carries none.
    pub fn medfee_fen(&self) -> i64 {
        self.priced.medfee_fen
    }

    /// Estimated payment, fen.
    pub fn pay_std_fen(&self) -> Option<i64> {
        self.priced.pay_std_fen
    }
}

/// What the audit record of a judgement names: the settlement, or before it the visit.
pub fn subject(list: &SettlementList) -> String {
    let info = list.setlinfo();
    [setlinfo::SETL_ID, setlinfo::MDTRT_ID]
        .into_iter()
        .filter_map(|field| info.text(field))
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default()
        .chars()
        .take(64)
        .collect()
}

/// The day that decides which scheme is in force: a stay is grouped by the scheme of its
/// discharge, whenever it is settled.
fn discharged_on(list: &SettlementList, now: DateTime<Utc>) -> NaiveDate {
    discharge(list).unwrap_or_else(|| settled_on(list, now))
}

/// The day of discharge; the field holds a time.
pub(super) fn discharge(list: &SettlementList) -> Option<NaiveDate> {
    let time = list.setlinfo().datetime(setlinfo::DSCG_TIME);
    time.map(|time| time.date())
}

/// The day that decides which parameters are in force.
pub(super) fn settled_on(list: &SettlementList, now: DateTime<Utc>) -> NaiveDate {
    let info = list.setlinfo();
    info.date(setlinfo::SETL_END_DATE)
        .or_else(|| discharge(list))
        .unwrap_or_else(|| (now + TimeDelta::hours(8)).date_naive())
}

struct PricingInput<'a> {
    profile: &'a Profile,
    scheme: &'a Scheme,
    list: &'a SettlementList,
    settled_on: NaiveDate,
    hosp_lv: Option<&'a str>,
    medfee: Option<Money>,
}

fn price(input: &PricingInput<'_>, grouping: &Grouping) -> (Priced, Result<Estimate, Reason>) {
    let drg = input.scheme.drg(&grouping.drg_code);
    let cost = input.list.total_cost().or(input.medfee);
    let mut priced = Priced {
        weight: drg.and_then(|drg| drg.weight()),
        medfee_fen: cost.map_or(0, |cost| cost.fen()),
        pay_std_fen: None,
    };
    if !input.profile.covers_scheme(input.scheme.id()) {
        return (priced, Err(Reason::other_scheme()));
    }
    let outcome = estimate_of(input, &grouping.drg_code, cost);
    priced.pay_std_fen = outcome.as_ref().ok().map(|estimate| estimate.pay_std.fen());
    (priced, outcome)
}

/// The estimate of the case in a group.
fn estimate_of(
    input: &PricingInput<'_>,
    drg_code: &str,
    cost: Option<Money>,
) -> Result<Estimate, Reason> {
    let cost = cost.ok_or_else(Reason::no_cost)?;
    let level = input.hosp_lv.and_then(Level::from_hosp_lv);
    let level = level.ok_or_else(Reason::no_level)?;
    let info = input.list.setlinfo();
    let case = GroupedCase {
        drg_code,
        level,
        insutype: insutype(info.text(setlinfo::HI_TYPE).unwrap_or_default().trim()),
        medfee_sumamt: cost,
        setl_date: input.settled_on,
    };
    let brought = Brought {
        facts: Facts {
            discharged: discharge(input.list),
            ..Facts::default()
        },
        ..Brought::default()
    };
    profiles::estimate_with(input.profile, Some(input.scheme), &case, brought).map_err(Reason::from)
}

/// What a list is priced by where no call asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Pricing<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The scheme that groups.
    pub scheme: &'a Scheme,
    /// Level of the institution (dictionary hosp_lv).
    pub hosp_lv: Option<&'a str>,
    /// Stands in for a settlement date that is not there yet.
    pub today: DateTime<Utc>,
}

/// The estimate of one list, with the amounts for sums.
#[derive(Debug)]
pub struct ListEstimate {
    /// The estimate, or why there is none.
    pub outcome: Result<EstimateView, Reason>,
    /// Estimated payment.
    pub pay_std: Option<Money>,
}

/// Prices a checked list, and what the mends of its findings mean for the payment.
pub fn price_list(
    pricing: &Pricing<'_>,
    list: &SettlementList,
    checkup: &mut Checkup,
) -> ListEstimate {
    let input = PricingInput {
        profile: pricing.profile,
        scheme: pricing.scheme,
        list,
        settled_on: settled_on(list, pricing.today),
        hosp_lv: pricing.hosp_lv,
        medfee: None,
    };
    add_payments(&input, &mut checkup.report.findings);
    let (_, outcome) = price(&input, &checkup.grouping);
    ListEstimate {
        pay_std: outcome.as_ref().ok().map(|estimate| estimate.pay_std),
        outcome: outcome.map(EstimateView::from),
    }
}

/// Adds to findings that have one clear mend what the mend means for the payment.
fn add_payments(input: &PricingInput<'_>, findings: &mut [Finding]) {
    if !input.profile.covers_scheme(input.scheme.id()) {
        return;
    }
    let cost = input.list.total_cost().or(input.medfee);
    let pay = |drg_code: &str| {
        let estimate = estimate_of(input, drg_code, cost).ok()?;
        Some(estimate.pay_std.to_decimal())
    };
    let effects = findings
        .iter_mut()
        .filter_map(|one| one.group_effect.as_mut());
    for effect in effects {
        let Some(after) = &effect.after else { continue };
        let pair = pay(&effect.before.drg_code).zip(pay(&after.drg_code));
        effect.payment = pair.and_then(|(before, after)| PaymentEffect::of(before, after));
    }
}

/// The insurance type behind hi_type. The sources conflict: some lists carry 1 (职工) and
/// 2 (居民), others the codes of insutype themselves; both are taken.
pub(super) fn insutype(hi_type: &str) -> &str {
    match hi_type {
        "1" => "310",
        "2" => "390",
        other => other,
    }
}

impl Reason {
    pub(super) fn new(code: &str, zh: &str, en: &str) -> Reason {
        Reason {
            code: code.to_owned(),
            message: zh.to_owned(),
            message_en: en.to_owned(),
        }
    }

    fn qc_blocked() -> Reason {
        Reason::new(
            "qc_failed",
            "质控不通过，未分组",
            "quality control failed, not grouped",
        )
    }

    pub(super) fn other_scheme() -> Reason {
        Reason::new(
            "other_scheme",
            "该分组方案不是统筹区执行的方案，不予测算",
            "the scheme is not one of the profile's; no estimate",
        )
    }

    fn no_cost() -> Reason {
        Reason::new(
            "no_cost",
            "清单没有收费项目金额，也没有结算记录",
            "the list carries no iteminfo amounts and no settlement record was reported",
        )
    }

    pub(super) fn no_level() -> Reason {
        Reason::new(
            "no_level",
            "未登记医疗机构等级",
            "the institution's level is not registered",
        )
    }
}

impl From<Unpriced> for Reason {
    fn from(unpriced: Unpriced) -> Reason {
        Reason::new(unpriced.code, &unpriced.zh, &unpriced.en)
    }
}

impl From<Estimate> for EstimateView {
    fn from(estimate: Estimate) -> EstimateView {
        EstimateView {
            example: estimate.example,
            version: estimate.version,
            method: estimate.method,
            formula: estimate.formula,
            case_type: estimate.case_type.as_str(),
            medfee_sumamt: wire::yuan(estimate.medfee_sumamt),
            pay_std: wire::yuan(estimate.pay_std),
            difference: wire::yuan(estimate.difference),
            terms: estimate
                .terms
                .into_iter()
                .map(|term| TermView {
                    name: term.name,
                    name_en: term.name_en,
                    value: wire::decimal(term.value),
                    unit: term.unit.as_str(),
                    summand: term.summand,
                })
                .collect(),
            profile: estimate.profile,
        }
    }
}
