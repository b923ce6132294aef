//! `chs-gateway check-config`.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use super::Outcome;
use crate::{
    catalogue::Catalogue,
    config::{self, Config, Environment},
    keys::PlatformKeys,
    profiles, tls,
};

/// 检查配置、规则、方案与统筹区参数 / check configuration, rules, schemes and profiles
///
/// 检查 serve 会装载的全部内容而不启动。新配置可由示例开始：
/// chs-gateway check-config --sample > gateway.toml
///
/// Checks all that `serve` would load, without starting. A new configuration may begin as
/// the sample.
#[derive(Debug, Parser)]
pub struct Args {
    /// 配置文件 / configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 打印配置示例（全部键、说明与默认值）/ print a sample: every key, what it means, its default
    #[arg(long, conflicts_with = "config")]
    sample: bool,
}

/// Findings told of one catalogue; `dip lint` tells all of them.
const MOST_LINTS: usize = 20;

/// Loads everything that `serve` would load, and says what it found.
///
/// # Errors
/// What `serve` would stumble over.
pub fn run(args: Args) -> Outcome {
    if args.sample {
        print!("{}", config::sample()?);
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(args.config.as_deref())?;
    config.database.url.parse::<tokio_postgres::Config>()?;
    tls::database(config.database.ca.as_deref())?;
    config.tls.as_ref().map(tls::Tls::server).transpose()?;
    // In development keys that are missing would be made: this only looks.
    if config.environment == Environment::Production {
        PlatformKeys::open(&config)?;
    }
    let catalogue = Catalogue::load(&config)?;
    let mut faults = 0;
    for profile in catalogue.profiles() {
        let id = profile.id();
        for remark in profiles::lint::lint(profile, |id| catalogue.grouped_by(id)) {
            let kind = if remark.fault {
                "错误 error"
            } else {
                "提示 note"
            };
            println!("profile {id} {kind}: {} / {}", remark.zh, remark.en);
            faults += usize::from(remark.fault && id == config.profile);
        }
    }
    for catalogue in catalogue.dip_catalogues() {
        let (id, lints) = (catalogue.id(), catalogue.lint());
        println!(
            "DIP catalogue {id}：{} 个病种，{} 处可疑 / {} groups, {} findings",
            catalogue.groups().len(),
            lints.len(),
            catalogue.groups().len(),
            lints.len()
        );
        for lint in lints.iter().take(MOST_LINTS) {
            println!("DIP catalogue {id} 提示 note: {lint}");
        }
    }
    for (from, engine) in catalogue.rule_sets() {
        let since = match from {
            chrono::NaiveDate::MIN => "起始 from the beginning".to_owned(),
            day => format!("自 {day} from {day}"),
        };
        let (version, digest) = (engine.version(), engine.digest());
        println!(
            "rules {since}: {version} {digest}, {} 条 rules",
            engine.rules().len()
        );
    }
    for (name, codes) in catalogue.tables().loaded() {
        println!("table {name}: {codes} 个代码 codes");
    }
    println!("{}", serde_json::to_string_pretty(&catalogue.version())?);
    if faults > 0 {
        return Err(format!(
            "profile {} 有 {faults} 处错误 / has {faults} errors",
            config.profile
        )
        .into());
    }
    println!("配置有效 / the configuration holds");
    Ok(ExitCode::SUCCESS)
}
