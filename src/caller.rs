//! Callers: who they are, what they may do, and the register they stand in.

use std::{collections::HashMap, fmt, str::FromStr, sync::Arc};

use chs_envelope::{
    canonical::Scalars,
    sealed::AppCredentials,
    sm::{Sm2PublicKey, Sm4Key},
};

use crate::{
    keys::{MasterKey, SealedAs},
    store::callers::CallerRow,
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
    /// appSecret and keys derived from it.
    pub credentials: AppCredentials,
    /// Key that verifies the caller's messages.
    pub public_key: Sm2PublicKey,
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
    /// A development key outside development.
    #[error("非开发环境拒绝 TEST- 密钥：{0} / TEST- keys are refused outside development: {0}")]
    TestKey(String),
}

/// All callers that may call, by application id.
#[derive(Debug, Default)]
pub struct Registry {
    callers: HashMap<String, Arc<Caller>>,
    /// The same callers by their institution, for those that have one.
    institutions: HashMap<String, Arc<Caller>>,
}

impl Registry {
    /// Opens the rows of the register; suspended callers are left out.
    ///
    /// # Errors
    /// [`RegisterError`] for the first row that cannot be used.
    pub fn open(
        rows: Vec<CallerRow>,
        master: &MasterKey,
        admdvs: &str,
        development: bool,
    ) -> Result<Registry, RegisterError> {
        let mut registry = Registry::default();
        for row in rows.into_iter().filter(|row| !row.suspended) {
            if !development && row.key_id.starts_with("TEST-") {
                return Err(RegisterError::TestKey(row.key_id));
            }
            let key_id = row.key_id.clone();
            let caller = open_row(row, master)?;
            if caller.role == Role::Hospital && caller.fixmedins_code.is_none() {
                return Err(RegisterError::Institution(key_id));
            }
            // The pooling area is the city: the first four digits of the division.
            let of_area = matches!(caller.role, Role::County | Role::City | Role::Core);
            if of_area && caller.admdvs.get(..4) != admdvs.get(..4) {
                return Err(RegisterError::Area(key_id));
            }
            let caller = Arc::new(caller);
            if let Some(code) = &caller.fixmedins_code {
                let institutions = &mut registry.institutions;
                institutions.insert(code.clone(), caller.clone());
            }
            registry.callers.insert(caller.app_id.clone(), caller);
        }
        Ok(registry)
    }

    /// The caller with this application id.
    pub fn find(&self, app_id: &str) -> Option<&Arc<Caller>> {
        self.callers.get(app_id)
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

fn open_row(row: CallerRow, master: &MasterKey) -> Result<Caller, RegisterError> {
    let broken = || RegisterError::Keys(row.key_id.clone());
    let secret = master
        .open(SealedAs::AppSecret(&row.app_id), &row.app_secret)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(broken)?;
    let gcm_key = match &row.gcm_key {
        None => None,
        Some(sealed) => Some(
            master
                .open(SealedAs::GcmKey(&row.app_id), sealed)
                .and_then(|bytes| Sm4Key::from_bytes(&bytes).ok())
                .ok_or_else(broken)?,
        ),
    };
    let scalars = if row.scalars_as_text {
        Scalars::Text
    } else {
        Scalars::Native
    };
    let mut credentials = AppCredentials::new(&row.app_id, &secret)
        .map_err(|_| broken())?
        .with_scalars(scalars);
    if let Some(gcm_key) = gcm_key {
        credentials = credentials.with_gcm_key(gcm_key);
    }
    let public_key = Sm2PublicKey::from_bytes(&row.public_key).map_err(|_| broken())?;
    Ok(Caller {
        role: row.role.parse()?,
        fixmedins_code: row.fixmedins_code,
        fixmedins_name: row.fixmedins_name,
        admdvs: row.admdvs,
        hosp_lv: row.hosp_lv,
        app_id: row.app_id,
        credentials,
        public_key,
    })
}
