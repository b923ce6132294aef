//! Arguments of the subcommands that change something.

use std::path::PathBuf;

use ipnet::IpNet;

use crate::{config::Config, store::callers::Change};

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
    /// 启用 SM4-GCM / enable SM4-GCM
    #[arg(long)]
    pub(super) gcm: bool,
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
            suspended: None,
            per_second,
            addresses,
        })
    }
}
