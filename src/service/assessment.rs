//! The judgement of a list: findings, group, estimate, and what they rest on. Pre-check
//! and submit give the same judgement; they differ in what they keep of it.

mod pricing;
mod views;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chs_model::{Layout, Money, SettlementList, fields::setlinfo};
use chs_quality::{Companions, Finding, NotEvaluated};
use chs_settlement::Profile;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

pub use chs_quality::Phase;
pub use pricing::{ListEstimate, Pricing, price_list};
pub use views::{EstimateView, Reason, TermView};

use crate::{
    catalogue::{Catalogue, Component, component},
    config::Config,
    error::{ErrorCode, Refusal},
    service::checkup::{self, Beside, Checkup, Grouping},
};
use pricing::{Priced, PricingInput, add_payments, price};

/// What a list is judged on.
#[derive(Debug)]
pub struct Basis<'a> {
    /// Profile instead of the gateway's.
    pub profile: Option<&'a str>,
    /// Scheme instead of the profile's.
    pub scheme: Option<&'a str>,
    /// Level of the institution (dictionary hosp_lv).
    pub hosp_lv: Option<&'a str>,
    /// The institution.
    pub fixmedins_code: Option<&'a str>,
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
    /// What a point was worth in the month of the case, where that is settled; of DIP.
    pub value: Option<Decimal>,
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

/// Ids and digests of rules, scheme and profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct Versions {
    /// Rule set.
    pub rules: Component,
    /// Grouping scheme, or DIP catalogue.
    pub scheme: Component,
    /// Profile.
    pub profile: Component,
}

/// Judges a list.
///
/// # Errors
/// [`ErrorCode::ProfileUnknown`], [`ErrorCode::SchemeUnknown`] and
/// [`ErrorCode::DipCatalogueMissing`].
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
    let day = discharged_on(list, basis.today);
    let wanted = basis.scheme.or_else(|| profile.scheme_on(day));
    let by = wanted
        .and_then(|id| catalogue.grouped_by(id))
        .ok_or_else(|| not_there(profile, wanted))?;
    let engine = catalogue
        .engine_on(day)
        .ok_or_else(|| Refusal::internal("no rules for the day"))?;
    let beside = Beside {
        companions: basis.companions,
        tables: Some(catalogue.tables()),
        now: Some((basis.today + TimeDelta::hours(8)).naive_utc()),
        trace: basis.trace,
        layout: basis.layout,
        medfee: basis.medfee,
    };
    let Checkup {
        mut report,
        grouping,
    } = checkup::check_list(engine, by, list, phase, &beside);
    let passed = !report.has_errors();
    let blocked = phase == Phase::Post && !passed && profile.qc_blocks_grouping();
    let grouping = (!blocked).then_some(grouping);

    let case = PricingInput {
        profile,
        by,
        list,
        settled_on,
        hosp_lv: basis.hosp_lv,
        fixmedins_code: basis.fixmedins_code,
        medfee: basis.medfee,
        value: basis.value,
    };
    add_payments(&case, &mut report.findings);
    let (priced, outcome) = match &grouping {
        Some(grouping) => price(&case, grouping),
        None => (Priced::default(), Err(Reason::qc_blocked())),
    };
    let (estimate, estimate_reason) = match outcome {
        Ok(estimate) => (Some(estimate), None),
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
            scheme: component(by.id(), by.digest()),
            profile: component(profile.id(), profile.digest()),
        },
        priced,
    })
}

/// Why there is nothing to group by: a catalogue that the area has not configured, or no
/// such scheme.
fn not_there(profile: &Profile, wanted: Option<&str>) -> Refusal {
    let mut periods = profile.schemes().iter();
    let area = periods.any(|period| period.area_catalogue && Some(period.id.as_str()) == wanted);
    if area {
        let row = ErrorCode::DipCatalogueMissing.row();
        return Refusal::field(
            ErrorCode::DipCatalogueMissing,
            "/options/profile",
            row.zh,
            row.en,
        );
    }
    Refusal::field(
        ErrorCode::SchemeUnknown,
        "/options/scheme",
        "分组方案未安装或该日期无生效方案",
        "the scheme is not installed, or none is in force on that day",
    )
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

    /// Points settled by the estimate, ten-thousandths.
    pub fn points_e4(&self) -> Option<i64> {
        self.priced.points_e4
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
pub(in crate::service) fn discharge(list: &SettlementList) -> Option<NaiveDate> {
    let time = list.setlinfo().datetime(setlinfo::DSCG_TIME);
    time.map(|time| time.date())
}

/// The day that decides which parameters are in force.
pub(in crate::service) fn settled_on(list: &SettlementList, now: DateTime<Utc>) -> NaiveDate {
    let info = list.setlinfo();
    info.date(setlinfo::SETL_END_DATE)
        .or_else(|| discharge(list))
        .unwrap_or_else(|| (now + TimeDelta::hours(8)).date_naive())
}

/// The insurance type behind hi_type. The sources conflict: some lists carry 1 (职工) and
/// 2 (居民), others the codes of insutype themselves; both are taken.
pub(in crate::service) fn insutype(hi_type: &str) -> &str {
    match hi_type {
        "1" => "310",
        "2" => "390",
        other => other,
    }
}
