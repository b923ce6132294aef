//! `chs-gateway callers`: who may call, with which keys, from where and how often.

mod arguments;
mod certificate;
mod listing;

use std::{error::Error, path::Path, process::ExitCode};

use chrono::{DateTime, TimeDelta, Utc};
use chs_envelope::{
    sm::{Sm2PublicKey, Sm4Key},
    transaction::GatewaySecret,
};
use clap::{Parser, Subcommand};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::{
    caller::{Role, transaction_settings::TransactionSettings},
    caller_file::{CallerFile, Secrets, key_pair, write_caller},
    config::{Config, Environment},
    keys::PlatformKeys,
    service::callers::{self, NewKey},
    store::{
        Store,
        callers::{CallerRow, Change, KeyRow},
    },
};
use arguments::{Add, EndKey, KeySource, Rotate, Set, Subject, Transaction};

/// Stands at the head of a written caller file.
const HEADING: &str = "# 调用方文件，含密钥，请经安全渠道交给调用方后删除\n\
    # caller file with secrets: hand it over a safe channel, then delete it\n";

/// 调用方：登记、换钥、停用、限流与来源网段 / register, re-key, suspend and limit callers
///
/// 运行中的网关在 limits.callers_seconds（缺省 2 秒）内生效；每次变更记入审计链。
///
/// A running gateway follows within limits.callers_seconds (2 by default); every change is
/// recorded in the audit chain.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 列出调用方及其密钥 / list callers and their keys
    List {
        /// 输出 JSON / as JSON
        #[arg(long)]
        json: bool,
    },
    Add(Add),
    Rotate(Rotate),
    EndKey(EndKey),
    /// 停用调用方 / refuse a caller from now on
    Suspend(Subject),
    /// 恢复已停用的调用方 / let a suspended caller call again
    Resume(Subject),
    Set(Set),
    Transaction(Transaction),
}

/// Runs one of the subcommands.
///
/// # Errors
/// A database or keys that cannot be opened; a change that is refused.
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
    let now = Utc::now();
    let (app_id, change) = match command {
        Command::List { json } => {
            listing::print(&store.callers().await?, &store.caller_keys().await?, json)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Add(args) => return add(config, store, args, now).await,
        Command::Rotate(args) => return rotate(config, store, args, now).await,
        Command::EndKey(args) => {
            callers::end_key(store, &args.app_id, &args.key_id, now).await?;
            return done(&args.app_id);
        }
        Command::Suspend(subject) => (subject.app_id, suspended(true)),
        Command::Resume(subject) => (subject.app_id, suspended(false)),
        Command::Set(args) => (args.app_id.clone(), args.change()?),
        Command::Transaction(args) => (args.app_id.clone(), agreed(store, &args).await?),
    };
    callers::change(store, &app_id, &change, now).await?;
    done(&app_id)
}

fn suspended(suspended: bool) -> Change {
    Change {
        suspended: Some(suspended),
        ..Change::default()
    }
}

/// The settings of the transaction door with what was given.
async fn agreed(store: &Store, args: &Transaction) -> Result<Change, Box<dyn Error + Send + Sync>> {
    let known = store.callers().await?;
    let row = known.iter().find(|row| row.app_id == args.app_id);
    let now = TransactionSettings::read(row.and_then(|row| row.transaction_door.as_deref()))?;
    Ok(Change {
        gateway_id: args.gateway_id.clone(),
        transaction_door: Some(serde_json::to_string(&args.over(now))?),
        ..Change::default()
    })
}

fn done(app_id: &str) -> Outcome {
    println!("完成 / done: {app_id}");
    Ok(ExitCode::SUCCESS)
}

async fn add(config: &Config, store: &Store, args: Add, now: DateTime<Utc>) -> Outcome {
    let role: Role = args.role.parse()?;
    if role == Role::Hospital && args.fixmedins_code.is_none() {
        return Err("医院调用方需要 --fixmedins-code / a hospital needs --fixmedins-code".into());
    }
    let mut file = CallerFile {
        key_id: args.key.key_id.clone(),
        url: args.key.url(config),
        app_id: args.app_id.unwrap_or_default(),
        app_secret: String::new(),
        role: role.to_string(),
        fixmedins_code: args.fixmedins_code,
        fixmedins_name: args.name,
        hosp_lv: args.hosp_lv,
        admdvs: args.admdvs.unwrap_or_else(|| config.admdvs.clone()),
        enc_type: String::new(),
        gcm_key: None,
        gateway_id: args.gateway_id,
        gateway_secret: None,
        input_key: None,
        private_key: String::new(),
        public_key: String::new(),
        platform_public_key: String::new(),
    };
    let key = fill(config, &mut file, &args.key, now)?;
    let caller = CallerRow {
        app_id: file.app_id.clone(),
        role: file.role.clone(),
        fixmedins_code: file.fixmedins_code.clone(),
        fixmedins_name: file.fixmedins_name.clone(),
        admdvs: file.admdvs.clone(),
        hosp_lv: file.hosp_lv.clone(),
        scalars_as_text: args.scalars_as_text,
        suspended: false,
        per_second: None,
        addresses: Vec::new(),
        gateway_id: file.gateway_id.clone(),
        transaction_door: None,
    };
    if store
        .callers()
        .await?
        .iter()
        .any(|row| row.app_id == caller.app_id)
    {
        return Err(format!("appId 已登记 / already registered: {}", caller.app_id).into());
    }
    // The file first: a register that has a secret which nobody holds helps no one.
    write_caller(&args.key.out, &file, HEADING)?;
    callers::register(store, &caller, &key, now).await?;
    told(&file, &args.key.out)
}

