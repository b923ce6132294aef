//! What a judged list is paid: by the weight of its DRG, or by the score of its DIP
//! combination.

use chrono::{DateTime, NaiveDate, Utc};
use chs_grouper::{Scheme, dip::Catalogue};
use chs_model::{Money, SettlementList, fields::setlinfo};
use chs_quality::{Finding, PaymentEffect};
use chs_settlement::{Estimate, Facts, Level, Profile, books::Points};
use rust_decimal::Decimal;

use super::{EstimateView, Reason, discharge, insutype, settled_on};
use crate::{
    grouped_by::GroupedBy,
    profiles::{self, Brought, GroupedCase},
    service::{
        checkup::{Checkup, Grouping},
        dip_price::{self, DipCase},
    },
};

/// Amounts that are stored beside the answer.
#[derive(Debug, Default)]
pub(super) struct Priced {
    pub(super) weight: Option<Decimal>,
    pub(super) points_e4: Option<i64>,
    pub(super) medfee_fen: i64,
    pub(super) pay_std_fen: Option<i64>,
}

pub(super) struct PricingInput<'a> {
    pub(super) profile: &'a Profile,
    pub(super) by: GroupedBy<'a>,
    pub(super) list: &'a SettlementList,
    pub(super) settled_on: NaiveDate,
    pub(super) hosp_lv: Option<&'a str>,
    pub(super) fixmedins_code: Option<&'a str>,
    pub(super) medfee: Option<Money>,
    /// What a point was worth in the month of the case, once that is settled.
    pub(super) value: Option<Decimal>,
}

impl PricingInput<'_> {
    fn cost(&self) -> Option<Money> {
        self.list.total_cost().or(self.medfee)
    }

    fn insutype(&self) -> &str {
        let info = self.list.setlinfo();
        insutype(info.text(setlinfo::HI_TYPE).unwrap_or_default().trim())
    }

    fn level(&self) -> Result<Level, Reason> {
        let level = self.hosp_lv.and_then(Level::from_hosp_lv);
        level.ok_or_else(Reason::no_level)
    }
}

pub(super) fn price(
    input: &PricingInput<'_>,
    grouping: &Grouping,
) -> (Priced, Result<EstimateView, Reason>) {
    let cost = input.cost();
    let drg = input.by.scheme();
    let drg = drg.and_then(|scheme| scheme.drg(&grouping.drg_code));
    let mut priced = Priced {
        weight: drg.and_then(|drg| drg.weight()),
        medfee_fen: cost.map_or(0, |cost| cost.fen()),
        ..Priced::default()
    };
    if !input.profile.covers_scheme(input.by.id()) {
        return (priced, Err(Reason::other_scheme()));
    }
    let outcome = match input.by {
        GroupedBy::Drg(scheme) => estimate_of(input, scheme, &grouping.drg_code, cost),
        GroupedBy::Dip(catalogue) => by_score(input, catalogue, grouping, cost),
    };
    if let Ok(estimate) = &outcome {
        priced.pay_std_fen = Some(estimate.pay_std.fen());
        let points = estimate.points.and_then(Points::round);
        priced.points_e4 = points.map(Points::ten_thousandths);
    }
    let view = outcome.map(|estimate| {
        let dip = input.by.scheme().is_none();
        EstimateView {
            month_valued: dip.then_some(input.value.is_some()),
            ..EstimateView::from(estimate)
        }
    });
    (priced, view)
}

/// The estimate of the case in a DRG.
fn estimate_of(
    input: &PricingInput<'_>,
    scheme: &Scheme,
    drg_code: &str,
    cost: Option<Money>,
) -> Result<Estimate, Reason> {
    let cost = cost.ok_or_else(Reason::no_cost)?;
    let case = GroupedCase {
        drg_code,
        level: input.level()?,
        insutype: input.insutype(),
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
    profiles::estimate_with(input.profile, Some(scheme), &case, brought).map_err(Reason::from)
}

/// The estimate of the case in a DIP combination.
fn by_score(
    input: &PricingInput<'_>,
    catalogue: &Catalogue,
    grouping: &Grouping,
    cost: Option<Money>,
) -> Result<Estimate, Reason> {
    let case = DipCase {
        catalogue,
        code: &grouping.drg_code,
        auxiliary: grouping.dip.as_ref().and_then(|dip| dip.auxiliary),
        level: input.level()?,
        insutype: input.insutype(),
        cost: cost.ok_or_else(Reason::no_cost)?,
        setl_date: input.settled_on,
        value: input.value,
    };
    dip_price::estimate(input.profile, input.list, input.fixmedins_code, &case)
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
        by: pricing.scheme.into(),
        list,
        settled_on: settled_on(list, pricing.today),
        hosp_lv: pricing.hosp_lv,
        fixmedins_code: None,
        medfee: None,
        value: None,
    };
    add_payments(&input, &mut checkup.report.findings);
    let (priced, outcome) = price(&input, &checkup.grouping);
    ListEstimate {
        pay_std: priced.pay_std_fen.map(Money::from_fen),
        outcome,
    }
}

/// Adds to findings that have one clear mend what the mend means for the payment. Under DIP
/// a mend may change the auxiliary level too, which it does not tell: nothing is added.
pub(super) fn add_payments(input: &PricingInput<'_>, findings: &mut [Finding]) {
    let Some(scheme) = input.by.scheme() else {
        return;
    };
    if !input.profile.covers_scheme(scheme.id()) {
        return;
    }
    let cost = input.cost();
    let pay = |drg_code: &str| {
        let estimate = estimate_of(input, scheme, drg_code, cost).ok()?;
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
