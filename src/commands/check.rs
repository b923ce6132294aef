//! `chs-gateway check`.

mod rates;

use std::{
    io::{BufRead, BufReader, IsTerminal, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    thread,
};

use chrono::{NaiveDateTime, TimeDelta, Utc};
use chs_grouper::Scheme;
use chs_model::{SettlementList, fields::setlinfo};
use chs_quality::{AreaTables, CompanionError, Companions, Phase, RuleSets};
use clap::{Parser, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use rates::Rates;

use super::{Outcome, input, output};
use crate::{
    quality_folder,
    service::checkup::{Beside, Checkup, check_list},
};

/// Longest line read, in bytes: a guard against a file that is no list of lists.
const LONGEST_LINE: u64 = 16 << 20;

/// 结算清单质控与分组 / check and group settlement lists
///
/// 输入每行一份 4101 输入 JSON，输出每行一份结果；无法读取的行得到 error，不影响其他行。
/// 清单之外可带 hospital（医院信息）、settlement（2304 结算）、front_page（4401 首页）、
/// history（患者其他住院）；没有的，需要它们的规则答“未评价”。
/// 质控发现问题不是命令失败；只有无法读取的行使退出码为 1。
///
/// One 4101 input object a line in, one result a line out. A line that cannot be read gets
/// an `error` and does not stop the file. Beside the list a line may carry `hospital`,
/// `settlement` (2304), `front_page` (4401) and `history`; without them the rules that need
/// them are not evaluated. Findings are the report, not a failure: only
/// unreadable lines make the exit code 1.
#[derive(Debug, Parser)]
pub struct Args {
    /// 质控阶段：pre 事前，post 事后 / before settlement or after upload
    #[arg(long, value_enum)]
    phase: CheckPhase,
    /// 输入文件，默认标准输入 / input file
    #[arg(long = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    /// 输出文件，默认标准输出 / output file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 分组方案 / grouping scheme
    #[arg(long, value_name = "ID", default_value = "chs-drg-2.0")]
    scheme: String,
    /// 地方表，可多次给出，如 doctor=医师.csv / a table of the area, repeatable
    #[arg(long, value_name = "NAME=CSV")]
    table: Vec<String>,
    /// 合格率与问题汇总：.xlsx 或 .csv / rates by hospital, department, coder and month
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// 统筹区质控目录（调整、自有规则、地方表）/ quality folder of the area: tuning, rules, tables
    #[arg(long, value_name = "FOLDER")]
    quality: Option<PathBuf>,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// 质控时刻，默认现在 / time of the check (yyyy-MM-dd HH:mm, China time), now by default
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<NaiveDateTime>,
}

impl Args {
    fn now(&self) -> NaiveDateTime {
        let china = || (Utc::now() + TimeDelta::hours(8)).naive_utc();
        self.now.unwrap_or_else(china)
    }

    /// The tables of the area's folder and those named beside it.
    fn area_tables(
        &self,
        mut tables: AreaTables,
    ) -> Result<AreaTables, Box<dyn std::error::Error + Send + Sync>> {
        for table in &self.table {
            let (name, file) = table
                .split_once('=')
                .ok_or("--table 应为 名称=文件 / --table takes NAME=CSV")?;
            let csv = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
            tables.load_csv(name, &csv)?;
        }
        Ok(tables)
    }
}

fn moment(text: &str) -> Result<NaiveDateTime, String> {
    chs_model::parse_datetime(text).ok_or_else(|| "yyyy-MM-dd HH:mm".to_owned())
}

/// The phases as arguments.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum CheckPhase {
    /// 事前 before settlement
    Pre,
    /// 事后 after upload
    Post,
}

impl From<CheckPhase> for Phase {
    fn from(phase: CheckPhase) -> Phase {
        match phase {
            CheckPhase::Pre => Phase::Pre,
            CheckPhase::Post => Phase::Post,
        }
    }
}

/// What every line is checked with.
struct Job<'j> {
    rules: &'j RuleSets,
    scheme: &'static Scheme,
    tables: &'j AreaTables,
    phase: Phase,
    now: NaiveDateTime,
    /// Whether rates are wanted.
    rates: bool,
}

