//! Configuration: defaults, then a TOML file, then `CHS_…` environment variables.
//!
//! Every key has a default that runs on a developer's machine; a production site sets
//! `environment = "production"`, `database.url`, and its own key files. Unknown keys
//! are refused, so a typing error cannot silently fall back to a default.
//!
//! The doc comments below are the descriptions of `schemas/config.json` and the comments of
//! `check-config --sample`, hence Chinese first.

mod clearing;
mod files;
mod retention;
mod sample;
mod schema;
mod transaction;
mod upstream;

use std::{net::SocketAddr, path::PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use ipnet::IpNet;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tokio_postgres::config::SslMode;
use utoipa::ToSchema;

use crate::{keys::SecretSource, tls::Tls};

pub use clearing::{Clearing, SharingStep};
pub use files::Files;
pub use retention::Retention;
pub use sample::sample;
pub use schema::schema;
pub use transaction::{SignNo, TransactionDoor};
pub use upstream::Upstream;

/// Where the gateway runs; decides whether development keys are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A developer's machine: development callers and keys are made and accepted.
    Development,
    /// A live site: key ids that begin with `TEST-` are refused.
    Production,
}

/// 网关配置 / the whole configuration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// 运行环境：development 开发，production 生产（拒绝 TEST- 密钥与明文私钥）/ development, or
    /// production, which refuses TEST- keys and plain private keys.
    pub environment: Environment,
    /// 监听地址，端口 0 取空闲端口 / address to listen on; port 0 takes a free one.
    #[schema(value_type = String)]
    pub listen: SocketAddr,
    /// 数据目录：自带数据库、开发用调用方与密钥、重新装载的套接字 / folder of the private database,
    /// development callers and keys, and the socket of `reload`.
    #[schema(value_type = String)]
    pub data_dir: PathBuf,
    /// HTTP 工作线程数，0 为每核一个 / HTTP worker threads; 0: one per core.
    pub workers: usize,
    /// 统筹区，六位行政区划代码（GB/T 2260）/ pooling area, six digits.
    pub admdvs: String,
    /// 统筹区付费档案，见 `chs-gateway profile show` / profile of the pooling area.
    pub profile: String,
    /// 数据库 / database.
    pub database: Database,
    /// 限额与时限 / limits.
    pub limits: Limits,
    /// 平台密钥 / keys of the platform itself.
    pub keys: Keys,
    /// 内置之外的分组方案 / grouping schemes beside the built-in ones.
    pub schemes: Schemes,
    /// 内置之外的付费档案 / profiles beside the built-in ones.
    pub profiles: Profiles,
    /// 交易报文入口 / the transaction door.
    pub transaction: TransactionDoor,
    /// 文件往来与对账 / files that are exchanged, and reconciliation by them.
    pub files: Files,
    /// 数据保存期限 / how long data is kept.
    pub retention: Retention,
    /// 结果上报的上级平台 / the upper platform that results are reported to.
    pub upstream: Upstream,
    /// 统筹区质控 / quality control of the pooling area.
    pub quality: Quality,
    /// 月度结算与特病单议 / monthly settlement and special-case review.
    pub settlement: Settlement,
    /// 网关自身的 TLS；不配置则为 HTTP，由前置代理终结 TLS / TLS of the gateway's own door; none:
    /// plain HTTP, behind a proxy that ends TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// 统筹区质控 / quality control of the pooling area.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// 统筹区的规则、调整、对照表与目录所在目录，见 docs/QUALITY.md / folder of the area's tuning,
    /// rules, tables and catalogue.
    #[schema(value_type = Option<String>, example = "/etc/chs/quality")]
    pub folder: Option<PathBuf>,
    /// 日间手术计划住院的最长小时数，24，至多 48 / most hours of a stay planned as day surgery: 24,
    /// and never more than 48.
    pub day_surgery_hours: u32,
    /// 病组均值至少须有的病例数（近十二个已出账月份），不足则相应规则答“未评价”/ fewest cases of the
    /// last twelve billed months that a group's averages rest on.
    pub average_cases: u32,
}

