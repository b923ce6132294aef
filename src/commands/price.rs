//! `chs-gateway price`: prices grouped cases from a CSV file.
//!
//! Input columns, in any order, further ones pass through: `drg_code`;
//! `medfee_sumamt` in yuan; `hosp_lv`, a code of the NHSA dictionary of that name
//! (1 三级特等 … 5 二级甲等 … 8 一级甲等 …); `insutype`, such as 310 or 390;
//! `setl_date`, yyyy-MM-dd. Output: the input columns, then `status` (priced,
//! unpriced, invalid), `case_type` (low, normal, high), `group_standard`,
//! `pay_std`, `difference` (pay_std less medfee_sumamt), `version`, `reason`.
//!
//! A bad row gets its own status and reason and never stops the file.

use std::error::Error;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chs_grouper::Scheme;
use chs_model::{Money, parse_date};
use chs_settlement::{Estimate, Level, Profile, Unpriced};
use csv::StringRecord;

use super::{Outcome, input, output};
use crate::profiles::{self, GroupedCase};

/// 按付费档案测算已分组病例 / price grouped cases under a profile
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 付费档案编号，如 xianyang / id of the profile, such as xianyang
    #[arg(long, value_name = "ID")]
    profile: String,
    /// 输入 CSV,缺省为标准输入;列 drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,其余列原样带出
    /// / input CSV, standard input by default; further columns pass through
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 输出 CSV,缺省为标准输出 / output CSV, standard output by default
    #[arg(long = "out", value_name = "F.csv")]
    output: Option<PathBuf>,
}

/// The columns that pricing reads.
const NEEDED: [&str; 5] = [
    "drg_code",
    "medfee_sumamt",
    "hosp_lv",
    "insutype",
    "setl_date",
];
/// The columns that pricing adds.
const ADDED: [&str; 7] = [
    "status",
    "case_type",
    "group_standard",
    "pay_std",
    "difference",
    "version",
    "reason",
];

