//! The columns of a CSV file of grouped cases that pricing reads, and a row as a case.

use std::str;

use chrono::NaiveDate;
use chs_grouper::Scheme;
use chs_model::{Money, parse_date, parse_datetime, parse_decimal};
use chs_settlement::{Facts, Level, Profile};
use csv::ByteRecord;
use rust_decimal::Decimal;

use crate::{
    profiles::{Brought, GroupedCase},
    scheme_source::Installed,
};

/// The columns that pricing needs.
const NEEDED: [&str; 5] = [
    "drg_code",
    "medfee_sumamt",
    "hosp_lv",
    "insutype",
    "setl_date",
];
/// The columns that pricing reads when they are there.
const OPTIONAL: [&str; 11] = [
    "weight",
    "score",
    "mean_cost",
    "coefficient",
    "aux_coefficient",
    "primary_factor",
    "blank_group",
    "act_ipt_days",
    "insuplc_admdvs",
    "fixmedins_code",
    "dscg_date",
];
/// Where the columns stand.
pub(super) struct CaseColumns {
    header: Vec<Vec<u8>>,
    needed: [usize; NEEDED.len()],
    optional: [Option<usize>; OPTIONAL.len()],
}

/// A row as a case.
#[derive(Clone)]
pub(super) struct CaseRow<'r> {
    /// The case.
    pub(super) case: GroupedCase<'r>,
    /// What stands in the file beside it.
    pub(super) brought: Brought,
}

impl CaseColumns {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing, or a column that stands twice.
    pub(super) fn new(header: &ByteRecord) -> Result<Self, String> {
        let header: Vec<Vec<u8>> = header
            .iter()
            .map(|name| without_mark(name).trim_ascii().to_vec())
            .collect();
        let mut needed = [0; NEEDED.len()];
        for (at, name) in needed.iter_mut().zip(NEEDED) {
            *at = place_in(&header, name)?
                .ok_or_else(|| format!("缺少列 {name} / the column {name} is missing"))?;
        }
        let mut optional = [None; OPTIONAL.len()];
        for (at, name) in optional.iter_mut().zip(OPTIONAL) {
            *at = place_in(&header, name)?;
        }
        Ok(Self {
            header,
            needed,
            optional,
        })
    }

    /// The names.
    pub(super) fn header(&self) -> &[Vec<u8>] {
        &self.header
    }

    /// Where a column of another name stands.
    ///
    /// # Errors
    /// It stands twice.
    pub(super) fn place(&self, name: &str) -> Result<Option<usize>, String> {
        place_in(&self.header, name)
    }