/// 统筹区设定的月结参数，小数写在引号内 / parameters of the month that are the area's to set;
/// decimals stand in quotes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// 留作考核保证金的比例，0 至 1 / share of a bill kept as a deposit for the assessment.
    #[schema(value_type = String)]
    pub deposit: Decimal,
    /// 是否按月拨付；否则月结只记账 / whether money moves each month, or the month is a book entry.
    pub pays_monthly: bool,
    /// 点值小数位数 / decimals of the value of a point.
    pub value_decimals: u32,
    /// 统筹基金的 fund_pay_type（2304 的 hifp_pay 未到时使用）/ fund_pay_type of the pooled basic
    /// funds, without 2304's hifp_pay: what others pay of a case is its cost less these.
    pub pooled_funds: Vec<String>,
    /// 本统筹区的参保地，行政区划代码的开头；空：`admdvs` 所在统筹区。其他参保地的病例单独出账，
    /// 见 docs/CROSS_REGION.md / insured areas that this fund pays for, as beginnings of their
    /// codes; empty: those of `admdvs`. Cases of others are billed apart.
    pub local_areas: Vec<String>,
    /// 特病单议占当月出院人次的上限，DRG / share of a month's discharges that may be reviewed as
    /// special cases, DRG.
    #[schema(value_type = String)]
    pub special_share_drg: Decimal,
    /// 特病单议占当月出院人次的上限，DIP / the same, DIP.
    #[schema(value_type = String)]
    pub special_share_dip: Decimal,
    /// 评审不通过后可申诉的天数 / days after a rejection within which a hospital may appeal.
    pub appeal_days: u16,
    /// 查看待出账月份的间隔，秒 / how often waiting bills are looked for, in seconds.
    pub billing_seconds: u64,
    /// 年度清算 / the annual clearing.
    pub clearing: Clearing,
}

/// 内置之外的分组方案 / grouping schemes beside the built-in ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schemes {
    /// 方案目录，每个目录一个方案（由 `scheme import` 写出）/ folders in the source form, a scheme
    /// each (`scheme import` writes them).
    #[schema(value_type = Vec<String>)]
    pub folders: Vec<PathBuf>,
    /// 统筹区的 DIP 目录文件夹，每个一个目录（catalogue.toml 与 CSV，见 docs/DIP.md），编号即档案
    /// [[scheme]] 的 id；未配置的目录不分组 / folders of the area's DIP catalogues, under the ids
    /// that profiles name; without its catalogue nothing is grouped.
    #[schema(value_type = Vec<String>)]
    pub dip_catalogues: Vec<PathBuf>,
}

/// 内置之外的付费档案 / profiles beside the built-in ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// 档案目录，每个 .toml 文件一个档案，见 docs/PROFILES.md / folder of profiles, a `.toml` file
    /// each.
    #[schema(value_type = Option<String>, example = "/etc/chs/profiles")]
    pub folder: Option<PathBuf>,
}

/// 使用哪个 PostgreSQL / which PostgreSQL to use.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// 连接串（postgres://… 或 key=value），留空则启动自带的数据库 / connection string; empty: a
    /// private one is started.
    pub url: String,
    /// 经 TLS（url 中 sslmode=require）连接时信任的 CA，PEM / CAs of a database that is reached by TLS.
    #[schema(value_type = Option<String>, example = "/etc/chs/database-ca.pem")]
    pub ca: Option<PathBuf>,
    /// 处理请求的连接数，由各工作线程平分，约为数据库核数的两倍 / connections for calls, shared out
    /// among the workers: about twice the database's cores.
    pub pool_size: usize,
    /// initdb 与 postgres 所在目录，仅在不居常处时填写 / folder with `initdb` and `postgres`, when
    /// they are in no usual place.
    #[schema(value_type = Option<String>, example = "/usr/lib/postgresql/17/bin")]
    pub binaries: Option<PathBuf>,
}

/// 单个调用方、地址、报文的限额 / what one caller, one address or one message may use.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// 报文最大字节数 / largest body, in bytes.
    pub body_bytes: usize,
    /// 报文须在多少秒内收全 / how long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// timestamp 与网关时钟允许相差的秒数 / distance allowed between `timestamp` and our clock.
    pub window_seconds: u32,
    /// 单个调用方每秒请求数 / requests per second of one verified caller.
    pub caller_per_second: u32,
    /// 单个来源地址每秒请求数 / requests per second of one source address.
    pub address_per_second: u32,
    /// 前置代理（CIDR），只有经它们到来的 X-Forwarded-For 可信 / proxies in front of the gateway:
    /// only what comes from one of them may name its client in `X-Forwarded-For`.
    #[schema(value_type = Vec<String>)]
    pub trusted_proxies: Vec<IpNet>,
    /// 查看调用方登记是否变更的间隔，秒 / how often the register of callers is looked at for changes.
    pub callers_seconds: u64,
    /// 重复 requestId 等待首次请求完成的秒数，1 至 25 / how long a repeated requestId waits for its
    /// first send, in seconds.
    pub wait_seconds: u64,
    /// requestId 与其应答的保存天数 / how long a requestId stays bound to its answer, in days.
    pub idempotency_days: u32,
    /// 停止时等待进行中请求的秒数 / how long an ordered stop waits for running requests.
    pub shutdown_seconds: u64,
}

