//! What pricing has to know of a case.

use chrono::NaiveDate;
use chs_model::Money;
use rust_decimal::Decimal;

/// Level of an institution (医院等级) as payment rules use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 一级及以下, unrated institutions included.
    Primary,
    /// 二级.
    Secondary,
    /// 三级.
    Tertiary,
}

impl Level {
    /// From a code of the NHSA dictionary `hosp_lv` (1 三级特等 … 14 一级无等). An
    /// unrated institution (11) counts as 一级及以下, as in `lmtpric_hosp_lv`.
    #[must_use]
    pub fn from_hosp_lv(code: &str) -> Option<Level> {
        match code {
            "1" | "2" | "3" | "4" | "12" => Some(Level::Tertiary),
            "5" | "6" | "7" | "13" => Some(Level::Secondary),
            "8" | "9" | "10" | "11" | "14" => Some(Level::Primary),
            _ => None,
        }
    }

    /// 一级, 二级, 三级.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Primary => "一级",
            Level::Secondary => "二级",
            Level::Tertiary => "三级",
        }
    }
}

/// One grouped case with the amounts that its price depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricingCase {
    /// Code of its DRG or DIP combination in the scheme of the day of settlement.
    pub drg: String,
    /// The group's weight; `None` where the scheme publishes none.
    pub weight: Option<Decimal>,
    /// Level of the institution.
    pub level: Level,
    /// The group's coefficient for that level, from the column of the scheme
    /// that [`Parameters::coefficient_column`](crate::Parameters::coefficient_column)
    /// names.
    pub level_coefficient: Option<Decimal>,
    /// Insurance type (险种类型, dictionary `insutype`), such as 310 or 390.
    pub insutype: String,
    /// Total cost of the case (医疗费总额).
    pub cost: Money,
    /// Day of settlement, which chooses the version of the parameters.
    pub setl_date: NaiveDate,
    /// What points, scores and days need beyond that.
    pub facts: Facts,
}

/// What the methods other than the rate method, and special rules, have to know of a
/// case. Everything may be absent; what a method needs and lacks is its reason for
/// no price.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Score of its DIP combination (病种分值).
    pub score: Option<Decimal>,
    /// Mean cost of its group at this grade last year, in yuan (M).
    pub mean_cost: Option<Decimal>,
    /// Institution coefficient (机构系数); before the scheme's column and the profile's.
    pub coefficient: Option<Decimal>,
    /// Auxiliary-catalogue coefficient (辅助目录系数).
    pub auxiliary: Option<Decimal>,
    /// The factor of a primary-care disease (基层病种系数).
    pub primary_factor: Option<Decimal>,
    /// Whether it fell to a blank DIP group (空白病种).
    pub blank_group: bool,
    /// Day of discharge, which chooses the scheme; without one the day of settlement does.
    pub discharged: Option<NaiveDate>,
    /// Days of stay (实际住院天数).
    pub days: Option<u32>,
    /// Pooling area where the patient is insured (参保地医保区划), for values of a point
    /// by insured area.
    pub insured_area: Option<String>,
    /// Code of the institution, for values of a point by institution.
    pub fixmedins_code: Option<String>,
    /// What a point was worth in the month of the case, where that month is settled; before
    /// every value of the profile.
    pub value: Option<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::Level;

    /// Every code of the dictionary has a level, by the first word of its name.
    #[test]
    fn every_hospital_level_of_the_dictionary_is_known() {
        let Some(dictionary) = chs_model::dictionary::get("hosp_lv") else {
            unreachable!("the model has the dictionary")
        };
        for value in dictionary.values() {
            let (code, name) = (value.code, value.name);
            let level = Level::from_hosp_lv(code).map(Level::name);
            let expected = if name == "无等级" {
                "一级"
            } else {
                name.get(..6).unwrap_or(name)
            };
            assert_eq!(level, Some(expected), "{code} {name}");
        }
        assert_eq!(Level::from_hosp_lv("99"), None);
    }
}
