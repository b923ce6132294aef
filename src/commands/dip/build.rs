//! `chs-gateway dip build`: a catalogue out of past cases.

use std::fs::{self, File};
use std::io::{BufReader, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Mutex;
use std::thread;

use chs_grouper::dip::UnknownType;
use chs_grouper::dip::build::{BuildSettings, History, PastCase, Tables, build};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Fault, Outcome, threads};
use crate::commands::columns::Header;
use crate::dip_catalogues::files;

/// Rows between two changes of the progress line.
const PROGRESS: u64 = 200_000;

/// 由历史病例测算 DIP 目录 / build a DIP catalogue from past cases
///
/// 输入列 year,dx,px,cost（元），其余列不看。按主要诊断亚目与手术操作的组合计数，达到下限的为核心病种，
/// 其余按类目与治疗方式归综合病种；分值 = 三年加权均费 ÷ 总均费 × 1000。结果与行的次序、线程数无关，
/// 内存只随组合数增长。
///
/// Reads the columns year, dx, px and cost. Combinations with enough cases become core groups,
/// the rest comprehensive ones; scores by exact decimals. The result does not depend on the
/// order of rows or the number of threads; memory grows with the combinations alone.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 输入 CSV，可多个（如每年一个） / input CSV files, such as one a year
    #[arg(long = "in", value_name = "F.csv", required = true, num_args = 1..)]
    inputs: Vec<PathBuf>,
    /// 输出文件夹，须不存在或为空 / output folder, new or empty
    #[arg(long = "out", value_name = "DIR")]
    output: PathBuf,
    /// 含 excluded_diagnoses.csv、excluded_procedures.csv、procedure_types.csv 的文件夹
    /// / folder with the area's exclusions and types of procedures
    #[arg(long, value_name = "DIR")]
    tables: Option<PathBuf>,
    /// 核心病种的最少例数（各地不同） / cases that make a core group; areas differ
    #[arg(long, value_name = "N", default_value_t = 15)]
    core_min: u64,
    /// 综合病种的最少例数，不足者归更短的诊断前缀 / cases that make a comprehensive group
    #[arg(long, value_name = "N", default_value_t = 1)]
    comprehensive_min: u64,
    /// 各年权重，由远及近 / weights of the years, oldest first
    #[arg(long, value_name = "W:W:W", default_value = "1:2:7")]
    weights: Weights,
    /// 相关手术操作计入组合所须增加的费用比例（2.0 版为 0.10）
    /// / share of cost that a related operation must add to count
    #[arg(long, value_name = "SHARE", default_value = "0.10")]
    related_share: Decimal,
    /// 主要诊断取几位：3（类目）或 4（亚目） / characters of the principal diagnosis, without the dot
    #[arg(long, value_name = "3|4", default_value_t = 4, value_parser = clap::value_parser!(u8).range(3..=4))]
    characters: u8,
    /// 分值的倍数：1000 或 1 / score of the overall mean
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    score_scale: u32,
    /// 未列类型的手术操作按何种治疗方式计 / what a procedure without a type counts as
    #[arg(long, value_enum, default_value_t = Kind::Therapeutic)]
    unknown_type: Kind,
    /// 目录编号 / the catalogue's id
    #[arg(long, default_value = "built")]
    id: String,
    /// 目录名称 / its title
    #[arg(long, default_value = "由历史病例测算的 DIP 目录")]
    title: String,
    /// 发布者 / who publishes it
    #[arg(long, default_value = "")]
    publisher: String,
    /// 生效日期 / first day of its force
    #[arg(long, value_name = "yyyy-MM-dd", default_value = "2027-01-01")]
    in_force_from: String,
    /// 线程数：同时读几个文件 / threads: how many files are read at once
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Refuse,
    Conservative,
    Diagnostic,
    Therapeutic,
    Interventional,
    Surgical,
}

impl Kind {
    fn unknown_type(self) -> UnknownType {
        match self {
            Self::Refuse => UnknownType::Refuse,
            Self::Conservative => UnknownType::Conservative,
            Self::Diagnostic => UnknownType::Diagnostic,
            Self::Therapeutic => UnknownType::Therapeutic,
            Self::Interventional => UnknownType::Interventional,
            Self::Surgical => UnknownType::Surgical,
        }
    }
}

#[derive(Debug, Clone)]
struct Weights(Vec<u32>);

impl FromStr for Weights {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let weights = text.split(':').map(|weight| weight.trim().parse().ok());
        let weights = weights.map(|weight| weight.filter(|weight| *weight > 0));
        let weights: Option<Vec<u32>> = weights.collect();
        weights
            .map(Self)
            .ok_or_else(|| "权重如 1:2:7 / weights such as 1:2:7".to_owned())
    }
}

