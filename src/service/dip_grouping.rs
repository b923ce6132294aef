//! A list grouped by the area's DIP catalogue, told in the names of transaction 3606.

use chs_grouper::{
    Case,
    dip::{Auxiliary, Catalogue, DipGroup, DipOutcome, DipReason, Extras, Stage},
};
use chs_model::{
    Money, Node, SettlementList,
    fields::{icuinfo, iteminfo},
    icd::{self, IcdCode},
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::{
    grouped_by::GroupedBy,
    service::checkup::{GroupTrace, Grouping},
    wire,
};

/// Items (med_chrgitm_type) that count as treatment: 治疗费. Which do is not published.
const TREATMENT: [&str; 1] = ["05"];
/// Items that count as drugs: western drugs, herbal slices, prepared Chinese medicines.
const DRUGS: [&str; 3] = ["09", "10", "11"];

/// The DIP group of a list.
#[derive(Debug, Serialize)]
pub struct DipGrouping {
    /// Code of the combination.
    pub dip_dise_grp_code: String,
    /// Its name.
    pub dip_dise_grp_name: String,
    /// Diagnoses that define it, as the catalogue writes them.
    pub grp_diag_code: String,
    /// Their names.
    pub grp_diag_name: String,
    /// Procedures that define it, as the catalogue writes them.
    pub oprn_grp_code: String,
    /// Their names.
    pub oprn_grp_name: String,
    /// 1 核心病种 core, 2 综合病种 comprehensive; the national values are not published.
    pub dise_list_type: &'static str,
    /// The part of the catalogue.
    pub dise_list_type_name: &'static str,
    /// Score of the combination.
    pub grp_dise_sco: Option<Value>,
    /// Its mean cost in the catalogue, yuan.
    pub mean_cost: Option<Value>,
    /// 1 where the auxiliary catalogue gives the case a coefficient, else 0.
    pub asst_list_flag: &'static str,
    /// The case's levels in the auxiliary catalogue: dimension, level, coefficient.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub asst_list_detl: String,
    /// The highest coefficient, which alone counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asst_coefficient: Option<Value>,
    /// What else is odd about the case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<DipReason>,
    /// The score, exactly.
    #[serde(skip)]
    pub score: Option<Decimal>,
    /// The coefficient, exactly.
    #[serde(skip)]
    pub auxiliary: Option<Decimal>,
    /// The part of the catalogue, as it is stored.
    #[serde(skip)]
    pub stage: Stage,
}

/// Code and name of a part of a catalogue (dise_list_type); values of our own.
pub fn dise_list_type(stage: &str) -> (&'static str, &'static str) {
    match stage {
        "first_stage" => ("1", "先期分组"),
        "merged" => ("1", "合并病种"),
        "assisted" => ("1", "诊断辅助细分"),
        "core" => ("1", "核心病种"),
        "comprehensive" => ("2", "综合病种"),
        _ => ("", ""),
    }
}

/// Groups a list; what grouping lacks is the reason of an invalid outcome. `medfee` is the
/// total cost where the list carries none.
pub fn group(
    catalogue: &Catalogue,
    list: &SettlementList,
    medfee: Option<Money>,
    trace: bool,
) -> Grouping {
    let case = match Case::from_list(list) {
        Ok(case) => case,
        Err(missing) => return Grouping::lacking(&missing, GroupedBy::Dip(catalogue)),
    };
    let extras = extras(list, medfee);
    let (outcome, trace) = if trace {
        let (outcome, trace) = catalogue.group_traced(&case, &extras);
        (outcome, Some(GroupTrace::Dip(Box::new(trace))))
    } else {
        (catalogue.group(&case, &extras), None)
    };
    let levels = catalogue.auxiliary(&case, &extras, outcome.group);
    let reason = outcome.reason;
    Grouping {
        status: outcome.status.as_str(),
        reason_code: reason.map(DipReason::code),
        reason_message: reason.map(|reason| reason.zh().to_owned()),
        reason_message_en: reason.map(|reason| reason.en().to_owned()),
        grp_type: "dip",
        mdc_codg: String::new(),
        adrg_code: String::new(),
        drg_code: code(&outcome).to_owned(),
        drg_name: outcome.group.map_or("", DipGroup::name).to_owned(),
        ccmcc: "",
        grp_ver: catalogue.id().to_owned(),
        dip: outcome
            .group
            .map(|group| Box::new(written(group, &outcome, &levels))),
        trace,
    }
}

/// The code that stands for the group; `0000` where there is none, as in DRG.
pub fn code<'c>(outcome: &DipOutcome<'c>) -> &'c str {
    match outcome.status {
        chs_grouper::Status::Invalid => "",
        _ => outcome.group.map_or("0000", DipGroup::code),
    }
}

