//! Keys of the platform: the SM2 key that signs answers, and the master key that seals
//! callers' secrets and settlement lists at rest.
//!
//! In development both are made on first start and kept in the data folder, readable by
//! the owner alone; in production they are files that the operator names.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use chs_envelope::sm::{self, Sm2PrivateKey, Sm4Key};
use rand::rngs::SysRng;

use crate::config::{Config, Environment};

/// What a sealed value is, so that one cannot be put in the place of another.
#[derive(Debug, Clone, Copy)]
pub enum SealedAs<'a> {
    /// appSecret of this application id.
    AppSecret(&'a str),
    /// SM4-GCM key of this application id.
    GcmKey(&'a str),
    /// Gateway secret (CSB, TIF) of this application id.
    GatewaySecret(&'a str),
    /// SM4 key of transaction input and output of this application id.
    InputKey(&'a str),
    /// A settlement list: institution and setl_id.
    List(&'a str, &'a str),
    /// A settlement record: institution and setl_id.
    SettlementRecord(&'a str, &'a str),
    /// Number, name and certificate of a list's person: institution and setl_id.
    Person(&'a str, &'a str),
    /// A front page: institution and mdtrt_sn.
    FrontPage(&'a str, &'a str),
    /// A kept answer: application id and requestId.
    Answer(&'a str, &'a str),
    /// A message to the upper platform, by its id.
    Outgoing(&'a str),
    /// The upper platform's answer to a message, by the message's id.
    UpperAnswer(&'a str),
}

impl SealedAs<'_> {
    fn aad(self) -> String {
        match self {
            SealedAs::AppSecret(app_id) => format!("v1|app_secret|{app_id}"),
            SealedAs::GcmKey(app_id) => format!("v1|gcm_key|{app_id}"),
            SealedAs::GatewaySecret(app_id) => format!("v1|gateway_secret|{app_id}"),
            SealedAs::InputKey(app_id) => format!("v1|input_key|{app_id}"),
            SealedAs::List(institution, setl_id) => format!("v1|list|{institution}|{setl_id}"),
            SealedAs::SettlementRecord(institution, setl_id) => {
                format!("v1|settlement|{institution}|{setl_id}")
            }
            SealedAs::Person(institution, setl_id) => format!("v1|person|{institution}|{setl_id}"),
            SealedAs::FrontPage(institution, mdtrt_sn) => {
                format!("v1|front_page|{institution}|{mdtrt_sn}")
            }
            SealedAs::Answer(app_id, request_id) => format!("v1|answer|{app_id}|{request_id}"),
            SealedAs::Outgoing(message_id) => format!("v1|outgoing|{message_id}"),
            SealedAs::UpperAnswer(message_id) => format!("v1|upper_answer|{message_id}"),
        }
    }
}

/// Key material that cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("密钥文件 {path} 无法读写 / key file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not hold a key of its kind.
    #[error("密钥文件 {0} 内容不正确 / key file {0} does not hold a valid key")]
    Content(PathBuf),
    /// The keyed digest cannot be made.
    #[error("无法计算带密钥摘要 / the keyed digest cannot be made")]
    Digest,
    /// The operating system gives no random bytes.
    #[error("系统随机源不可用 / the system's random source fails")]
    Random,
}

/// Seals values at rest with SM4-GCM, and makes keyed digests to search sealed ones by.
#[derive(Debug, Clone)]
pub struct MasterKey(Sm4Key);

impl MasterKey {
    /// HMAC-SM3 of a value under this key and a label, lower-case hex: equal values have
    /// equal digests, and nobody without the key can try values out.
    ///
    /// # Errors
    /// [`KeyError::Digest`].
    pub fn digest(&self, label: &str, value: &str) -> Result<String, KeyError> {
        let parts = [label.as_bytes(), b"|", value.as_bytes()];
        sm::hmac_sm3(self.0.expose_hex().as_bytes(), &parts)
            .map(|digest| digest.to_hex())
            .map_err(|_| KeyError::Digest)
    }

    /// Seals `plain` for its place.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn seal(&self, place: SealedAs<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.0
            .gcm_seal(place.aad().as_bytes(), plain, &mut SysRng)
            .map_err(|_| KeyError::Random)
    }

    /// Opens what was sealed for this place; nothing if it was altered, sealed under
    /// another key or for another place.
    pub fn open(&self, place: SealedAs<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.gcm_open(place.aad().as_bytes(), sealed).ok()
    }
}

/// The platform's own keys.
#[derive(Debug)]
pub struct PlatformKeys {
    /// Signs answers.
    pub signing: Sm2PrivateKey,
    /// Seals at rest.
    pub master: MasterKey,
}

impl PlatformKeys {
    /// Reads the configured key files; in development a missing one is made.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(config: &Config) -> Result<PlatformKeys, KeyError> {
        let folder = config.data_dir.join("keys");
        let make = config.environment == Environment::Development;
        let signing_file = config
            .keys
            .platform_private_key
            .clone()
            .unwrap_or_else(|| folder.join("platform.pem"));
        let master_file = config
            .keys
            .master_key
            .clone()
            .unwrap_or_else(|| folder.join("master.hex"));
        let signing = read_or_make(&signing_file, make, || {
            let key = Sm2PrivateKey::generate(&mut SysRng).map_err(|_| KeyError::Random)?;
            let pem = key
                .expose_pem()
                .map_err(|_| KeyError::Content(signing_file.clone()))?;
            Ok(pem.to_string())
        })?;
        let master = read_or_make(&master_file, make, || {
            let key = Sm4Key::generate(&mut SysRng).map_err(|_| KeyError::Random)?;
            Ok(key.expose_hex().to_string())
        })?;
        Ok(PlatformKeys {
            signing: Sm2PrivateKey::from_text(signing.trim())
                .map_err(|_| KeyError::Content(signing_file))?,
            master: MasterKey(
                Sm4Key::from_hex(master.trim()).map_err(|_| KeyError::Content(master_file))?,
            ),
        })
    }
}

fn read_or_make(
    path: &Path,
    make: bool,
    fresh: impl FnOnce() -> Result<String, KeyError>,
) -> Result<String, KeyError> {
    let failed = |source| KeyError::File {
        path: path.to_owned(),
        source,
    };
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if make && error.kind() == std::io::ErrorKind::NotFound => {
            let text = fresh()?;
            write_private(path, &text).map_err(failed)?;
            Ok(text)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
/// The file system's.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_own_place_only() {
        let master = MasterKey(Sm4Key::generate(&mut SysRng).unwrap());
        let sealed = master.seal(SealedAs::AppSecret("a"), b"secret").unwrap();
        assert_eq!(
            master.open(SealedAs::AppSecret("a"), &sealed).unwrap(),
            b"secret"
        );
        assert!(master.open(SealedAs::AppSecret("b"), &sealed).is_none());
        assert!(master.open(SealedAs::GcmKey("a"), &sealed).is_none());
    }

    #[test]
    fn a_keyed_digest_depends_on_key_label_and_value() {
        let master = || MasterKey(Sm4Key::generate(&mut SysRng).unwrap());
        let (one, other) = (master(), master());
        let digest = |key: &MasterKey, label, value| key.digest(label, value).unwrap();
        assert_eq!(digest(&one, "psn_no", "1"), digest(&one, "psn_no", "1"));
        for another in [
            digest(&other, "psn_no", "1"),
            digest(&one, "institution", "1"),
            digest(&one, "psn_no", "2"),
        ] {
            assert_ne!(digest(&one, "psn_no", "1"), another);
        }
    }
}
