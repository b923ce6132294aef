//! `chs-gateway keys`: the master key that seals at rest.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Parser, Subcommand};

use super::{
    Outcome,
    database::{Database, DatabaseArgs},
};
use crate::{keys::PlatformKeys, service::reseal};

/// 静态加密主密钥 / the master key that seals at rest
///
/// 更换：新密钥写入 keys.master_key，旧密钥移到 keys.earlier_master_keys 之首，重启各网关，
/// 再运行 keys reseal。最早的密钥须保留：检索摘要与审计链由它计算。
///
/// To change it: name the new key in keys.master_key, put the old one first in
/// keys.earlier_master_keys, restart the gateways, then run keys reseal. The oldest key must
/// stay: the searchable digests and the audit chain are made with it.
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 以当前主密钥重新加密库中全部密文，网关可照常运行 / seal everything anew; gateways may run
    Reseal,
}

/// Seals anew; exit code 1 when a value could not be opened.
///
/// # Errors
/// A database or keys that cannot be opened.
pub fn run(args: Args) -> Outcome {
    let Command::Reseal = args.command;
    let config = args.database.config()?;
    super::runtime().block_on(async {
        let database = Database::open(&config).await?;
        let master = PlatformKeys::open(&config)?.master;
        let outcome = reseal::run(&database.store, &master, Utc::now()).await;
        database.close().await?;
        let mut unreadable = 0;
        for one in outcome? {
            let left = match one.unreadable {
                0 => String::new(),
                count => format!("  无法解密 / unreadable {count}"),
            };
            println!("{}  重新加密 / resealed {}{left}", one.column, one.done);
            unreadable += one.unreadable;
        }
        Ok(if unreadable == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    })
}
