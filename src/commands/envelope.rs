//! `chs-gateway envelope`.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use chs_envelope::{
    canonical::Scalars,
    inspect::{Inspection, Verdict},
    sm::{Sm2PrivateKey, Sm2PublicKey, Sm4Key},
};
use clap::{Parser, Subcommand};
use serde_json::Value;

use super::Outcome;
use crate::caller_file;

/// 报文诊断 / understanding messages
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(Box<Inspect>),
}

/// 诊断报文的签名与加密 / why does this message not verify?
///
/// 打印规范化文本、签名原文、Z、摘要 e 和签名的两种形式；验签不通过时逐一并两两尝试已知的误解（DER、十六进制、重复散列、用户标识、排序、空值、转义、SM4 密钥与填充等），指出能够解释的那一种。退出码：0 验签通过，1 未通过，2 用法错误。
///
/// Prints the canonical text, the signed text, Z, the digest e and both forms of the signature; when it does not verify, tries the known misunderstandings singly and in pairs and names the one that explains it. Exit codes: 0 verified, 1 not, 2 usage.
///
/// 例 examples:
///
///   chs-gateway envelope inspect --message request.json --caller var/callers/hospital-a.toml
///
///   chs-gateway envelope inspect --message request.json --key vendor.pem --secret-file secret.txt
///
/// 不打印任何密钥；签名原文中的 appSecret 以 *** 代替，除非给出 --show-secret。诊断内容含报文明文数据。
///
/// No secret is printed: appSecret stands as *** in the signed text unless --show-secret is given. The report does hold the message's data in plain form.
#[derive(Debug, Parser)]
struct Inspect {
    /// 报文 JSON 文件，- 为标准输入 / the message; - is standard input
    #[arg(long, value_name = "FILE")]
    message: PathBuf,
    /// 发送方 SM2 公钥（文件，或十六进制、Base64 文本）；可重复，第一个为应使用的公钥 / the sender's public key, a file or text; further ones are tried as mistaken keys
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// 调用方文件，提供公钥、appSecret 与 SM4-GCM 密钥 / caller file: keys and secrets
    #[arg(long, value_name = "FILE")]
    caller: Option<PathBuf>,
    /// appSecret（命令行可被他人看到，建议用 --secret-file）/ appSecret; prefer --secret-file, others can see the command line
    #[arg(
        long,
        value_name = "TEXT",
        env = "CHS_APP_SECRET",
        hide_env_values = true
    )]
    secret: Option<String>,
    /// appSecret 所在文件 / file that holds appSecret
    #[arg(long, value_name = "FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
    /// 32 位十六进制 SM4 密钥所在文件（SM4-GCM，或交易报文 input 的密钥）/ file with an SM4 key in hex, for SM4-GCM or a transaction's input
    #[arg(long, value_name = "FILE")]
    sm4_key_file: Option<PathBuf>,
    /// 约定的 SM2 用户标识 / the agreed SM2 user id
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// 约定的数字与布尔值写法：native 或 string / how scalars are agreed to be written
    #[arg(long, value_name = "WORD", default_value = "native")]
    scalars: String,
    /// 以此签名代替报文中的签名 / a signature in the place of the message's own
    #[arg(long, value_name = "TEXT")]
    signature: Option<String>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
    /// 显示 appSecret / show appSecret
    #[arg(long)]
    show_secret: bool,
}

/// Inspects and prints.
///
/// # Errors
/// Unusable arguments or files.
pub fn run(args: Args) -> Outcome {
    let Command::Inspect(args) = args.command;
    let message = read_message(&args.message)?;
    let mut keys = Vec::new();
    for text in &args.key {
        keys.push(public_key(text)?);
    }
    let mut secret = match &args.secret_file {
        Some(path) => Some(read(path)?.trim().to_owned()),
        None => args.secret.clone(),
    };
    let mut sm4_key = match &args.sm4_key_file {
        Some(path) => Some(sm4(read(path)?.trim())?),
        None => None,
    };
    if let Some(path) = &args.caller {
        let caller = caller_file::read_caller(path)?;
        let bad = |member: &str| format!("调用方文件的 {member} 不正确 / {member} is malformed");
        let own = Sm2PrivateKey::from_text(&caller.private_key).map_err(|_| bad("private_key"))?;
        let platform = Sm2PublicKey::from_text(&caller.platform_public_key)
            .map_err(|_| bad("platform_public_key"))?;
        let mut pair = [own.public_key().clone(), platform];
        // An answer is signed by the platform, a request by the caller.
        let answer = serde_json::from_slice::<Value>(&message)
            .is_ok_and(|message| message.get("success").is_some());
        if answer {
            pair.reverse();
        }
        keys.extend(pair);
        secret = secret.or_else(|| Some(caller.app_secret.clone()));
        if let (None, Some(text)) = (&sm4_key, &caller.gcm_key) {
            sm4_key = Some(sm4(text)?);
        }
    }
    if let Some(id) = &args.user_id {
        let with_id = |key: &Sm2PublicKey| key.with_user_id(id);
        keys = keys
            .iter()
            .map(with_id)
            .collect::<Result<_, _>>()
            .map_err(|_| "用户标识过长 / the user id is too long")?;
    }
    let scalars = Scalars::from_setting(&args.scalars)
        .ok_or("--scalars 应为 native 或 string / must be native or string")?;
    let mut inspection = Inspection::new(&message, keys)
        .with_scalars(scalars)
        .showing_secret(args.show_secret);
    if let Some(secret) = &secret {
        inspection = inspection.with_app_secret(secret);
    }
    if let Some(key) = sm4_key {
        inspection = inspection.with_sm4_key(key);
    }
    if let Some(signature) = &args.signature {
        inspection = inspection.with_signature(signature);
    }
    let report = inspection.run()?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report.to_json())?);
    } else {
        print!("{}", report.to_text());
    }
    Ok(if report.verdict == Verdict::Verified {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read_message(path: &Path) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let path = (path.as_os_str() != "-").then_some(path);
    let mut bytes = Vec::new();
    super::input(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path)
        .map_err(|error| format!("{} 无法读取 / cannot be read: {error}", path.display()))
}

/// A key given as text, or as the name of a file that holds it.
fn public_key(text: &str) -> Result<Sm2PublicKey, String> {
    if let Ok(key) = Sm2PublicKey::from_text(text) {
        return Ok(key);
    }
    let file = read(Path::new(text))?;
    Sm2PublicKey::from_text(&file)
        .map_err(|_| format!("{text} 不是 SM2 公钥 / is not an SM2 public key"))
}

fn sm4(text: &str) -> Result<Sm4Key, String> {
    Sm4Key::from_hex(text)
        .map_err(|_| "SM4 密钥应为 32 位十六进制 / an SM4 key is 32 hex digits".to_owned())
}
