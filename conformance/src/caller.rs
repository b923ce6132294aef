//! Caller files: who calls, with which keys.

use std::{fmt, fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use crate::{
    crypto::{self, BLOCK, PrivateKey, PublicKey},
    message::SM4,
};

/// Why a caller file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallerError {
    /// The file is not there or not readable.
    #[error("调用方文件无法读取 / cannot read the caller file {0}: {1}")]
    Read(String, std::io::Error),
    /// Not TOML, or a key is missing or of the wrong type.
    #[error("调用方文件格式错误 / the caller file {0} is malformed: {1}")]
    Format(String, String),
    /// A key in it is no key.
    #[error("调用方文件 {0} 中的 {1} 无效 / {1} in the caller file {0} is not valid")]
    Key(String, &'static str),
}

/// What the suite needs of a caller file; a target may write more into it.
#[derive(Deserialize)]
struct CallerFile {
    app_id: String,
    app_secret: String,
    role: String,
    #[serde(default)]
    fixmedins_code: String,
    #[serde(default)]
    fixmedins_name: String,
    #[serde(default)]
    admdvs: String,
    #[serde(default = "published_convention")]
    enc_type: String,
    gcm_key: Option<String>,
    gateway_id: Option<String>,
    gateway_secret: Option<String>,
    private_key: String,
    public_key: Option<String>,
    platform_public_key: String,
}

fn published_convention() -> String {
    SM4.to_owned()
}

/// A caller whose keys have been checked.
pub(crate) struct Caller {
    /// Name of the file without `.toml`, e.g. `hospital-a`.
    pub(crate) name: String,
    /// appId of the sealed message.
    pub(crate) app_id: String,
    /// appSecret; ends every signed text.
    pub(crate) app_secret: String,
    /// Role the bureau gave this caller.
    pub(crate) role: String,
    /// Code of the institution (定点医药机构编号); empty unless a hospital.
    pub(crate) fixmedins_code: String,
    /// Name of the institution.
    pub(crate) fixmedins_name: String,
    /// Pooling area, six digits.
    pub(crate) admdvs: String,
    /// encType used when a case names none.
    pub(crate) enc_type: String,
    /// key2 of the published convention.
    pub(crate) key2: [u8; BLOCK],
    /// The caller's own key for SM4-GCM.
    pub(crate) gcm_key: Option<[u8; BLOCK]>,
    /// Signs this caller's messages.
    pub(crate) private_key: PrivateKey,
    /// Verifies the platform's answers.
    pub(crate) platform_key: PublicKey,
    /// SK of CSB and token of TIF headers, where the transaction door is open to it.
    pub(crate) gateway_secret: Option<String>,
    gateway_id: Option<String>,
    secrets: Vec<String>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({}, {}, ***)", self.name, self.role)
    }
}

impl Caller {
    /// Reads `DIR/NAME.toml`.
    ///
    /// # Errors
    /// [`CallerError`] when the file is missing or malformed or holds a bad key.
    pub(crate) fn load(folder: &Path, name: &str) -> Result<Caller, CallerError> {
        let path = folder.join(format!("{name}.toml"));
        let shown = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|e| CallerError::Read(shown.clone(), e))?;
        Caller::parse(name, &text, &shown)
    }

    /// Takes the text of a caller file; `shown` names it in errors.
    ///
    /// # Errors
    /// [`CallerError`] when the text is malformed or holds a bad key.
    pub(crate) fn parse(name: &str, text: &str, shown: &str) -> Result<Caller, CallerError> {
        // A TOML error quotes the offending line, which may hold a secret.
        let file: CallerFile = toml::from_str(text)
            .map_err(|e| CallerError::Format(shown.to_owned(), e.message().to_owned()))?;
        let bad = |field| CallerError::Key(shown.to_owned(), field);
        let private_key = STANDARD
            .decode(&file.private_key)
            .ok()
            .and_then(|bytes| PrivateKey::from_bytes(&bytes).ok())
            .ok_or_else(|| bad("private_key"))?;
        let platform_key =
            public_key(&file.platform_public_key).ok_or_else(|| bad("platform_public_key"))?;
        if let Some(own) = &file.public_key {
            let own = public_key(own).ok_or_else(|| bad("public_key"))?;
            if own.to_bytes() != private_key.public().to_bytes() {
                return Err(bad("public_key"));
            }
        }
        let gcm_key = match &file.gcm_key {
            None => None,
            Some(text) => {
                let mut key = [0u8; BLOCK];
                hex::decode_to_slice(text, &mut key).map_err(|_| bad("gcm_key"))?;
                Some(key)
            }
        };
        let key2 =
            crypto::derive_key2(&file.app_id, &file.app_secret).map_err(|_| bad("app_id"))?;
        let mut secrets = vec![
            file.app_secret.clone(),
            file.private_key.clone(),
            String::from_utf8_lossy(&key2).into_owned(),
        ];
        secrets.extend(file.gcm_key.clone());
        secrets.extend(file.gateway_secret.clone());
        Ok(Caller {
            name: name.to_owned(),
            app_id: file.app_id,
            app_secret: file.app_secret,
            role: file.role,
            fixmedins_code: file.fixmedins_code,
            fixmedins_name: file.fixmedins_name,
            admdvs: file.admdvs,
            enc_type: file.enc_type,
            key2,
            gcm_key,
            private_key,
            platform_key,
            gateway_secret: file.gateway_secret,
            gateway_id: file.gateway_id,
            secrets,
        })
    }

    /// Access key of CSB and paasid of TIF headers.
    pub(crate) fn gateway_id(&self) -> &str {
        self.gateway_id.as_ref().unwrap_or(&self.app_id)
    }

    /// The texts that must never stand in a report or in an answer.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.secrets
    }
}

