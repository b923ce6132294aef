//! Development callers: seven callers with keys of their own, written as files that
//! `chs-gateway call`, the examples and the conformance suite read. Their key ids begin
//! with `TEST-`, which a gateway outside development refuses.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use chs_envelope::sm::{self, Sm2PrivateKey, Sm4Key};
use rand::{TryRng, rngs::SysRng};
use serde::{Deserialize, Serialize};

use crate::{
    keys::{KeyError, PlatformKeys, SealedAs, write_private},
    store::{Store, StoreError, callers::CallerRow},
};

/// One caller's file: everything a client needs to call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerFile {
    /// Key id; `TEST-` in development.
    pub key_id: String,
    /// Address of the gateway that wrote the file.
    pub url: String,
    /// Application id.
    pub app_id: String,
    /// appSecret.
    pub app_secret: String,
    /// Role.
    pub role: String,
    /// Institution, for hospitals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixmedins_code: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Level of the institution (dictionary hosp_lv).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosp_lv: Option<String>,
    /// Administrative division.
    pub admdvs: String,
    /// encType that `call` uses.
    pub enc_type: String,
    /// SM4-GCM key in hex, where it is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gcm_key: Option<String>,
    /// SM2 private key, Base64 of 32 bytes.
    pub private_key: String,
    /// SM2 public key, Base64 of 65 bytes.
    pub public_key: String,
    /// Key that verifies answers, Base64 of 65 bytes.
    pub platform_public_key: String,
}

/// Development callers that cannot be made or registered.
#[derive(Debug, thiserror::Error)]
pub enum DevelopmentError {
    /// A file cannot be read or written.
    #[error("开发调用方文件 {path} 无法读写 / caller file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not have the form of a caller file.
    #[error("调用方文件 {0} 格式不正确 / caller file {0} is malformed: {1}")]
    Format(PathBuf, String),
    /// Keys could not be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The register could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Code, name and level of an institution.
type Institution = (&'static str, &'static str, &'static str);

/// Name of the file, role, institution and its level (5 二级甲等, 2 三级甲等).
const CALLERS: [(&str, &str, Option<Institution>); 7] = [
    (
        "hospital-a",
        "hospital",
        Some(("H61040100001", "测试医院甲（模拟）", "5")),
    ),
    (
        "hospital-b",
        "hospital",
        Some(("H61040100002", "测试医院乙（模拟）", "2")),
    ),
    ("county", "county", None),
    ("city", "city", None),
    ("province", "province", None),
    ("nation", "nation", None),
    ("core", "core", None),
];

/// Folder of the caller files below a data folder.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("callers")
}

/// Reads a caller file.
///
/// # Errors
/// [`DevelopmentError::File`] or [`DevelopmentError::Format`].
pub fn read_caller(path: &Path) -> Result<CallerFile, DevelopmentError> {
    let text = fs::read_to_string(path).map_err(|source| DevelopmentError::File {
        path: path.to_owned(),
        source,
    })?;
    // The parser's own message may quote the line, and the line may hold a key.
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| {
            text.get(..span.start)
                .map_or(0, |head| head.matches('\n').count() + 1)
        });
        DevelopmentError::Format(path.to_owned(), format!("第 {at} 行 / line {at}"))
    })
}

/// Makes the caller files that are missing, brings their address and platform key up to
/// date, and registers all of them.
///
/// # Errors
/// [`DevelopmentError`].
pub async fn register(
    data_dir: &Path,
    url: &str,
    admdvs: &str,
    keys: &PlatformKeys,
    store: &Store,
    now: DateTime<Utc>,
) -> Result<(), DevelopmentError> {
    let platform_public_key = keys.signing.public_key().to_base64();
    for (name, role, institution) in CALLERS {
        let path = folder(data_dir).join(format!("{name}.toml"));
        let mut caller = if path.exists() {
            read_caller(&path)?
        } else {
            make(name, role, institution, admdvs)?
        };
        caller.url = url.to_owned();
        caller.platform_public_key.clone_from(&platform_public_key);
        write(&path, &caller)?;
        store.put_caller(&row(&caller, &path, keys)?, now).await?;
    }
    Ok(())
}

