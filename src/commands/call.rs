//! `chs-gateway call`: a signed and sealed call, its answer verified and opened.

pub mod transaction;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use chs_envelope::{
    sealed::{self, AnswerEnvelope, AppCredentials, EncType, Envelope, Head, Timestamp},
    sm::{Sm2PrivateKey, Sm2PublicKey, Sm4Key},
};
use clap::Parser;
use rand::rngs::SysRng;
use serde_json::Value;

use super::{Outcome, UNREACHABLE};
use crate::{
    caller_file::{self, CallerFile},
    operations::TABLE,
};

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

/// A client of one caller: builds messages, opens answers. `load` and the tests use it too.
#[derive(Debug)]
pub struct Client {
    credentials: AppCredentials,
    private_key: Sm2PrivateKey,
    platform_key: Sm2PublicKey,
    enc_type: EncType,
}

impl Client {
    /// The client that a caller file describes.
    ///
    /// # Errors
    /// The member of the file that holds no key of its kind.
    pub fn new(caller: &CallerFile) -> Result<Client, String> {
        let bad = |member: &str| format!("调用方文件的 {member} 不正确 / {member} is malformed");
        let gcm_key = match &caller.gcm_key {
            None => None,
            Some(text) => Some(Sm4Key::from_hex(text).map_err(|_| bad("gcm_key"))?),
        };
        let mut credentials = AppCredentials::new(&caller.app_id, &caller.app_secret)
            .map_err(|error| error.to_string())?;
        if let Some(key) = gcm_key {
            credentials = credentials.with_gcm_key(key);
        }
        Ok(Client {
            credentials,
            private_key: Sm2PrivateKey::from_text(&caller.private_key)
                .map_err(|_| bad("private_key"))?,
            platform_key: Sm2PublicKey::from_text(&caller.platform_public_key)
                .map_err(|_| bad("platform_public_key"))?,
            enc_type: EncType::from_name(&caller.enc_type).ok_or_else(|| bad("enc_type"))?,
        })
    }

    /// A sealed message around `data` (JSON text), stamped with `now_millis`.
    ///
    /// # Errors
    /// Data that is no JSON object, ids of the wrong form, or a failing random source.
    pub fn seal(
        &self,
        data: &str,
        request_id: &str,
        nonce: &str,
        now_millis: i64,
    ) -> Result<Envelope, String> {
        let data: Value = serde_json::from_str(data).map_err(|error| error.to_string())?;
        let now = Timestamp::from_millis(now_millis).ok_or("timestamp")?;
        let head = Head::new(&self.credentials, self.enc_type, now, nonce, request_id)
            .map_err(|error| error.to_string())?;
        sealed::seal_request(
            head,
            &data,
            &self.credentials,
            &self.private_key,
            &mut SysRng,
        )
        .map_err(|error| error.to_string())
    }

    /// Verifies and opens the answer to `request`; gives its code and its data.
    ///
    /// # Errors
    /// An answer whose signature does not verify, or that belongs to another request.
    pub fn open(&self, request: &Envelope, body: &[u8]) -> Result<(String, Value), String> {
        let answer = AnswerEnvelope::parse(body).map_err(|error| error.to_string())?;
        let opened =
            sealed::open_answer(&answer, request, &self.credentials, &self.platform_key)
                .map_err(|error| format!("应答无法验签 / the answer does not verify: {error}"))?;
        Ok((opened.outcome.code().to_owned(), opened.data))
    }

    /// The text that was signed, without the secret at its end.
    ///
    /// # Errors
    /// A message that the client itself cannot open.
    fn signed_text(&self, message: &Envelope) -> Result<String, String> {
        let own = self.private_key.public_key();
        let opened =
            sealed::open(message, &self.credentials, own).map_err(|error| error.to_string())?;
        Ok(message
            .signed_text(&opened.canonical, &self.credentials)
            .redacted())
    }
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

/// 32 random characters that fit nonce and requestId.
pub fn unique() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// An HTTP client with this program's TLS provider.
///
/// # Errors
/// When the system's certificates cannot be read.
pub fn http() -> Result<reqwest::Client, reqwest::Error> {
    // Fails only when another provider was installed before, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .build()
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
