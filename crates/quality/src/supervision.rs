//! Supervision over the stays of a period: indicators by institution with their
//! thresholds and the cases behind them.
//!
//! The lists and their names follow the DIP 技术规范 1.0 (医保办发〔2020〕50号); its formulas are
//! not published, so the bands are those of a public implementation and every threshold
//! is to be set by the area.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::scoring::ratio;

/// What supervision looks at of one stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Id of the list.
    pub setl_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Person; compared only.
    pub psn_no: String,
    /// Day of admission.
    pub adm_date: NaiveDate,
    /// Day of discharge.
    pub dscg_date: NaiveDate,
    /// Principal diagnosis.
    pub main_code: String,
    /// Way of discharge; 5 is death.
    pub dscg_way: String,
    /// Days of stay.
    pub act_ipt_days: u32,
    /// Total cost, yuan.
    pub medfee_sumamt: Decimal,
    /// Weight of the group.
    pub weight: Option<Decimal>,
    /// Average cost of the group.
    pub fee_avg: Option<Decimal>,
    /// Average days of the group.
    pub los_avg: Option<Decimal>,
    /// Mortality of the group, a share.
    pub mortality: Option<Decimal>,
    /// Days with a treatment, examination or drug; `None` where the fee lines are not there.
    pub service_days: Option<u32>,
}

/// Thresholds, all to be set by the area.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Days within which an admission is a readmission.
    pub readmission_days: i64,
    /// Mortality below which a group is one of low risk.
    pub low_risk_mortality: Decimal,
    /// Days with services over days of stay, below which services are insufficient.
    pub min_service_ratio: Decimal,
    /// Mean weight over that of all institutions for the same categories.
    pub upcoding: Decimal,
    /// Share of the cases of each list above which an institution is shown as over it.
    pub share: Decimal,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            readmission_days: 31,
            low_risk_mortality: Decimal::new(5, 2),
            min_service_ratio: Decimal::new(3, 1),
            upcoding: Decimal::new(12, 1),
            share: Decimal::new(5, 2),
        }
    }
}

/// The lists of supervision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// 二次入院: discharged and admitted again.
    Readmission,
    /// 低标入院: a cost far below that of the group.
    LowStandard,
    /// 超长住院: a stay far above that of the group.
    OverLong,
    /// 死亡风险: death in a group of low risk.
    LowRiskDeath,
    /// 服务不足: days without services.
    InsufficientService,
    /// 高套: heavier than others with the same diagnoses.
    Upcoding,
}

/// An indicator of one institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Which.
    pub indicator: Indicator,
    /// Institution.
    pub fixmedins_code: String,
    /// Its value: a share of its cases, or the index of upcoding.
    pub value: Decimal,
    /// The threshold.
    pub threshold: Decimal,
    /// Whether the value lies above it.
    pub over: bool,
    /// Cases behind it, with their scores, gravest first.
    pub cases: Vec<(String, Decimal)>,
}

/// Measures every indicator of every institution over the stays of a period.
#[must_use]
pub fn supervise(stays: impl IntoIterator<Item = Stay>, thresholds: &Thresholds) -> Vec<Measured> {
    let stays: Vec<Stay> = stays.into_iter().collect();
    let mut found: BTreeMap<(&str, Indicator), Vec<(String, Decimal)>> = BTreeMap::new();
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for stay in &stays {
        *totals.entry(&stay.fixmedins_code).or_default() += 1;
        for (indicator, score) in alone(stay, thresholds) {
            let cases = found.entry((&stay.fixmedins_code, indicator)).or_default();
            cases.push((stay.setl_id.clone(), score));
        }
    }
    for (stay, score) in readmissions(&stays, thresholds) {
        let cases = found
            .entry((&stay.fixmedins_code, Indicator::Readmission))
            .or_default();
        cases.push((stay.setl_id.clone(), score));
    }
    let shares = found
        .into_iter()
        .filter_map(|((institution, indicator), mut cases)| {
            let total = totals.get(institution).copied()?;
            let value = ratio(u64::try_from(cases.len()).ok()?, total)?;
            cases.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            Some(Measured {
                indicator,
                fixmedins_code: institution.to_owned(),
                value,
                threshold: thresholds.share,
                over: value > thresholds.share,
                cases,
            })
        });
    let mut measured: Vec<Measured> = shares.collect();
    measured.extend(upcoding(&stays, thresholds));
    measured.sort_by(|a, b| {
        let key = |one: &Measured| (one.fixmedins_code.clone(), one.indicator);
        key(a).cmp(&key(b))
    });
    measured
}

