//! `chs-gateway serve`.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Parser;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::Outcome;
use crate::{app::Application, config::Config, development, telemetry};

/// 启动网关 / run the gateway
///
/// 未配置数据库时，在数据目录内启动自带的私有 PostgreSQL。就绪后在标准输出打印一行 JSON。
///
/// Without a configured database it runs a private PostgreSQL in the data folder. When it
/// is ready it prints one JSON line on standard output; logs go to standard error.
#[derive(Debug, Parser)]
pub struct Args {
    /// 配置文件（TOML）/ configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 监听地址，端口 0 表示任取空闲端口 / address; port 0 takes a free one [default: 127.0.0.1:8088]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// 数据目录 / data folder [default: ./var]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// What keeps the gateway from starting, or ends it.
pub fn run(args: Args) -> Outcome {
    telemetry::start_logging();
    let mut config = Config::load(args.config.as_deref())?;
    config.listen = args.listen.unwrap_or(config.listen);
    config.data_dir = args.data.unwrap_or(config.data_dir);
    actix_web::rt::System::with_tokio_rt(super::runtime).block_on(serve(config))
}

async fn serve(config: Config) -> Outcome {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let data_dir = config.data_dir.clone();
    let application = Application::build(config).await?;
    let callers = std::path::absolute(development::folder(&data_dir))?;
    let mut ready = json!({"event": "ready", "url": application.url()});
    if callers.join("hospital-a.toml").exists()
        && let Some(line) = ready.as_object_mut()
    {
        line.insert("caller".into(), json!(callers.join("hospital-a.toml")));
        line.insert("callers".into(), json!(callers));
    }
    println!("{ready}");
    application.run_until_stopped(stop).await?;
    Ok(ExitCode::SUCCESS)
}
