//! Development callers: twelve callers with keys of their own, written as files that
//! `chs-gateway call`, the examples and the conformance suite read. Their key ids begin
//! with `TEST-`, which a gateway outside development refuses.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chs_envelope::sm;

use crate::{
    caller_file::{CallerFile, CallerFileError, Secrets, key_pair, read_caller, write_caller},
    error::Refusal,
    keys::{KeyError, PlatformKeys},
    service::callers::{self, NewKey},
    store::{
        Store,
        callers::{CallerRow, KeyRow},
    },
};

/// Development callers that cannot be made or registered.
#[derive(Debug, thiserror::Error)]
pub enum DevelopmentError {
    /// A file cannot be read or written, or has another form.
    #[error(transparent)]
    File(#[from] CallerFileError),
    /// Keys could not be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The register could not be written.
    #[error(transparent)]
    Register(#[from] Refusal),
}

/// Code, name and level of an institution.
type Institution = (&'static str, &'static str, &'static str);

/// Stands at the head of each file.
const HEADING: &str = "# 开发调用方，由 chs-gateway serve 生成，禁止用于开发环境之外\n\
    # development caller; made by chs-gateway serve; never use outside development\n";

/// Name of the file, role, institution and its level (5 二级甲等, 2 三级甲等).
const CALLERS: [(&str, &str, Option<Institution>); 12] = [
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
    ("finance", "finance", None),
    // Two panels of special-case review: the first and, after an appeal, a new one.
    (
        "expert-a",
        "expert",
        Some(("H61040100011", "评审专家甲（模拟）", "2")),
    ),
    (
        "expert-b",
        "expert",
        Some(("H61040100012", "评审专家乙（模拟）", "2")),
    ),
    (
        "expert-c",
        "expert",
        Some(("H61040100013", "评审专家丙（模拟）", "2")),
    ),
    (
        "expert-d",
        "expert",
        Some(("H61040100014", "评审专家丁（模拟）", "2")),
    ),
];

/// Folder of the caller files below a data folder.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("callers")
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
        // A file of an older release has no key to the transaction door yet.
        if caller.gateway_secret.is_none() {
            let secrets = Secrets::draw()?;
            caller.gateway_secret = Some(secrets.gateway_secret);
            caller.input_key = Some(secrets.input_key);
        }
        caller.url = url.to_owned();
        caller.platform_public_key.clone_from(&platform_public_key);
        write_caller(&path, &caller, HEADING)?;
        let key = key_row(&caller, &path, keys, now)?;
        callers::register(store, &caller_row(&caller), &key, now).await?;
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
    let secrets = Secrets::draw()?;
    Ok(CallerFile {
        key_id: format!("TEST-{name}"),
        url: String::new(),
        app_id: secrets.app_id,
        app_secret: secrets.app_secret,
        role: role.to_owned(),
        fixmedins_code: institution.map(|(code, ..)| code.to_owned()),
        fixmedins_name: institution.map(|(_, name, _)| name.to_owned()),
        hosp_lv: institution.map(|(.., level)| level.to_owned()),
        admdvs: admdvs.to_owned(),
        enc_type: "SM4".to_owned(),
        gcm_key: Some(secrets.gcm_key),
        gateway_id: None,
        gateway_secret: Some(secrets.gateway_secret),
        input_key: Some(secrets.input_key),
        private_key,
        public_key,
        platform_public_key: String::new(),
    })
}

fn caller_row(caller: &CallerFile) -> CallerRow {
    CallerRow {
        app_id: caller.app_id.clone(),
        role: caller.role.clone(),
        fixmedins_code: caller.fixmedins_code.clone(),
        fixmedins_name: caller.fixmedins_name.clone(),
        admdvs: caller.admdvs.clone(),
        hosp_lv: caller.hosp_lv.clone(),
        scalars_as_text: false,
        suspended: false,
        per_second: None,
        addresses: Vec::new(),
        gateway_id: None,
        transaction_door: None,
    }
}

fn key_row(
    caller: &CallerFile,
    path: &Path,
    keys: &PlatformKeys,
    now: DateTime<Utc>,
) -> Result<KeyRow, DevelopmentError> {
    let malformed = |what: &str| CallerFileError::Format(path.to_owned(), what.to_owned());
    let public_key =
        sm::Sm2PublicKey::from_text(&caller.public_key).map_err(|_| malformed("public_key"))?;
    let bytes = |text: &Option<String>, what| {
        let bytes = text.as_ref().map(hex::decode).transpose();
        bytes.map_err(|_| malformed(what))
    };
    let gcm_key = bytes(&caller.gcm_key, "gcm_key")?;
    let input_key = bytes(&caller.input_key, "input_key")?;
    let key = NewKey {
        app_id: &caller.app_id,
        key_id: &caller.key_id,
        public_key: &public_key,
        app_secret: &caller.app_secret,
        gcm_key: gcm_key.as_deref(),
        gateway_secret: caller.gateway_secret.as_deref(),
        input_key: input_key.as_deref(),
        not_before: now,
        not_after: None,
    };
    Ok(key.sealed(&keys.master)?)
}