/// What DIP looks at beside codes and person.
pub fn extras(list: &SettlementList, medfee: Option<Money>) -> Extras {
    Extras {
        cost: list.total_cost().or(medfee),
        standard: None,
        treatment_cost: items(list, &TREATMENT),
        drug_cost: items(list, &DRUGS),
        icu_days: icu_days(list),
    }
}

/// The sum of the items of these kinds; `None` where the list carries no amounts.
fn items(list: &SettlementList, kinds: &[&str]) -> Option<Money> {
    list.total_cost()?;
    let rows = list.rows(Node::Iteminfo).iter();
    let of_kind = rows.filter(|row| {
        let kind = row.text(iteminfo::MED_CHRGITM).map_or("", str::trim);
        kinds.contains(&kind)
    });
    let mut amounts = of_kind.map(|row| Money::from_yuan(row.decimal(iteminfo::AMT)?).ok());
    amounts.try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount?).ok())
}

/// Days in intensive care: the declared durations together, in days begun; `None` where one
/// of them is not written as days/hours/minutes.
fn icu_days(list: &SettlementList) -> Option<u16> {
    let rows = list.rows(Node::Icuinfo).iter();
    let minutes = rows.map(|row| minutes(row.text(icuinfo::SCS_CUTD_SUM_DURA)?));
    let mut minutes = minutes.map(|minutes| minutes.map(u64::from));
    let sum = minutes.try_fold(0_u64, |sum, minutes| sum.checked_add(minutes?))?;
    u16::try_from(sum.div_ceil(24 * 60)).ok()
}

fn minutes(text: &str) -> Option<u32> {
    let mut parts = text.trim().split('/').map(|part| part.parse::<u16>().ok());
    let (days, hours, minutes) = (parts.next()??, parts.next()??, parts.next()??);
    let whole = (u32::from(days) * 24 + u32::from(hours)) * 60 + u32::from(minutes);
    parts.next().is_none().then_some(whole)
}

fn written(group: &DipGroup, outcome: &DipOutcome<'_>, levels: &Auxiliary<'_>) -> DipGrouping {
    let (dise_list_type, dise_list_type_name) = dise_list_type(group.stage().as_str());
    let auxiliary = levels.highest().and_then(|level| level.coefficient);
    DipGrouping {
        dip_dise_grp_code: group.code().to_owned(),
        dip_dise_grp_name: group.name().to_owned(),
        grp_diag_code: group.diagnoses().to_owned(),
        grp_diag_name: named(group.diagnoses(), diagnosis),
        oprn_grp_code: group.procedures().to_owned(),
        oprn_grp_name: named(group.procedures(), icd::procedure),
        dise_list_type,
        dise_list_type_name,
        grp_dise_sco: group.score().map(wire::decimal),
        mean_cost: group.mean_cost().map(wire::yuan),
        asst_list_flag: if auxiliary.is_some() { "1" } else { "0" },
        asst_list_detl: told(levels),
        asst_coefficient: auxiliary.map(wire::decimal),
        remarks: outcome.notes.iter().collect(),
        score: group.score(),
        auxiliary,
        stage: group.stage(),
    }
}

/// `age 66- 1.1; severity III 1.3`.
fn told(levels: &Auxiliary<'_>) -> String {
    let levels = levels.levels.iter().flatten().map(|level| {
        let coefficient = level.coefficient.map(|number| format!(" {number}"));
        let (dimension, name) = (level.dimension.as_str(), level.level);
        format!("{dimension} {name}{}", coefficient.unwrap_or_default())
    });
    levels.collect::<Vec<_>>().join("; ")
}

/// The name of a whole code, or of the subcategory that a prefix is: the edition gives it to
/// the code that ends in 00.
fn diagnosis(code: &str) -> Option<&'static IcdCode> {
    icd::diagnosis(code).or_else(|| match code.len() {
        3 => icd::diagnosis(&format!("{code}.x00"))
            .or_else(|| icd::diagnosis(&format!("{code}.900"))),
        5 => icd::diagnosis(&format!("{code}00")),
        _ => None,
    })
}

/// A cell with the names of its codes in their place; what has no name stays as it is.
fn named(cell: &str, find: impl Fn(&str) -> Option<&'static IcdCode>) -> String {
    match cell {
        "*" => return "不论手术操作".to_owned(),
        "-" => return "保守治疗".to_owned(),
        _ => {}
    }
    let mut text = String::new();
    let apart = |sign: char| sign.is_whitespace() || "|/+,;，；、".contains(sign);
    for part in cell.split_inclusive(apart) {
        let code = part.trim_end_matches(apart);
        let sign = part.get(code.len()..).unwrap_or_default();
        text.push_str(find(code).map_or(code, |known| known.name));
        text.push_str(sign);
    }
    text
}

