//! `chs-gateway rules`: the rules of an area, its tables, its quality folder.

use std::{fs, path::PathBuf, process::ExitCode};

use chs_quality::{AreaTables, area_table_help};

use super::Outcome;
use crate::quality_folder;

/// 质控规则：清单、地方表、检查统筹区质控目录 / quality rules: list, area tables, lint of a folder
///
/// 统筹区质控目录含 tuning.toml（规则调整）、rules/*.toml（自有规则）、tables/*.csv（地方表）、
/// catalogue/earlier.csv 与 later.csv（两期医保目录）；在配置 quality.folder 中启用。
///
/// The quality folder of an area holds tuning.toml, rules/*.toml, tables/*.csv and two
/// releases of the catalogue; `quality.folder` of the configuration names it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// 列出各期规则 / list the rules of every period
    List {
        /// 统筹区质控目录 / quality folder of the area
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// 列出地方表及其列 / the area tables with their columns
    Tables,
    /// 检查质控目录，有误则指明文件、行与原因 / check a folder; a fault is told with file, line, reason
    Lint {
        /// 统筹区质控目录 / quality folder of the area
        folder: PathBuf,
    },
    /// 检查一张地方表的 CSV 并放入质控目录 / check the CSV of an area table and put it into the folder
    ImportTable {
        /// 表名，见 rules tables / name of the table, see `rules tables`
        name: String,
        /// CSV 文件 / CSV file
        csv: PathBuf,
        /// 统筹区质控目录 / quality folder of the area
        #[arg(long, value_name = "FOLDER")]
        folder: PathBuf,
    },
}

/// Runs the subcommand.
///
/// # Errors
/// The first fault of a folder or table; a file that cannot be read or written.
pub fn run(Args { action }: Args) -> Outcome {
    match action {
        Action::List { folder } => {
            let area = quality_folder::load(folder.as_deref())?;
            for (from, engine) in area.rules.periods() {
                println!("# {} {} {}", since(from), engine.version(), engine.digest());
                for rule in engine.rules() {
                    let severity = format!("{:?}", rule.severity()).to_lowercase();
                    println!("{} {severity} {}", rule.id(), rule.message());
                }
            }
        }
        Action::Tables => print!("{}", area_table_help()),
        Action::Lint { folder } => {
            let area = quality_folder::load(Some(&folder))?;
            for (from, engine) in area.rules.periods() {
                let rules = engine.rules().len();
                println!("{} {} 条规则 rules {}", since(from), rules, engine.digest());
            }
            for (name, codes) in area.tables.loaded() {
                println!("tables/{name}.csv {codes} 个代码 codes");
            }
            println!("质控目录有效 / the folder holds");
        }
        Action::ImportTable { name, csv, folder } => {
            let bytes = fs::read(&csv).map_err(|error| format!("{}: {error}", csv.display()))?;
            let rows = AreaTables::default().load_csv(&name, &bytes)?;
            let tables = folder.join("tables");
            fs::create_dir_all(&tables)?;
            let target = tables.join(format!("{name}.csv"));
            // whole or not at all: a gateway that starts meanwhile reads no half of it
            let half = tables.join(format!("{name}.csv.half"));
            fs::write(&half, &bytes)?;
            fs::rename(&half, &target)?;
            println!("{} {rows} 行 rows", target.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn since(day: chrono::NaiveDate) -> String {
    match day {
        chrono::NaiveDate::MIN => "起始 from the beginning".to_owned(),
        day => format!("自 {day} from {day}"),
    }
}