    /// A row as a case.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn read<'r>(&self, row: &'r ByteRecord) -> Result<CaseRow<'r>, String> {
        if row.len() != self.header.len() {
            return Err(format!(
                "列数 {} 与表头 {} 不符 / {} fields where the header has {}",
                row.len(),
                self.header.len(),
                row.len(),
                self.header.len()
            ));
        }
        let [drg_code, medfee_sumamt, hosp_lv, insutype, setl_date] = self.needed(row)?;
        let medfee_sumamt = Money::from_yuan_str(medfee_sumamt)
            .map_err(|error| format!("medfee_sumamt：{error}"))?;
        let level = Level::from_hosp_lv(hosp_lv)
            .ok_or("hosp_lv 不在字典中 / hosp_lv is not in its dictionary")?;
        let setl_date = parse_date(setl_date)
            .ok_or("setl_date 不是 yyyy-MM-dd 日期 / setl_date is no date yyyy-MM-dd")?;
        Ok(CaseRow {
            case: GroupedCase {
                drg_code,
                level,
                insutype,
                medfee_sumamt,
                setl_date,
            },
            brought: self.brought(row)?,
        })
    }

    fn needed<'r>(&self, row: &'r ByteRecord) -> Result<[&'r str; NEEDED.len()], String> {
        let mut texts = [""; NEEDED.len()];
        for ((text, place), name) in texts.iter_mut().zip(self.needed).zip(NEEDED) {
            *text = utf8(row.get(place).unwrap_or_default(), name)?;
        }
        Ok(texts)
    }

    fn brought(&self, row: &ByteRecord) -> Result<Brought, String> {
        let mut texts = [None; OPTIONAL.len()];
        for ((text, place), name) in texts.iter_mut().zip(self.optional).zip(OPTIONAL) {
            let field = place.and_then(|place| row.get(place)).unwrap_or_default();
            *text = Some(utf8(field, name)?).filter(|text| !text.is_empty());
        }
        let [
            weight,
            score,
            mean,
            coefficient,
            auxiliary,
            primary,
            blank,
            days,
            area,
            hospital,
            discharged,
        ] = texts;
        Ok(Brought {
            weight: decimal("weight", weight)?,
            facts: Facts {
                score: decimal("score", score)?,
                mean_cost: decimal("mean_cost", mean)?,
                coefficient: decimal("coefficient", coefficient)?,
                auxiliary: decimal("aux_coefficient", auxiliary)?,
                primary_factor: decimal("primary_factor", primary)?,
                blank_group: match blank {
                    None | Some("0") => false,
                    Some("1") => true,
                    Some(_) => {
                        return Err("blank_group 应为 1 或 0 / blank_group is 1 or 0".to_owned());
                    }
                },
                discharged: match discharged.map(discharge_day) {
                    None => None,
                    Some(Some(day)) => Some(day),
                    Some(None) => {
                        return Err(
                            "dscg_date 不是 yyyy-MM-dd 日期 / dscg_date is no date yyyy-MM-dd"
                                .to_owned(),
                        );
                    }
                },
                days: match days.map(str::parse) {
                    None => None,
                    Some(Ok(days)) => Some(days),
                    Some(Err(_)) => {
                        return Err(
                            "act_ipt_days 不是天数 / act_ipt_days is no number of days".to_owned()
                        );
                    }
                },
                insured_area: area.map(str::to_owned),
                fixmedins_code: hospital.map(str::to_owned),
                value: None,
            },
        })
    }
}

/// The scheme that a profile prices a stay by: of its discharge, whenever it is settled.
/// `None` where the area loads a catalogue of its own.
///
/// # Errors
/// No scheme is in force, or it is not installed.
pub(super) fn scheme_of(
    profile: &Profile,
    installed: &Installed,
    row: &CaseRow<'_>,
) -> Result<Option<&'static Scheme>, String> {
    let day = row.brought.facts.discharged.unwrap_or(row.case.setl_date);
    let period = profile
        .schemes()
        .iter()
        .find(|scheme| scheme.period.contains(day))
        .ok_or_else(|| format!("{day} 没有生效的分组方案 / no scheme is in force on {day}"))?;
    match installed.get(&period.id) {
        Ok(scheme) => Ok(Some(scheme)),
        Err(_) if period.area_catalogue => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Where a column stands, once at most.
fn place_in(header: &[Vec<u8>], name: &str) -> Result<Option<usize>, String> {
    let mut places = header
        .iter()
        .enumerate()
        .filter(|(_, known)| *known == name.as_bytes());
    let first = places.next().map(|(place, _)| place);
    match places.next() {
        None => Ok(first),
        Some(_) => Err(format!("列 {name} 重复 / the column {name} stands twice")),
    }
}

/// A day of discharge; a time may follow it.
fn discharge_day(text: &str) -> Option<NaiveDate> {
    parse_date(text).or_else(|| parse_datetime(text).map(|time| time.date()))
}

/// A field of the header without the byte-order mark that spreadsheets write.
fn without_mark(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field)
}

/// A field as text without blanks around it.
pub(super) fn utf8<'r>(field: &'r [u8], name: &str) -> Result<&'r str, String> {
    match str::from_utf8(field) {
        Ok(text) => Ok(text.trim()),
        Err(_) => Err(format!("{name} 不是 UTF-8 文本 / {name} is not UTF-8")),
    }
}

/// A decimal that is not negative.
pub(super) fn decimal(name: &str, text: Option<&str>) -> Result<Option<Decimal>, String> {
    let Some(text) = text else {
        return Ok(None);
    };
    match parse_decimal(text) {
        Some(value) if value >= Decimal::ZERO => Ok(Some(value)),
        _ => Err(format!(
            "{name} 不是非负的十进制数 / {name} is no decimal number from 0 on"
        )),
    }
}
