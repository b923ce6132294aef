//! How a caller and the gateway have agreed to write transaction messages. The published
//! editions and the integrations in use differ in each of these, so each is a setting.

use chs_envelope::transaction::{Coding, CsbTimestamp, InfCodeForm};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::operations::transaction::Edition;

/// Which gateway headers a caller sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum HeaderFamily {
    /// `_api_…`, HMAC-SHA1.
    Csb,
    /// `x-tif-…`, SHA-256.
    Tif,
    /// The one that the request shows.
    #[default]
    Either,
}

/// Unit of `_api_timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// 13 digits (Hunan).
    Millis,
    /// 10 digits (Jiangsu).
    Seconds,
    /// Told apart by the number of digits.
    #[default]
    Either,
}

/// What `_api_name` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ApiName {
    /// The transaction's number (Hunan): another one is refused.
    #[default]
    Infno,
    /// A service path (Jiangsu): not compared.
    Any,
}

/// How encrypted input and output are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum SealedText {
    /// Base64.
    #[default]
    Base64,
    /// Hexadecimal.
    Hex,
}

/// How `infcode` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum CodeForm {
    /// A number, as published.
    #[default]
    Number,
    /// Text, as some platforms write it.
    Text,
}

/// The settings of one caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransactionSettings {
    /// Which gateway headers it sends.
    pub headers: HeaderFamily,
    /// Unit of `_api_timestamp`.
    pub csb_timestamp: TimeUnit,
    /// What `_api_name` holds.
    pub api_name: ApiName,
    /// Whether `cainfo` must be its SM2 signature over input; answers are then signed too.
    pub sign_input: bool,
    /// Whether input must be encrypted with SM4; output is then encrypted too.
    pub encrypt_input: bool,
    /// How encrypted text is written.
    pub sealed_text: SealedText,
    /// Published edition whose output it reads.
    pub edition: Edition,
    /// How `infcode` is written.
    pub infcode: CodeForm,
}

impl TransactionSettings {
    /// Reads the settings of a caller's row; none are the defaults.
    ///
    /// # Errors
    /// Text that is no such settings.
    pub fn read(stored: Option<&str>) -> Result<TransactionSettings, serde_json::Error> {
        stored.map_or_else(|| Ok(TransactionSettings::default()), serde_json::from_str)
    }
}

impl From<TimeUnit> for CsbTimestamp {
    fn from(unit: TimeUnit) -> CsbTimestamp {
        match unit {
            TimeUnit::Millis => CsbTimestamp::Millis,
            TimeUnit::Seconds => CsbTimestamp::Seconds,
            TimeUnit::Either => CsbTimestamp::Either,
        }
    }
}

impl From<SealedText> for Coding {
    fn from(text: SealedText) -> Coding {
        match text {
            SealedText::Base64 => Coding::Base64,
            SealedText::Hex => Coding::Hex,
        }
    }
}

impl From<CodeForm> for InfCodeForm {
    fn from(form: CodeForm) -> InfCodeForm {
        match form {
            CodeForm::Number => InfCodeForm::Number,
            CodeForm::Text => InfCodeForm::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_whole_or_refused() {
        assert_eq!(
            TransactionSettings::read(None).unwrap(),
            TransactionSettings::default()
        );
        let read = TransactionSettings::read(Some(r#"{"headers":"tif","edition":"v8.1"}"#));
        let settings = read.unwrap();
        assert_eq!(settings.headers, HeaderFamily::Tif);
        assert_eq!(settings.edition, Edition::National);
        assert!(TransactionSettings::read(Some(r#"{"header":"tif"}"#)).is_err());
    }
}
