//! What of a personal value may stand in a finding.
//!
//! A finding travels further than the list: into answers, result tables and
//! logs. So names, numbers, addresses and telephone numbers of people are shown
//! only as far as a clerk needs to recognise them.

use chs_model::{Field, fields};

/// Longest value shown, in characters; the rest is cut off.
const SHOWN: usize = 64;

/// How a field's value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Whole,
    /// The first character.
    Name,
    /// The first three and the last two characters, of long values only.
    Number,
    /// The first six characters, which end about where the county is named.
    Address,
    /// The year.
    Birth,
}

/// The value of a field as a finding may show it; nothing for a blank one.
pub(crate) fn shown(field: Field, value: Option<&str>) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(match manner(field) {
        Shown::Whole => match value.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
            None => value.to_owned(),
        },
        Shown::Name => head(value, 1, "**"),
        Shown::Number if value.chars().count() < 10 => "****".to_owned(),
        Shown::Number => {
            let tail: String = value.chars().rev().take(2).collect();
            let tail: String = tail.chars().rev().collect();
            head(value, 3, "****") + &tail
        }
        Shown::Address => head(value, 6, "****"),
        Shown::Birth => head(value, 4, "****"),
    })
}

fn head(value: &str, length: usize, hidden: &str) -> String {
    value.chars().take(length).chain(hidden.chars()).collect()
}

fn manner(field: Field) -> Shown {
    use fields::{oprninfo, setlinfo};
    const NAMES: [Field; 8] = [
        setlinfo::PSN_NAME,
        setlinfo::CONER_NAME,
        setlinfo::CHFPDR_NAME,
        setlinfo::HSORG_OPTER,
        setlinfo::MEDINS_FILL_PSN,
        oprninfo::OPER_DR_NAME,
        oprninfo::ANST_DR_NAME,
        setlinfo::EMP_NAME,
    ];
    const NUMBERS: [Field; 6] = [
        setlinfo::CERTNO,
        setlinfo::PSN_NO,
        setlinfo::HI_NO,
        setlinfo::CONER_TEL,
        setlinfo::EMP_TEL,
        setlinfo::MEDCASNO,
    ];
    const ADDRESSES: [Field; 3] = [
        setlinfo::CURR_ADDR,
        setlinfo::EMP_ADDR,
        setlinfo::CONER_ADDR,
    ];
    if NAMES.contains(&field) {
        Shown::Name
    } else if NUMBERS.contains(&field) {
        Shown::Number
    } else if ADDRESSES.contains(&field) {
        Shown::Address
    } else if field == setlinfo::BRDY {
        Shown::Birth
    } else {
        Shown::Whole
    }
}

#[cfg(test)]
mod tests {
    use chs_model::fields::setlinfo;

    use super::shown;

    #[test]
    fn personal_values_are_hidden() {
        let masked = |field, value| shown(field, Some(value)).unwrap_or_default();
        assert_eq!(masked(setlinfo::PSN_NAME, "测试甲"), "测**");
        assert_eq!(masked(setlinfo::CERTNO, "11010519491231002X"), "110****2X");
        assert_eq!(masked(setlinfo::CERTNO, "110105"), "****");
        assert_eq!(masked(setlinfo::CONER_TEL, "02912345678"), "029****78");
        assert_eq!(
            masked(setlinfo::CONER_ADDR, "某省某市某区某路一号"),
            "某省某市某区****"
        );
        assert_eq!(masked(setlinfo::BRDY, "1949-12-31"), "1949****");
        assert_eq!(masked(setlinfo::GEND, "7"), "7");
    }

    #[test]
    fn long_and_blank_values() {
        let long = "长".repeat(100_000);
        assert_eq!(
            shown(setlinfo::GEND, Some(&long)).map(|text| text.chars().count()),
            Some(65)
        );
        assert_eq!(shown(setlinfo::GEND, Some("  ")), None);
        assert_eq!(shown(setlinfo::GEND, None), None);
    }
}
