//! `chs-gateway settle clear`: the year from the bureau's own machine.

use std::{fs, path::PathBuf};

use chrono::Utc;
use chs_settlement::books::ClearingStage;
use clap::{Parser, ValueEnum};
use serde_json::Value;

use super::super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::{
    config::Config,
    error::Refusal,
    operations::{Operation, clearing_propose::Propose, clearing_step::StepRequest},
    service::{clearing, negotiation},
    store::{Store, clearings::ClearingKey},
};

/// 年度预清算与清算 / pre-clearing and clearing of a year
///
/// 无参数：续作被中断的计算并显示结果。--propose：编制（第一人）。--publish：第二人复核公布。
///
/// Without either: takes up what was cut off and shows what stands. --propose: the first
/// person's proposal. --publish: the second person publishes it.
///
/// 例 examples:
///   chs-gateway settle clear --year 2026 --stage clearing --propose year.json --opter-id zhang
///   chs-gateway settle clear --year 2026 --stage clearing --publish 5d0b… --opter-id li
#[derive(Debug, Parser)]
#[command(verbatim_doc_comment)]
pub(super) struct Clear {
    /// 年度 yyyy / year
    #[arg(long, value_name = "YYYY")]
    year: String,
    /// 阶段 / stage
    #[arg(long, value_enum, default_value = "clearing")]
    stage: Stage,
    /// 编制：预算、考核得分与调整项（JSON，同 clearing.propose，可省略 year、stage、opter_id）/ propose: budgets, scores, adjustments
    #[arg(long, value_name = "FILE", requires = "opter_id")]
    propose: Option<PathBuf>,
    /// 复核公布所签的摘要 / publish: the digest that the second person signs
    #[arg(
        long,
        value_name = "DIGEST",
        requires = "opter_id",
        conflicts_with = "propose"
    )]
    publish: Option<String>,
    /// 操作人 / the person who acts
    #[arg(long, value_name = "ID")]
    opter_id: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stage {
    /// 预清算 / pre-clearing
    PreClearing,
    /// 清算 / clearing
    Clearing,
}

impl Stage {
    fn of(self) -> ClearingStage {
        match self {
            Stage::PreClearing => ClearingStage::PreClearing,
            Stage::Clearing => ClearingStage::Clearing,
        }
    }
}

pub(super) async fn run(args: Clear) -> Outcome {
    let config = args.database.config()?;
    let proposal = args.propose.as_ref().map(|_| proposal(&args)).transpose()?;
    let database = Database::open(&config).await?;
    let done = work(&args, &config, proposal, &database.store).await;
    database.close().await?;
    done
}

/// The data of a proposal, checked like a call's.
fn proposal(args: &Clear) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let path = args.propose.clone().unwrap_or_default();
    let mut data: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let members = data
        .as_object_mut()
        .ok_or("编制文件应为 JSON 对象 / a proposal is a JSON object")?;
    let opter_id = args.opter_id.clone().unwrap_or_default();
    for (name, value) in [
        ("year", args.year.clone()),
        ("stage", args.stage.of().as_str().to_owned()),
        ("opter_id", opter_id),
    ] {
        members.insert(name.to_owned(), Value::String(value));
    }
    let validator = jsonschema::validator_for(&Propose::schema())?;
    crate::schemas::fits(&validator, &data).map_err(|errors| {
        let errors: Vec<String> = errors
            .iter()
            .map(|error| {
                format!(
                    "{}: {} / {}",
                    error.pointer, error.message, error.message_en
                )
            })
            .collect();
        errors.join("; ")
    })?;
    Ok(data)
}

async fn work(args: &Clear, config: &Config, proposal: Option<Value>, store: &Store) -> Outcome {
    let stage = args.stage.of();
    if let Some(data) = proposal {
        let request = Propose::parse(data).map_err(|_| "编制数据不正确 / no proposal")?;
        let settings = &config.settlement;
        let made = clearing::propose_here(store, settings, &request, Utc::now()).await?;
        println!(
            "{} {} 第 {} 稿：机构 {} institutions，批次 {} batches，未进入 {} left out",
            made.year, made.stage, made.number, made.hospitals, made.batches, made.left_out
        );
    }
    for key in store.waiting_clearings().await? {
        if key.year == args.year && key.stage == stage {
            made(store, &key).await?;
        }
    }
    if let Some(digest) = &args.publish {
        let published = clearing::step_here(store, &publication(args, digest), Utc::now()).await?;
        println!("状态 state: {}", published.state);
    }
    let verified = clearing::verify(store, &args.year, stage).await?;
    let verified = verified.ok_or("没有该年度的清算 / there is no such clearing")?;
    let shown = clearing::shown(store, &args.year, stage).await?;
    println!("{shown:#}");
    super::ended(&verified.faults)
}

async fn made(store: &Store, key: &ClearingKey) -> Result<(), Refusal> {
    let progress = clearing::run(store, key, Utc::now).await?;
    let prepared = if progress.prepared {
        "已编制 prepared"
    } else {
        "由他处完成 done elsewhere"
    };
    println!("清算机构 {} institutions，{prepared}", progress.hospitals);
    Ok(())
}

fn publication(args: &Clear, digest: &str) -> StepRequest {
    StepRequest {
        year: args.year.clone(),
        stage: args.stage.of(),
        action: "publish".to_owned(),
        fixmedins_code: None,
        version: None,
        amount: None,
        insutype: None,
        digest: Some(digest.to_owned()),
        reference: None,
        reason: None,
        opter_id: args.opter_id.clone().unwrap_or_default(),
    }
}

/// Verifies both stages of a year and its rounds of negotiation, as far as there are any.
pub(super) async fn verify(store: &Store, year: &str) -> Outcome {
    let mut faults = Vec::new();
    let mut found = false;
    for stage in [ClearingStage::PreClearing, ClearingStage::Clearing] {
        if let Some(verified) = clearing::verify(store, year, stage).await? {
            found = true;
            println!(
                "{year} {} 第 {} 稿：机构 {} institutions，事件 {} events，不符 {} faults",
                stage.as_str(),
                verified.number,
                verified.hospitals,
                verified.events,
                verified.faults.len()
            );
            faults.extend(verified.faults);
        }
    }
    let rounds = negotiation::verify(store, year).await?;
    if rounds.rounds > 0 {
        found = true;
        println!(
            "{year} 协商 negotiation：轮次 {} rounds，事件 {} events，不符 {} faults",
            rounds.rounds,
            rounds.events,
            rounds.faults.len()
        );
        faults.extend(rounds.faults);
    }
    if !found {
        return Err("没有该年度的清算或协商 / the year has no clearing and no negotiation".into());
    }
    super::ended(&faults)
}
