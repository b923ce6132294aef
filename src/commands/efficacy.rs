//! `chs-gateway efficacy`: how well groupings explain the costs of a file of cases.

mod report;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use chs_grouper::dip::{Catalogue, Extras};
use chs_grouper::efficacy::Accumulator;
use chs_grouper::{Reason, Scheme, Status};
use chs_model::Money;
use csv::ByteRecord;

use super::columns::{CASE, Header};
use super::dip::threads;
use super::{Outcome, input, output, rounds};
use crate::dip_catalogues;

/// 分组效能：RIV、各组 CV、入组率，多个方案并列 / how well groupings explain costs
///
/// RIV = 1 − Σ组内离差平方和 ÷ 总离差平方和（入组病例）；CV 为组内样本标准差 ÷ 均值。
///
/// RIV is the share of the variation of grouped cases' costs that lies between groups; CV the
/// sample standard deviation by the mean. Statistics only: nothing is paid by them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// DRG 方案编号，可多个，以逗号分隔 / ids of grouping schemes
    #[arg(long, value_name = "ID,ID2", value_delimiter = ',')]
    scheme: Vec<String>,
    /// DIP 目录文件夹，可多次给出 / folders of DIP catalogues
    #[arg(long, value_name = "DIR")]
    catalogue: Vec<PathBuf>,
    /// 文件已分组：按此列统计，缺省 drg / the file is grouped already: by this column
    #[arg(
        long, value_name = "COLUMN", num_args = 0..=1, default_missing_value = "drg",
        conflicts_with_all = ["scheme", "catalogue"]
    )]
    grouped: Option<String>,
    /// 输入 CSV，缺省为标准输入；列同 group，另有费用列；--grouped 只需病组列与费用列
    /// / input CSV with the columns of `group` and a cost; --grouped needs group and cost only
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 费用列（元） / the column with the cost in yuan
    #[arg(long, value_name = "COLUMN", default_value = "cost")]
    cost: String,
    /// 统计 CV 低于这些值的组数 / CVs below which groups are counted
    #[arg(long, value_name = "CV,CV", value_delimiter = ',', default_values_t = [0.7, 1.0])]
    cv: Vec<f64>,
    /// 输出形式：对照表、逐组 CSV 或 JSON / table side by side, CSV of groups, or JSON
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// 输出文件，缺省为标准输出 / output file, standard output by default
    #[arg(long = "out", value_name = "F")]
    output: Option<PathBuf>,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

