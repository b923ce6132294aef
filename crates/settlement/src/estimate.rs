//! The answer: what a case is expected to be paid, and how that came about.

use std::str::FromStr;

use chs_model::Money;
use rust_decimal::Decimal;
use serde_json::{Number, Value, json};

/// Where the cost of a case stands against its group's standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseType {
    /// 低倍率: below the low limit.
    Low,
    /// 正常倍率: between the limits.
    Normal,
    /// 高倍率: above the high limit.
    High,
    /// 极高倍率: an expert review decides.
    Extreme,
}

impl CaseType {
    /// `low`, `normal`, `high`, `extreme`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CaseType::Low => "low",
            CaseType::Normal => "normal",
            CaseType::High => "high",
            CaseType::Extreme => "extreme",
        }
    }
}

/// Unit of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Yuan.
    Yuan,
    /// Yuan for one unit of weight.
    YuanPerWeight,
    /// Units of weight (RW).
    Weight,
    /// A pure number.
    Ratio,
    /// Points or score.
    Points,
    /// Yuan for one point.
    YuanPerPoint,
    /// Days.
    Days,
    /// Yuan for one day.
    YuanPerDay,
}

impl Unit {
    /// `yuan`, `yuan/weight`, `weight`, `ratio`, `points`, `yuan/point`, `days`,
    /// `yuan/day`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Yuan => "yuan",
            Unit::YuanPerWeight => "yuan/weight",
            Unit::Weight => "weight",
            Unit::Ratio => "ratio",
            Unit::Points => "points",
            Unit::YuanPerPoint => "yuan/point",
            Unit::Days => "days",
            Unit::YuanPerDay => "yuan/day",
        }
    }
}

/// One line of the calculation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Name in Chinese.
    pub name: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// Its value: exact, or with twelve decimals when it has no finite form.
    pub value: Decimal,
    /// Its unit.
    pub unit: Unit,
    /// Whether it is part of the sum: these lines add up to `pay_std`.
    pub summand: bool,
}

/// The estimate of one case. It advises; the official settlement decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Id of the profile.
    pub profile: String,
    /// Whether the profile's values are examples and not a settlement notice.
    pub example: bool,
    /// Version of the parameters.
    pub version: String,
    /// Id of the grouping scheme that holds on the day of settlement.
    pub scheme: String,
    /// Payment method, such as `drg_rate`.
    pub method: &'static str,
    /// The formula that calculated it; a changed formula gets another id.
    pub formula: &'static str,
    /// Low, normal, high or extreme multiple.
    pub case_type: CaseType,
    /// How it was settled, in the word of the parameters: `standard`, `actual_cost`,
    /// `linear_add` …
    pub settle: &'static str,
    /// Whether a review still has to decide.
    pub review: bool,
    /// Cost multiple, up to twelve decimals.
    pub ratio: Option<Decimal>,
    /// Points settled; `None` for methods without points and for a payment that is
    /// fixed whatever a point is worth.
    pub points: Option<Decimal>,
    /// Total cost of the case (医疗费总额).
    pub medfee_sumamt: Money,
    /// The group's payment standard, before the rule for low and high cases.
    pub group_standard: Money,
    /// What the case is paid under the method.
    pub pay_std: Money,
    /// `pay_std` less `medfee_sumamt`; negative when the cost is not covered.
    pub difference: Money,
    /// Every line of the calculation, in order.
    pub terms: Vec<Term>,
}

impl Estimate {
    /// The estimate as JSON, in the names of operation `qc.pre-check`; amounts
    /// are numbers with every digit kept.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let terms: Vec<Value> = self
            .terms
            .iter()
            .map(|term| {
                json!({
                    "name": term.name,
                    "name_en": term.name_en,
                    "value": number(&term.value.to_string()),
                    "unit": term.unit.as_str(),
                    "summand": term.summand,
                })
            })
            .collect();
        json!({
            "profile": self.profile,
            "example": self.example,
            "version": self.version,
            "scheme": self.scheme,
            "method": self.method,
            "formula": self.formula,
            "case_type": self.case_type.as_str(),
            "settle": self.settle,
            "review": self.review,
            "ratio": self.ratio.map(|ratio| number(&ratio.to_string())),
            "points": self.points.map(|points| number(&points.to_string())),
            "medfee_sumamt": number(&self.medfee_sumamt.to_string()),
            "group_standard": number(&self.group_standard.to_string()),
            "pay_std": number(&self.pay_std.to_string()),
            "difference": number(&self.difference.to_string()),
            "terms": terms,
        })
    }
}

/// A decimal's text as a JSON number, digit by digit.
fn number(text: &str) -> Value {
    Number::from_str(text).map_or_else(|_| Value::from(text), Value::Number)
}
