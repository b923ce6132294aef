//! Callers: who they are, what they may do, and the register they stand in.

pub mod transaction_settings;

use std::{collections::HashMap, fmt, net::IpAddr, num::NonZeroU32, str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use chs_envelope::{
    canonical::Scalars,
    sealed::AppCredentials,
    sm::{Sm2PublicKey, Sm4Key},
    transaction::GatewaySecret,
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

use self::transaction_settings::TransactionSettings;
use crate::{
    in_force::InForce,
    keys::{MasterKey, SealedAs},
    store::callers::{CallerRow, KeyRow},
};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Roles of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Name on the wire and in configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Role::$name => $text,)* }
            }
        }

        impl FromStr for Role {
            type Err = RegisterError;

            fn from_str(text: &str) -> Result<Role, RegisterError> {
                match text {
                    $($text => Ok(Role::$name),)*
                    _ => Err(RegisterError::Role(text.to_owned())),
                }
            }
        }
    };
}

roles! {
    /// A hospital (定点医药机构): its own data only.
    Hospital = "hospital";
    /// County office: accepts, checks, freezes.
    County = "county";
    /// City office (统筹区): bills, reviews, clears, reports.
    City = "city";
    /// The pooling area's settlement system.
    Core = "core";
    /// Expert of special-case review.
    Expert = "expert";
    /// Fund finance.
    Finance = "finance";
    /// Provincial platform: sees what was reported to it.
    Province = "province";
    /// National platform: sees what was reported to it.
    Nation = "nation";
    /// Reads audit and aggregates only.
    Auditor = "auditor";
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A registered caller with its keys open in memory.
#[derive(Debug)]
pub struct Caller {
    /// Application id.
    pub app_id: String,
    /// Role.
    pub role: Role,
    /// Institution, for hospitals.
    pub fixmedins_code: Option<String>,
    /// Its name.
    pub fixmedins_name: Option<String>,
    /// Administrative division.
    pub admdvs: String,
    /// Level of the institution (dictionary hosp_lv); the coefficient depends on it.
    pub hosp_lv: Option<String>,
    /// Networks it may call from; none: from anywhere.
    pub addresses: Vec<IpNet>,
    /// Its own limit, where it is not the configured one.
    pub rate: Option<DefaultDirectRateLimiter>,
    /// How it writes transaction messages.
    pub transaction: TransactionSettings,
    /// Its keys, the newest first; while keys are changed two sets hold at once.
    pub keys: Vec<Arc<CallerKey>>,
}

/// A set of keys of a caller.
#[derive(Debug)]
pub struct CallerKey {
    /// Human-readable id.
    pub key_id: String,
    /// appSecret and keys derived from it.
    pub credentials: AppCredentials,
    /// Key that verifies the caller's messages.
    pub public_key: Sm2PublicKey,
    /// Signs gateway headers at the transaction door, where that door is open.
    pub gateway_secret: Option<GatewaySecret>,
    /// Encrypts transaction input and output, where there is one.
    pub input_key: Option<Sm4Key>,
    not_before: DateTime<Utc>,
    not_after: Option<DateTime<Utc>>,
}

impl Caller {
    /// The sets of keys that hold at `now`, the newest first.
    pub fn keys_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Arc<CallerKey>> {
        self.keys.iter().filter(move |key| key.holds_at(now))
    }

    /// Whether it may call from this address.
    pub fn may_call_from(&self, address: Option<IpAddr>) -> bool {
        self.addresses.is_empty()
            || address
                .is_some_and(|address| self.addresses.iter().any(|net| net.contains(&address)))
    }
}

impl CallerKey {
    fn holds_at(&self, now: DateTime<Utc>) -> bool {
        self.not_before <= now && self.not_after.is_none_or(|end| now < end)
    }
}

/// A row of the register that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// No such role.
    #[error("未知角色 / unknown role: {0}")]
    Role(String),
    /// A key or secret of the caller is damaged or sealed under another master key.
    #[error("调用方 {0} 的密钥无法读取 / the keys of caller {0} cannot be read")]
    Keys(String),
    /// A hospital without an institution.
    #[error("医院调用方 {0} 未登记机构编号 / hospital caller {0} has no fixmedins_code")]
    Institution(String),
    /// An office of another pooling area.
    #[error("调用方 {0} 不属于本统筹区 / caller {0} belongs to another pooling area")]
    Area(String),
    /// An allowed network that is none.
    #[error("调用方 {0} 的来源网段不正确 / caller {0} has a malformed network")]
    Address(String),
    /// Settings of the transaction door that are none.
    #[error(
        "调用方 {0} 的交易报文设置不正确 / caller {0} has malformed settings of the transaction door"
    )]
    Transaction(String),
    /// A development key outside development.
    #[error("非开发环境拒绝 TEST- 密钥：{0} / TEST- keys are refused outside development: {0}")]
    TestKey(String),
}

/// All callers that may call, by application id.
#[derive(Debug, Default)]
pub struct Registry {
    callers: HashMap<String, Arc<Caller>>,
    /// The same callers by the id that they send at the transaction door.
    gateways: HashMap<String, Arc<Caller>>,
    /// The same callers by their institution, for those that have one.
    institutions: HashMap<String, Arc<Caller>>,
}

