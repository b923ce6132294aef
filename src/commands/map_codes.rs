//! `chs-gateway map-codes`: lists in codes of the clinical editions, put into those of
//! the insurance edition.

use std::{
    collections::BTreeMap,
    io::{BufReader, Write},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
};

use serde_json::Value;

use super::{
    Outcome, input,
    lines::{self, Batch},
    not_one_file, output, threads,
};
use crate::clinical_codes::{By, Decisions, Mapped, Open};

/// 国家临床版编码对照为医保版 / put clinical-edition codes into the insurance edition (医保版)
///
/// 例 example: chs-gateway map-codes --in lists.jsonl --out mapped.jsonl --decisions decisions.csv
///
/// 输入每行一份 4101 输入 JSON（诊断 ICD-10 临床版 2.0，手术操作 ICD-9-CM-3 临床版 3.0），输出同样的行，编码与名称换成医保 2.0 版。
/// 两版中含义不同的同一编码，旁边的名称若为医保版名称则不动，因此已对照的清单再跑一遍不会改变。
/// 对照表没有的编码写入 decisions.csv，附相近的医保版编码：请人工在 insurance_code 填医保版编码，或填 - 表示保持原样；下次运行照此执行。
/// 有待定编码或无法读取的行时退出码为 1；无法读取的行原样输出。
/// 一条命令对照、质控、分组全年清单：chs-gateway check --clinical decisions.csv …
///
/// Lists come out a line each as they went in, with codes and names of the insurance edition
/// 2.0. A code that both editions have with different meanings stays where the name beside it
/// is that of the insurance edition, so that mapped lists stay as they are. What the map does
/// not know goes into decisions.csv with codes that come near: a person fills in
/// insurance_code, or - for a code that stays, and the next run does so. Exit code 1 while
/// codes wait for a decision or a line cannot be read; such a line comes out as it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 输入文件，缺省为标准输入 / input file
    #[arg(long = "in", value_name = "F.jsonl")]
    input: Option<PathBuf>,
    /// 输出文件，缺省为标准输出 / output file
    #[arg(long, value_name = "F.jsonl")]
    out: Option<PathBuf>,
    /// 人工决定，读取并补充；不存在则新建 / decisions: read, added to; made where there are none
    #[arg(long, value_name = "F.csv")]
    decisions: PathBuf,
    /// 逐条记录所作改动 / every change: line, setl_id, place, from, to, by
    #[arg(long, value_name = "F.csv")]
    changes: Option<PathBuf>,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// What became of lines.
#[derive(Debug, Default)]
struct Part {
    text: Vec<u8>,
    changes: Vec<[String; 6]>,
    by_table: u64,
    by_decision: u64,
    open: BTreeMap<Open, u64>,
    unreadable: u64,
}

/// Maps all lines, and adds to the decisions what waits for one.
///
/// # Errors
/// A file that cannot be read or written; a fault of the decisions, with its line.
pub fn run(args: Args) -> Outcome {
    not_one_file(args.input.as_deref(), args.out.as_deref())?;
    let path = &args.decisions;
    let named = |error| format!("{}: {error}", path.display());
    let mut decisions = Decisions::load(path).map_err(named)?;
    let lists = BufReader::with_capacity(1 << 18, input(args.input.as_deref())?);
    let mut out = output(args.out.as_deref())?;
    let changes = args.changes.as_deref();
    let mut changes = changes
        .map(csv::Writer::from_path)
        .transpose()
        .map_err(|error| format!("--changes: {error}"))?;
    if let Some(changes) = &mut changes {
        changes.write_record(["line", "setl_id", "pointer", "from", "to", "by"])?;
    }
    let told = changes.is_some();
    let mut all = Part::default();
    let map = |batch: &Batch| part(&decisions, batch, told);
    lines::run(lists, threads(args.threads), map, |part| {
        out.write_all(&part.text)?;
        if let Some(changes) = &mut changes {
            for change in &part.changes {
                changes.write_record(change)?;
            }
        }
        all.by_table += part.by_table;
        all.by_decision += part.by_decision;
        all.unreadable += part.unreadable;
        for (open, count) in part.open {
            *all.open.entry(open).or_default() += count;
        }
        Ok(())
    })?;
    out.flush()?;
    if let Some(changes) = &mut changes {
        changes.flush()?;
    }
    let open: u64 = all.open.values().sum();
    decisions.ask(all.open);
    decisions.save(path).map_err(named)?;
    eprintln!(
        "按对照表 by the map {}  按决定 by decision {}  待定 waiting {open}  无法读取 unreadable {}",
        all.by_table, all.by_decision, all.unreadable
    );
    if open > 0 {
        eprintln!(
            "{} 中 {} 个编码待人工决定 / codes wait for a decision there",
            path.display(),
            decisions.waiting()
        );
    }
    Ok(ExitCode::from(u8::from(open > 0 || all.unreadable > 0)))
}

/// Maps the lines of a batch; `told` where every change is wanted.
fn part(decisions: &Decisions, batch: &Batch, told: bool) -> Part {
    let mut part = Part::default();
    for (number, line) in batch.lines() {
        let list = line.and_then(|line| serde_json::from_slice::<Value>(line).ok());
        let Some(mut list) = list.filter(Value::is_object) else {
            part.unreadable += 1;
            // one too long to be read is not there any more: a line in its place
            part.text.extend(line.unwrap_or(b"null").trim_ascii_end());
            part.text.push(b'\n');
            continue;
        };
        let Mapped { changes, open } = decisions.map(&mut list);
        for open in open {
            *part.open.entry(open).or_default() += 1;
        }
        let setl_id = list.pointer("/setlinfo/setl_id").and_then(Value::as_str);
        for change in changes {
            let by = match change.by {
                By::Table => {
                    part.by_table += 1;
                    "table"
                }
                By::Decision => {
                    part.by_decision += 1;
                    "decision"
                }
            };
            if told {
                part.changes.push([
                    number.to_string(),
                    setl_id.unwrap_or_default().to_owned(),
                    change.pointer,
                    change.from,
                    change.to,
                    by.to_owned(),
                ]);
            }
        }
        part.text.extend(list.to_string().into_bytes());
        part.text.push(b'\n');
    }
    part
}
