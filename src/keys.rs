//! Keys of the platform: the SM2 key that signs answers, and the master key that seals
//! callers' secrets and settlement lists at rest.
//!
//! In development both are made on first start and kept in the data folder, readable by
//! the owner alone; in production they come from where the operator says, and a private
//! key file is encrypted. Answers are signed through a trait, so that a device or a
//! signing server can take the key's place.

mod master;
mod source;

use std::{
    fmt, fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use chs_envelope::sm::{KeyFileError, Signer, Sm2PrivateKey, Sm4Key};
use rand::rngs::SysRng;
use zeroize::Zeroizing;

pub use master::{MasterKey, SealedAs};
pub use source::{SecretError, SecretSource};

use crate::config::{Config, Environment};

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

/// The platform's own keys.
pub struct PlatformKeys {
    /// Signs answers.
    pub signing: Arc<dyn Signer>,
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
            signing: Arc::new(signing),
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
}