impl Registry {
    /// Opens the rows of the register; suspended callers are left out.
    ///
    /// # Errors
    /// [`RegisterError`] for the first row that cannot be used.
    pub fn open(
        callers: Vec<CallerRow>,
        keys: Vec<KeyRow>,
        master: &MasterKey,
        admdvs: &str,
        development: bool,
    ) -> Result<Registry, RegisterError> {
        let mut keys_of: HashMap<String, Vec<Arc<CallerKey>>> = HashMap::new();
        for row in keys {
            if !development && row.key_id.starts_with("TEST-") {
                return Err(RegisterError::TestKey(row.key_id));
            }
            let app_id = row.app_id.clone();
            let scalars = callers
                .iter()
                .find(|caller| caller.app_id == app_id)
                .map_or(Scalars::Native, scalars);
            let key = Arc::new(open_key(row, scalars, master)?);
            keys_of.entry(app_id).or_default().push(key);
        }
        let mut registry = Registry::default();
        for row in callers.into_iter().filter(|row| !row.suspended) {
            let (app_id, gateway_id) = (row.app_id.clone(), row.gateway_id.clone());
            let keys = keys_of.remove(&app_id).unwrap_or_default();
            let caller = open_row(row, keys)?;
            if caller.role == Role::Hospital && caller.fixmedins_code.is_none() {
                return Err(RegisterError::Institution(app_id));
            }
            // The pooling area is the city: the first four digits of the division.
            let of_area = matches!(caller.role, Role::County | Role::City | Role::Core);
            if of_area && caller.admdvs.get(..4) != admdvs.get(..4) {
                return Err(RegisterError::Area(app_id));
            }
            let caller = Arc::new(caller);
            // An expert names the institution it comes from and is none itself.
            if let (Role::Hospital, Some(code)) = (caller.role, &caller.fixmedins_code) {
                registry.institutions.insert(code.clone(), caller.clone());
            }
            if let Some(id) = gateway_id {
                registry.gateways.insert(id, caller.clone());
            }
            registry.callers.insert(app_id, caller);
        }
        Ok(registry)
    }

    /// The caller with this application id.
    pub fn find(&self, app_id: &str) -> Option<&Arc<Caller>> {
        self.callers.get(app_id)
    }

    /// The caller that sends this access key or paasid: its own, or else its application id.
    pub fn find_gateway(&self, id: &str) -> Option<&Arc<Caller>> {
        self.gateways.get(id).or_else(|| self.callers.get(id))
    }

    /// The caller that is an institution, if one is.
    pub fn institution(&self, fixmedins_code: &str) -> Option<&Caller> {
        self.institutions.get(fixmedins_code).map(Arc::as_ref)
    }

    /// The codes of all institutions that are callers.
    pub fn institutions(&self) -> impl Iterator<Item = &str> {
        self.institutions.keys().map(String::as_str)
    }

    /// Name of an institution, if one of the callers is that institution.
    pub fn institution_name(&self, fixmedins_code: &str) -> Option<&str> {
        self.institution(fixmedins_code)?.fixmedins_name.as_deref()
    }

    /// Number of callers.
    pub fn len(&self) -> usize {
        self.callers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }
}

/// The register in force.
pub type Register = InForce<Registry>;

fn scalars(row: &CallerRow) -> Scalars {
    if row.scalars_as_text {
        Scalars::Text
    } else {
        Scalars::Native
    }
}

fn open_key(row: KeyRow, scalars: Scalars, master: &MasterKey) -> Result<CallerKey, RegisterError> {
    let broken = || RegisterError::Keys(row.key_id.clone());
    let secret = master
        .open(SealedAs::AppSecret(&row.app_id), &row.app_secret)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(broken)?;
    let mut credentials = AppCredentials::new(&row.app_id, &secret)
        .map_err(|_| broken())?
        .with_scalars(scalars);
    if let Some(sealed) = &row.gcm_key {
        let key = master
            .open(SealedAs::GcmKey(&row.app_id), sealed)
            .and_then(|bytes| Sm4Key::from_bytes(&bytes).ok())
            .ok_or_else(broken)?;
        credentials = credentials.with_gcm_key(key);
    }
    let gateway_secret = row.gateway_secret.as_ref().map(|sealed| {
        master
            .open(SealedAs::GatewaySecret(&row.app_id), sealed)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| GatewaySecret::new(&text).ok())
            .ok_or_else(broken)
    });
    let input_key = row.input_key.as_ref().map(|sealed| {
        master
            .open(SealedAs::InputKey(&row.app_id), sealed)
            .and_then(|bytes| Sm4Key::from_bytes(&bytes).ok())
            .ok_or_else(broken)
    });
    Ok(CallerKey {
        gateway_secret: gateway_secret.transpose()?,
        input_key: input_key.transpose()?,
        public_key: Sm2PublicKey::from_bytes(&row.public_key).map_err(|_| broken())?,
        credentials,
        not_before: row.not_before,
        not_after: row.not_after,
        key_id: row.key_id,
    })
}

fn open_row(row: CallerRow, keys: Vec<Arc<CallerKey>>) -> Result<Caller, RegisterError> {
    let addresses = row
        .addresses
        .iter()
        .map(|net| net.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| RegisterError::Address(row.app_id.clone()))?;
    let rate = row
        .per_second
        .and_then(|rate| u32::try_from(rate).ok())
        .and_then(NonZeroU32::new)
        .map(|rate| RateLimiter::direct(Quota::per_second(rate)));
    let transaction = TransactionSettings::read(row.transaction_door.as_deref())
        .map_err(|_| RegisterError::Transaction(row.app_id.clone()))?;
    Ok(Caller {
        transaction,
        role: row.role.parse()?,
        fixmedins_code: row.fixmedins_code,
        fixmedins_name: row.fixmedins_name,
        admdvs: row.admdvs,
        hosp_lv: row.hosp_lv,
        app_id: row.app_id,
        addresses,
        rate,
        keys,
    })
}
