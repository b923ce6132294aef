//! One row of the file: which columns it has, what it becomes.

use std::io::Write;
use std::str;

use chrono::NaiveDate;
use chs_model::{Money, parse_date, parse_datetime, parse_decimal};
use chs_settlement::{Estimate, Facts, Level, Profile, Unpriced};
use csv::{ByteRecord, Writer};
use rust_decimal::Decimal;

use crate::{
    profiles::{self, Brought, GroupedCase},
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
/// The columns that pricing adds.
const ADDED: [&str; 14] = [
    "status",
    "case_type",
    "group_standard",
    "pay_std",
    "difference",
    "version",
    "reason",
    "settle",
    "ratio",
    "points",
    "review",
    "formula",
    "scheme",
    "example",
];

/// What every row of one file has in common.
pub(super) struct Rows<'a> {
    profile: &'a Profile,
    installed: &'a Installed,
    header: Vec<Vec<u8>>,
    needed: [usize; NEEDED.len()],
    optional: [Option<usize>; OPTIONAL.len()],
}

impl<'a> Rows<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing, or a column that stands twice.
    pub(super) fn new(
        profile: &'a Profile,
        installed: &'a Installed,
        header: &ByteRecord,
    ) -> Result<Self, String> {
        let header: Vec<Vec<u8>> = header
            .iter()
            .map(|name| without_mark(name).trim_ascii().to_vec())
            .collect();
        let place = |name: &str| {
            let mut places = header
                .iter()
                .enumerate()
                .filter(|(_, known)| *known == name.as_bytes());
            let first = places.next().map(|(place, _)| place);
            match places.next() {
                None => Ok(first),
                Some(_) => Err(format!("列 {name} 重复 / the column {name} stands twice")),
            }
        };
        let mut needed = [0; NEEDED.len()];
        for (at, name) in needed.iter_mut().zip(NEEDED) {
            *at = place(name)?
                .ok_or_else(|| format!("缺少列 {name} / the column {name} is missing"))?;
        }
        let mut optional = [None; OPTIONAL.len()];
        for (at, name) in optional.iter_mut().zip(OPTIONAL) {
            *at = place(name)?;
        }
        Ok(Self {
            profile,
            installed,
            header,
            needed,
            optional,
        })
    }

    /// Writes the output's header.
    pub(super) fn write_header(&self, out: &mut Writer<impl Write>) -> csv::Result<()> {
        for name in &self.header {
            out.write_field(name)?;
        }
        out.write_record(ADDED)
    }

    /// Prices a row and writes it; whether it was valid.
    pub(super) fn write(
        &self,
        row: &ByteRecord,
        out: &mut Writer<impl Write>,
    ) -> csv::Result<bool> {
        let answer = self.answer(row).unwrap_or_else(Answer::Invalid);
        let valid = !matches!(answer, Answer::Invalid(_));
        for place in 0..self.header.len() {
            out.write_field(row.get(place).unwrap_or_default())?;
        }
        out.write_record(answer.fields(self.profile.example()))?;
        Ok(valid)
    }

    fn answer(&self, row: &ByteRecord) -> Result<Answer, String> {
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
        let brought = self.brought(row)?;
        // A stay is grouped by the scheme of its discharge, whenever it is settled.
        let day = brought.facts.discharged.unwrap_or(setl_date);
        let period = self
            .profile
            .schemes()
            .iter()
            .find(|scheme| scheme.period.contains(day))
            .ok_or_else(|| format!("{day} 没有生效的分组方案 / no scheme is in force on {day}"))?;
        let scheme = match self.installed.get(&period.id) {
            Ok(scheme) => Some(scheme),
            Err(_) if period.area_catalogue => None,
            Err(error) => return Err(error.to_string()),
        };
        let case = GroupedCase {
            drg_code,
            level,
            insutype,
            medfee_sumamt,
            setl_date,
        };
        Ok(
            match profiles::estimate_with(self.profile, scheme, &case, brought) {
                Ok(estimate) => Answer::Priced(Box::new(estimate)),
                Err(reason) => Answer::Unpriced(reason),
            },
        )
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
            },
        })
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

fn utf8<'r>(field: &'r [u8], name: &str) -> Result<&'r str, String> {
    match str::from_utf8(field) {
        Ok(text) => Ok(text.trim()),
        Err(_) => Err(format!("{name} 不是 UTF-8 文本 / {name} is not UTF-8")),
    }
}

/// A decimal that is not negative.
fn decimal(name: &str, text: Option<&str>) -> Result<Option<Decimal>, String> {
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

/// What a row gets.
enum Answer {
    Priced(Box<Estimate>),
    Unpriced(Unpriced),
    Invalid(String),
}

impl Answer {
    fn fields(self, example: bool) -> [String; ADDED.len()] {
        let mut fields = [const { String::new() }; ADDED.len()];
        let [
            status,
            case_type,
            group_standard,
            pay_std,
            difference,
            version,
            reason,
            settle,
            ratio,
            points,
            review,
            formula,
            scheme,
            is_example,
        ] = &mut fields;
        *is_example = example.to_string();
        match self {
            Answer::Priced(estimate) => {
                "priced".clone_into(status);
                estimate.case_type.as_str().clone_into(case_type);
                *group_standard = estimate.group_standard.to_string();
                *pay_std = estimate.pay_std.to_string();
                *difference = estimate.difference.to_string();
                *version = estimate.version;
                estimate.settle.clone_into(settle);
                *ratio = estimate
                    .ratio
                    .map(|ratio| ratio.to_string())
                    .unwrap_or_default();
                *points = estimate
                    .points
                    .map(|points| points.to_string())
                    .unwrap_or_default();
                *review = estimate.review.to_string();
                estimate.formula.clone_into(formula);
                *scheme = estimate.scheme;
            }
            Answer::Unpriced(unpriced) => {
                "unpriced".clone_into(status);
                *reason = unpriced.to_string();
            }
            Answer::Invalid(why) => {
                "invalid".clone_into(status);
                *reason = why;
            }
        }
        fields
    }
}
