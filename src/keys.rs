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

/// First byte of a sealed value that names its key.
const NAMES_ITS_KEY: u8 = 2;

/// Seals values at rest with SM4-GCM, and makes keyed digests to search sealed ones by.
///
/// A sealed value is `02`, the four bytes of its key's version, nonce, ciphertext and tag;
/// releases before wrote it without the first five.
#[derive(Debug, Clone)]
pub struct MasterKey {
    /// Seals.
    current: VersionedKey,
    /// Open what they sealed; the newest first.
    earlier: Vec<VersionedKey>,
}

#[derive(Debug, Clone)]
struct VersionedKey {
    version: [u8; 4],
    key: Sm4Key,
}

impl VersionedKey {
    /// The version is drawn from the key itself, so that it needs no register.
    fn new(key: Sm4Key) -> VersionedKey {
        let digest = sm::sm3(&[b"chs-gateway master key", key.expose_hex().as_bytes()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        VersionedKey {
            version: [a, b, c, d],
            key,
        }
    }
}

impl MasterKey {
    /// A key with those before it, the newest first.
    pub fn new(current: Sm4Key, earlier: Vec<Sm4Key>) -> MasterKey {
        MasterKey {
            current: VersionedKey::new(current),
            earlier: earlier.into_iter().map(VersionedKey::new).collect(),
        }
    }

    /// How every value begins that the current key has sealed.
    pub fn prefix(&self) -> Vec<u8> {
        [&[NAMES_ITS_KEY][..], &self.current.version].concat()
    }

    /// HMAC-SM3 of a value under the oldest key and a label, lower-case hex: equal values
    /// have equal digests whatever keys came since, and nobody without the key can try
    /// values out.
    ///
    /// # Errors
    /// [`KeyError::Digest`].
    pub fn digest(&self, label: &str, value: &str) -> Result<String, KeyError> {
        let parts = [label.as_bytes(), b"|", value.as_bytes()];
        let oldest = self.earlier.last().unwrap_or(&self.current);
        sm::hmac_sm3(oldest.key.expose_hex().as_bytes(), &parts)
            .map(|digest| digest.to_hex())
            .map_err(|_| KeyError::Digest)
    }

    /// Seals `plain` for its place.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn seal(&self, place: SealedAs<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let sealed = self
            .current
            .key
            .gcm_seal(place.aad().as_bytes(), plain, &mut SysRng)
            .map_err(|_| KeyError::Random)?;
        let mut value = self.prefix();
        value.extend(sealed);
        Ok(value)
    }

    /// Opens what was sealed for this place; nothing if it was altered, sealed under an
    /// unknown key or for another place.
    pub fn open(&self, place: SealedAs<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let aad = place.aad();
        let keys = || std::iter::once(&self.current).chain(&self.earlier);
        let named = sealed.split_first_chunk::<5>().and_then(|(head, body)| {
            let [mark, version @ ..] = head;
            let key = keys().find(|key| *mark == NAMES_ITS_KEY && key.version == *version)?;
            key.key.gcm_open(aad.as_bytes(), body).ok()
        });
        // A value of the first releases names no key; its nonce may begin like one that does.
        named.or_else(|| keys().find_map(|key| key.key.gcm_open(aad.as_bytes(), sealed).ok()))
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
            master: MasterKey::new(
                Sm4Key::from_hex(master.trim()).map_err(|_| KeyError::Content(master_file))?,
                earlier_keys(&config.keys.earlier_master_keys)?,
            ),
        })
    }
}

fn earlier_keys(files: &[PathBuf]) -> Result<Vec<Sm4Key>, KeyError> {
    files
        .iter()
        .map(|file| {
            let none = || Err(KeyError::Content(file.clone()));
            let text = read_or_make(file, false, none)?;
            Sm4Key::from_hex(text.trim()).map_err(|_| KeyError::Content(file.clone()))
        })
        .collect()
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
        let master = MasterKey::new(key(), Vec::new());
        let sealed = master.seal(SealedAs::AppSecret("a"), b"secret").unwrap();
        assert_eq!(
            master.open(SealedAs::AppSecret("a"), &sealed).unwrap(),
            b"secret"
        );
        assert!(master.open(SealedAs::AppSecret("b"), &sealed).is_none());
        assert!(master.open(SealedAs::GcmKey("a"), &sealed).is_none());
    }

    fn key() -> Sm4Key {
        Sm4Key::generate(&mut SysRng).unwrap()
    }

    #[test]
    fn a_new_master_key_opens_what_the_earlier_ones_sealed() {
        let (first, second, third) = (key(), key(), key());
        let place = SealedAs::Outgoing("m");
        // As the first releases sealed: without the name of a key.
        let unnamed = first
            .gcm_seal(place.aad().as_bytes(), b"a", &mut SysRng)
            .unwrap();
        let oldest = MasterKey::new(first.clone(), Vec::new());
        let older = MasterKey::new(second.clone(), vec![first.clone()]);
        let newest = MasterKey::new(third, vec![second, first]);
        let sealed = [oldest.seal(place, b"a"), older.seal(place, b"a")].map(Result::unwrap);
        for value in sealed.iter().chain([&unnamed]) {
            assert_eq!(newest.open(place, value).as_deref(), Some(&b"a"[..]));
            assert!(!value.starts_with(&newest.prefix()));
        }
        let own = newest.seal(place, b"a").unwrap();
        assert!(own.starts_with(&newest.prefix()));
        assert!(older.open(place, &own).is_none());
        assert_eq!(
            newest.digest("psn_no", "1").unwrap(),
            oldest.digest("psn_no", "1").unwrap()
        );
    }

    #[test]
    fn a_keyed_digest_depends_on_key_label_and_value() {
        let master = || MasterKey::new(key(), Vec::new());
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
