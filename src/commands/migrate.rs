//! `chs-gateway migrate`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;

use super::Outcome;
use crate::{config::Config, store::Store};

/// 升级外部数据库结构 / bring a configured database to this release's schema
#[derive(Debug, Parser)]
pub struct Args {
    /// 配置文件 / configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Applies the missing steps; a private database migrates itself when `serve` starts.
///
/// # Errors
/// No `database.url`, or a database that cannot be reached or migrated.
pub fn run(args: Args) -> Outcome {
    let config = Config::load(args.config.as_deref())?;
    if config.embedded() {
        return Err("未配置 database.url；自带数据库由 serve 自动升级 / \
            database.url is not set; serve migrates its private database by itself"
            .into());
    }
    let store = Store::open(
        config.database.url.parse()?,
        config.database.ca.as_deref(),
        1,
        Duration::from_secs(60),
    )?;
    let steps = super::runtime().block_on(store.migrate())?;
    println!("已执行 {steps} 步迁移 / {steps} steps applied");
    Ok(ExitCode::SUCCESS)
}
