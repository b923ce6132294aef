//! The DRG rate method (费率法): weight × rate × coefficient.

use chs_model::Money;
use rust_decimal::Decimal;

use crate::exact::{difference, product, sum};
use crate::profile::{HighSettle, LowSettle, Profile, RateMethod, RoundingStep};
use crate::{CaseType, Estimate, Parameters, PricingCase, Term, Unit, Unpriced};

/// Named in every estimate, so that a bill can be recalculated years later.
const FORMULA: &str = "drg-rate-1";

/// Prices a grouped case by the rate method.
pub(crate) fn price(
    profile: &Profile,
    parameters: &Parameters,
    method: &RateMethod,
    case: &PricingCase,
) -> Result<Estimate, Unpriced> {
    let weight = match case.weight {
        Some(weight) if weight > Decimal::ZERO => weight,
        _ => return Err(Unpriced::no_weight(&case.drg)),
    };
    let coefficient = coefficient(parameters, case)?;
    if case.cost < Money::ZERO {
        return Err(Unpriced::out_of_range());
    }
    let calculated = calculate(method, weight, coefficient, case.cost);
    let (case_type, group_standard, pay_std, terms) =
        calculated.ok_or_else(Unpriced::out_of_range)?;
    let difference = pay_std
        .checked_sub(case.cost)
        .map_err(|_| Unpriced::out_of_range())?;
    Ok(Estimate {
        profile: profile.id().to_owned(),
        example: profile.example(),
        version: parameters.version.clone(),
        method: "drg_rate",
        formula: FORMULA,
        case_type,
        medfee_sumamt: case.cost,
        group_standard,
        pay_std,
        difference,
        terms,
    })
}

/// The coefficient of the group at this level: from the scheme's column, or 1
/// where the profile names no column for the level.
fn coefficient(parameters: &Parameters, case: &PricingCase) -> Result<Decimal, Unpriced> {
    let Some(column) = parameters.coefficient_column(case.level) else {
        return Ok(Decimal::ONE);
    };
    case.level_coefficient
        .filter(|value| *value > Decimal::ZERO)
        .ok_or_else(|| Unpriced::no_level_coefficient(&case.drg, column))
}

/// `None` when an amount cannot be held exactly.
fn calculate(
    method: &RateMethod,
    weight: Decimal,
    coefficient: Decimal,
    cost: Money,
) -> Option<(CaseType, Money, Money, Vec<Term>)> {
    let mut ledger = Ledger::new(method.rounding);
    let exact = product(product(weight, method.rate)?, coefficient)?;
    let standard = ledger.rounded(exact)?;
    ledger.note("权重", "weight", weight, Unit::Weight);
    ledger.note("费率", "rate", method.rate, Unit::YuanPerWeight);
    ledger.note(
        "机构系数",
        "institution coefficient",
        coefficient,
        Unit::Ratio,
    );
    ledger.note(
        "病组支付标准",
        "standard of the group",
        standard,
        Unit::Yuan,
    );
    let spent = cost.to_decimal();
    ledger.note("医疗费总额", "total cost", spent, Unit::Yuan);

    let mut case_type = CaseType::Normal;
    if let Some(low) = &method.low {
        let limit = product(low.bound, standard)?;
        ledger.note("低倍率界限", "low limit", limit, Unit::Yuan);
        if spent < limit || (!low.strict && spent == limit) {
            case_type = CaseType::Low;
            match low.settle {
                LowSettle::ActualCost => ledger.add("据实支付", "paid at actual cost", spent),
                LowSettle::Standard => {
                    ledger.add("病组支付标准", "standard of the group", standard)
                }
            }
        }
    }
    if let (Some(high), CaseType::Normal) = (&method.high, case_type) {
        let bound = high.bound(weight)?;
        let limit = product(bound, standard)?;
        ledger.note("高倍率界限", "high limit", limit, Unit::Yuan);
        if spent > limit || (!high.strict && spent == limit) {
            case_type = CaseType::High;
            match high.settle {
                HighSettle::StandardPlusExcess { share } => {
                    let excess = product(share, difference(spent, limit)?)?;
                    let excess = ledger.rounded(excess)?;
                    ledger.note(
                        "超出部分支付比例",
                        "share of the excess",
                        share,
                        Unit::Ratio,
                    );
                    ledger.add("病组支付标准", "standard of the group", standard);
                    ledger.add("超出界限部分", "excess over the limit", excess);
                }
                HighSettle::ActualCost => ledger.add("据实支付", "paid at actual cost", spent),
                HighSettle::Standard => {
                    ledger.add("病组支付标准", "standard of the group", standard);
                }
                HighSettle::Cap => {
                    let cap = ledger.rounded(limit)?;
                    ledger.add("封顶支付", "paid up to the cap", cap);
                }
            }
        }
    }
    if case_type == CaseType::Normal {
        ledger.add("病组支付标准", "standard of the group", standard);
    }
    let group_standard = Money::round_yuan(standard).ok()?;
    let (pay_std, terms) = ledger.close()?;
    Some((case_type, group_standard, pay_std, terms))
}

/// The lines of one calculation; its summands add up to the payment.
struct Ledger {
    rounding: RoundingStep,
    terms: Vec<Term>,
}

impl Ledger {
    fn new(rounding: RoundingStep) -> Ledger {
        // Eight lines of the longest calculation and the rounding line.
        Ledger {
            rounding,
            terms: Vec::with_capacity(12),
        }
    }

    /// An amount as it goes on: in fen when each amount is rounded by itself.
    fn rounded(&self, yuan: Decimal) -> Option<Decimal> {
        match self.rounding {
            RoundingStep::Amount => Some(Money::round_yuan(yuan).ok()?.to_decimal()),
            RoundingStep::Payment => Some(yuan),
        }
    }

    fn note(&mut self, name: &'static str, name_en: &'static str, value: Decimal, unit: Unit) {
        self.terms.push(Term {
            name,
            name_en,
            value,
            unit,
            summand: false,
        });
    }

    fn add(&mut self, name: &'static str, name_en: &'static str, yuan: Decimal) {
        self.terms.push(Term {
            name,
            name_en,
            value: yuan,
            unit: Unit::Yuan,
            summand: true,
        });
    }

    /// The payment in fen; what rounding it changed stands on a line of its own.
    fn close(mut self) -> Option<(Money, Vec<Term>)> {
        let total = self
            .terms
            .iter()
            .filter(|term| term.summand)
            .try_fold(Decimal::ZERO, |total, term| sum(total, term.value))?;
        let payment = Money::round_yuan(total).ok()?;
        let residue = difference(payment.to_decimal(), total)?;
        if !residue.is_zero() {
            self.add("取整", "rounding", residue);
        }
        Some((payment, self.terms))
    }
}
