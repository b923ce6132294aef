//! `chs-gateway call`: a signed and sealed call, its answer verified and opened.

pub mod transaction;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use serde_json::Value;

use super::{Outcome, UNREACHABLE};
use crate::{
    caller_file::{self, CallerFile},
    operations::TABLE,
};

pub use crate::client::{Client, http, unique};

/// 发起一次签名加密调用 / make a signed and sealed call
///
/// 应答验签、解密后以 JSON 打印到标准输出；仅在成功时退出码为 0。
///
/// The answer is verified, opened and printed as JSON; exit code 0 on success only.
#[derive(Debug, Parser)]
pub struct Args {
    /// 操作标识，如 qc.pre-check；交易报文入口为交易编号，如 4104
    /// / operation id; a number (4104) at the transaction door
    operation: String,
    /// 业务数据 JSON 文件，- 为标准输入 / data to send; - is standard input
    #[arg(long = "in", value_name = "BODY.json")]
    input: PathBuf,
    /// 网关地址，默认取调用方文件 / gateway, as in the caller file by default
    #[arg(long)]
    url: Option<String>,
    /// 调用方文件 / caller file [default: ./var/callers/hospital-a.toml]
    #[arg(long, value_name = "FILE")]
    caller: Option<PathBuf>,
    /// 幂等键，默认随机 / idempotency key, random by default
    #[arg(long)]
    request_id: Option<String>,
    /// 入口 / door
    #[arg(long, value_enum, default_value_t = Door::Sealed)]
    door: Door,
    #[command(flatten)]
    transaction: transaction::Choices,
    /// 打印签名原文到标准错误 / print the signed text on standard error
    #[arg(long)]
    explain: bool,
}

/// Which door a call goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Door {
    /// 签名加密 JSON / signed and sealed JSON
    Sealed,
    /// 交易报文（infno）/ transaction messages
    Transaction,
}

/// Calls and prints.
///
/// # Errors
/// Unusable arguments or files.
pub fn run(args: Args) -> Outcome {
    match args.door {
        Door::Sealed => sealed(args),
        Door::Transaction => transaction::run(&args),
    }
}

fn sealed(args: Args) -> Outcome {
    let Some(row) = TABLE.iter().find(|row| row.id == args.operation) else {
        let known = TABLE
            .iter()
            .map(|row| row.id)
            .collect::<Vec<_>>()
            .join(", ");
        return Err(format!("无此操作 / no such operation: {}; {known}", args.operation).into());
    };
    let (caller, data) = read(&args)?;
    let client = Client::new(&caller)?;
    let request_id = args.request_id.unwrap_or_else(unique);
    let now = chrono::Utc::now().timestamp_millis();
    let message = client.seal(&data, &request_id, &unique(), now)?;
    if args.explain {
        eprintln!("{}", client.signed_text(&message)?);
    }
    let base = args
        .url
        .as_deref()
        .unwrap_or(&caller.url)
        .trim_end_matches('/');
    let url = format!("{base}/api/v1{}", row.path);
    let (status, body) = match super::runtime().block_on(post(&url, &[], message.to_json())) {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("网关不可达 / the gateway cannot be reached: {url}: {error}");
            return Ok(ExitCode::from(UNREACHABLE));
        }
    };
    // What is not sealed is a refusal from before the caller was verified (RFC 9457).
    let (code, data) = match client.open(&message, &body) {
        Ok(opened) => opened,
        Err(error) => match serde_json::from_slice::<Value>(&body) {
            Ok(problem) if problem.get("code").is_some() && status != 200 => {
                (String::new(), problem)
            }
            _ => return Err(error.into()),
        },
    };
    println!("{}", serde_json::to_string_pretty(&data)?);
    Ok(if code == "0" {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The caller file and the data of a call.
fn read(args: &Args) -> Result<(CallerFile, String), Box<dyn std::error::Error + Send + Sync>> {
    let file = args.caller.as_deref();
    let file = file.unwrap_or(std::path::Path::new("./var/callers/hospital-a.toml"));
    let caller = caller_file::read_caller(file)?;
    let data = if args.input.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())?
    } else {
        std::fs::read_to_string(&args.input).map_err(|error| {
            let input = args.input.display();
            format!("{input} 无法读取 / cannot be read: {error}")
        })?
    };
    Ok((caller, data))
}

async fn post(
    url: &str,
    headers: &[(&'static str, String)],
    message: String,
) -> Result<(u16, Vec<u8>), reqwest::Error> {
    let mut request = http()?.post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = request.body(message).send().await?;
    let status = response.status().as_u16();
    Ok((status, response.bytes().await?.to_vec()))
}
