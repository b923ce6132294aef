//! A caller's file: everything a client needs to call the gateway. The gateway writes one
//! when it registers a caller; `chs-gateway call`, the examples and the conformance suite
//! read them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chs_envelope::sm::{self, Sm2PrivateKey, Sm4Key};
use rand::{TryRng, rngs::SysRng};
use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, write_private};

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
    /// Access key of CSB and paasid of TIF headers, where it is not the application id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// SK of CSB and token of TIF headers, where the transaction door is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_secret: Option<String>,
    /// SM4 key of transaction input and output in hex, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_key: Option<String>,
    /// SM2 private key, Base64 of 32 bytes.
    pub private_key: String,
    /// SM2 public key, Base64 of 65 bytes.
    pub public_key: String,
    /// Key that verifies answers, Base64 of 65 bytes.
    pub platform_public_key: String,
}

/// A caller file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CallerFileError {
    /// The file cannot be read or written.
    #[error("调用方文件 {path} 无法读写 / caller file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not have the form of a caller file.
    #[error("调用方文件 {0} 格式不正确 / caller file {0} is malformed: {1}")]
    Format(PathBuf, String),
}

/// What a client and the gateway must share, freshly drawn.
#[derive(Debug)]
pub struct Secrets {
    /// Application id, 32 upper-case hex digits.
    pub app_id: String,
    /// appSecret, likewise.
    pub app_secret: String,
    /// SM4-GCM key in hex.
    pub gcm_key: String,
    /// Secret of the gateway headers, 32 upper-case hex digits.
    pub gateway_secret: String,
    /// SM4 key of transaction input in hex.
    pub input_key: String,
}

impl Secrets {
    /// Draws all of them.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn draw() -> Result<Secrets, KeyError> {
        let sm4_key = || Sm4Key::generate(&mut SysRng).map_err(|_| KeyError::Random);
        Ok(Secrets {
            app_id: random_hex()?,
            app_secret: random_hex()?,
            gcm_key: sm4_key()?.expose_hex().to_string(),
            gateway_secret: random_hex()?,
            input_key: sm4_key()?.expose_hex().to_string(),
        })
    }
}

/// Reads a caller file.
///
/// # Errors
/// [`CallerFileError::File`] or [`CallerFileError::Format`].
pub fn read_caller(path: &Path) -> Result<CallerFile, CallerFileError> {
    let text = fs::read_to_string(path).map_err(|source| CallerFileError::File {
        path: path.to_owned(),
        source,
    })?;
    // The parser's own message may quote the line, and the line may hold a key.
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| {
            text.get(..span.start)
                .map_or(0, |head| head.matches('\n').count() + 1)
        });
        CallerFileError::Format(path.to_owned(), format!("第 {at} 行 / line {at}"))
    })
}

/// A private key and its public key in Base64, the form that other clients read.
pub(crate) fn key_pair() -> Result<(String, String), KeyError> {
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

/// Writes a caller file that its owner alone may read, below `heading` as comment lines.
///
/// # Errors
/// [`CallerFileError::File`].
pub fn write_caller(
    path: &Path,
    caller: &CallerFile,
    heading: &str,
) -> Result<(), CallerFileError> {
    let body = toml::to_string(caller)
        .map_err(|error| CallerFileError::Format(path.to_owned(), error.to_string()))?;
    let text = format!("{heading}{body}");
    write_private(path, &text).map_err(|source| CallerFileError::File {
        path: path.to_owned(),
        source,
    })
}
