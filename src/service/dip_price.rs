//! The price of a case by the score of its DIP combination: what the catalogue says of the
//! group, what the list says of the stay, and nothing that either leaves open.

use chrono::NaiveDate;
use chs_grouper::dip::{Catalogue, DipGroup};
use chs_model::{Money, SettlementList, fields::setlinfo, parse_decimal};
use chs_settlement::{Estimate, Facts, Level, Method, Parameters, PricingCase, Profile, Unpriced};
use rust_decimal::Decimal;

use crate::{
    grouped_by::GroupedBy,
    service::assessment::{self, Reason},
};

/// Column of a catalogue with the factor of its primary-care groups (基层病种系数).
const PRIMARY_FACTOR: &str = "primary_factor";
/// Column of a catalogue with 1 for a blank group (空白病种), which some areas pay apart.
const BLANK_GROUP: &str = "blank_group";

/// A case as the catalogue grouped it.
#[derive(Debug, Clone, Copy)]
pub struct DipCase<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// Code of the group; `0000` or nothing where it has none.
    pub code: &'a str,
    /// Coefficient of the auxiliary catalogue; none counts as 1.
    pub auxiliary: Option<Decimal>,
    /// Level of the institution.
    pub level: Level,
    /// Insurance type.
    pub insutype: &'a str,
    /// Total cost.
    pub cost: Money,
    /// Day of settlement.
    pub setl_date: NaiveDate,
    /// What a point was worth in the month of the case, once that is settled.
    pub value: Option<Decimal>,
}

/// What the case is paid under the profile.
///
/// # Errors
/// Why it has no price.
pub fn estimate(
    profile: &Profile,
    list: &SettlementList,
    fixmedins_code: Option<&str>,
    case: &DipCase<'_>,
) -> Result<Estimate, Reason> {
    let group = case.catalogue.find(case.code);
    let ungrouped = matches!(case.code, "" | "0000");
    if group.is_none() && !ungrouped {
        let (code, catalogue) = (case.code, case.catalogue.id());
        return Err(Unpriced::unknown_group(code, catalogue).into());
    }
    let parameters = profile.parameters(case.insutype, case.level, case.setl_date)?;
    let number = |column: &str| {
        let text = GroupedBy::Dip(case.catalogue).local(case.code, column);
        text.and_then(parse_decimal)
    };
    let factor = number(PRIMARY_FACTOR).filter(|factor| *factor > Decimal::ZERO);
    let primary = group.is_some_and(DipGroup::is_primary_care);
    if primary && factor.is_none() && replaces_coefficient(parameters) {
        return Err(no_primary_factor());
    }
    let stay = stay(list, fixmedins_code);
    let column = parameters.coefficient_column(case.level);
    let estimate = profile.price(&PricingCase {
        drg: if ungrouped { "0000" } else { case.code }.to_owned(),
        weight: None,
        level: case.level,
        level_coefficient: column.and_then(number),
        insutype: case.insutype.to_owned(),
        cost: case.cost,
        setl_date: case.setl_date,
        facts: Facts {
            score: group.and_then(DipGroup::score),
            mean_cost: group
                .and_then(DipGroup::mean_cost)
                .map(|mean| mean.to_decimal()),
            auxiliary: case.auxiliary,
            primary_factor: factor.filter(|_| primary),
            blank_group: number(BLANK_GROUP) == Some(Decimal::ONE),
            value: case.value,
            ..stay
        },
    });
    estimate.map_err(Reason::from)
}

/// What a list says of the stay.
pub(super) fn stay(list: &SettlementList, fixmedins_code: Option<&str>) -> Facts {
    let info = list.setlinfo();
    let days = info.text(setlinfo::ACT_IPT_DAYS);
    let area = info.text(setlinfo::INSUPLC).map(str::trim);
    Facts {
        discharged: assessment::discharge(list),
        days: days.and_then(|days| days.trim().parse().ok()),
        insured_area: area.filter(|area| !area.is_empty()).map(str::to_owned),
        fixmedins_code: fixmedins_code.map(str::to_owned),
        ..Facts::default()
    }
}

fn replaces_coefficient(parameters: &Parameters) -> bool {
    matches!(&parameters.method, Method::Points(method) if method.primary_care)
}

