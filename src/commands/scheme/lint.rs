//! `chs-gateway scheme lint`: what looks wrong in a scheme.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use chs_grouper::{LintReport, LintSeverity};

use crate::{
    commands::Outcome,
    scheme_source::{base, resolve},
};

/// 检查分组方案 / look for faults in a grouping scheme
///
/// 编码是否存在、规则是否可达、有无重复、排除表是否齐全、病组编码与 ADRG 是否相符、兜底规则是否
/// 在最后；本地方案是否保留国家版的 MDC 与 ADRG、病组是否都有权重。scheme.toml 的 [known_faults]
/// 所声明的不计入错误。有错误时退出码为 1。
///
/// Codes, unreachable rules, duplicates, exclusion sets, prefixes, fallbacks; for a local scheme
/// also the MDCs and ADRGs of its base, and weights. What `[known_faults]` of scheme.toml declares
/// is no error. Exit code 1 on errors.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 方案编号或目录 / id or folder of the scheme
    #[arg(value_name = "ID|DIR")]
    scheme: String,
    /// 对照的国家方案，缺省为方案所写的 base / the scheme to hold it against, by default its base
    #[arg(long, value_name = "ID|DIR")]
    base: Option<String>,
    /// 输出 JSON / JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command; exit code 1 on errors.
pub(super) fn run(args: &Args) -> Outcome {
    let scheme = resolve(&args.scheme)?;
    let base = match &args.base {
        Some(base) => Some(resolve(base)?),
        None => base(&args.scheme, scheme)?,
    };
    let report = scheme.lint_report(base);
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        print(&mut out, &report)?;
    }
    Ok(ExitCode::from(u8::from(report.errors > 0)))
}

fn print(out: &mut impl Write, report: &LintReport) -> io::Result<()> {
    writeln!(
        out,
        "{}：错误 errors {}，警告 warnings {}，已知 known {}",
        report.scheme, report.errors, report.warnings, report.known
    )?;
    for line in &report.disagreements {
        writeln!(
            out,
            "[known_faults] {} 声明 {}，实有 {} / declared {}, found {}",
            line.kind.code(),
            line.declared,
            line.found,
            line.declared,
            line.found
        )?;
    }
    for fault in &report.faults {
        let mark = match (fault.known, fault.severity) {
            (true, _) => "已知 known",
            (false, LintSeverity::Error) => "错误 error",
            (false, LintSeverity::Warning) => "警告 warning",
        };
        writeln!(out, "[{mark}] {}", fault.lint)?;
    }
    Ok(())
}
