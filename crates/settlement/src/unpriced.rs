//! Why a case has no price.

use chrono::NaiveDate;

use crate::Level;

/// A case without a price: a stable code and the reason in both languages. It
/// never stands for an amount of zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{zh} / {en}")]
pub struct Unpriced {
    /// One of `ungrouped`, `ambiguous`, `unknown_group`, `no_weight`,
    /// `insutype_not_covered`, `level_not_covered`, `date_not_covered`,
    /// `no_level_coefficient`, `no_score`, `no_mean`, `no_value`, `no_days`,
    /// `stay_excluded`, `out_of_range`.
    pub code: &'static str,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
}

impl Unpriced {
    fn new(code: &'static str, zh: String, en: String) -> Unpriced {
        Unpriced { code, zh, en }
    }

    /// Group 0000: no rule took the case. What it is paid is decided by review.
    pub(crate) fn ungrouped() -> Unpriced {
        Unpriced::new(
            "ungrouped",
            "病例未入组，不予测算".to_owned(),
            "the case is ungrouped and has no price".to_owned(),
        )
    }

    /// A QY group: the procedure fits none of its category's groups.
    pub(crate) fn ambiguous(drg: &str) -> Unpriced {
        Unpriced::new(
            "ambiguous",
            format!("歧义病例 {drg},不予测算"),
            format!("the ambiguous group {drg} has no price"),
        )
    }

    /// The scheme has no such group; said by whoever looks the group up.
    #[must_use]
    pub fn unknown_group(drg: &str, scheme: &str) -> Unpriced {
        Unpriced::new(
            "unknown_group",
            format!("分组方案 {scheme} 中没有病组 {drg}"),
            format!("scheme {scheme} has no group {drg}"),
        )
    }

    /// The scheme publishes no positive weight for the group.
    pub(crate) fn no_weight(drg: &str) -> Unpriced {
        Unpriced::new(
            "no_weight",
            format!("病组 {drg} 未公布权重，不予测算"),
            format!("no weight is published for group {drg}"),
        )
    }

    pub(crate) fn insutype_not_covered(insutype: &str) -> Unpriced {
        Unpriced::new(
            "insutype_not_covered",
            format!("险种 {insutype} 不在该统筹区参数范围内"),
            format!("the profile has no parameters for insurance type {insutype}"),
        )
    }

    pub(crate) fn level_not_covered(level: Level) -> Unpriced {
        Unpriced::new(
            "level_not_covered",
            format!("{}医疗机构没有适用的参数", level.name()),
            format!("the profile has no parameters for institutions of level {level:?}"),
        )
    }

    pub(crate) fn date_not_covered(date: NaiveDate) -> Unpriced {
        Unpriced::new(
            "date_not_covered",
            format!("结算日期 {date} 没有生效的参数"),
            format!("no parameters are in force on the settlement date {date}"),
        )
    }

    pub(crate) fn no_level_coefficient(drg: &str, column: &str) -> Unpriced {
        Unpriced::new(
            "no_level_coefficient",
            format!("病组 {drg} 缺少系数（{column}）"),
            format!("group {drg} has no coefficient in column {column}"),
        )
    }

    /// The base of the points is missing or not positive: a weight or a score.
    pub(crate) fn no_base(method: &str) -> Unpriced {
        if method == "dip_scores" {
            Unpriced::new(
                "no_score",
                "病种没有大于 0 的分值，不予测算".to_owned(),
                "the combination has no score above 0".to_owned(),
            )
        } else {
            Unpriced::new(
                "no_weight",
                "病组没有大于 0 的权重，不予测算".to_owned(),
                "the group has no weight above 0".to_owned(),
            )
        }
    }

    /// The method divides by the group's mean cost, and there is none.
    pub(crate) fn no_mean() -> Unpriced {
        Unpriced::new(
            "no_mean",
            "病组没有大于 0 的均费，无法判定倍率".to_owned(),
            "the group has no mean cost above 0, so its multiple is unknown".to_owned(),
        )
    }

    /// Neither a default nor a value of the month.
    pub(crate) fn no_value(date: NaiveDate) -> Unpriced {
        Unpriced::new(
            "no_value",
            format!("结算日期 {date} 没有点值或费率"),
            format!("no point value or rate is given for the settlement date {date}"),
        )
    }

    pub(crate) fn no_days() -> Unpriced {
        Unpriced::new(
            "no_days",
            "缺少住院天数".to_owned(),
            "the days of stay are missing".to_owned(),
        )
    }

    /// The stay is too short or too long for the method.
    pub(crate) fn stay_excluded(days: u32) -> Unpriced {
        Unpriced::new(
            "stay_excluded",
            format!("住院 {days} 天不在按病组付费范围内，按项目支付"),
            format!("a stay of {days} days is outside the method and paid by item"),
        )
    }

    /// A negative cost, or an amount beyond what is held exactly.
    pub(crate) fn out_of_range() -> Unpriced {
        Unpriced::new(
            "out_of_range",
            "金额为负或超出可精确计算的范围".to_owned(),
            "an amount is negative or cannot be held exactly".to_owned(),
        )
    }
}
