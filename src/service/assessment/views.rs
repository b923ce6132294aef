//! The estimate as it is answered, or why there is none.

use chs_settlement::{Estimate, Unpriced};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire;

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
    /// Points settled, where the method pays by points or scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub points: Option<Value>,
    /// Of DIP: whether the value of a point is that of the settled month; before, it is the
    /// profile's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month_valued: Option<bool>,
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

impl Reason {
    pub(in crate::service) fn new(code: &str, zh: &str, en: &str) -> Reason {
        Reason {
            code: code.to_owned(),
            message: zh.to_owned(),
            message_en: en.to_owned(),
        }
    }

    pub(super) fn qc_blocked() -> Reason {
        Reason::new(
            "qc_failed",
            "质控不通过，未分组",
            "quality control failed, not grouped",
        )
    }

    pub(in crate::service) fn other_scheme() -> Reason {
        Reason::new(
            "other_scheme",
            "该分组方案不是统筹区执行的方案，不予测算",
            "the scheme is not one of the profile's; no estimate",
        )
    }

    pub(super) fn no_cost() -> Reason {
        Reason::new(
            "no_cost",
            "清单没有收费项目金额，也没有结算记录",
            "the list carries no iteminfo amounts and no settlement record was reported",
        )
    }

    pub(in crate::service) fn no_level() -> Reason {
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
            points: estimate.points.map(wire::decimal),
            month_valued: None,
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
