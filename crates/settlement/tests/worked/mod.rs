//! From an example's named inputs to the crate's formulas. Nothing is computed here:
//! each arm reads inputs by name, calls a formula and names its results.

use std::collections::BTreeMap;

use chs_model::Money;
use chs_settlement::books::{Batch, SharingRule, totals};
use chs_settlement::formula::{self, TcmCosts, abroad};
use chs_settlement::{
    Bands, Calculated, CoefficientPlace, Extreme, ExtremeSettle, MissingMean, PointsCase,
    PointsHigh, PointsHighSettle, PointsKind, PointsLow, PointsLowSettle, PointsMethod, RateCase,
    RateMethod, Reference, RoundingStep, ZeroScore,
};
use num_bigint::BigUint;
use rust_decimal::Decimal;

pub(crate) type Values = BTreeMap<String, String>;

struct Inputs<'a>(&'a Values);

impl Inputs<'_> {
    fn text(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.0.get(*name))
            .map(String::as_str)
    }
    fn number(&self, names: &[&str]) -> Option<Decimal> {
        self.text(names)?.parse().ok()
    }
    fn yuan(&self, names: &[&str]) -> Option<Money> {
        Money::from_yuan(self.number(names)?).ok()
    }
    fn whole(&self, names: &[&str]) -> Option<u32> {
        self.text(names)?.parse().ok()
    }
}