/// What one stay says by itself: the lists it belongs to, with its score.
fn alone(stay: &Stay, thresholds: &Thresholds) -> Vec<(Indicator, Decimal)> {
    let tenth = |tenths: i64| Decimal::new(tenths, 1);
    let mut lists = Vec::new();
    let over = |value: Decimal, average: Option<Decimal>| {
        average.and_then(|average| value.checked_div(average))
    };
    if let Some(cost) = over(stay.medfee_sumamt, stay.fee_avg) {
        let bands = [
            (tenth(3), tenth(10)),
            (tenth(5), tenth(7)),
            (tenth(7), tenth(3)),
        ];
        let band = bands.into_iter().find(|(limit, _)| cost < *limit);
        lists.extend(band.map(|(_, score)| (Indicator::LowStandard, score)));
    }
    if let Some(days) = over(Decimal::from(stay.act_ipt_days), stay.los_avg) {
        let bands = [
            (tenth(30), tenth(10)),
            (tenth(20), tenth(6)),
            (tenth(15), tenth(3)),
        ];
        let band = bands.into_iter().find(|(limit, _)| days > *limit);
        lists.extend(band.map(|(_, score)| (Indicator::OverLong, score)));
    }
    if stay.dscg_way == "5"
        && let Some(mortality) = stay.mortality
    {
        let low = mortality < thresholds.low_risk_mortality;
        lists.push((
            Indicator::LowRiskDeath,
            if low { tenth(10) } else { tenth(5) },
        ));
    }
    if let Some(days) = stay.service_days {
        let least = thresholds.min_service_ratio * Decimal::from(stay.act_ipt_days);
        if Decimal::from(days) < least {
            lists.push((Indicator::InsufficientService, Decimal::ONE));
        }
    }
    lists
}

/// Stays that follow another of the person in the same institution: of the same category
/// 1.0, of another 0.5.
fn readmissions<'s>(stays: &'s [Stay], thresholds: &Thresholds) -> Vec<(&'s Stay, Decimal)> {
    let mut ordered: Vec<&Stay> = stays.iter().collect();
    ordered.sort_by_key(|stay| (&stay.fixmedins_code, &stay.psn_no, stay.adm_date));
    let pairs = ordered.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        let same =
            (&before.fixmedins_code, &before.psn_no) == (&after.fixmedins_code, &after.psn_no);
        let days = (after.adm_date - before.dscg_date).num_days();
        if !same || !(0..=thresholds.readmission_days).contains(&days) {
            return None;
        }
        let again = category(&before.main_code) == category(&after.main_code);
        Some((*after, Decimal::new(if again { 10 } else { 5 }, 1)))
    });
    pairs.collect()
}

fn category(code: &str) -> &str {
    code.get(..3).unwrap_or(code)
}

/// What the cases of an institution weigh, and would weigh on average.
#[derive(Default)]
struct Weighed {
    weight: Decimal,
    expected: Decimal,
    /// Those above the threshold, with how far.
    cases: Vec<(String, Decimal)>,
}

/// The weight of an institution's cases over what cases of the same categories weigh on
/// average in all institutions.
fn upcoding(stays: &[Stay], thresholds: &Thresholds) -> Vec<Measured> {
    let weighed = || stays.iter().filter_map(|stay| Some((stay, stay.weight?)));
    let mut means: BTreeMap<&str, (Decimal, u64)> = BTreeMap::new();
    for (stay, weight) in weighed() {
        let (sum, count) = means.entry(category(&stay.main_code)).or_default();
        *sum += weight;
        *count += 1;
    }
    let mut institutions: BTreeMap<&str, Weighed> = BTreeMap::new();
    for (stay, weight) in weighed() {
        let mean = means.get(category(&stay.main_code));
        let mean = mean.and_then(|(sum, count)| sum.checked_div(Decimal::from(*count)));
        let Some(mean) = mean else { continue };
        let entry = institutions.entry(&stay.fixmedins_code).or_default();
        entry.weight += weight;
        entry.expected += mean;
        if let Some(times) = weight
            .checked_div(mean)
            .filter(|times| *times > thresholds.upcoding)
        {
            entry.cases.push((stay.setl_id.clone(), times.round_dp(4)));
        }
    }
    let measured = institutions
        .into_iter()
        .filter_map(|(institution, weighed)| {
            let value = weighed.weight.checked_div(weighed.expected)?.round_dp(4);
            let mut cases = weighed.cases;
            cases.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            Some(Measured {
                indicator: Indicator::Upcoding,
                fixmedins_code: institution.to_owned(),
                value,
                threshold: thresholds.upcoding,
                over: value > thresholds.upcoding,
                cases,
            })
        });
    measured.collect()
}