/// 平台密钥，均可为文件、{ env = "变量" } 或 { command = ["程序", "参数"] }；开发环境留空自动生成
/// / keys of the platform: a file, a variable or a command each; empty in development, where
/// files are made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// 签答复的 SM2 私钥：加密的 PKCS#8（PEM）；开发环境也收明文 PEM 与 Base64 / SM2 private key with
    /// which answers are signed: encrypted PKCS#8 in PEM; in development plain PEM or Base64 too.
    pub platform_private_key: Option<SecretSource>,
    /// 加密私钥的口令 / password of an encrypted private key.
    pub platform_password: Option<SecretSource>,
    /// 主密钥，32 位十六进制（16 字节随机数），封存调用方密钥与清单 / 16 random bytes in hex: seals
    /// callers' secrets and lists at rest (SM4-GCM).
    pub master_key: Option<SecretSource>,
    /// 此前的主密钥，新者在前，用于打开其封存的内容；最早的一把还用于检索摘要与审计链 / master keys
    /// before it, the newest first: they open what they sealed. The oldest one also makes the keyed
    /// digests and the audit chain, which must not change.
    pub earlier_master_keys: Vec<SecretSource>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            environment: Environment::Development,
            listen: SocketAddr::from(([127, 0, 0, 1], 8088)),
            data_dir: PathBuf::from("./var"),
            workers: 0,
            admdvs: "610400".into(),
            profile: "xianyang".into(),
            database: Database {
                url: String::new(),
                ca: None,
                pool_size: 16,
                binaries: None,
            },
            limits: Limits {
                body_bytes: 2 * 1024 * 1024,
                body_seconds: 30,
                window_seconds: 300,
                caller_per_second: 2_000,
                address_per_second: 5_000,
                trusted_proxies: Vec::new(),
                callers_seconds: 2,
                wait_seconds: 10,
                idempotency_days: 7,
                shutdown_seconds: 10,
            },
            keys: Keys::default(),
            schemes: Schemes::default(),
            profiles: Profiles::default(),
            transaction: TransactionDoor::default(),
            files: Files::default(),
            retention: Retention::default(),
            upstream: Upstream::default(),
            quality: Quality {
                folder: None,
                day_surgery_hours: 24,
                average_cases: 10,
            },
            settlement: Settlement {
                deposit: Decimal::ZERO,
                pays_monthly: true,
                value_decimals: 4,
                pooled_funds: ["310100", "390100"].map(str::to_owned).to_vec(),
                local_areas: Vec::new(),
                special_share_drg: Decimal::new(5, 2),
                special_share_dip: Decimal::new(5, 3),
                appeal_days: 10,
                billing_seconds: 2,
                clearing: Clearing::default(),
            },
            tls: None,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file is unreadable, a key unknown or a value of the wrong type.
    #[error("配置无法读取 / the configuration cannot be read: {0}")]
    Read(#[from] Box<figment::Error>),
    /// A value contradicts another one.
    #[error("配置不成立 / the configuration does not hold: {zh} / {en}")]
    Invalid {
        /// Chinese reason.
        zh: &'static str,
        /// English reason.
        en: &'static str,
    },
}

