//! `chs-gateway audit`.

use std::{
    error::Error,
    fs::File,
    io::{BufReader, Write},
    path::PathBuf,
    process::ExitCode,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Parser, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
    output,
};
use crate::{
    audit::{self, Fault},
    store::{
        Store,
        audit::{AuditRow, Head},
    },
};

/// Records read at a time.
const PAGE: i64 = 1_000;

/// 审计链 / the audit chain
///
/// 每条记录带有以主密钥计算的 HMAC-SM3，并含前一条的散列；共十六条链。
///
/// Each record carries an HMAC-SM3 under the master key over itself and the hash of the
/// record before it, in one of sixteen lanes.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 校验审计链，指出被改、缺失或乱序的记录 / find changed, missing or reordered records
    Verify {
        /// 此前由 audit heads 记下的链头，可发现整链回退 / heads noted down earlier: finds a chain cut back
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
    },
    /// 打印各链链头，请保存在数据库之外 / print the heads; keep them outside the database
    Heads,
    /// 导出审计记录，每行一个 JSON；导出本身记入审计链 / export records as JSON lines; itself audited
    Export {
        /// 起始日（北京时间，含）/ from this day, China time
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<NaiveDate>,
        /// 截止日（北京时间，含）/ up to and with this day, China time
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<NaiveDate>,
        /// 输出文件，缺省为标准输出 / file; standard output by default
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Runs one of the subcommands; exit code 1 when the chain is broken.
///
/// # Errors
/// A database that cannot be opened, a file that cannot be read or written.
pub fn run(args: Args) -> Outcome {
    let config = args.database.config()?;
    super::runtime().block_on(async {
        let database = Database::open(&config).await?;
        let outcome = obey(&database.store, args.command).await;
        database.close().await?;
        outcome
    })
}

async fn obey(store: &Store, command: Command) -> Outcome {
    match command {
        Command::Verify { heads } => verify(store, heads).await,
        Command::Heads => {
            let heads = store.audit_heads().await?;
            let heads: Vec<_> = heads.into_iter().map(Noted::from).collect();
            println!("{}", serde_json::to_string_pretty(&heads)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Export { from, to, out } => {
            let span = Span::of(from, to);
            audit::record_export(store, &span.to_string(), Utc::now()).await?;
            let mut out = output(out.as_deref())?;
            let count = export(store, &span, &mut out).await?;
            out.flush()?;
            eprintln!("已导出 {count} 条 / {count} records exported");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A head as it is noted down.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    lane: i16,
    sequence: i64,
    hash: String,
}

impl From<(i16, Head)> for Noted {
    fn from((lane, head): (i16, Head)) -> Noted {
        let Head { sequence, hash } = head;
        Noted {
            lane,
            sequence,
            hash,
        }
    }
}

async fn verify(store: &Store, heads: Option<PathBuf>) -> Outcome {
    let (records, mut faults) = audit::verify(store).await?;
    if let Some(file) = heads {
        let noted: Vec<Noted> = serde_json::from_reader(BufReader::new(File::open(file)?))?;
        let head = |one: Noted| {
            let Noted {
                lane,
                sequence,
                hash,
            } = one;
            (lane, Head { sequence, hash })
        };
        let heads: Vec<_> = noted.into_iter().map(head).collect();
        faults.extend(audit::verify_heads(store, &heads).await?);
    }
    for fault in &faults {
        println!("{}", told(fault));
    }
    let unkeyed = store.audit_unkeyed().await?;
    if unkeyed > 0 {
        println!(
            "其中 {unkeyed} 条为旧版写入，散列不带密钥 / {unkeyed} of an older release, hashed without a key"
        );
    }
    println!(
        "已校验 {records} 条 / {records} records verified; 断点 faults: {}",
        faults.len()
    );
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn told(fault: &Fault) -> String {
    let other = match fault.other {
        Some(other) if other != fault.sequence => format!("（{other}）"),
        _ => String::new(),
    };
    format!(
        "链 lane {} 记录 record {}{other}: {}",
        fault.lane, fault.sequence, fault.what
    )
}

/// The days of an export.
struct Span {
    from: DateTime<Utc>,
    before: DateTime<Utc>,
}

impl Span {
    /// Days of China time; without an end, everything up to now.
    fn of(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Span {
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let eight = TimeDelta::hours(8);
        let from = from.map_or(DateTime::UNIX_EPOCH, |day| midnight(day) - eight);
        let next = to.and_then(|day| day.succ_opt());
        let before = next.map_or_else(Utc::now, |day| midnight(day) - eight);
        Span { from, before }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = chrono::SecondsFormat::Secs;
        let (from, before) = (self.from, self.before);
        let (from, before) = (
            from.to_rfc3339_opts(seconds, true),
            before.to_rfc3339_opts(seconds, true),
        );
        write!(f, "{from}/{before}")
    }
}

async fn export(
    store: &Store,
    span: &Span,
    out: &mut impl Write,
) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let mut count = 0;
    for (lane, _) in store.audit_heads().await? {
        let mut after = 0;
        loop {
            let page = store.audit_page(lane, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for row in &page {
                if row.at >= span.from && row.at < span.before {
                    writeln!(out, "{}", written(row))?;
                    count += 1;
                }
            }
        }
    }
    Ok(count)
}

fn written(row: &AuditRow) -> serde_json::Value {
    json!({
        "lane": row.lane, "sequence": row.sequence, "at": row.at, "app_id": row.app_id,
        "role": row.role, "operation": row.operation, "request_id": row.request_id,
        "subject": row.subject, "outcome": row.outcome, "prev_hash": row.prev_hash,
        "hash": row.hash,
    })
}
