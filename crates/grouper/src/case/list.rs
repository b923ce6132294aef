//! A case out of a settlement list (transaction 4101).

use super::{Case, Sex};
use chs_model::fields::{diseinfo, oprninfo, setlinfo};
use chs_model::{Field, Row, SettlementList};
use rust_decimal::prelude::ToPrimitive;

/// A field that grouping needs and the list lacks; a thin list (4101A) lacks
/// several until it is joined with its settlement record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("分组缺少 {node}.{name}（{zh}） / grouping lacks {node}.{name} ({en})")]
pub struct MissingField {
    /// The node, such as `setlinfo`.
    pub node: &'static str,
    /// The field's name, such as `gend`.
    pub name: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
}

impl<'a> Case<'a> {
    /// Takes from a list what grouping looks at: the western diagnoses and the
    /// procedures, the principal ones first, and the person's data. Of the
    /// weights the one at birth is taken before the one at admission.
    ///
    /// # Errors
    /// The list lacks the principal diagnosis, the sex or any age.
    pub fn from_list(list: &'a SettlementList) -> Result<Self, MissingField> {
        let info = list.setlinfo();
        let principal = list.principal_diagnosis();
        let principal = principal.and_then(|row| filled(row, diseinfo::DIAG_CODE));
        let principal = principal
            .ok_or_else(|| missing(diseinfo::DIAG_CODE, "主要诊断", "principal diagnosis"))?;
        let sex = filled(info, setlinfo::GEND);
        let sex = sex.ok_or_else(|| missing(setlinfo::GEND, "性别", "sex"))?;
        let (age_years, age_days) = (list.age_years(), list.age_days());
        if age_years.is_none() && age_days.is_none() {
            return Err(missing(setlinfo::AGE, "年龄", "age"));
        }
        let dx = list.other_diagnoses();
        let dx = dx.filter_map(|row| filled(row, diseinfo::DIAG_CODE));
        let px = list.principal_procedure().into_iter();
        let px = px.chain(list.other_procedures());
        let px = px.filter_map(|row| filled(row, oprninfo::OPRN_OPRT_CODE));
        Ok(Self {
            sex: match sex {
                "1" => Some(Sex::Male),
                "2" => Some(Sex::Female),
                _ => None,
            },
            age_years,
            age_days,
            birth_weight: grams(info, setlinfo::NWB_BIR_WT)
                .or_else(|| grams(info, setlinfo::NWB_ADM_WT)),
            los: list.length_of_stay(),
            dept: filled(info, setlinfo::DSCG_CATY).unwrap_or_default(),
            discharge: filled(info, setlinfo::DSCG_WAY).unwrap_or_default(),
            dx: std::iter::once(principal).chain(dx).collect(),
            px: px.collect(),
        })
    }
}

/// The trimmed text of a field that is not blank.
fn filled(row: &Row, field: Field) -> Option<&str> {
    let text = row.text(field)?.trim();
    (!text.is_empty()).then_some(text)
}

/// A weight above 0; lists write 0 where there is none.
fn grams(row: &Row, field: Field) -> Option<u32> {
    let grams = row.decimal(field)?.trunc().to_u32()?;
    (grams > 0).then_some(grams)
}

fn missing(field: Field, zh: &'static str, en: &'static str) -> MissingField {
    MissingField {
        node: field.node().name(),
        name: field.name(),
        zh,
        en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn list(input: &serde_json::Value) -> SettlementList {
        SettlementList::parse(input).expect("a list")
    }

    #[test]
    fn a_full_list_gives_a_case() {
        let list = list(&json!({
            "setlinfo": {
                "gend": "2", "age": 0, "nwb_age": "3", "nwb_bir_wt": "0", "nwb_adm_wt": "1480.5",
                "dscg_caty": "03", "dscg_way": "1", "act_ipt_days": 12
            },
            "diseinfo": [
                {"diag_type": "1", "maindiag_flag": "0", "diag_code": "P36.900"},
                {"diag_type": "1", "maindiag_flag": "1", "diag_code": "P07.300x001"},
                {"diag_type": "2", "maindiag_flag": "1", "diag_code": "A04.03"}
            ],
            "oprninfo": [
                {"oprn_oprt_type": "2", "oprn_oprt_code": "96.7101"},
                {"oprn_oprt_type": "1", "oprn_oprt_code": "38.8501"}
            ]
        }));
        let case = Case::from_list(&list).expect("a case");
        assert_eq!(case.sex, Some(Sex::Female));
        assert_eq!((case.age_years, case.age_days), (Some(0), Some(3)));
        assert_eq!(case.birth_weight, Some(1480));
        assert_eq!(case.los, Some(12));
        assert_eq!(case.dx, ["P07.300x001", "P36.900"]);
        assert_eq!(case.px, ["38.8501", "96.7101"]);
        assert_eq!((case.dept, case.discharge), ("03", "1"));
    }

    #[test]
    fn a_thin_list_says_what_it_lacks() {
        let dx = json!([{"diag_type": "1", "maindiag_flag": "1", "diag_code": "I10.x00"}]);
        let lacks = |input| Case::from_list(&list(&input)).expect_err("lacks").name;
        assert_eq!(lacks(json!({"setlinfo": {}})), "diag_code");
        assert_eq!(lacks(json!({"setlinfo": {}, "diseinfo": dx})), "gend");
        let sexed = json!({"setlinfo": {"gend": "1"}, "diseinfo": dx});
        assert_eq!(lacks(sexed), "age");
    }
}