fn named<const N: usize>(values: [(&str, String); N]) -> Values {
    values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The results by name; `None` for a method or inputs without a formula.
pub(crate) fn evaluate(method: &str, inputs: &Values, batches: &mut Vec<Batch>) -> Option<Values> {
    let get = Inputs(inputs);
    Some(match method {
        "DRG_RATE" | "DRG_RATE_SPECIAL_CASE" => rate(&get)?,
        "DRG_POINTS" => drg_points(&get)?,
        "DIP_POINTS" => dip(&get)?,
        "DIP_POINT_VALUE" => dip_value(&get)?,
        "DRG_THRESHOLD" => {
            let high = get.yuan(&["high_amount_published"])?;
            let (of, to) = (
                get.number(&["assumed_high_ratio"])?,
                get.number(&["assumed_low_ratio"])?,
            );
            named([(
                "low_amount_from_high",
                formula::limit_from_limit(high, of, to)?.to_string(),
            )])
        }
        "DRG_WEIGHT" => {
            let (base, factor) = (
                get.number(&["base_weight"])?,
                get.number(&[
                    "severity_factor_mcc",
                    "severity_factor_cc",
                    "severity_factor",
                ])?,
            );
            named([(
                "final_weight",
                formula::adjusted_weight(base, factor)?.to_string(),
            )])
        }
        "PAYMENT_DEVIATION" => {
            let deviation =
                formula::deviation(get.yuan(&["drg_standard"])?, get.yuan(&["total_fee"])?)?;
            named([
                ("difference", deviation.difference.to_string()),
                ("deviation_pct", deviation.percent?.to_string()),
            ])
        }
        "MONTHLY_RECONCILIATION" => {
            let batch = Batch {
                key: get.text(&["period"])?.to_owned(),
                declared: get.yuan(&["declared"])?,
                ratio: get.number(&["settlement_ratio"])?,
                settled: get.yuan(&["settled"])?,
                self_pay: get.yuan(&["self_pay"])?,
                denied: get.yuan(&["denied"])?,
            };
            let answer = named([
                ("settled", batch.settlement().ok()?.to_string()),
                ("receivable_total", batch.receivable().ok()?.to_string()),
                ("denial_rate_pct", batch.denial_rate()?.to_string()),
            ]);
            batches.push(batch);
            answer
        }
        "MONTHLY_RECONCILIATION_TOTAL" => {
            let sum = totals(batches).ok()?;
            named([
                ("receivable", sum.receivable.to_string()),
                ("declared", sum.declared.to_string()),
                ("settled", sum.settled.to_string()),
                ("self_pay", sum.self_pay.to_string()),
                ("denied", sum.denied.to_string()),
            ])
        }
        "CATALOGUE_COUNTS" => counts(&get)?,
        "DRG_RATE_SHORT_STAY" => {
            let days = abroad::deduction_days(
                get.whole(&["first_deduction_day"])?,
                get.whole(&["actual_LOS"])?,
            );
            named([("deduction_days", days.to_string())])
        }
        "BASE_RATE_CORRIDOR" => {
            let (lower, upper) = abroad::corridor(
                get.number(&["federal_base_rate"])?,
                get.number(&["lower_pct"])?,
                get.number(&["upper_pct"])?,
            )?;
            named([("lower", lower.to_string()), ("upper", upper.to_string())])
        }
        "IME_FACTOR" => {
            let base =
                get.number(&["resident_bed_ratio"])? + get.number(&["offset_used_by_source"])?;
            let power = power(base, get.number(&["exponent"])?)?;
            let percent = get.number(&["c"])? * (power - Decimal::ONE) * Decimal::ONE_HUNDRED;
            named([("ime_pct", percent.round_dp(6).to_string())])
        }
        "TCM_SHARE" => {
            let share = formula::tcm_share(&TcmCosts {
                tcm_treatment: get.yuan(&["tcm_treatment"])?,
                chinese_patent: get.yuan(&["chinese_patent"])?,
                decoction_pieces: get.yuan(&["decoction_pieces"])?,
                west_treatment: get.yuan(&["west_treatment"])?,
                west_drug: get.yuan(&["west_drug"])?,
                surgery: get.yuan(&["surgery"])?,
                material: get.yuan(&["material"])?,
            })?;
            let passes = share >= Decimal::new(60, 2);
            named([
                ("tcm_share", share.to_string()),
                ("passes_60pct", passes.to_string()),
            ])
        }
        "SURPLUS_SHARING" => {
            let share = get.number(&["retain_pct"])? / Decimal::ONE_HUNDRED;
            let shared =
                SharingRule::flat(share).share(get.yuan(&["budget"])?, get.yuan(&["executed"])?)?;
            named([
                ("surplus", shared.difference.to_string()),
                ("hospital_share", shared.hospital.to_string()),
            ])
        }
        _ => return None,
    })
}

fn rate(get: &Inputs<'_>) -> Option<Values> {
    let method = RateMethod {
        rate: get.number(&["rate", "base_rate", "base_rate_eur", "base_rate_usd"])?,
        rounding: RoundingStep::Payment,
        low: None,
        high: None,
    };
    let case = RateCase {
        weight: get.number(&["weight"])?,
        coefficient: get
            .number(&["institution_coef", "adjustment"])
            .unwrap_or(Decimal::ONE),
        cost: get.yuan(&["cost", "fee"]).unwrap_or(Money::ZERO),
    };
    let priced = method.calculate(method.rate, &case).ok()?;
    let uplift = get.number(&["special_uplift"]).unwrap_or(Decimal::ONE);
    let payment = priced.pay_std.checked_mul(uplift).ok()?;
    let effect = payment.checked_sub(priced.pay_std).ok()?;
    let margin = payment.checked_sub(case.cost).ok()?;
    let margin_rate = formula::quotient(margin.to_decimal(), case.cost.to_decimal(), 6);
    Some(named([
        ("standard", priced.group_standard.to_string()),
        ("revenue", priced.group_standard.to_string()),
        ("base_payment", priced.pay_std.to_string()),
        ("payment", payment.to_string()),
        ("management_effect", effect.to_string()),
        ("margin", margin.to_string()),
        ("margin_rate", margin_rate.unwrap_or_default().to_string()),
    ]))
}

fn points_method(kind: PointsKind) -> PointsMethod {
    PointsMethod {
        kind,
        city_mean: None,
        reference: Reference::Mean,
        mean_factor: Decimal::ONE,
        missing_mean: MissingMean::Implied,
        zero_score: ZeroScore::Unpriced,
        primary_care: false,
        blank: None,
        points_decimals: None,
        rounding: RoundingStep::Payment,
        low: None,
        high: None,
        extreme: None,
    }
}

fn drg_points(get: &Inputs<'_>) -> Option<Values> {
    let mut method = points_method(PointsKind::Drg {
        scale: get.whole(&["point_scale"])?,
    });
    method.city_mean = get.number(&["city_avg_cost"]);
    method.low = Some(PointsLow {
        strict: true,
        bound: get.number(&["low_ratio"])?,
        lower_of: get.text(&["lower_of"]) == Some("true"),
        settle: match get.text(&["low_settle"])? {
            "points_no_factor" => PointsLowSettle::PointsNoFactor,
            "by_actual" => PointsLowSettle::ActualCost,
            _ => return None,
        },
    });
    method.high = Some(PointsHigh {
        strict: true,
        bands: Bands::single(get.number(&["high_cap"])?),
        settle: match get.text(&["high_settle"])? {
            "linear_add" => PointsHighSettle::LinearAdd(CoefficientPlace::Inside),
            "deduct" => PointsHighSettle::Deduct,
            "cap" => PointsHighSettle::Cap,
            _ => return None,
        },
    });
    let cost = get.yuan(&["fee"])?;
    let case = PointsCase {
        base: get.number(&["rw"])?,
        coefficient: get.number(&["level_factor"])?,
        auxiliary: Decimal::ONE,
        primary_factor: None,
        mean: get.number(&["group_mean"]),
        blank: false,
        value: get.number(&["point_value"])?,
        cost,
    };
    results(&method.calculate(&case).ok()?, cost)
}

fn results(priced: &Calculated, cost: Money) -> Option<Values> {
    Some(named([
        ("case_type", priced.case_type.as_str().to_uppercase()),
        ("ratio", priced.ratio?.to_string()),
        ("standard", priced.group_standard.to_string()),
        ("points", priced.points.unwrap_or_default().to_string()),
        (
            "settled_score",
            priced.points.unwrap_or_default().to_string(),
        ),
        ("payment", priced.pay_std.to_string()),
        (
            "balance",
            priced.pay_std.checked_sub(cost).ok()?.to_string(),
        ),
    ]))
}

fn dip(get: &Inputs<'_>) -> Option<Values> {
    let score = get.number(&["score", "dip_score"])?;
    let value = get.number(&["point_value", "point_value_yuan"])?;
    let jining = get.text(&["variant"]) == Some("jining");
    let place = if jining {
        CoefficientPlace::Inside
    } else {
        CoefficientPlace::Outside
    };
    let mut method = points_method(PointsKind::Dip);
    method.points_decimals = Some(4);
    method.low = Some(PointsLow {
        strict: !jining,
        bound: Decimal::new(5, 1),
        lower_of: false,
        settle: PointsLowSettle::Ratio(place),
    });
    method.high = Some(PointsHigh {
        strict: true,
        bands: Bands::single(Decimal::TWO),
        settle: PointsHighSettle::LinearAdd(place),
    });
    method.extreme = Some(Extreme {
        strict: true,
        bound: Decimal::from(5),
        settle: if jining {
            ExtremeSettle::Standard
        } else {
            ExtremeSettle::AsHigh
        },
    });
    let mean = get.number(&["peer_avg_cost"]);
    let auxiliary = get
        .number(&["auxiliary_coef", "adjustment"])
        .unwrap_or(Decimal::ONE);
    let coefficient = get.number(&["institution_coef"]).unwrap_or(Decimal::ONE);
    // An example without a cost asks for the standard: a cost of score × value.
    let cost = match get.yuan(&["fee"]) {
        Some(cost) => cost,
        None => Money::round_yuan(score * value).ok()?,
    };
    let case = PointsCase {
        base: score,
        coefficient,
        auxiliary,
        primary_factor: None,
        mean,
        blank: false,
        value,
        cost,
    };
    let priced = method.calculate(&case).ok()?;
    let mut values = results(&priced, cost)?;
    values.insert(
        "payment_standard".to_owned(),
        priced.group_standard.to_string(),
    );
    Some(values)
}

fn dip_value(get: &Inputs<'_>) -> Option<Values> {
    let points = get.number(&["regional_total_points"])?;
    let value = formula::point_value(get.yuan(&["annual_budget"])?, points, 4)?;
    let payment = formula::weight_times_rate(get.number(&["group_points"])?, value)?;
    let surplus = payment.checked_sub(get.yuan(&["actual_cost"])?).ok()?;
    Some(named([
        ("point_value", value.to_string()),
        ("payment", payment.to_string()),
        ("hospital_surplus", surplus.to_string()),
    ]))
}

/// Sizes of a catalogue: sums of its parts.
fn counts(get: &Inputs<'_>) -> Option<Values> {
    let whole = |name: &str| get.0.get(name)?.parse::<i64>().ok();
    let sums: [(&str, &[(&str, i64)]); 9] = [
        (
            "groups",
            &[("surgical", 1), ("non_OR_procedure", 1), ("medical", 1)],
        ),
        ("groups", &[("conservative", 1), ("operative", 1)]),
        ("operative", &[("main_only", 1), ("main_plus_related", 1)]),
        ("groups_by_change", &[("unchanged", 1), ("adjusted", 1)]),
        (
            "groups_in_1.0",
            &[("unchanged", 1), ("adjusted", 1), ("reduced_vs_1.0", 1)],
        ),
        (
            "group_rows",
            &[
                ("formal", 1),
                ("per_MDC_placeholder", 1),
                ("QY", 1),
                ("global_0000", 1),
            ],
        ),
        ("cc_mcc", &[("MCC", 1), ("CC", 1)]),
        (
            "exclusions",
            &[("exclusions_official", 1), ("missing_exclusions", 1)],
        ),
        (
            "set_members",
            &[("set_members_official", 1), ("duplicates", -1)],
        ),
    ];
    let mut values = Values::new();
    for (name, parts) in sums {
        let sum: Option<i64> = parts
            .iter()
            .map(|(part, sign)| Some(sign * whole(part)?))
            .sum();
        if let Some(sum) = sum {
            values.insert(name.to_owned(), sum.to_string());
        }
    }
    (!values.is_empty()).then_some(values)
}

/// `base` to the power of a decimal exponent, to eight decimals (rounded down): the
/// greatest n with (n / 10^8)^q ≤ base^p, where exponent = p / q.
fn power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    let whole = |value: Decimal| u32::try_from(value.normalize().mantissa()).ok();
    let (p, q) = (whole(exponent)?, 10_u32.pow(exponent.normalize().scale()));
    let ten = BigUint::from(10u32);
    let right = BigUint::from(whole(base)?).pow(p) * ten.pow(8 * q);
    let scale = ten.pow(base.normalize().scale() * p);
    let fits = |n: u64| BigUint::from(n).pow(q) * &scale <= right;
    let (mut low, mut high) = (0u64, 10_000_000_000u64);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            low = middle
        } else {
            high = middle
        }
    }
    Decimal::try_from_i128_with_scale(i128::from(low), 8).ok()
}
