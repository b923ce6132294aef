//! `chs-gateway dip`: grouping by a DIP catalogue that the area supplies, checking such a
//! catalogue, and building one from past cases.

mod build;
mod group;
mod lint;
mod rows;

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use chs_grouper::dip::{Catalogue, CatalogueSource};

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

/// The catalogue in a folder.
///
/// # Errors
/// A file that cannot be read, or the faults of the catalogue.
pub(super) fn catalogue(folder: &Path) -> Result<Catalogue, Fault> {
    let source = files(folder, &CatalogueSource::FILES)?;
    if source.text("catalogue.toml").is_empty() {
        let folder = folder.display();
        return Err(format!("{folder} 中没有 catalogue.toml / no catalogue.toml in it").into());
    }
    Ok(Catalogue::load(&source)?)
}

/// Those of the named files that the folder has.
fn files(folder: &Path, names: &[&str]) -> Result<CatalogueSource, Fault> {
    let mut files = Vec::new();
    for name in names {
        let path = folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => files.push(((*name).to_owned(), text)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(
                    format!("{} 无法读取 / cannot be read: {error}", path.display()).into(),
                );
            }
        }
    }
    Ok(CatalogueSource::new(files))
}

/// The threads asked for, or one a core.
pub(super) fn threads(asked: Option<NonZeroUsize>) -> usize {
    /// More than any machine of today would use for this.
    const MOST: usize = 256;
    let threads = asked.or_else(|| thread::available_parallelism().ok());
    threads.map_or(1, NonZeroUsize::get).min(MOST)
}
