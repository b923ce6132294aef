//! Arguments of the subcommands that change something.

use std::path::PathBuf;

use clap::ArgAction;
use ipnet::IpNet;

use crate::{
    caller::transaction_settings::{
        ApiName, CodeForm, HeaderFamily, SealedText, TimeUnit, TransactionSettings,
    },
    config::Config,
    operations::transaction::Edition,
    store::callers::Change,
};

/// A caller.
#[derive(Debug, clap::Args)]
pub(super) struct Subject {
    /// 应用标识 / application id
    #[arg(value_name = "APP_ID")]
    pub(super) app_id: String,
}

/// Where a caller's keys come from and where its file goes.
#[derive(Debug, clap::Args)]
pub(super) struct KeySource {
    /// 密钥编号，便于人识别，如 h001-2026 / key id for people, e.g. h001-2026
    #[arg(long, value_name = "KEY_ID")]
    pub(super) key_id: String,
    /// 调用方的 SM2 公钥：PEM、Base64 或十六进制，或其文件；缺省则生成密钥对
    /// / the caller's SM2 public key (PEM, Base64, hex, or a file); without it a pair is made
    #[arg(long, value_name = "KEY|FILE")]
    pub(super) public_key: Option<String>,
    /// 调用方的 SM2 签名证书（PEM，其后可附中间证书）；按 --ca 验链，密钥至证书到期为止
    /// / the caller's SM2 certificate (PEM, CAs between behind it), checked against --ca; the
    /// key holds until it ends
    #[arg(
        long,
        value_name = "FILE",
        requires = "ca",
        conflicts_with = "public_key"
    )]
    pub(super) cert: Option<PathBuf>,
    /// 信任的 CA 证书：文件，或含 .crt、.cer、.pem 的目录 / trusted CAs: a file, or a folder of them
    #[arg(long, value_name = "DIR|FILE", requires = "cert")]
    pub(super) ca: Option<PathBuf>,
    /// 启用 SM4-GCM / enable SM4-GCM
    #[arg(long)]
    pub(super) gcm: bool,
    /// 开放交易报文入口：生成网关密钥（SK/token）与 SM4 输入密钥
    /// / open the transaction door: draw its secret (SK, token) and SM4 input key
    #[arg(long)]
    pub(super) transaction: bool,
    /// 沿用已有网关密钥（SK/token）的文件 / file of a secret that the caller has already
    #[arg(long, value_name = "FILE", requires = "transaction")]
    pub(super) gateway_secret: Option<PathBuf>,
    /// 交易输入的 SM4 密钥，十六进制；缺省生成 / SM4 key of transaction input in hex; drawn by default
    #[arg(long, value_name = "HEX", requires = "transaction")]
    pub(super) input_key: Option<String>,
    /// 写入调用方文件，不覆盖已有文件 / caller file to write; never overwritten
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// 写入调用方文件的网关地址 / address of the gateway for the caller file
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl KeySource {
    pub(super) fn url(&self, config: &Config) -> String {
        let listening = || format!("http://{}", config.listen);
        self.url.clone().unwrap_or_else(listening)
    }
}

/// 登记调用方 / register a caller
///
/// 生成 appId（可用 --app-id 指定）、appSecret 与所需密钥，写入调用方文件。
///
/// Draws appId (or takes --app-id), appSecret and keys, and writes the caller's file.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// 角色 / role: hospital, county, city, core, expert, finance, province, nation, auditor
    #[arg(long)]
    pub(super) role: String,
    /// 应用标识；缺省生成 / application id; drawn by default
    #[arg(long)]
    pub(super) app_id: Option<String>,
    /// 定点医药机构编号（医院必填）/ institution, required for a hospital
    #[arg(long)]
    pub(super) fixmedins_code: Option<String>,
    /// 机构名称 / name of the institution
    #[arg(long)]
    pub(super) name: Option<String>,
    /// 医院等级（hosp_lv）/ level of the institution
    #[arg(long)]
    pub(super) hosp_lv: Option<String>,
    /// 行政区划，缺省为本统筹区 / administrative division, by default the gateway's
    #[arg(long)]
    pub(super) admdvs: Option<String>,
    /// 沿用已有的 AK 或 paasid，缺省为 appId / access key or paasid in use, by default appId
    #[arg(long, value_name = "ID", value_parser = gateway_id)]
    pub(super) gateway_id: Option<String>,
    /// 规范化文本中标量一律加引号 / canonical data quotes every scalar
    #[arg(long)]
    pub(super) scalars_as_text: bool,
    #[command(flatten)]
    pub(super) key: KeySource,
}

/// 换钥：登记新的整套密钥，旧密钥在重叠期后失效 / new keys; the old ones hold for an overlap
#[derive(Debug, clap::Args)]
pub(super) struct Rotate {
    /// 应用标识 / application id
    #[arg(value_name = "APP_ID")]
    pub(super) app_id: String,
    /// 旧密钥继续有效的小时数 / hours that the old keys go on to hold
    #[arg(long, value_name = "HOURS", default_value_t = 168)]
    pub(super) overlap_hours: u32,
    #[command(flatten)]
    pub(super) key: KeySource,
}