fn no_primary_factor() -> Reason {
    Reason::new(
        "no_primary_factor",
        "基层病种没有系数（目录列 primary_factor），不予测算",
        "a primary-care group without a factor (column primary_factor of the catalogue) has no price",
    )
}

/// Whether cases of the profile are paid by the scores of DIP combinations.
pub fn pays_by_scores(profile: &Profile) -> bool {
    let mut versions = profile.parameter_versions().iter();
    versions.any(|version| version.method.name() == "dip_scores")
}

#[cfg(test)]
mod tests {
    use chs_grouper::dip::CatalogueSource;
    use serde_json::json;

    use super::*;
    use crate::profiles::builtin;

    fn catalogue() -> Catalogue {
        Catalogue::load(&CatalogueSource::new([
            (
                "catalogue.toml",
                "id = \"t\"\ntitle = \"虚构\"\npublisher = \"无\"\ndocument = \"无\"\n\
                 in_force_from = \"2026-01-01\"\nscore_scale = 1000\nstages = [\"core\"]\n\
                 excluded_procedure = \"remove\"\n",
            ),
            (
                "core.csv",
                "code,name,dx,px,score,mean_cost,primary_care,primary_factor,blank_group\n\
                 A,甲,K35.8,47.0100,850.5,10000,,,\n\
                 P,乙,J00,-,300,3000,是,0.8,\n\
                 Q,丙,J01,-,300,3000,是,,\n\
                 N,丁,J02,-,,3000,,,\n\
                 B,空白,J03,-,400,5000,,,1\n",
            ),
        ]))
        .unwrap()
    }

    fn paid(profile: &str, code: &str, cost: i64, value: Option<Decimal>) -> Result<i64, String> {
        let (catalogue, profile) = (catalogue(), builtin(profile).unwrap());
        let list = json!({"setlinfo": {"act_ipt_days": "5"}});
        let list = SettlementList::parse(&list).unwrap();
        let case = DipCase {
            catalogue: &catalogue,
            code,
            auxiliary: Some(Decimal::new(11, 1)),
            level: Level::Secondary,
            insutype: "310",
            cost: Money::from_fen(cost),
            setl_date: NaiveDate::from_ymd_opt(2026, 10, 20).unwrap(),
            value,
        };
        let estimate = estimate(&profile, &list, Some("H1"), &case);
        estimate
            .map(|estimate| estimate.pay_std.fen())
            .map_err(|reason| reason.code)
    }

    #[test]
    fn the_value_of_the_month_stands_before_the_placeholder() {
        // 850.5 × 1.1 points, at 1 yuan and at 11.25.
        assert_eq!(paid("lhasa", "A", 900_000, None), Ok(93_555));
        let month = Some(Decimal::new(1125, 2));
        assert_eq!(paid("lhasa", "A", 900_000, month), Ok(1_052_494));
        // Below half: 850.5 × 0.4 × 1.1; above twice: 850.5 × (2.6 − 1) × 1.1.
        assert_eq!(paid("lhasa", "A", 400_000, None), Ok(37_422));
        assert_eq!(paid("lhasa", "A", 2_600_000, None), Ok(149_688));
    }

    #[test]
    fn what_is_missing_is_the_reason_and_never_guessed() {
        let refused = |profile, code| paid(profile, code, 300_000, None).unwrap_err();
        assert_eq!(refused("lhasa", "N"), "no_score");
        assert_eq!(refused("lhasa", "Z"), "unknown_group");
        assert_eq!(refused("lhasa", "0000"), "ungrouped");
        assert_eq!(refused("lhasa", ""), "ungrouped");
        assert_eq!(refused("hubei", "Q"), "no_primary_factor");
        // 300 × 0.8 × 1.1 where the factor replaces the coefficient; Lhasa knows none.
        assert_eq!(paid("hubei", "P", 300_000, None), Ok(26_400));
        assert_eq!(paid("lhasa", "Q", 300_000, None), Ok(33_000));
        // Jining pays blank groups 400 × C/M × 0.7 without coefficients.
        assert_eq!(paid("jining", "B", 400_000, None), Ok(22_400));
    }
}
