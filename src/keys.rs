//! Keys of the platform: the SM2 key that signs answers, and the master key that seals
//! callers' secrets and settlement lists at rest.
//!
//! In development both are made on first start and kept in the data folder, readable by
//! the owner alone; in production they come from where the operator says, and a private
//! key file is encrypted. Answers are signed through a trait, so that a device or a
//! signing server can take the key's place.

mod source;

use std::{
    fmt, fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use chs_envelope::sm::{self, KeyFileError, Signer, Sm2PrivateKey, Sm4Key};
use rand::rngs::SysRng;
use zeroize::Zeroizing;

pub use source::{SecretError, SecretSource};

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
    /// The source does not give the secret.
    #[error("密钥 {place} 无法取得 / the key {place} cannot be had: {source}")]
    Source {
        /// Where it should come from.
        place: String,
        /// Why it does not.
        source: SecretError,
    },
    /// What the source gives is no key of its kind.
    #[error("密钥 {0} 内容不正确 / {0} is no valid key")]
    Content(String),
    /// The key is encrypted, and no password is configured.
    #[error(
        "私钥 {0} 已加密，须配置 keys.platform_password / the key {0} is encrypted: keys.platform_password is missing"
    )]
    Password(String),
    /// The encrypted key does not open.
    #[error("私钥 {place} 无法解密 / the key {place} cannot be decrypted: {source}")]
    Locked {
        /// Where it comes from.
        place: String,
        /// Why it does not open.
        source: KeyFileError,
    },
    /// A private key that anyone who reads the file could use.
    #[error(
        "非开发环境拒绝明文私钥 {0}，请转为加密的 PKCS#8 / the plain private key {0} is refused outside development: make it an encrypted PKCS#8"
    )]
    Plain(String),
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
pub struct PlatformKeys {
    /// Signs answers.
    pub signing: Box<dyn Signer>,
    /// Seals at rest.
    pub master: MasterKey,
}

impl fmt::Debug for PlatformKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformKeys").finish_non_exhaustive()
    }
}

impl PlatformKeys {
    /// Reads the configured key files; in development a missing one is made.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(config: &Config) -> Result<PlatformKeys, KeyError> {
        let folder = config.data_dir.join("keys");
        let make = config.environment == Environment::Development;
        let source = |configured: &Option<SecretSource>, name| {
            let made = || SecretSource::File(folder.join(name));
            configured.clone().unwrap_or_else(made)
        };
        let signing_place = source(&config.keys.platform_private_key, "platform.pem");
        let master_place = source(&config.keys.master_key, "master.hex");
        let signing = read_or_make(&signing_place, make, || {
            let key = Sm2PrivateKey::generate(&mut SysRng).map_err(|_| KeyError::Random)?;
            let pem = key
                .expose_pem()
                .map_err(|_| KeyError::Content(signing_place.to_string()))?;
            Ok(pem.to_string())
        })?;
        let master = read_or_make(&master_place, make, || {
            let key = Sm4Key::generate(&mut SysRng).map_err(|_| KeyError::Random)?;
            Ok(key.expose_hex().to_string())
        })?;
        let signing = signing_key(&signing, signing_place.to_string(), config)?;
        let master =
            Sm4Key::from_hex(&master).map_err(|_| KeyError::Content(master_place.to_string()))?;
        Ok(PlatformKeys {
            signing: Box::new(signing),
            master: MasterKey::new(master, earlier_keys(&config.keys.earlier_master_keys)?),
        })
    }
}

fn earlier_keys(sources: &[SecretSource]) -> Result<Vec<Sm4Key>, KeyError> {
    let key = |source| {
        Sm4Key::from_hex(&read(source)?).map_err(|_| KeyError::Content(source.to_string()))
    };
    sources.iter().map(key).collect()
}

fn signing_key(text: &str, place: String, config: &Config) -> Result<Sm2PrivateKey, KeyError> {
    if Sm2PrivateKey::is_encrypted(text) {
        let Some(source) = &config.keys.platform_password else {
            return Err(KeyError::Password(place));
        };
        let password = read(source)?;
        return Sm2PrivateKey::from_encrypted_pem(text, password.as_bytes())
            .map_err(|source| KeyError::Locked { place, source });
    }
    let key = Sm2PrivateKey::from_text(text).map_err(|_| KeyError::Content(place.clone()))?;
    match config.environment {
        Environment::Development => Ok(key),
        Environment::Production => Err(KeyError::Plain(place)),
    }
}

fn read(source: &SecretSource) -> Result<Zeroizing<String>, KeyError> {
    source.read().map_err(|error| KeyError::Source {
        place: source.to_string(),
        source: error,
    })
}

fn read_or_make(
    source: &SecretSource,
    make: bool,
    fresh: impl FnOnce() -> Result<String, KeyError>,
) -> Result<Zeroizing<String>, KeyError> {
    let missing = source.file().filter(|path| make && !path.exists());
    let Some(path) = missing else {
        return read(source);
    };
    let text = Zeroizing::new(fresh()?);
    write_private(path, &text).map_err(|error| KeyError::File {
        path: path.to_owned(),
        source: error,
    })?;
    Ok(Zeroizing::new(text.trim().to_owned()))
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

    /// Keys of a folder, as a production site would name them.
    fn production(folder: &Path) -> Config {
        let file = |name| Some(SecretSource::File(folder.join(name)));
        let mut config = Config {
            environment: Environment::Production,
            data_dir: folder.to_owned(),
            ..Config::default()
        };
        config.keys.platform_private_key = file("platform.pem");
        config.keys.platform_password = file("password");
        config.keys.master_key = file("master.hex");
        config
    }

    #[test]
    fn a_live_site_takes_an_encrypted_private_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let config = production(folder.path());
        let key = Sm2PrivateKey::generate(&mut SysRng).unwrap();
        write("master.hex", &"0f".repeat(16));
        write("password", "one password\n");

        write("platform.pem", &key.expose_pem().unwrap());
        let refused = PlatformKeys::open(&config).unwrap_err();
        assert!(matches!(refused, KeyError::Plain(_)), "{refused}");

        let sealed = key.to_encrypted_pem(b"one password", &mut SysRng).unwrap();
        write("platform.pem", &sealed);
        let keys = PlatformKeys::open(&config).unwrap();
        assert_eq!(
            keys.signing.public_key().to_base64(),
            key.public_key().to_base64()
        );

        write("password", "another");
        let refused = PlatformKeys::open(&config).unwrap_err();
        assert!(matches!(refused, KeyError::Locked { .. }), "{refused}");
    }

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