/// 立即作废一套密钥 / end a set of keys at once
#[derive(Debug, clap::Args)]
pub(super) struct EndKey {
    /// 应用标识 / application id
    #[arg(value_name = "APP_ID")]
    pub(super) app_id: String,
    /// 密钥编号 / key id
    #[arg(value_name = "KEY_ID")]
    pub(super) key_id: String,
}

/// 设置限流与来源网段 / set the rate and the networks of a caller
#[derive(Debug, clap::Args)]
pub(super) struct Set {
    /// 应用标识 / application id
    #[arg(value_name = "APP_ID")]
    pub(super) app_id: String,
    /// 每秒请求数 / requests per second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    per_second: Option<i32>,
    /// 恢复缺省限流 / back to the configured rate
    #[arg(long, conflicts_with = "per_second")]
    default_rate: bool,
    /// 允许的来源网段（CIDR），可重复，整体替换 / allowed network; repeat; replaces the list
    #[arg(long, value_name = "CIDR")]
    allow: Vec<IpNet>,
    /// 不限来源 / from anywhere
    #[arg(long, conflicts_with = "allow")]
    allow_any: bool,
}

impl Set {
    /// What is to be changed.
    pub(super) fn change(&self) -> Result<Change, &'static str> {
        let per_second = match (self.per_second, self.default_rate) {
            (Some(rate), _) => Some(Some(rate)),
            (None, true) => Some(None),
            (None, false) => None,
        };
        let addresses = (self.allow_any || !self.allow.is_empty())
            .then(|| self.allow.iter().map(IpNet::to_string).collect());
        if per_second.is_none() && addresses.is_none() {
            return Err("没有要改的内容 / nothing to change");
        }
        Ok(Change {
            per_second,
            addresses,
            ..Change::default()
        })
    }
}

/// 设置交易报文的约定，未给出的各项不变 / set how transaction messages are written; what is
/// not given stays
#[derive(Debug, clap::Args)]
pub(super) struct Transaction {
    /// 应用标识 / application id
    #[arg(value_name = "APP_ID")]
    pub(super) app_id: String,
    /// AK 或 paasid / access key or paasid
    #[arg(long, value_name = "ID", value_parser = gateway_id)]
    pub(super) gateway_id: Option<String>,
    /// 网关请求头 / gateway headers
    #[arg(long)]
    headers: Option<HeaderFamily>,
    /// _api_timestamp 的单位 / unit of _api_timestamp
    #[arg(long)]
    csb_timestamp: Option<TimeUnit>,
    /// _api_name 是否为交易编号 / whether _api_name is the transaction's number
    #[arg(long)]
    api_name: Option<ApiName>,
    /// input 须有 SM2 签名（cainfo），output 亦签名 / input must be signed, output is then too
    #[arg(long, action = ArgAction::Set, value_name = "true|false")]
    sign_input: Option<bool>,
    /// input 须以 SM4 加密，output 亦加密 / input must be encrypted, output is then too
    #[arg(long, action = ArgAction::Set, value_name = "true|false")]
    encrypt_input: Option<bool>,
    /// 密文的写法 / how encrypted text is written
    #[arg(long)]
    sealed_text: Option<SealedText>,
    /// 规范版本，决定输出的名称 / published edition, which names the output
    #[arg(long)]
    edition: Option<Edition>,
    /// infcode 的写法 / how infcode is written
    #[arg(long)]
    infcode: Option<CodeForm>,
}

/// What can stand in a header of either family.
fn gateway_id(text: &str) -> Result<String, String> {
    let visible = |b: u8| b.is_ascii_graphic() && b != b'&';
    if (1..=100).contains(&text.len()) && text.bytes().all(visible) {
        Ok(text.to_owned())
    } else {
        Err(
            "应为 1 至 100 个可见 ASCII 字符，不含 & / 1 to 100 visible ASCII characters without &"
                .to_owned(),
        )
    }
}

impl Transaction {
    /// The settings `now` in force with what was given.
    pub(super) fn over(&self, now: TransactionSettings) -> TransactionSettings {
        TransactionSettings {
            headers: self.headers.unwrap_or(now.headers),
            csb_timestamp: self.csb_timestamp.unwrap_or(now.csb_timestamp),
            api_name: self.api_name.unwrap_or(now.api_name),
            sign_input: self.sign_input.unwrap_or(now.sign_input),
            encrypt_input: self.encrypt_input.unwrap_or(now.encrypt_input),
            sealed_text: self.sealed_text.unwrap_or(now.sealed_text),
            edition: self.edition.unwrap_or(now.edition),
            infcode: self.infcode.unwrap_or(now.infcode),
        }
    }
}
