//! The digest of what grouping looks at (`input_digest` of `groupings.report`): both sides
//! make it from the list, so a list that was changed after its report is found.

use chs_envelope::sm;
use chs_model::{
    Field, Row, SettlementList,
    fields::{diseinfo, oprninfo, setlinfo},
    parse_datetime, parse_decimal,
};

/// SM3, lower-case hex, over the UTF-8 of
/// `v1|setl_id|gend|age|age_days|birth_weight|adm_time|dscg_time|dscg_way|act_ipt_days|`,
/// the principal diagnosis, `|`, the other diagnoses sorted and joined by `,`, `|`, the
/// principal procedure, `|`, the other procedures likewise.
///
/// Values are those that the list declares, joined with its settlement record: an absent
/// one is empty, a number has no trailing zeros, a time is `yyyy-MM-dd HH:mm:ss`. The
/// weight is the one at birth, else at admission; days of age are `nwb_age`, else
/// `age_days`.
pub fn of(list: &SettlementList, setl_id: &str) -> String {
    sm::sm3(&[text(list, setl_id).as_bytes()]).to_hex()
}

fn text(list: &SettlementList, setl_id: &str) -> String {
    let info = list.setlinfo();
    let principal = list
        .principal_diagnosis()
        .map_or("", |row| plain(row, diseinfo::DIAG_CODE));
    let others = sorted(list.other_diagnoses(), diseinfo::DIAG_CODE);
    let procedure = list
        .principal_procedure()
        .map_or("", |row| plain(row, oprninfo::OPRN_OPRT_CODE));
    let procedures = sorted(list.other_procedures(), oprninfo::OPRN_OPRT_CODE);
    let either = |first: Field, second: Field| match number(info, first) {
        text if text.is_empty() => number(info, second),
        text => text,
    };
    [
        "v1",
        setl_id,
        plain(info, setlinfo::GEND),
        &number(info, setlinfo::AGE),
        &either(setlinfo::NWB_AGE, setlinfo::AGE_DAYS),
        &either(setlinfo::NWB_BIR_WT, setlinfo::NWB_ADM_WT),
        &time(info, setlinfo::ADM_TIME),
        &time(info, setlinfo::DSCG_TIME),
        plain(info, setlinfo::DSCG_WAY),
        &number(info, setlinfo::ACT_IPT_DAYS),
        principal,
        &others,
        procedure,
        &procedures,
    ]
    .join("|")
}

fn plain(row: &Row, field: Field) -> &str {
    row.text(field).map_or("", str::trim)
}

/// A number without trailing zeros; what is no number stays as it is.
fn number(row: &Row, field: Field) -> String {
    let text = plain(row, field);
    parse_decimal(text).map_or_else(|| text.to_owned(), |number| number.normalize().to_string())
}

fn time(row: &Row, field: Field) -> String {
    let text = plain(row, field);
    parse_datetime(text).map_or_else(
        || text.to_owned(),
        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn sorted<'a>(rows: impl Iterator<Item = &'a Row>, field: Field) -> String {
    let mut codes: Vec<_> = rows.map(|row| plain(row, field)).collect();
    codes.sort_unstable();
    codes.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_text_is_the_contracts() {
        let list = json!({
            "setlinfo": {"setl_id": "S1", "gend": "2", "age": "61.0", "adm_time": "2026-10-01 08:30",
                "dscg_time": "2026-10-09 10:00:05", "dscg_way": "1", "act_ipt_days": 8},
            "diseinfo": [
                {"diag_type": "1", "diag_code": "I10.x00x002", "maindiag_flag": "0"},
                {"diag_type": "1", "diag_code": "I63.900", "maindiag_flag": "1"},
                {"diag_type": "1", "diag_code": "E11.900", "maindiag_flag": "0"},
                {"diag_type": "2", "diag_code": "A07.01", "maindiag_flag": "1"}],
            "oprninfo": [
                {"oprn_oprt_type": "2", "oprn_oprt_code": "88.4101"},
                {"oprn_oprt_type": "1", "oprn_oprt_code": "39.7205"}],
        });
        let list = SettlementList::parse(&list).unwrap();
        assert_eq!(
            text(&list, "S1"),
            "v1|S1|2|61|||2026-10-01 08:30:00|2026-10-09 10:00:05|1|8|I63.900|\
             E11.900,I10.x00x002|39.7205|88.4101"
        );
        assert_eq!(of(&list, "S1").len(), 64);
    }

    #[test]
    fn what_is_absent_is_empty() {
        let list = SettlementList::parse(&json!({})).unwrap();
        assert_eq!(text(&list, "S1"), "v1|S1||||||||||||");
    }
}