/// Runs the command; exit code 1 when a row is invalid.
///
/// # Errors
/// An unknown profile, a file that cannot be read or written, a missing column.
pub fn run(args: Args) -> Outcome {
    let profile = profiles::builtin(&args.profile)?;
    let input = input(args.input.as_deref())?;
    let output = output(args.output.as_deref())?;
    let all_valid = price(input, output, &profile)?;
    Ok(if all_valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Prices a whole file; false when a row was invalid.
fn price(
    input: impl Read,
    output: impl Write,
    profile: &Profile,
) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let mut writer = csv::WriterBuilder::new().from_writer(output);
    let header = reader.headers()?.clone();
    let columns = Columns::of(&header)?;
    writer.write_record(header.iter().map(without_mark).chain(ADDED))?;
    let mut all_valid = true;
    let mut row = StringRecord::new();
    while reader.read_record(&mut row)? {
        let answer = if row.len() == header.len() {
            columns.answer(&row, profile)
        } else {
            Answer::Invalid(format!(
                "列数 {} 与表头 {} 不符 / {} fields where the header has {}",
                row.len(),
                header.len(),
                row.len(),
                header.len()
            ))
        };
        all_valid &= !matches!(answer, Answer::Invalid(_));
        row.truncate(header.len());
        while row.len() < header.len() {
            row.push_field("");
        }
        writer.write_record(row.iter().map(str::to_owned).chain(answer.fields()))?;
    }
    writer.flush()?;
    Ok(all_valid)
}

/// A field of the header without the byte-order mark that spreadsheets write.
fn without_mark(field: &str) -> &str {
    field.trim_start_matches('\u{feff}')
}

/// Where the needed columns stand.
struct Columns([usize; 5]);

impl Columns {
    fn of(header: &StringRecord) -> Result<Columns, String> {
        let mut places = [0; 5];
        for (place, name) in places.iter_mut().zip(NEEDED) {
            *place = header
                .iter()
                .position(|field| without_mark(field) == name)
                .ok_or_else(|| format!("缺少列 {name} / the column {name} is missing"))?;
        }
        Ok(Columns(places))
    }

    fn answer(&self, row: &StringRecord, profile: &Profile) -> Answer {
        let [drg_code, medfee_sumamt, hosp_lv, insutype, setl_date] =
            self.0.map(|place| row.get(place).unwrap_or("").trim());
        let cost = match Money::from_yuan_str(medfee_sumamt) {
            Ok(cost) => cost,
            Err(error) => return Answer::Invalid(format!("medfee_sumamt:{error}")),
        };
        let Some(level) = Level::from_hosp_lv(hosp_lv) else {
            return Answer::Invalid(
                "hosp_lv 不在字典中 / hosp_lv is not in its dictionary".to_owned(),
            );
        };
        let Some(setl_date) = parse_date(setl_date) else {
            return Answer::Invalid(
                "setl_date 不是 yyyy-MM-dd 日期 / setl_date is no date yyyy-MM-dd".to_owned(),
            );
        };
        let Some(scheme) = profile.scheme_on(setl_date) else {
            return Answer::Invalid(format!(
                "结算日期 {setl_date} 没有生效的分组方案 / no scheme is in force on {setl_date}"
            ));
        };
        let scheme = match Scheme::builtin(scheme) {
            Ok(scheme) => scheme,
            Err(error) => return Answer::Invalid(error.to_string()),
        };
        let case = GroupedCase {
            drg_code,
            level,
            insutype,
            medfee_sumamt: cost,
            setl_date,
        };
        match profiles::estimate(profile, scheme, &case) {
            Ok(estimate) => Answer::Priced(Box::new(estimate)),
            Err(reason) => Answer::Unpriced(reason),
        }
    }
}

/// What a row gets.
enum Answer {
    Priced(Box<Estimate>),
    Unpriced(Unpriced),
    Invalid(String),
}

impl Answer {
    fn fields(self) -> [String; 7] {
        let without = |status: &str, reason: String| {
            let mut fields = [const { String::new() }; 7];
            let [first, .., last] = &mut fields;
            status.clone_into(first);
            *last = reason;
            fields
        };
        match self {
            Answer::Priced(estimate) => [
                "priced".to_owned(),
                estimate.case_type.as_str().to_owned(),
                estimate.group_standard.to_string(),
                estimate.pay_std.to_string(),
                estimate.difference.to_string(),
                estimate.version,
                String::new(),
            ],
            Answer::Unpriced(reason) => without("unpriced", reason.to_string()),
            Answer::Invalid(reason) => without("invalid", reason),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn priced(input: &str) -> (bool, Vec<String>) {
        let profile = profiles::builtin("xianyang").unwrap();
        let mut output = Vec::new();
        let valid = price(input.as_bytes(), &mut output, &profile).unwrap();
        let text = String::from_utf8(output).unwrap();
        (valid, text.lines().map(str::to_owned).collect())
    }

    #[test]
    fn rows_are_priced_each_by_itself() {
        let (valid, lines) = priced(
            "\u{feff}id,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n\
             1,OF25,2000,5,310,2025-06-30\n\
             2,OF25,500,5,390,2025-06-30\n\
             3,OF25,10000,8,310,2025-06-30\n\
             4,AA19,10000,2,310,2025-06-30\n",
        );
        assert!(valid);
        assert_eq!(
            lines,
            [
                "id,drg_code,medfee_sumamt,hosp_lv,insutype,setl_date,status,case_type,group_standard,pay_std,difference,version,reason",
                "1,OF25,2000,5,310,2025-06-30,priced,normal,1901.03,1901.03,-98.97,2025-example,",
                "2,OF25,500,5,390,2025-06-30,priced,low,1901.03,500.00,0.00,2025-example,",
                "3,OF25,10000,8,310,2025-06-30,priced,high,1544.77,6910.46,-3089.54,2025-example,",
                "4,AA19,10000,2,310,2025-06-30,unpriced,,,,,,病组 AA19 未公布权重，不予测算 / no weight is published for group AA19",
            ]
        );
    }

    #[test]
    fn a_bad_row_does_not_stop_the_file() {
        let (valid, lines) = priced(
            "drg_code,medfee_sumamt,hosp_lv,insutype,setl_date\n\
             OF25,12.345,5,310,2025-06-30\n\
             OF25,12,99,310,2025-06-30\n\
             OF25,12,5,310,2025-13-30\n\
             OF25,12,5,310,2020-01-01\n\
             OF25,12\n\
             OF25,2000,5,310,2025-06-30\n",
        );
        assert!(!valid);
        let statuses: Vec<&str> = lines
            .iter()
            .skip(1)
            .map(|line| line.split(',').nth(5).unwrap())
            .collect();
        assert_eq!(
            statuses,
            [
                "invalid", "invalid", "invalid", "invalid", "invalid", "priced"
            ]
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let profile = profiles::builtin("xianyang").unwrap();
        let error = price("drg_code\nOF25\n".as_bytes(), Vec::new(), &profile).unwrap_err();
        assert!(error.to_string().contains("medfee_sumamt"), "{error}");
    }
}