async fn rotate(config: &Config, store: &Store, args: Rotate, now: DateTime<Utc>) -> Outcome {
    let known = store.callers().await?;
    let Some(row) = known.into_iter().find(|row| row.app_id == args.app_id) else {
        return Err(format!("appId 未登记 / not registered: {}", args.app_id).into());
    };
    let mut file = CallerFile {
        key_id: args.key.key_id.clone(),
        url: args.key.url(config),
        app_id: row.app_id,
        app_secret: String::new(),
        role: row.role,
        fixmedins_code: row.fixmedins_code,
        fixmedins_name: row.fixmedins_name,
        hosp_lv: row.hosp_lv,
        admdvs: row.admdvs,
        enc_type: String::new(),
        gcm_key: None,
        gateway_id: row.gateway_id,
        gateway_secret: None,
        input_key: None,
        private_key: String::new(),
        public_key: String::new(),
        platform_public_key: String::new(),
    };
    let key = fill(config, &mut file, &args.key, now)?;
    let same_id = |row: &KeyRow| row.app_id == file.app_id && row.key_id == file.key_id;
    if store.caller_keys().await?.iter().any(same_id) {
        return Err(format!("密钥编号已使用 / key id in use: {}", file.key_id).into());
    }
    write_caller(&args.key.out, &file, HEADING)?;
    let overlap_ends = now + TimeDelta::hours(i64::from(args.overlap_hours));
    callers::rotate(store, &key, overlap_ends, now).await?;
    told(&file, &args.key.out)
}

/// Draws what is to be drawn, completes the caller's file, and gives the sealed key.
fn fill(
    config: &Config,
    file: &mut CallerFile,
    source: &KeySource,
    now: DateTime<Utc>,
) -> Result<KeyRow, Box<dyn Error + Send + Sync>> {
    if source.out.exists() {
        let out = source.out.display();
        return Err(format!("{out} 已存在，不覆盖 / {out} exists and is not overwritten").into());
    }
    if config.environment != Environment::Development && source.key_id.starts_with("TEST-") {
        return Err(
            "非开发环境拒绝 TEST- 密钥 / TEST- keys are refused outside development".into(),
        );
    }
    let platform = PlatformKeys::open(config)?;
    let secrets = Secrets::draw()?;
    if file.app_id.is_empty() {
        file.app_id = secrets.app_id;
    }
    file.app_secret = secrets.app_secret;
    file.enc_type = if source.gcm { "SM4-GCM" } else { "SM4" }.to_owned();
    file.gcm_key = source.gcm.then_some(secrets.gcm_key);
    if source.transaction {
        file.gateway_secret = Some(match &source.gateway_secret {
            Some(held) => gateway_secret(held)?,
            None => secrets.gateway_secret,
        });
        file.input_key = Some(match &source.input_key {
            Some(given) => Sm4Key::from_hex(given)
                .map_err(|_| "--input-key 应为 32 位十六进制 / must be 32 hex digits")?
                .expose_hex()
                .to_string(),
            None => secrets.input_key,
        });
    }
    file.platform_public_key = platform.signing.public_key().to_base64();
    let certified = match source.cert.as_deref().zip(source.ca.as_deref()) {
        Some((cert, ca)) => Some(certificate::certified(cert, ca, now)?),
        None => None,
    };
    let not_after = certified.as_ref().map(|certified| certified.not_after);
    let public_key = match (certified, &source.public_key) {
        (Some(certified), _) => certified.public_key,
        (None, Some(text)) => public_key(text)?,
        (None, None) => {
            let (private_key, public_key) = key_pair()?;
            file.private_key = private_key;
            Sm2PublicKey::from_text(&public_key)?
        }
    };
    file.public_key = public_key.to_base64();
    let gcm_key = file.gcm_key.as_ref().map(hex::decode).transpose()?;
    let input_key = file.input_key.as_ref().map(hex::decode).transpose()?;
    let key = NewKey {
        app_id: &file.app_id,
        key_id: &file.key_id,
        public_key: &public_key,
        app_secret: &file.app_secret,
        gcm_key: gcm_key.as_deref(),
        gateway_secret: file.gateway_secret.as_deref(),
        input_key: input_key.as_deref(),
        not_before: now,
        not_after,
    };
    Ok(key.sealed(&platform.master)?)
}

/// A gateway secret that the caller has already, out of its file.
fn gateway_secret(held: &Path) -> Result<String, Box<dyn Error + Send + Sync>> {
    let text = std::fs::read_to_string(held)?;
    let text = text.trim();
    GatewaySecret::new(text).map_err(|_| {
        "网关密钥应为 1 至 256 个可见 ASCII 字符 / a gateway secret has 1 to 256 visible ASCII characters"
    })?;
    Ok(text.to_owned())
}

/// A public key given as text, or as the file that holds it.
fn public_key(text: &str) -> Result<Sm2PublicKey, Box<dyn Error + Send + Sync>> {
    let held;
    let text = match Path::new(text) {
        path if path.is_file() => {
            held = std::fs::read_to_string(path)?;
            held.trim()
        }
        _ => text,
    };
    Sm2PublicKey::from_text(text)
        .map_err(|error| format!("公钥不正确 / not an SM2 public key: {error}").into())
}

fn told(file: &CallerFile, out: &Path) -> Outcome {
    println!("appId {}  密钥 key {}", file.app_id, file.key_id);
    println!("调用方文件 / caller file: {}", out.display());
    if file.private_key.is_empty() {
        println!(
            "私钥由调用方自持，需填入文件的 private_key / the caller fills in its own private_key"
        );
    }
    Ok(ExitCode::SUCCESS)
}
