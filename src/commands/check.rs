//! `chs-gateway check`.

mod rates;
mod read;
mod summary;

use std::{
    io::{BufReader, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
};

use chrono::{NaiveDateTime, TimeDelta, Utc};
use chs_grouper::Scheme;
use chs_model::fields::setlinfo;
use chs_quality::{AreaTables, Phase, RuleSets};
use chs_settlement::Profile;
use clap::{Parser, ValueEnum};
use serde::Serialize;

use rates::Rates;
use read::{Read, Unreadable, read};
use summary::{Counts, Summary};

use super::{
    Outcome, input,
    lines::{self, Batch},
    not_one_file, output, threads,
};
use crate::{
    clinical_codes::Decisions,
    profiles, quality_folder,
    service::{
        assessment::{EstimateView, Pricing, Reason, price_list},
        checkup::{Beside, Checkup, check_list},
    },
};

/// 结算清单质控与分组 / check and group settlement lists
///
/// 输入每行一份 4101 输入 JSON，输出每行一份结果；无法读取的行得到 error，不影响其他行。
/// 清单之外可带 hospital（医院信息）、settlement（2304 结算）、front_page（4401 首页）、
/// history（患者其他住院）、outpatient（门诊费用）、benchmark（病组均值）、month（机构月度统计）；没有的，需要它们的规则答“未评价”。
/// 质控发现问题不是命令失败；只有无法读取的行使退出码为 1。
/// 各核并行，内存与文件大小无关；结束时在标准错误上报总数。
///
/// 例 examples:
///   chs-gateway check --phase post --in year.jsonl --out findings.jsonl --report rates.xlsx
///   chs-gateway check --phase post --in year.jsonl --clinical decisions.csv --profile xianyang --hosp-lv 5
///
/// One 4101 input object a line in, one result a line out. A line that cannot be read gets
/// an `error` and does not stop the file. Beside the list a line may carry `hospital`,
/// `settlement` (2304), `front_page` (4401), `history`, `outpatient`, `benchmark` (averages
/// of the group) and `month` (statistics of the institution); without them the rules that need
/// them are not evaluated. Findings are the report, not a failure: only
/// unreadable lines make the exit code 1. All cores work, memory does not depend on the
/// file, and the totals are told on standard error.
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
    /// 先把国家临床版编码对照为医保版，人工决定见 map-codes / first map clinical codes, with the decisions of map-codes
    #[arg(long, value_name = "DECISIONS.csv")]
    clinical: Option<PathBuf>,
    /// 同时按付费档案测算 / estimate payments under a profile, too
    #[arg(long, value_name = "ID")]
    profile: Option<String>,
    /// 医疗机构等级（字典 hosp_lv），测算所需 / level of the institution, for estimates
    #[arg(long, value_name = "CODE", requires = "profile")]
    hosp_lv: Option<String>,
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
    clinical: Option<&'j Decisions>,
    profile: Option<&'j Profile>,
    hosp_lv: Option<&'j str>,
    /// Whether rates are wanted.
    rates: bool,
}

/// What became of a batch of lines.
#[derive(Default)]
struct Part {
    text: Vec<u8>,
    counts: Counts,
    rates: Rates,
}

/// A result as it is written.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    checkup: Checkup,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<EstimateView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate_reason: Option<Reason>,
}

/// Checks, groups and prices the lists in one pass.
///
/// # Errors
/// An unknown scheme or profile, a file that cannot be read or written, a fault of the
/// area's files or of the decisions.
pub fn run(args: Args) -> Outcome {
    not_one_file(args.input.as_deref(), args.out.as_deref())?;
    let area = quality_folder::load(args.quality.as_deref())?;
    let tables = args.area_tables(area.tables)?;
    let clinical = args.clinical.as_deref().map(|path| {
        let named = |error| format!("{}: {error}", path.display());
        Decisions::load(path).map_err(named)
    });
    let clinical = clinical.transpose()?;
    let profile = args.profile.as_deref().map(profiles::builtin).transpose()?;
    let job = Job {
        rules: &area.rules,
        scheme: Scheme::builtin(&args.scheme)?,
        tables: &tables,
        phase: args.phase.into(),
        now: args.now(),
        clinical: clinical.as_ref(),
        profile: profile.as_ref(),
        hosp_lv: args.hosp_lv.as_deref(),
        rates: args.report.is_some(),
    };
    let lists = BufReader::with_capacity(1 << 18, input(args.input.as_deref())?);
    let mut out = output(args.out.as_deref())?;
    let mut summary = Summary::new();
    let mut rates = Rates::default();
    let check = |batch: &Batch| job.check(batch);
    lines::run(lists, threads(args.threads), check, |part| {
        let Part {
            text,
            counts,
            rates: counted,
        } = part?;
        out.write_all(&text)?;
        summary.add(counts);
        rates.merge(counted);
        Ok(())
    })?;
    out.flush()?;
    summary.end(clinical.is_some());
    if let Some(path) = &args.report {
        let today = job.rules.on(job.now.date());
        rates.write(path, today.ok_or("no rules in force today")?)?;
    }
    Ok(ExitCode::from(u8::from(summary.counts.unreadable > 0)))
}

impl Job<'_> {
    /// The results of lines, a line each.
    fn check(&self, batch: &Batch) -> serde_json::Result<Part> {
        let mut part = Part::default();
        for (_, line) in batch.lines() {
            match self.judged(line, &mut part) {
                Ok(answer) => serde_json::to_writer(&mut part.text, &answer)?,
                Err(unreadable) => {
                    part.counts.unreadable += 1;
                    serde_json::to_writer(&mut part.text, &unreadable)?;
                }
            }
            part.text.push(b'\n');
        }
        Ok(part)
    }

    fn judged(&self, line: Option<&[u8]>, part: &mut Part) -> Result<Answer, Unreadable> {
        let Read {
            list,
            companions,
            open_codes,
        } = read(line, self.clinical)?;
        let discharge = list.setlinfo().datetime(setlinfo::DSCG_TIME);
        let day = discharge.unwrap_or(self.now).date();
        let engine = self.rules.on(day).ok_or_else(Unreadable::no_rules)?;
        let beside = Beside {
            companions: Some(&companions),
            tables: Some(self.tables),
            now: Some(self.now),
            trace: false,
            layout: None,
            medfee: None,
        };
        let mut checkup = check_list(engine, self.scheme, &list, self.phase, &beside);
        let counts = &mut part.counts;
        let priced = self.profile.map(|profile| {
            let pricing = Pricing {
                profile,
                scheme: self.scheme,
                hosp_lv: self.hosp_lv,
                today: (self.now - TimeDelta::hours(8)).and_utc(),
            };
            price_list(&pricing, &list, &mut checkup)
        });
        if let Some(pay) = priced.as_ref().and_then(|priced| priced.pay_std) {
            counts.price(list.total_cost(), pay);
        }
        counts.checked += 1;
        counts.with_errors += u64::from(checkup.report.has_errors());
        counts.grouped += u64::from(checkup.grouping.status == "grouped");
        counts.open_codes += u64::try_from(open_codes).unwrap_or(u64::MAX);
        if self.rates {
            part.rates.add(engine, &list, &checkup.report);
        }
        let (estimate, estimate_reason) = match priced.map(|priced| priced.outcome) {
            Some(Ok(estimate)) => (Some(estimate), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        Ok(Answer {
            checkup,
            estimate,
            estimate_reason,
        })
    }
}
