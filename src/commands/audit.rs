//! `chs-gateway audit`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::audit;

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
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Verifies; exit code 1 when the chain is broken.
///
/// # Errors
/// A database that cannot be opened.
pub fn run(args: Args) -> Outcome {
    let Command::Verify(args) = args.command;
    let config = args.database.config()?;
    super::runtime().block_on(async {
        let database = Database::open(&config).await?;
        let verified = audit::verify(&database.store).await;
        database.close().await?;
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
    })
}