fn make(
    name: &str,
    role: &str,
    institution: Option<Institution>,
    admdvs: &str,
) -> Result<CallerFile, KeyError> {
    let (private_key, public_key) = key_pair()?;
    let gcm_key = Sm4Key::generate(&mut SysRng).map_err(|_| KeyError::Random)?;
    Ok(CallerFile {
        key_id: format!("TEST-{name}"),
        url: String::new(),
        app_id: random_hex()?,
        app_secret: random_hex()?,
        role: role.to_owned(),
        fixmedins_code: institution.map(|(code, ..)| code.to_owned()),
        fixmedins_name: institution.map(|(_, name, _)| name.to_owned()),
        hosp_lv: institution.map(|(.., level)| level.to_owned()),
        admdvs: admdvs.to_owned(),
        enc_type: "SM4".to_owned(),
        gcm_key: Some(gcm_key.expose_hex().to_string()),
        private_key,
        public_key,
        platform_public_key: String::new(),
    })
}

/// A private key and its public key in Base64, the form that other clients read.
fn key_pair() -> Result<(String, String), KeyError> {
    let mut bytes = [0_u8; 32];
    loop {
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|_| KeyError::Random)?;
        // All but one in 2^32 of the drawn numbers lie in the range of a key.
        if let Ok(key) = Sm2PrivateKey::from_bytes(&bytes) {
            return Ok((sm::encode_base64(&bytes), key.public_key().to_base64()));
        }
    }
}

fn random_hex() -> Result<String, KeyError> {
    let mut bytes = [0_u8; 16];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| KeyError::Random)?;
    Ok(hex::encode_upper(bytes))
}

fn write(path: &Path, caller: &CallerFile) -> Result<(), DevelopmentError> {
    let body = toml::to_string(caller)
        .map_err(|error| DevelopmentError::Format(path.to_owned(), error.to_string()))?;
    let text = format!(
        "# 开发调用方，由 chs-gateway serve 生成，禁止用于开发环境之外\n\
         # development caller; made by chs-gateway serve; never use outside development\n{body}"
    );
    write_private(path, &text).map_err(|source| DevelopmentError::File {
        path: path.to_owned(),
        source,
    })
}

fn row(
    caller: &CallerFile,
    path: &Path,
    keys: &PlatformKeys,
) -> Result<CallerRow, DevelopmentError> {
    let malformed = |what: &str| DevelopmentError::Format(path.to_owned(), what.to_owned());
    let public_key =
        sm::Sm2PublicKey::from_text(&caller.public_key).map_err(|_| malformed("public_key"))?;
    let gcm_key = match &caller.gcm_key {
        None => None,
        Some(text) => {
            let key = hex::decode(text).map_err(|_| malformed("gcm_key"))?;
            Some(keys.master.seal(SealedAs::GcmKey(&caller.app_id), &key)?)
        }
    };
    let secret = caller.app_secret.as_bytes();
    Ok(CallerRow {
        app_id: caller.app_id.clone(),
        key_id: caller.key_id.clone(),
        role: caller.role.clone(),
        fixmedins_code: caller.fixmedins_code.clone(),
        fixmedins_name: caller.fixmedins_name.clone(),
        admdvs: caller.admdvs.clone(),
        hosp_lv: caller.hosp_lv.clone(),
        fingerprint: sm::sm3(&[&public_key.to_bytes()]).to_hex(),
        public_key: public_key.to_bytes(),
        app_secret: keys
            .master
            .seal(SealedAs::AppSecret(&caller.app_id), secret)?,
        gcm_key,
        scalars_as_text: false,
        suspended: false,
    })
}
