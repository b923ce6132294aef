//! Parameters of the annual clearing. No band was found in a published text, so there is
//! none by default.

use chs_settlement::books::{SharingBand, SharingRule};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 年度清算参数，小数加引号 / parameters of the annual clearing; decimals stand in quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Clearing {
    /// 全额返还保证金的考核得分，低于此按比例返还，不设则全额返还 / score of the assessment from
    /// which all of the deposit is released; below it in proportion. None: all of it.
    #[schema(value_type = Option<String>, example = "85")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment_threshold: Option<Decimal>,
    /// 激励约束分段：执行数与应付数之比，递增，末段无上限；空为不激励 / incentive and penalty bands on executed ÷ due, ascending,
    /// the last one without a limit. None: no incentive.
    pub sharing: Vec<SharingStep>,
    /// 差额是否逐段按所在分段分担 / whether each slice of the difference is shared by the band it lies in.
    pub sharing_by_slice: bool,
}

/// 分段 / a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingStep {
    /// 本段最大比值（含），末段不设 / greatest ratio of the band, included; none for the last one.
    #[schema(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Decimal>,
    /// 医院留用结余或承担超支的比例 / the hospital's share of the surplus that it keeps or of the
    /// overspend that it bears.
    #[schema(value_type = String)]
    pub hospital: Decimal,
}

impl Clearing {
    /// The bands as a rule; `None` without any.
    pub fn sharing_rule(&self) -> Option<SharingRule> {
        let band = |step: &SharingStep| SharingBand {
            up_to: step.up_to,
            hospital: step.hospital,
        };
        (!self.sharing.is_empty()).then(|| SharingRule {
            by_slice: self.sharing_by_slice,
            bands: self.sharing.iter().map(band).collect(),
        })
    }

    /// What is wrong with the parameters.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        if self
            .assessment_threshold
            .is_some_and(|threshold| threshold <= Decimal::ZERO)
        {
            return Some((
                "settlement.clearing.assessment_threshold 必须大于 0",
                "settlement.clearing.assessment_threshold must be above 0",
            ));
        }
        let shares = self.sharing.iter().map(|step| step.hospital);
        if shares
            .into_iter()
            .any(|share| share < Decimal::ZERO || share > Decimal::ONE)
        {
            return Some((
                "settlement.clearing.sharing 的比例应在 0 与 1 之间",
                "shares under settlement.clearing.sharing must lie between 0 and 1",
            ));
        }
        let limits: Vec<_> = self.sharing.iter().map(|step| step.up_to).collect();
        let ascending = limits.is_sorted_by(|one, next| match (one, next) {
            (Some(one), Some(next)) => one < next,
            (one, next) => one.is_some() && next.is_none(),
        });
        let open = limits.last().is_none_or(Option::is_none);
        let positive = limits.iter().flatten().all(|limit| *limit > Decimal::ZERO);
        (!(ascending && open && positive)).then_some((
            "settlement.clearing.sharing 的界限须递增，且仅最后一段无上限",
            "limits under settlement.clearing.sharing must ascend, and only the last band is open",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty(text: &str) -> bool {
        toml::from_str::<Clearing>(text).unwrap().fault().is_some()
    }

    #[test]
    fn bands_ascend_and_the_last_one_is_open() {
        let band = |up_to: &str, hospital: &str| {
            let limit = match up_to {
                "" => String::new(),
                limit => format!("up_to = \"{limit}\", "),
            };
            format!("{{ {limit}hospital = \"{hospital}\" }}")
        };
        let bands = |bands: &[String]| format!("sharing = [{}]", bands.join(", "));
        assert!(!faulty(""));
        assert!(!faulty(&bands(&[band("", "0.85")])));
        assert!(!faulty(&bands(&[
            band("0.9", "0.5"),
            band("1.1", "1"),
            band("", "1")
        ])));
        assert!(faulty(&bands(&[band("0.9", "0.5")])));
        assert!(faulty(&bands(&[
            band("0.9", "0.5"),
            band("0.9", "1"),
            band("", "1")
        ])));
        assert!(faulty(&bands(&[band("", "0.5"), band("", "1")])));
        assert!(faulty(&bands(&[band("", "1.1")])));
        assert!(faulty("assessment_threshold = \"0\""));
    }
}
