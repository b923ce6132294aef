//! `chs-gateway reload`.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use super::{Outcome, UNREACHABLE};
use crate::{
    config::Config,
    reload::{self, Reloaded},
};

/// 重新装载规则、方案与付费档案 / read rules, schemes and profiles again
///
/// 请求本机数据目录中运行的网关重新读取配置所指的目录：全部检查通过后整体换入，任何一处有误则
/// 保持原样并说明原因（退出码 1）。没有网关在运行时退出码为 3。配置文件本身不重读，改动须重启。
/// 也可向网关进程发送 SIGHUP，结果见日志。
///
/// Asks the gateway that runs on a data folder to read the folders of its configuration
/// again: they are put in force together when all are sound; one mistake leaves everything
/// as it was, and the reason is told (exit code 1; 3 when no gateway runs there). The
/// configuration file itself is not read again. SIGHUP does the same, and the log tells how
/// it went.
#[derive(Debug, Parser)]
pub struct Args {
    /// 网关的配置文件 / the gateway's configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 网关的数据目录 / the gateway's data folder [default: ./var]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Asks, and tells how it went.
///
/// # Errors
/// A configuration that cannot be read.
pub fn run(args: Args) -> Outcome {
    let mut config = Config::load(args.config.as_deref())?;
    config.data_dir = args.data.unwrap_or(config.data_dir);
    match super::runtime().block_on(reload::ask(&config.data_dir)) {
        Ok(Reloaded::Done { version }) => {
            println!("{}", serde_json::to_string_pretty(&version)?);
            println!("已重新装载 / reloaded");
            Ok(ExitCode::SUCCESS)
        }
        Ok(Reloaded::Refused { reason }) => {
            eprintln!("未装载，仍用原来的 / not reloaded, all stays as it was: {reason}");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            let folder = config.data_dir.display();
            eprintln!("{folder} 没有运行中的网关 / no gateway runs on {folder}: {error}");
            Ok(ExitCode::from(UNREACHABLE))
        }
    }
}
