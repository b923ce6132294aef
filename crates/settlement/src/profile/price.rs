//! From a case and a locality to the method that prices it.

use rust_decimal::Decimal;

use super::{Parameters, Profile};
use crate::fraction::Fraction;
use crate::ledger::{ACTUAL_COST, Ledger, TOTAL_COST};
use crate::{
    Calculated, CaseType, Estimate, Method, PointsCase, PointsKind, PricingCase, RateCase, Unit,
    Unpriced,
};

pub(super) fn price(profile: &Profile, case: &PricingCase) -> Result<Estimate, Unpriced> {
    let parameters = profile.parameters(&case.insutype, case.level, case.setl_date);
    let share = match (case.drg.as_str(), &parameters) {
        ("0000", Ok(parameters)) => parameters.special.ungrouped_share,
        (drg, Ok(parameters)) if drg.ends_with("QY") => parameters.special.ambiguous_share,
        _ => None,
    };
    if let (Some(share), Ok(parameters)) = (share, &parameters) {
        let calculated = share_of_cost(case, share).ok_or_else(Unpriced::out_of_range)?;
        return estimate(profile, parameters, case, calculated);
    }
    if case.drg == "0000" {
        return Err(Unpriced::ungrouped());
    }
    if case.drg.ends_with("QY") {
        return Err(Unpriced::ambiguous(&case.drg));
    }
    let parameters = parameters?;
    if let Some(days) = case.facts.days
        && parameters.special.excludes(days)
    {
        return Err(Unpriced::stay_excluded(days));
    }
    let value = || {
        parameters
            .value(case.setl_date, &case.facts)
            .ok_or_else(|| Unpriced::no_value(case.setl_date))
    };
    let calculated = match &parameters.method {
        Method::Rate(method) => {
            let weight = case
                .weight
                .filter(|weight| *weight > Decimal::ZERO)
                .ok_or_else(|| Unpriced::no_weight(&case.drg))?;
            let rated = RateCase {
                weight,
                coefficient: coefficient(parameters, case)?,
                cost: case.cost,
            };
            method.calculate(value()?, &rated)?
        }
        Method::Points(method) => {
            let base = match method.kind {
                PointsKind::Drg { .. } => case
                    .weight
                    .filter(|weight| *weight > Decimal::ZERO)
                    .ok_or_else(|| Unpriced::no_weight(&case.drg))?,
                PointsKind::Dip => case
                    .facts
                    .score
                    .ok_or_else(|| Unpriced::no_base(parameters.method.name()))?,
            };
            let pointed = PointsCase {
                base,
                coefficient: coefficient(parameters, case)?,
                auxiliary: case.facts.auxiliary.unwrap_or(Decimal::ONE),
                primary_factor: case.facts.primary_factor,
                mean: case.facts.mean_cost,
                blank: case.facts.blank_group,
                value: value()?,
                cost: case.cost,
            };
            method.calculate(&pointed)?
        }
        Method::PerDiem(method) => {
            let days = case.facts.days.ok_or_else(Unpriced::no_days)?;
            method.calculate(value()?, days, case.cost)?
        }
    };
    estimate(profile, parameters, case, calculated)
}

/// The coefficient of the institution: the case's own, or the scheme's for the level
/// where the profile names its column, or the profile's for the level, or 1.
fn coefficient(parameters: &Parameters, case: &PricingCase) -> Result<Decimal, Unpriced> {
    let given = match (
        case.facts.coefficient,
        parameters.coefficient_column(case.level),
    ) {
        (Some(own), _) => Some(own),
        (None, Some(column)) => Some(
            case.level_coefficient
                .ok_or_else(|| Unpriced::no_level_coefficient(&case.drg, column))?,
        ),
        (None, None) => parameters.level_coefficients.of(case.level),
    };
    match given {
        None => Ok(Decimal::ONE),
        Some(value) if value > Decimal::ZERO => Ok(value),
        Some(_) => Err(Unpriced::no_level_coefficient(
            &case.drg,
            parameters
                .coefficient_column(case.level)
                .unwrap_or("coefficient"),
        )),
    }
}

/// An ambiguous or ungrouped case, paid a share of its cost.
fn share_of_cost(case: &PricingCase, share: Decimal) -> Option<Calculated> {
    if case.cost < chs_model::Money::ZERO {
        return None;
    }
    let mut ledger = Ledger::new();
    ledger.note(TOTAL_COST, case.cost, Unit::Yuan)?;
    ledger.note(("按项目支付比例", "share of the cost"), share, Unit::Ratio)?;
    ledger.add(ACTUAL_COST, Fraction::from(case.cost).times(share))?;
    let (pay_std, terms) = ledger.close()?;
    Some(Calculated {
        case_type: CaseType::Normal,
        settle: "share_of_cost",
        review: false,
        ratio: None,
        points: None,
        group_standard: chs_model::Money::ZERO,
        pay_std,
        terms,
    })
}

fn estimate(
    profile: &Profile,
    parameters: &Parameters,
    case: &PricingCase,
    calculated: Calculated,
) -> Result<Estimate, Unpriced> {
    let difference = calculated
        .pay_std
        .checked_sub(case.cost)
        .map_err(|_| Unpriced::out_of_range())?;
    Ok(Estimate {
        profile: profile.id().to_owned(),
        example: profile.example(),
        version: parameters.version.clone(),
        scheme: profile
            .scheme_on(case.facts.discharged.unwrap_or(case.setl_date))
            .unwrap_or_default()
            .to_owned(),
        method: parameters.method.name(),
        formula: parameters.method.formula(),
        case_type: calculated.case_type,
        settle: calculated.settle,
        review: calculated.review,
        ratio: calculated.ratio,
        points: calculated.points,
        medfee_sumamt: case.cost,
        group_standard: calculated.group_standard,
        pay_std: calculated.pay_std,
        difference,
        terms: calculated.terms,
    })
}