#[cfg(test)]
mod tests {
    use chs_grouper::dip::CatalogueSource;
    use serde_json::json;

    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::load(&CatalogueSource::new([
            (
                "catalogue.toml",
                "id = \"t\"\ntitle = \"虚构\"\npublisher = \"无\"\ndocument = \"无\"\n\
                 in_force_from = \"2026-01-01\"\nscore_scale = 1000\nstages = [\"core\"]\n\
                 excluded_procedure = \"remove\"\nunknown_procedure_type = \"therapeutic\"\n\
                 [[auxiliary.age]]\nname = \"66-\"\nyears = \"66-\"\ncoefficient = \"1.1\"\n\
                 [[auxiliary.intensive_care]]\nname = \"2-7\"\ndays = \"2-7\"\ncoefficient = \"1.15\"\n",
            ),
            (
                "core.csv",
                "code,name,dx,px,score,mean_cost\nA,甲,K35.8,47.0100,812.5,8000\nB,乙,K35.8,-,300,3000\n",
            ),
        ]))
        .unwrap()
    }

    fn list(age: &str, px: Value, dura: &str) -> SettlementList {
        SettlementList::parse(&json!({
            "setlinfo": {"gend": "1", "age": age},
            "diseinfo": [{"diag_type": "1", "maindiag_flag": "1", "diag_code": "K35.800"}],
            "oprninfo": px,
            "icuinfo": [{"scs_cutd_sum_dura": dura}],
            "iteminfo": [{"med_chrgitm": "05", "amt": "100.50"}, {"med_chrgitm": "09", "amt": "20.25"},
                {"med_chrgitm": "11", "amt": "0.25"}, {"med_chrgitm": "01", "amt": "8"}],
        }))
        .unwrap()
    }

    #[test]
    fn a_list_has_its_combination_with_the_highest_coefficient() {
        let catalogue = catalogue();
        let px = json!([{"oprn_oprt_type": "1", "oprn_oprt_code": "47.0100"}]);
        let told = group(&catalogue, &list("70", px, "1/13/30"), None, false);
        assert_eq!(
            (told.status, told.grp_type, &*told.drg_code),
            ("grouped", "dip", "A")
        );
        let dip = told.dip.unwrap();
        assert_eq!(dip.score, Some(Decimal::new(8125, 1)));
        assert_eq!(dip.auxiliary, Some(Decimal::new(115, 2)));
        assert_eq!(dip.asst_list_detl, "age 66- 1.1; intensive_care 2-7 1.15");
        assert_eq!(
            (&*dip.grp_diag_code, &*dip.oprn_grp_code),
            ("K35.8", "47.0100")
        );
        assert_eq!(dip.grp_diag_name, icd::diagnosis("K35.800").unwrap().name);
        assert_eq!(dip.oprn_grp_name, icd::procedure("47.0100").unwrap().name);
        let conservative = group(&catalogue, &list("40", json!([]), "0/5/0"), None, false);
        let dip = conservative.dip.unwrap();
        assert_eq!(
            (&*dip.oprn_grp_code, &*dip.oprn_grp_name),
            ("-", "保守治疗")
        );
        assert_eq!((dip.asst_list_flag, dip.auxiliary), ("0", None));
    }

    #[test]
    fn what_does_not_fit_has_no_group_and_says_why() {
        let other = json!([{"oprn_oprt_type": "1", "oprn_oprt_code": "51.2300"}]);
        let told = group(&catalogue(), &list("40", other, "x"), None, true);
        assert_eq!(
            (told.status, told.reason_code),
            ("ungrouped", Some("no_group"))
        );
        assert_eq!(told.drg_code, "0000");
        assert!(told.dip.is_none() && told.trace.is_some());
        let lacking = SettlementList::parse(&json!({"setlinfo": {}})).unwrap();
        let told = group(&catalogue(), &lacking, None, false);
        assert_eq!(
            (told.status, told.reason_code),
            ("invalid", Some("field_missing"))
        );
    }

    #[test]
    fn costs_and_days_come_from_the_list() {
        let told = extras(&list("40", json!([]), "1/13/30"), None);
        let fen = |money: Option<Money>| money.map(|money| money.fen());
        assert_eq!(fen(told.cost), Some(12_900));
        assert_eq!(fen(told.treatment_cost), Some(10_050));
        assert_eq!(fen(told.drug_cost), Some(2_050));
        assert_eq!(told.icu_days, Some(2));
        let thin = SettlementList::parse(&json!({"setlinfo": {}})).unwrap();
        let told = extras(&thin, Some(Money::from_fen(7)));
        assert_eq!(
            (fen(told.cost), told.drug_cost, told.icu_days),
            (Some(7), None, Some(0))
        );
        assert_eq!(
            extras(&list("40", json!([]), "ein Tag"), None).icu_days,
            None
        );
    }

    #[test]
    fn cells_are_named_code_by_code() {
        let names = named("36.0601/36.0700+xx", icd::procedure);
        let of = |code| icd::procedure(code).map_or(code, |known| known.name);
        assert_eq!(names, format!("{}/{}+xx", of("36.0601"), of("36.0700")));
        assert_eq!(named("C00-C97", diagnosis), "C00-C97");
    }
}