fn public_key(text: &str) -> Option<PublicKey> {
    PublicKey::from_bytes(&STANDARD.decode(text).ok()?).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A caller file with keys made from a fixed number; platform and caller share it.
    pub(crate) fn file_text() -> String {
        let key = PrivateKey::from_bytes(&[0x21; 32]).unwrap();
        let private = STANDARD.encode([0x21; 32]);
        let public = STANDARD.encode(key.public().to_bytes());
        format!(
            "key_id = \"TEST-hospital-a\"\nurl = \"http://127.0.0.1:1\"\n\
             app_id = \"43AF047BBA47FC8A1AE8EFB232BDBBCB\"\n\
             app_secret = \"4117E877F5FA0A0188891283E4B617D5\"\nrole = \"hospital\"\n\
             fixmedins_code = \"H61040100001\"\nfixmedins_name = \"测试医院\"\nhosp_lv = \"5\"\nadmdvs = \"610400\"\n\
             enc_type = \"SM4\"\ngcm_key = \"00112233445566778899aabbccddeeff\"\n\
             private_key = \"{private}\"\npublic_key = \"{public}\"\nplatform_public_key = \"{public}\"\n"
        )
    }

    /// The caller of [`file_text`].
    pub(crate) fn caller() -> Caller {
        Caller::parse("hospital-a", &file_text(), "hospital-a.toml").unwrap()
    }

    #[test]
    fn a_caller_file_is_read_and_its_debug_form_tells_no_secret() {
        let caller = caller();
        assert_eq!(caller.role, "hospital");
        assert_eq!(caller.key2, *b"863B5F40C70B71EA");
        let debug = format!("{caller:?}");
        for secret in caller.secrets() {
            assert!(!debug.contains(secret));
        }
    }

    #[test]
    fn errors_name_the_field_and_not_its_value() {
        let text = file_text().replace("gcm_key = \"00112233", "gcm_key = \"zz112233");
        let error = Caller::parse("a", &text, "a.toml").unwrap_err().to_string();
        assert!(
            error.contains("gcm_key") && !error.contains("zz112233"),
            "{error}"
        );
        let text = file_text().replace("app_secret = ", "app_secret = = ");
        let error = Caller::parse("a", &text, "a.toml").unwrap_err().to_string();
        assert!(!error.contains("4117E877"), "{error}");
    }

    #[test]
    fn a_public_key_of_another_pair_is_refused() {
        let other = PrivateKey::from_bytes(&[0x22; 32])
            .unwrap()
            .public()
            .to_bytes();
        let own = PrivateKey::from_bytes(&[0x21; 32])
            .unwrap()
            .public()
            .to_bytes();
        let text = file_text().replacen(&STANDARD.encode(own), &STANDARD.encode(other), 1);
        let error = Caller::parse("a", &text, "a.toml").unwrap_err().to_string();
        assert!(error.contains("public_key"), "{error}");
    }
}
