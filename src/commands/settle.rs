//! `chs-gateway settle`: the month from the bureau's own machine.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Parser, Subcommand};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::service::{batch_events, billing};

/// 月结作业 / work on a month
///
/// 网关运行时会自动出账；这里的命令用于立即续作中断的月份，或核对批次事件链。
///
/// A running gateway makes the bills by itself; these commands take up a month that was
/// cut off, at once, or check the events of its batches.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 生成待出账的账单，接着中断处继续 / make the bills that wait, from where a run was cut off
    Bill(Month),
    /// 核对批次事件链与现状 / check the events of the batches against their states
    Verify(Month),
}

/// 一个结算月 / one month
#[derive(Debug, Parser)]
struct Month {
    /// 结算年月 yyyyMM；bill 省略时为全部待出账月份 / month; bill without one takes all that wait
    #[arg(long, value_name = "YYYYMM")]
    month: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Exit code 1: faults were found, or a month is not closed.
///
/// # Errors
/// A database that cannot be opened, a missing month.
pub fn run(args: Args) -> Outcome {
    match args.command {
        Command::Bill(month) => super::runtime().block_on(bill(month)),
        Command::Verify(month) => super::runtime().block_on(verify(month)),
    }
}

async fn bill(args: Month) -> Outcome {
    let database = Database::open(&args.database.config()?).await?;
    let store = &database.store;
    let work = async {
        let months = match args.month {
            Some(month) => vec![month],
            None => store.valued_months().await?,
        };
        for month in months {
            let progress = billing::run(store, &month, Utc::now).await?;
            let closed = if progress.closed {
                "已闭合 closed"
            } else {
                "无须出账或由他处完成 nothing to do here"
            };
            println!("{month}：出账 {} 份 bills，{closed}", progress.bills);
        }
        Ok::<_, crate::error::Refusal>(())
    };
    let done = work.await;
    database.close().await?;
    done?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(args: Month) -> Outcome {
    let month = args.month;
    let month = month.ok_or("须给出 --month / --month is needed")?;
    let database = Database::open(&args.database.config()?).await?;
    let verified = batch_events::verify(&database.store, &month).await;
    database.close().await?;
    let verified = verified?;
    for fault in &verified.faults {
        println!("{fault}");
    }
    println!(
        "{month}：批次 {} batches，事件 {} events，断点 {} faults",
        verified.batches,
        verified.events,
        verified.faults.len()
    );
    Ok(if verified.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