pub(super) fn run(args: Args) -> Outcome {
    if fs::read_dir(&args.output).is_ok_and(|mut entries| entries.next().is_some()) {
        let folder = args.output.display();
        return Err(format!("{folder} 不为空 / is not empty").into());
    }
    let basis_points = args.related_share * Decimal::from(10_000);
    let basis_points = basis_points
        .to_u32()
        .filter(|_| basis_points.fract().is_zero());
    let settings = BuildSettings {
        id: args.id,
        title: args.title,
        publisher: args.publisher,
        in_force_from: args.in_force_from,
        core_min: args.core_min.max(1),
        comprehensive_min: args.comprehensive_min.max(1),
        weights: args.weights.0,
        related_basis_points: basis_points
            .ok_or("related-share 至多四位小数 / at most four decimals")?,
        score_scale: args.score_scale,
        unknown_type: args.unknown_type.unknown_type(),
    };
    let tables = match &args.tables {
        Some(folder) => Tables::load(&files(folder, &Tables::FILES)?)?,
        None => Tables::default(),
    };
    // X00.0 has a dot that the count of characters leaves out.
    let characters = if args.characters == 3 { 3 } else { 5 };
    let history = read(&args.inputs, &tables, characters, threads(args.threads))?;
    let built = build(&tables, &history, &settings)?;
    fs::create_dir_all(&args.output)?;
    for (name, text) in built.source.files() {
        fs::write(args.output.join(name), text)?;
    }
    let report = serde_json::to_string_pretty(&built.report)?;
    fs::write(args.output.join("report.json"), report)?;
    print!("{}", built.report);
    Ok(ExitCode::SUCCESS)
}

/// Counts the files, several at once.
fn read<'t>(
    paths: &[PathBuf],
    tables: &'t Tables,
    characters: usize,
    threads: usize,
) -> Result<History<'t>, Fault> {
    let left = Mutex::new(paths.iter());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    let counted = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(paths.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut history = History::new(tables, characters);
                    while let Some(path) = next() {
                        count(path, &mut history)?;
                    }
                    Ok::<_, Fault>(history)
                })
            })
            .collect();
        let workers = workers.into_iter().map(thread::ScopedJoinHandle::join);
        workers.collect::<Result<Vec<_>, _>>()
    });
    let counted = counted.map_err(|_| "读取线程意外终止 / a reading thread died")?;
    let mut all = History::new(tables, characters);
    for history in counted {
        all.merge(history?);
    }
    Ok(all)
}

fn count(path: &Path, history: &mut History<'_>) -> Result<(), Fault> {
    let named = |error: &dyn std::fmt::Display| format!("{}：{error}", path.display());
    let file = File::open(path).map_err(|error| named(&error))?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(BufReader::with_capacity(1 << 18, file));
    let header = reader.byte_headers().map_err(|error| named(&error))?;
    let header = Header::new(header, &["year", "dx", "px", "cost"]).map_err(|e| named(&e))?;
    let [year, dx, px, cost] = ["year", "dx", "px", "cost"].map(|name| header.place(name));
    let shown = std::io::stderr().is_terminal();
    let mut row = csv::ByteRecord::new();
    let mut rows = 0_u64;
    while reader
        .read_byte_record(&mut row)
        .map_err(|error| named(&error))?
    {
        // A row that does not fit the header has no year, and is counted as such.
        let cell = |place| header.cell(&row, place).unwrap_or_default();
        history.add(&PastCase {
            year: cell(year),
            dx: cell(dx),
            px: cell(px),
            cost: cell(cost),
        });
        rows += 1;
        if shown && rows.is_multiple_of(PROGRESS) {
            eprint!("\r{} 已读 read {rows} 行 rows", path.display());
        }
    }
    if shown {
        eprintln!("\r{} 已读 read {rows} 行 rows", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_read() {
        let read = |text: &str| text.parse::<Weights>().map(|weights| weights.0);
        assert_eq!(read("1:2:7"), Ok(vec![1, 2, 7]));
        for text in ["", "1:", "1:0", "a", "-1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn files_are_counted_alike_by_any_number_of_threads() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths: Vec<PathBuf> = (2023..2026)
            .map(|year| {
                let path = folder.path().join(format!("{year}.csv"));
                let rows: String = (0..50)
                    .map(|n| format!("{year},K35.{}00,47.0100,{n}.50\n", n % 3))
                    .collect();
                fs::write(&path, format!("year,dx,px,cost\n{rows}bad\n")).expect("written");
                path
            })
            .collect();
        let tables = Tables::default();
        let settings = BuildSettings {
            id: "t".to_owned(),
            title: "虚构".to_owned(),
            publisher: String::new(),
            in_force_from: "2027-01-01".to_owned(),
            core_min: 15,
            comprehensive_min: 1,
            weights: vec![1, 2, 7],
            related_basis_points: 1000,
            score_scale: 1000,
            unknown_type: UnknownType::Therapeutic,
        };
        let of = |threads| {
            let history = read(&paths, &tables, 5, threads).expect("read");
            build(&tables, &history, &settings).expect("built")
        };
        let (one, three) = (of(1), of(3));
        assert_eq!(one.source, three.source);
        assert_eq!(one.report.cases, 150);
        assert_eq!(one.report.refused.values().sum::<u64>(), 3);
    }
}
