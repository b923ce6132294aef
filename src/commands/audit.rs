//! `chs-gateway audit`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use super::Outcome;
use crate::{
    audit,
    config::Config,
    embedded_db::{EmbeddedDb, EmbeddedDbOptions},
    store::Store,
};

/// 审计链 / the audit chain
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(Verify),
}

/// 校验审计链，指出被改、缺失或乱序的记录 / find changed, missing or reordered records
#[derive(Debug, Parser)]
struct Verify {
    /// 配置文件 / configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据目录（自带数据库，需先停止网关）/ data folder of a stopped gateway
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Verifies; exit code 1 when the chain is broken.
///
/// # Errors
/// A database that cannot be opened.
pub fn run(args: Args) -> Outcome {
    let Command::Verify(args) = args.command;
    let mut config = Config::load(args.config.as_deref())?;
    config.data_dir = args.data.unwrap_or(config.data_dir);
    super::runtime().block_on(verify(config))
}

async fn verify(config: Config) -> Outcome {
    let database = if config.embedded() {
        if !config.data_dir.join("pg").exists() {
            let folder = config.data_dir.display();
            return Err(
                format!("{folder} 中没有网关数据 / {folder} holds no gateway's data").into(),
            );
        }
        let mut options = EmbeddedDbOptions::new(&config.data_dir);
        options.bin_dir.clone_from(&config.database.binaries);
        Some(EmbeddedDb::start(options).await?)
    } else {
        None
    };
    let connection = match &database {
        Some(database) => database.connection(),
        None => config.database.url.parse()?,
    };
    let store = Store::open(connection, 1, Duration::from_secs(10))?;
    let verified = audit::verify(&store).await;
    drop(store);
    if let Some(database) = database {
        database.stop().await?;
    }
    let (records, faults) = verified?;
    for fault in &faults {
        println!(
            "链 lane {} 记录 record {}: {}",
            fault.lane, fault.sequence, fault.what
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
