//! Share of traditional Chinese medicine in a case's cost (Chongqing 2025: at least
//! 60 % for a TCM group).

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// The parts of a case's cost that the share is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcmCosts {
    /// 中医治疗费.
    pub tcm_treatment: Money,
    /// 中成药费.
    pub chinese_patent: Money,
    /// 中药饮片费.
    pub decoction_pieces: Money,
    /// 西医治疗费.
    pub west_treatment: Money,
    /// 西药费.
    pub west_drug: Money,
    /// 手术费.
    pub surgery: Money,
    /// 材料费.
    pub material: Money,
}

/// TCM treatment, patent medicine and pieces over these and western treatment, drugs,
/// surgery and material; four decimals. `None` when all are zero.
#[must_use]
pub fn tcm_share(costs: &TcmCosts) -> Option<Decimal> {
    let sum = |parts: &[Money]| {
        parts
            .iter()
            .fold(Fraction::zero(), |sum, part| sum.plus(*part))
    };
    let tcm = sum(&[
        costs.tcm_treatment,
        costs.chinese_patent,
        costs.decoction_pieces,
    ]);
    let west = sum(&[
        costs.west_treatment,
        costs.west_drug,
        costs.surgery,
        costs.material,
    ]);
    let all = tcm.plus(west);
    tcm.over(all)?.round(4)
}
