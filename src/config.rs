//! Configuration: defaults, then a TOML file, then `CHS_…` environment variables.
//!
//! Every key has a default that runs on a developer's machine; a production site sets
//! `environment = "production"`, `database.url`, and its own key files. Unknown keys
//! are refused, so a typing error cannot silently fall back to a default.

mod retention;
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

use crate::{keys::SecretSource, tls::Tls};

pub use retention::Retention;
pub use transaction::{SignNo, TransactionDoor};
pub use upstream::Upstream;

/// Where the gateway runs; decides whether development keys are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A developer's machine: development callers and keys are made and accepted.
    Development,
    /// A live site: key ids that begin with `TEST-` are refused.
    Production,
}

/// The whole configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `development` (default) or `production`.
    pub environment: Environment,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder of the private database, development callers and keys.
    pub data_dir: PathBuf,
    /// HTTP worker threads; 0 means one per core.
    pub workers: usize,
    /// Pooling area (统筹区) of this gateway, six digits, GB/T 2260.
    pub admdvs: String,
    /// Profile used when a request names none.
    pub profile: String,
    /// Database.
    pub database: Database,
    /// Limits.
    pub limits: Limits,
    /// Keys of the platform itself.
    pub keys: Keys,
    /// Grouping schemes beside the built-in ones.
    pub schemes: Schemes,
    /// The transaction door.
    pub transaction: TransactionDoor,
    /// How long data is kept.
    pub retention: Retention,
    /// The upper platform that results are reported to.
    pub upstream: Upstream,
    /// Quality control of the pooling area.
    pub quality: Quality,
    /// Monthly settlement and special-case review.
    pub settlement: Settlement,
    /// TLS of the gateway's own door; none: plain HTTP, behind a proxy that ends TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// Quality control of the pooling area.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// Folder of the area's tuning, rules, tables and catalogue; see `docs/QUALITY.md`.
    pub folder: Option<PathBuf>,
    /// Most hours of a stay planned as day surgery: 24, and never more than 48.
    pub day_surgery_hours: u32,
}

/// Parameters of the month that are the area's to set; decimals stand in quotes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// Share of a bill kept as a deposit for the assessment, 0 to 1.
    pub deposit: Decimal,
    /// Whether money moves each month, or the month is a book entry only.
    pub pays_monthly: bool,
    /// Decimals of the value of a point.
    pub value_decimals: u32,
    /// fund_pay_type of the pooled basic funds, without 2304's hifp_pay: what others pay
    /// of a case is its cost less these.
    pub pooled_funds: Vec<String>,
    /// Share of a month's discharges that may be reviewed as special cases, DRG.
    pub special_share_drg: Decimal,
    /// The same, DIP.
    pub special_share_dip: Decimal,
    /// Days after a rejection within which a hospital may appeal.
    pub appeal_days: u16,
    /// How often waiting bills are looked for, in seconds.
    pub billing_seconds: u64,
}

/// Grouping schemes beside the built-in ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schemes {
    /// Folders in the source form, a scheme each (`scheme import` writes them).
    pub folders: Vec<PathBuf>,
}

/// Which PostgreSQL to use.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Connection string (`postgres://…` or `key=value`); empty: a private one is started.
    pub url: String,
    /// CAs of a database that is reached by TLS (`sslmode=require` in the url), PEM.
    pub ca: Option<PathBuf>,
    /// Connections for calls, shared out among the workers.
    pub pool_size: usize,
    /// Folder with `initdb` and `postgres`, when they are in no usual place.
    pub binaries: Option<PathBuf>,
}

/// What one caller, one address or one message may use.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest body, in bytes.
    pub body_bytes: usize,
    /// Distance allowed between `timestamp` and our clock, in seconds.
    pub window_seconds: u32,
    /// Requests per second of one verified caller.
    pub caller_per_second: u32,
    /// Requests per second of one source address.
    pub address_per_second: u32,
    /// Proxies in front of the gateway, in CIDR form: only what comes from one of them may
    /// name its client in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpNet>,
    /// How often the register of callers is looked at for changes, in seconds.
    pub callers_seconds: u64,
    /// How long a repeated requestId waits for its first send, in seconds.
    pub wait_seconds: u64,
    /// How long a requestId stays bound to its answer, in days.
    pub idempotency_days: u32,
    /// How long an ordered stop waits for running requests, in seconds.
    pub shutdown_seconds: u64,
}

/// Keys of the platform: a file, `{ env = "…" }` or `{ command = ["…"] }` each; empty in
/// development, where files are made.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// SM2 private key with which answers are signed: encrypted PKCS#8 in PEM; in
    /// development plain PEM or Base64 too.
    pub platform_private_key: Option<SecretSource>,
    /// Password of an encrypted private key.
    pub platform_password: Option<SecretSource>,
    /// 16 random bytes in hex: seals callers' secrets and lists at rest (SM4-GCM).
    pub master_key: Option<SecretSource>,
    /// Master keys before it, the newest first: they open what they sealed. The oldest one
    /// also makes the keyed digests and the audit chain, which must not change.
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
            transaction: TransactionDoor::default(),
            retention: Retention::default(),
            upstream: Upstream::default(),
            quality: Quality {
                folder: None,
                day_surgery_hours: 24,
            },
            settlement: Settlement {
                deposit: Decimal::ZERO,
                pays_monthly: true,
                value_decimals: 4,
                pooled_funds: ["310100", "390100"].map(str::to_owned).to_vec(),
                special_share_drg: Decimal::new(5, 2),
                special_share_dip: Decimal::new(5, 3),
                appeal_days: 10,
                billing_seconds: 2,
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
        if let Some((zh, en)) = fault.or(self.retention.fault()) {
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
