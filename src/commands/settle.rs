//! `chs-gateway settle`: the month and the year from the bureau's own machine.

mod clear;

use std::process::ExitCode;

use chrono::Utc;
use clap::{Parser, Subcommand};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::{
    service::{batch_events, billing},
    store::Store,
};

/// 月结与年度清算作业 / work on a month or a year
///
/// 网关运行时会自动出账与清算；这里的命令用于立即续作中断的月份或年度，编制与公布年度清算，或核对事件链。
///
/// A running gateway makes bills and clearings by itself; these commands take up a month or
/// year that was cut off, at once, propose and publish a clearing, or check events and sums.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 生成待出账的账单，接着中断处继续 / make the bills that wait, from where a run was cut off
    Bill(Month),
    Clear(clear::Clear),
    /// 核对一个月的批次事件链，或一年的清算与协商（事件链、摘要与各级合计） / check a month's events, or a year's clearing and negotiation
    Verify(Verify),
}

/// 一个月或一年 / one month or one year
#[derive(Debug, Parser)]
struct Verify {
    /// 结算年月 yyyyMM / month
    #[arg(long, value_name = "YYYYMM", required_unless_present = "year")]
    month: Option<String>,
    /// 年度 yyyy，核对预清算、清算与协商轮次 / year: its pre-clearing, clearing and rounds of negotiation
    #[arg(long, value_name = "YYYY", conflicts_with = "month")]
    year: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
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
        Command::Clear(year) => super::runtime().block_on(clear::run(year)),
        Command::Verify(what) => super::runtime().block_on(verify(what)),
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

async fn verify(args: Verify) -> Outcome {
    let database = Database::open(&args.database.config()?).await?;
    let done = match (&args.month, &args.year) {
        (Some(month), _) => verify_month(&database.store, month).await,
        (None, Some(year)) => clear::verify(&database.store, year).await,
        (None, None) => Err("须给出 --month 或 --year / --month or --year is needed".into()),
    };
    database.close().await?;
    done
}

async fn verify_month(store: &Store, month: &str) -> Outcome {
    let verified = batch_events::verify(store, month).await?;
    println!(
        "{month}：批次 {} batches，事件 {} events，断点 {} faults",
        verified.batches,
        verified.events,
        verified.faults.len()
    );
    ended(&verified.faults)
}

/// Prints faults; exit code 1 where there are any.
fn ended(faults: &[String]) -> Outcome {
    for fault in faults {
        println!("{fault}");
    }
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