/// What says the group of a row.
enum Grouping {
    Scheme(&'static Scheme),
    Catalogue(Box<Catalogue>),
    Column(String),
}

impl Grouping {
    fn name(&self) -> &str {
        match self {
            Self::Scheme(scheme) => scheme.id(),
            Self::Catalogue(catalogue) => catalogue.id(),
            Self::Column(column) => column,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// An unknown scheme, a catalogue that does not load, a missing column, a file that cannot
/// be read or written.
pub fn run(args: Args) -> Outcome {
    let mut groupings = Vec::new();
    for id in &args.scheme {
        groupings.push(Grouping::Scheme(Scheme::builtin(id)?));
    }
    for folder in &args.catalogue {
        groupings.push(Grouping::Catalogue(Box::new(dip_catalogues::read(folder)?)));
    }
    groupings.extend(args.grouped.map(Grouping::Column));
    if groupings.is_empty() {
        return Err("须给出 --scheme、--catalogue 或 --grouped / give one of them".into());
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(input(args.input.as_deref())?);
    let counter = Counter::new(&groupings, &args.cost, reader.byte_headers()?)?;
    let mut counted = vec![Accumulator::default(); groupings.len()];
    rounds::run(
        reader,
        threads(args.threads),
        "已统计 counted",
        |rows| counter.count(rows),
        |part| {
            for (all, more) in counted.iter_mut().zip(&part) {
                all.merge(more);
            }
            Ok(())
        },
    )?;
    let named = groupings.iter().map(|grouping| grouping.name().to_owned());
    let reports = named.zip(counted.iter().map(|counted| counted.report(&args.cv)));
    let reports: Vec<_> = reports.collect();
    let mut out = output(args.output.as_deref())?;
    match args.format {
        Format::Text => write!(out, "{}", report::text(&reports))?,
        Format::Csv => report::csv(&reports, &mut out)?,
        Format::Json => writeln!(out, "{}", report::json(&reports)?)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Counts rows under every grouping.
struct Counter<'g> {
    groupings: &'g [Grouping],
    header: Header,
    cost: Option<usize>,
    group: Option<usize>,
    status: Option<usize>,
}

impl<'g> Counter<'g> {
    fn new(groupings: &'g [Grouping], cost: &str, header: &ByteRecord) -> Result<Self, String> {
        let column = groupings.iter().find_map(|grouping| match grouping {
            Grouping::Column(column) => Some(column.as_str()),
            _ => None,
        });
        let header = match column {
            Some(column) => Header::new(header, &[cost, column])?,
            None => {
                let needed: Vec<&str> = CASE.into_iter().chain([cost]).collect();
                Header::new(header, &needed)?
            }
        };
        Ok(Self {
            groupings,
            cost: header.place(cost),
            group: column.and_then(|column| header.place(column)),
            status: header.place("status"),
            header,
        })
    }

    fn count(&self, rows: &[ByteRecord]) -> Vec<Accumulator> {
        let mut counted = vec![Accumulator::default(); self.groupings.len()];
        for row in rows {
            let cost = self.header.cell(row, self.cost).ok();
            let cost = cost.and_then(|cost| Money::from_yuan_str(cost).ok());
            for (grouping, counted) in self.groupings.iter().zip(&mut counted) {
                match (cost, self.group(grouping, row, cost)) {
                    // A cost that cannot be counted counts as refused there.
                    (Some(cost), Ok(Some(group))) => drop(counted.add(group, cost)),
                    (Some(_), Ok(None)) => counted.add_ungrouped(),
                    (None, _) | (_, Err(_)) => counted.add_refused(),
                }
            }
        }
        counted
    }

    /// The row's group; `None` for a case in no group.
    fn group<'r>(
        &'r self,
        grouping: &'r Grouping,
        row: &'r ByteRecord,
        cost: Option<Money>,
    ) -> Result<Option<&'r str>, Reason> {
        match grouping {
            Grouping::Scheme(scheme) => {
                let outcome = scheme.group(&self.header.case(row)?);
                Ok((outcome.status == Status::Grouped).then_some(outcome.drg))
            }
            Grouping::Catalogue(catalogue) => {
                let extras = Extras {
                    cost,
                    ..Extras::default()
                };
                let outcome = catalogue.group(&self.header.case(row)?, &extras);
                Ok(outcome.group.map(|group| group.code()))
            }
            Grouping::Column(_) => {
                let group = self.header.cell(row, self.group)?.trim();
                match self.header.cell(row, self.status)?.trim() {
                    "grouped" => Ok(Some(group)),
                    "invalid" => Err(Reason::BadRow),
                    "" if group.is_empty() || group == "0000" || group.ends_with("QY") => Ok(None),
                    "" => Ok(Some(group)),
                    _ => Ok(None),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(groupings: &[Grouping], text: &str) -> Vec<Accumulator> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let header = reader.byte_headers().expect("a header");
        let counter = Counter::new(groupings, "cost", header).expect("a good header");
        let rows: Vec<ByteRecord> = reader
            .byte_records()
            .collect::<Result<_, _>>()
            .expect("rows");
        counter.count(&rows)
    }

    #[test]
    fn a_grouped_file_is_counted_by_its_column() {
        let groupings = [Grouping::Column("drg".to_owned())];
        let text = "drg,cost\nA,100\nA,300\nB,1000\nB,1400\nC,700\n0000,5\nFQY,5\n,5\nA,x\nA\n";
        let report = counted(&groupings, text)[0].report(&[0.7, 1.0]);
        assert_eq!((report.grouped, report.cases, report.refused), (5, 8, 2));
        assert!((report.riv.expect("a RIV") - (1.0 - 10.0 / 110.0)).abs() < 1e-12);
        let reports = [("drg".to_owned(), report)];
        let text = report::text(&reports);
        assert!(text.contains("90.91 %"), "{text}");
        let mut csv = Vec::new();
        report::csv(&reports, &mut csv).expect("CSV");
        let csv = String::from_utf8(csv).expect("UTF-8");
        assert_eq!(csv.lines().nth(1), Some("drg,A,2,200.00,0.7071"), "{csv}");
        let json: serde_json::Value =
            serde_json::from_str(&report::json(&reports).expect("JSON")).expect("JSON");
        assert_eq!(json[0]["efficacy"]["group_count"], 3);
    }

    #[test]
    fn a_status_column_says_which_cases_are_grouped() {
        let groupings = [Grouping::Column("code".to_owned())];
        let text = "status,code,cost\ngrouped,A,1\nungrouped,,1\ninvalid,,1\nambiguous,X,1\n";
        let report = counted(&groupings, text)[0].report(&[]);
        assert_eq!((report.grouped, report.cases, report.refused), (1, 3, 1));
    }

    #[test]
    fn schemes_stand_side_by_side() {
        let scheme = |id| Grouping::Scheme(Scheme::builtin(id).expect("the scheme"));
        let groupings = [scheme("chs-drg-2.0"), scheme("xianyang-2025")];
        let text = "sex,age,age_days,birth_weight,dept,los,discharge,dx,px,cost\n\
                    1,69,25498,,05,14,2,R57.000|G00.900,39.9500x006,100.00\n\
                    1,69,25498,,05,14,2,R57.000,,50.00\n\
                    1,四十,,,,,,R57.000,,50.00\n";
        let counted = counted(&groupings, text);
        for counted in &counted {
            let report = counted.report(&[]);
            assert_eq!((report.grouped, report.refused), (2, 1));
        }
        let reports: Vec<_> = counted
            .iter()
            .map(|counted| ("s".to_owned(), counted.report(&[1.0])))
            .collect();
        assert!(report::text(&reports).contains("RIV"));
    }
}
