//! `chs-gateway outbox`: what waits for the upper platform, and what to do about it.

use std::{error::Error, process::ExitCode};

use chrono::Utc;
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::{
    config::Config,
    keys::{MasterKey, PlatformKeys, SealedAs},
    service::outbox::{self, Step},
    store::{Store, outbox::Listed},
};

/// 发件箱：待上报与未送达的报文 / the outbox: messages for the upper platform
///
/// 报文与业务在同一事务内写入；运行中的网关按 upstream 配置投递，失败按指数退避重试，
/// 仍不成功或被上级明确拒绝的成为死信（dead），等待人工处理。
///
/// Messages are put down in the transaction that causes them; running gateways deliver
/// them as `upstream` says and back off exponentially. What goes on failing, or is refused
/// for good, is dead until an operator reruns or drops it.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Waiting,
    Delivered,
    Dead,
    Dropped,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 列出报文，缺省为待投递与死信 / list messages; open ones by default
    List {
        /// 只列此状态 / of this state
        #[arg(long)]
        state: Option<State>,
        /// 至多几条 / at most this many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// 输出 JSON / as JSON
        #[arg(long)]
        json: bool,
    },
    /// 查看一条报文 / show a message
    Show {
        /// 报文编号 / message id
        message_id: String,
        /// 同时解密业务数据与上级应答；查看记入审计链 / open its data and answer too; audited
        #[arg(long)]
        payload: bool,
    },
    /// 重新投递死信；幂等键不变，上级不会重复办理 / send dead messages again under the same key
    Rerun {
        /// 报文编号 / message ids
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        message_ids: Vec<String>,
        /// 全部死信 / every dead message
        #[arg(long)]
        all: bool,
        /// 只说明将做什么 / only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// 原因，记入审计链 / why; recorded in the audit chain
        #[arg(long, value_parser = reason)]
        reason: String,
    },
    /// 永久放弃报文，使同一病例的后续报文得以投递 / give messages up; later ones of their cases go on
    Drop {
        /// 报文编号 / message ids
        #[arg(required = true)]
        message_ids: Vec<String>,
        /// 只说明将做什么 / only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// 原因，记入审计链 / why; recorded in the audit chain
        #[arg(long, value_parser = reason)]
        reason: String,
    },
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 {
        return Err("应为 1 至 200 个字符 / must have 1 to 200 characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs one of the subcommands.
///
/// # Errors
/// A database that cannot be opened; a message that does not exist.
pub fn run(args: Args) -> Outcome {
    let config = args.database.config()?;
    super::runtime().block_on(async {
        let database = Database::open(&config).await?;
        let outcome = obey(&config, &database.store, args.command).await;
        database.close().await?;
        outcome
    })
}

async fn obey(config: &Config, store: &Store, command: Command) -> Outcome {
    match command {
        Command::List { state, limit, json } => {
            let state = state.and_then(|state| state.to_possible_value());
            let state = state.as_ref().map(clap::builder::PossibleValue::get_name);
            list(&store.outbox_messages(None, state, limit).await?, json)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show {
            message_id,
            payload,
        } => show(config, store, &message_id, payload).await,
        Command::Rerun {
            mut message_ids,
            all,
            dry_run,
            reason,
        } => {
            if all {
                let dead = store.outbox_messages(None, Some("dead"), i64::MAX).await?;
                message_ids = dead.into_iter().map(|one| one.message_id).collect();
            }
            intervene(store, Step::Rerun, &message_ids, dry_run, &reason).await
        }
        Command::Drop {
            message_ids,
            dry_run,
            reason,
        } => intervene(store, Step::Drop, &message_ids, dry_run, &reason).await,
    }
}

async fn one(store: &Store, message_id: &str) -> Result<Listed, Box<dyn Error + Send + Sync>> {
    let found = store.outbox_messages(Some(message_id), None, 1).await?;
    let none = || format!("无此报文 / no such message: {message_id}").into();
    found.into_iter().next().ok_or_else(none)
}

async fn show(config: &Config, store: &Store, message_id: &str, payload: bool) -> Outcome {
    let message = one(store, message_id).await?;
    let mut written = written(&message);
    if payload {
        outbox::record_reading(store, message_id, Utc::now()).await?;
        let master = PlatformKeys::open(config)?.master;
        let data = opened(&master, SealedAs::Outgoing(message_id), &message.payload)?;
        let place = SealedAs::UpperAnswer(message_id);
        let answer = message.answer.as_deref();
        let answer = answer.map(|sealed| opened(&master, place, sealed));
        if let Some(members) = written.as_object_mut() {
            members.insert("data".to_owned(), data);
            members.insert("answer".to_owned(), answer.transpose()?.unwrap_or_default());
        }
    }
    println!("{}", serde_json::to_string_pretty(&written)?);
    Ok(ExitCode::SUCCESS)
}

fn opened(
    master: &MasterKey,
    place: SealedAs<'_>,
    sealed: &[u8],
) -> Result<Value, Box<dyn Error + Send + Sync>> {
    let bytes = master
        .open(place, sealed)
        .ok_or("主密钥无法解密此报文 / the master key does not open this message")?;
    Ok(serde_json::from_slice(&bytes)?)
}

async fn intervene(
    store: &Store,
    step: Step,
    message_ids: &[String],
    dry_run: bool,
    reason: &str,
) -> Outcome {
    let mut able = Vec::new();
    for message_id in message_ids {
        let message = one(store, message_id).await?;
        let fits = match step {
            Step::Rerun => message.state == "dead",
            Step::Drop => matches!(message.state.as_str(), "dead" | "waiting"),
        };
        if fits {
            able.push(message.message_id.clone());
        } else {
            let state = &message.state;
            println!("{message_id}  状态 {state}，不处理 / left alone, it is {state}");
        }
    }
    let done = if dry_run {
        able
    } else {
        outbox::intervene(store, step, &able, reason, Utc::now()).await?
    };
    let what = match (step, dry_run) {
        (Step::Rerun, true) => "将重新投递 / would be sent again",
        (Step::Rerun, false) => "重新投递 / to be sent again",
        (Step::Drop, true) => "将放弃 / would be dropped",
        (Step::Drop, false) => "已放弃 / dropped",
    };
    for message_id in &done {
        println!("{message_id}  {what}");
    }
    println!("共 {} 条 / {} messages", done.len(), done.len());
    Ok(ExitCode::SUCCESS)
}

fn list(messages: &[Listed], as_json: bool) -> Result<(), serde_json::Error> {
    if as_json {
        let rows: Vec<Value> = messages.iter().map(written).collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    for message in messages {
        println!(
            "{}  {}  {}  {}  尝试 attempts {}  {}",
            message.message_id,
            message.state,
            message.operation,
            message.subject,
            message.attempts,
            message.last_error.as_deref().unwrap_or(""),
        );
    }
    println!("共 {} 条 / {} messages", messages.len(), messages.len());
    Ok(())
}

fn written(message: &Listed) -> Value {
    json!({
        "message_id": message.message_id,
        "state": message.state,
        "operation": message.operation,
        "subject": message.subject,
        "attempts": message.attempts,
        "next_at": message.next_at,
        "last_error": message.last_error,
        "created_at": message.created_at,
        "settled_at": message.settled_at,
        "refused_items": message.refused,
        "reason": message.reason,
    })
}
