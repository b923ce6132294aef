//! `chs-gateway dip`: grouping by a DIP catalogue that the area supplies, checking such a
//! catalogue, and building one from past cases.

mod build;
mod group;
mod lint;
mod rows;

use std::error::Error;
use std::num::NonZeroUsize;
use std::thread;

use super::Outcome;

/// 按病种分值付费（DIP）：分组、检查目录、由历史病例测算目录 / DIP: group, check and build catalogues
///
/// 目录为一个文件夹：catalogue.toml 与若干 CSV，逐列说明见 docs/DIP.md。
///
/// A catalogue is a folder: catalogue.toml and CSV files, described in docs/DIP.md.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Group(group::Args),
    Lint(lint::Args),
    Build(build::Args),
}

/// Runs the command.
///
/// # Errors
/// What its subcommand says.
pub fn run(args: Args) -> Outcome {
    match args.command {
        Command::Group(args) => group::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Build(args) => build::run(args),
    }
}

type Fault = Box<dyn Error + Send + Sync>;

/// The threads asked for, or one a core.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> usize {
    /// More than any machine of today would use for this.
    const MOST: usize = 256;
    let threads = asked.or_else(|| thread::available_parallelism().ok());
    threads.map_or(1, NonZeroUsize::get).min(MOST)
}
