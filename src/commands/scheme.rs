//! `chs-gateway scheme`: take in, check and compare grouping schemes.

mod cases;
mod diff;
mod export;
mod import;
mod lint;

use super::Outcome;

/// 分组方案：导入、导出、检查、比较 / grouping schemes: import, export, lint, diff
///
/// 方案可写内置编号（见 schemes），也可写方案目录。
///
/// A scheme is named by its built-in id (see `schemes`) or by its folder.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Import(import::Args),
    Export(export::Args),
    Lint(lint::Args),
    Diff(diff::Args),
}

/// Runs the subcommand.
///
/// # Errors
/// A scheme or file that cannot be read, an output that cannot be written.
pub fn run(Args { action }: Args) -> Outcome {
    match action {
        Action::Import(args) => import::run(args),
        Action::Export(args) => export::run(&args),
        Action::Lint(args) => lint::run(&args),
        Action::Diff(args) => diff::run(&args),
    }
}
