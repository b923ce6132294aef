//! `chs-gateway schemes`: a line for each built-in scheme, cells separated by tabs:
//! id, base (`-` without one), MDC/ADRG/DRG counts, digest, in force from.

use std::io::{self, Write};
use std::process::ExitCode;

use chs_grouper::Scheme;

use super::Outcome;

/// 列出内置分组方案 / list the built-in grouping schemes
///
/// 每行一个方案，以制表符分隔：编号、基础方案、MDC/ADRG/DRG 数、摘要、启用日期。
///
/// A scheme a line, separated by tabs: id, base, counts of MDC/ADRG/DRG, digest, in force from.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the schemes.
///
/// # Errors
/// A scheme that does not load, or an output that cannot be written.
pub fn run(Args {}: Args) -> Outcome {
    let mut out = io::stdout().lock();
    for id in Scheme::builtin_ids() {
        writeln!(out, "{}", line(Scheme::builtin(id)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(scheme: &Scheme) -> String {
    let counts = scheme.counts();
    format!(
        "{}\t{}\t{}/{}/{}\t{}\t{}",
        scheme.id(),
        scheme.base().unwrap_or("-"),
        counts.mdc,
        counts.adrg,
        counts.drg,
        scheme.digest(),
        scheme.in_force_from(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_the_five_cells() {
        let scheme = Scheme::builtin("xianyang-2025").expect("the scheme");
        let line = line(scheme);
        let cells: Vec<&str> = line.split('\t').collect();
        let digest = scheme.digest();
        assert_eq!(
            cells,
            [
                "xianyang-2025",
                "chs-drg-2.0",
                "26/409/747",
                digest,
                "2025-01-01"
            ]
        );
    }
}