/// Checks the lists: rounds of lines are read, checked by all threads, and written in
/// their order, so that memory is that of a round however long the file is.
///
/// # Errors
/// An unknown scheme, a file that cannot be read or written, a fault of the area's files.
pub fn run(args: Args) -> Outcome {
    let area = quality_folder::load(args.quality.as_deref())?;
    let tables = args.area_tables(area.tables)?;
    let job = Job {
        rules: &area.rules,
        scheme: Scheme::builtin(&args.scheme)?,
        tables: &tables,
        phase: args.phase.into(),
        now: args.now(),
        rates: args.report.is_some(),
    };
    let mut lines = BufReader::new(input(args.input.as_deref())?);
    let mut out = output(args.out.as_deref())?;
    let threads = args
        .threads
        .or_else(|| thread::available_parallelism().ok());
    let threads = threads.map_or(1, NonZeroUsize::get);
    let mut progress = Progress::new();
    let mut rates = Rates::default();
    loop {
        let round = read_round(&mut lines, threads)?;
        if round.is_empty() {
            break;
        }
        let share = round.len().div_ceil(threads);
        let job = &job;
        let parts = thread::scope(|scope| {
            let parts = round.chunks(share);
            let workers: Vec<_> = parts.map(|part| scope.spawn(|| job.check(part))).collect();
            let parts = workers.into_iter().map(thread::ScopedJoinHandle::join);
            parts.collect::<Result<Vec<_>, _>>()
        });
        for part in parts.map_err(|_| "工作线程意外终止 / a working thread died")? {
            let (text, counts, counted) = part?;
            out.write_all(&text)?;
            progress.add(counts);
            rates.merge(counted);
        }
    }
    out.flush()?;
    progress.end();
    if let Some(path) = &args.report {
        let today = job.rules.on(job.now.date());
        rates.write(path, today.ok_or("no rules in force today")?)?;
    }
    Ok(if progress.counts.unreadable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Lines of a round, a thread.
const ROUND_LINES: usize = 256;
/// Bytes after which a round is full, whatever its lines.
const ROUND_BYTES: usize = 16 << 20;

fn read_round(lines: &mut impl BufRead, threads: usize) -> std::io::Result<Vec<Line>> {
    let mut round = Vec::new();
    let mut bytes = 0;
    while round.len() < ROUND_LINES * threads && bytes < ROUND_BYTES {
        let Some(line) = next_line(lines)? else { break };
        match &line {
            Line::Text(text) if text.trim_ascii().is_empty() => continue,
            Line::Text(text) => bytes += text.len(),
            Line::TooLong => {}
        }
        round.push(line);
    }
    Ok(round)
}

impl Job<'_> {
    /// The results of lines, a line each.
    fn check(&self, lines: &[Line]) -> serde_json::Result<(Vec<u8>, Counts, Rates)> {
        let mut out = Vec::new();
        let mut counts = Counts::default();
        let mut rates = Rates::default();
        for line in lines {
            match self.judged(line, &mut rates) {
                Ok(checkup) => {
                    counts.checked += 1;
                    counts.with_errors += u64::from(checkup.report.has_errors());
                    serde_json::to_writer(&mut out, &checkup)?;
                }
                Err(unreadable) => {
                    counts.unreadable += 1;
                    serde_json::to_writer(&mut out, &unreadable)?;
                }
            }
            out.push(b'\n');
        }
        Ok((out, counts, rates))
    }

    fn judged(&self, line: &Line, rates: &mut Rates) -> Result<Checkup, Unreadable> {
        let (list, companions) = read(line)?;
        let discharge = list.setlinfo().datetime(setlinfo::DSCG_TIME);
        let day = discharge.unwrap_or(self.now).date();
        let engine = self.rules.on(day).ok_or_else(|| {
            Unreadable::new("该日无生效规则", "no rules in force on the day", Vec::new())
        })?;
        let beside = Beside {
            companions: Some(&companions),
            tables: Some(self.tables),
            now: Some(self.now),
            trace: false,
            layout: None,
        };
        let checkup = check_list(engine, self.scheme, &list, self.phase, &beside);
        if self.rates {
            rates.add(engine, &list, &checkup.report);
        }
        Ok(checkup)
    }
}

/// A line of the input.
enum Line {
    Text(Vec<u8>),
    /// Longer than [`LONGEST_LINE`]; its rest was skipped.
    TooLong,
}

fn next_line(lines: &mut impl BufRead) -> std::io::Result<Option<Line>> {
    let mut text = Vec::new();
    let read = std::io::Read::take(&mut *lines, LONGEST_LINE).read_until(b'\n', &mut text)?;
    if read == 0 {
        return Ok(None);
    }
    if text.last() == Some(&b'\n') || u64::try_from(read).is_ok_and(|read| read < LONGEST_LINE) {
        return Ok(Some(Line::Text(text)));
    }
    lines.skip_until(b'\n')?;
    Ok(Some(Line::TooLong))
}

/// A line that holds no list.
#[derive(Debug, Serialize)]
struct Unreadable {
    error: Fault,
}

#[derive(Debug, Serialize)]
struct Fault {
    message: &'static str,
    message_en: &'static str,
    errors: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    pointer: String,
    message: String,
    message_en: String,
}

impl Unreadable {
    fn new(message: &'static str, message_en: &'static str, errors: Vec<Place>) -> Unreadable {
        Unreadable {
            error: Fault {
                message,
                message_en,
                errors,
            },
        }
    }
}

fn read(line: &Line) -> Result<(SettlementList, Companions), Unreadable> {
    let Line::Text(text) = line else {
        return Err(Unreadable::new(
            "该行过长",
            "the line is too long",
            Vec::new(),
        ));
    };
    let mut value: Value = serde_json::from_slice(text).map_err(|error| {
        // where it is, not what stands there: a line holds a patient's data
        let place = Place {
            pointer: String::new(),
            message: format!("第 {} 个字节处", error.column()),
            message_en: format!("at byte {}", error.column()),
        };
        Unreadable::new("不是有效的 JSON", "not valid JSON", vec![place])
    })?;
    let companions = companions(&mut value).map_err(|error| {
        let place = Place {
            pointer: String::new(),
            message: error.to_string(),
            message_en: error.to_string(),
        };
        Unreadable::new(
            "清单之外的文档有误",
            "a document beside the list is wrong",
            vec![place],
        )
    })?;
    let list = SettlementList::parse(&value).map_err(|violations| {
        let places = violations.into_iter().map(|violation| Place {
            pointer: violation.pointer,
            message: violation.zh,
            message_en: violation.en,
        });
        let places = places.collect();
        Unreadable::new(
            "不符合 4101 清单的结构",
            "not a 4101 settlement list",
            places,
        )
    })?;
    Ok((list, companions))
}

/// Takes the documents beside the list out of the line.
fn companions(line: &mut Value) -> Result<Companions, CompanionError> {
    let mut companions = Companions::default();
    let mut take = |name: &str| line.as_object_mut().and_then(|all| all.shift_remove(name));
    if let Some(node) = take("hospital") {
        companions.hospital(&node)?;
    }
    if let Some(page) = take("front_page") {
        companions.front_page(&page)?;
    }
    for (name, document) in [("settlement", "settlement"), ("history", "HIST")] {
        if let Some(node) = take(name) {
            companions.put_json(document, &node)?;
        }
    }
    Ok(companions)
}

/// What became of lines.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    checked: u64,
    with_errors: u64,
    unreadable: u64,
}

/// Counts, shown on standard error while it is a terminal.
struct Progress {
    shown: bool,
    counts: Counts,
}

impl Progress {
    fn new() -> Progress {
        Progress {
            shown: std::io::stderr().is_terminal(),
            counts: Counts::default(),
        }
    }

    fn add(&mut self, counts: Counts) {
        self.counts.checked += counts.checked;
        self.counts.with_errors += counts.with_errors;
        self.counts.unreadable += counts.unreadable;
        self.show();
    }

    fn end(&self) {
        if self.shown {
            eprintln!();
        }
    }

    fn show(&self) {
        if self.shown {
            let Counts {
                checked,
                with_errors,
                unreadable,
            } = self.counts;
            eprint!(
                "\r已检查 checked {checked}  有错误 with errors {with_errors}  无法读取 unreadable {unreadable}"
            );
        }
    }
}