impl Config {
    /// Reads defaults, then `file`, then the environment (`CHS_LIMITS__BODY_BYTES` …).
    ///
    /// # Errors
    /// [`ConfigError`] when a key is unknown, a value has the wrong type, or two values
    /// contradict each other.
    pub fn load(file: Option<&std::path::Path>) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Config = figment
            .merge(Env::prefixed("CHS_").split("__"))
            .extract()
            .map_err(Box::new)?;
        config.check()?;
        Ok(config)
    }

    /// Whether the gateway runs its own private database.
    pub fn embedded(&self) -> bool {
        self.database.url.is_empty()
    }

    /// Whether the database is reached over a network, where its rows would travel in the
    /// open or to whoever says to be the database.
    fn reaches_database_in_the_open(&self) -> bool {
        let Ok(database) = self.database.url.parse::<tokio_postgres::Config>() else {
            return false;
        };
        if database.get_ssl_mode() == SslMode::Require && self.database.ca.is_some() {
            return false;
        }
        database.get_hosts().iter().any(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => {
                name != "localhost"
                    && !name
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|ip| ip.is_loopback())
            }
            tokio_postgres::config::Host::Unix(_) => false,
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        let invalid = |zh, en| Err(ConfigError::Invalid { zh, en });
        if self.environment == Environment::Production
            && (self.keys.platform_private_key.is_none() || self.keys.master_key.is_none())
        {
            return invalid(
                "生产环境必须配置 keys.platform_private_key 与 keys.master_key",
                "production needs keys.platform_private_key and keys.master_key",
            );
        }
        if self.admdvs.len() != 6 || !self.admdvs.bytes().all(|b| b.is_ascii_digit()) {
            return invalid("admdvs 应为六位行政区划代码", "admdvs must have six digits");
        }
        // Above 25 s PostgreSQL's own statement limit (30 s) would answer in our place.
        if !(1..=25).contains(&self.limits.wait_seconds) {
            return invalid(
                "limits.wait_seconds 应在 1 至 25 之间",
                "limits.wait_seconds must be 1 to 25",
            );
        }
        if self.environment == Environment::Production && self.reaches_database_in_the_open() {
            return invalid(
                "生产环境经网络连接数据库须用 TLS：database.url 加 sslmode=require，并配置 database.ca",
                "in production a database over a network needs TLS: sslmode=require in database.url, and database.ca",
            );
        }
        if self.limits.body_seconds == 0 {
            return invalid(
                "limits.body_seconds 应大于 0",
                "limits.body_seconds must be above 0",
            );
        }
        if self.limits.callers_seconds == 0 {
            return invalid(
                "limits.callers_seconds 必须大于 0",
                "limits.callers_seconds must be above 0",
            );
        }
        let settlement = &self.settlement;
        let shares = [
            settlement.deposit,
            settlement.special_share_drg,
            settlement.special_share_dip,
        ];
        if shares
            .iter()
            .any(|share| *share < Decimal::ZERO || *share > Decimal::ONE)
        {
            return invalid(
                "settlement 中的比例应在 0 与 1 之间",
                "shares under settlement must lie between 0 and 1",
            );
        }
        if settlement.value_decimals > 8 || settlement.billing_seconds == 0 {
            return invalid(
                "settlement.value_decimals 至多 8，billing_seconds 必须大于 0",
                "settlement.value_decimals is at most 8, billing_seconds above 0",
            );
        }
        if self.limits.caller_per_second == 0 || self.limits.address_per_second == 0 {
            return invalid("限流值必须大于 0", "rate limits must be above 0");
        }
        let production = self.environment == Environment::Production;
        let fault = self.upstream.fault(production);
        let fault = fault.or(self.retention.fault()).or(self.files.fault());
        if let Some((zh, en)) = fault.or(settlement.clearing.fault()) {
            return invalid(zh, en);
        }
        self.transaction.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_without_keys_is_refused() {
        let config = Config {
            environment: Environment::Production,
            ..Config::default()
        };
        assert!(matches!(config.check(), Err(ConfigError::Invalid { .. })));
    }

    #[test]
    fn a_remote_database_in_the_open_is_refused_in_production() {
        let mut config = Config {
            environment: Environment::Production,
            ..Config::default()
        };
        config.keys.platform_private_key = Some(SecretSource::File("platform.pem".into()));
        config.keys.master_key = Some(SecretSource::File("master.hex".into()));
        for (url, taken) in [
            ("postgres://chs@db.example.cn/chs", false),
            ("postgres://chs@127.0.0.1/chs", true),
            ("host=/run/postgresql user=chs", true),
            ("postgres://chs@db.example.cn/chs?sslmode=require", false),
        ] {
            config.database.url = url.into();
            assert_eq!(config.check().is_ok(), taken, "{url}");
        }
        config.database.ca = Some("ca.pem".into());
        config.check().unwrap();
        config.database.url = "postgres://chs@db.example.cn/chs?sslmode=prefer".into();
        assert!(config.check().is_err());
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let figment = Figment::from(Serialized::defaults(Config::default()))
            .merge(Toml::string("limits.body_byte = 3"));
        let error = figment.extract::<Config>().unwrap_err().to_string();
        assert!(error.contains("body_byte"), "{error}");
    }
}
