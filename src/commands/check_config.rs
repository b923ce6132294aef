//! `chs-gateway check-config`.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use super::Outcome;
use crate::{catalogue::Catalogue, config::Config};

/// 检查配置、规则、方案与统筹区参数 / check configuration, rules, schemes and profiles
#[derive(Debug, Parser)]
pub struct Args {
    /// 配置文件 / configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Loads everything that `serve` would load, and says what it found.
///
/// # Errors
/// What `serve` would stumble over.
pub fn run(args: Args) -> Outcome {
    let config = Config::load(args.config.as_deref())?;
    let catalogue = Catalogue::load(&config.schemes.folders)?;
    let profile = catalogue
        .profile(&config.profile)
        .ok_or_else(|| format!("profile {} 不存在 / no such profile", config.profile))?;
    if profile.example() {
        println!(
            "提示：{} 的参数为示例值，并非结算依据 / note: the values of {} are examples, not policy",
            profile.id(),
            profile.id()
        );
    }
    println!("{}", serde_json::to_string_pretty(&catalogue.version())?);
    println!("配置有效 / the configuration holds");
    Ok(ExitCode::SUCCESS)
}
