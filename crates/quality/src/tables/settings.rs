//! Settings that conditions name as `cfg.x`: thresholds and value sets.
//!
//! The defaults are starting values of this project, not policy. They are bound
//! when the rules are compiled, so a changed value means a new [`crate::Engine`].

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use thiserror::Error;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Yes or no.
    Flag(bool),
    /// A threshold; its unit is part of the name (`_days`, `_h`, `_g`).
    Number(Decimal),
    /// A text, such as a separator.
    Text(String),
    /// A set of codes.
    Codes(Vec<String>),
}

/// Why a configuration is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SettingError {
    /// The text is no TOML table.
    #[error("QC 配置无法读取：{0}；cannot read the QC settings: {0}")]
    Unreadable(String),
    /// A value is neither boolean, number, text nor list of texts.
    #[error("QC 配置 {0} 的类型不受支持；setting {0} has an unsupported type")]
    Type(String),
    /// The name is not a setting, or the type differs from its default.
    #[error("QC 配置 {0} 不存在或类型不符；setting {0} does not exist or has another type")]
    Unknown(String),
}

/// The values of all settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<String, Setting>,
}

impl Config {
    /// The defaults.
    ///
    /// # Errors
    /// A fault of the shipped file; a test keeps it free of any.
    pub fn builtin() -> Result<Self, SettingError> {
        let values = read(include_str!("../../tables/defaults.toml"))?;
        Ok(Self { values })
    }

    /// These settings with those of a TOML table put in place of the same names.
    ///
    /// # Errors
    /// An unreadable table, an unknown name, or a value of another type.
    pub fn with(mut self, overrides: &str) -> Result<Self, SettingError> {
        for (name, value) in read(overrides)? {
            match self.values.get_mut(&name) {
                Some(known) if std::mem::discriminant(known) == std::mem::discriminant(&value) => {
                    *known = value;
                }
                _ => return Err(SettingError::Unknown(name)),
            }
        }
        Ok(self)
    }

    /// The value of a setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.values.get(name)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }
}

fn read(text: &str) -> Result<BTreeMap<String, Setting>, SettingError> {
    let table: toml::Table =
        toml::from_str(text).map_err(|error| SettingError::Unreadable(error.to_string()))?;
    table
        .into_iter()
        .map(|(name, value)| match setting(&value) {
            Some(setting) => Ok((name, setting)),
            None => Err(SettingError::Type(name)),
        })
        .collect()
}

fn setting(value: &toml::Value) -> Option<Setting> {
    Some(match value {
        toml::Value::Boolean(flag) => Setting::Flag(*flag),
        toml::Value::Integer(number) => Setting::Number(Decimal::from(*number)),
        // the shortest decimal that reads back as the same number, as it was written
        toml::Value::Float(number) => Setting::Number(number.to_string().parse().ok()?),
        toml::Value::String(text) => Setting::Text(text.clone()),
        toml::Value::Array(members) => {
            let codes = members
                .iter()
                .map(|member| member.as_str().map(str::to_owned));
            Setting::Codes(codes.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rust_decimal::Decimal;

    use super::{Config, Setting, SettingError};

    #[test]
    fn a_threshold_is_overridden_and_nothing_else() {
        let defaults = Config::builtin().unwrap();
        let changed = defaults.clone().with("long_los_days = 45").unwrap();
        assert_eq!(
            changed.get("long_los_days"),
            Some(&Setting::Number(Decimal::from(45)))
        );
        assert_eq!(
            changed.get("short_los_days"),
            defaults.get("short_los_days")
        );
    }

    #[test]
    fn unknown_names_and_other_types_are_refused() {
        let refused = |text| Config::builtin().unwrap().with(text).unwrap_err();
        assert_eq!(
            refused("no_such = 1"),
            SettingError::Unknown("no_such".into())
        );
        assert_eq!(
            refused("long_los_days = 'many'"),
            SettingError::Unknown("long_los_days".into())
        );
        assert!(matches!(
            refused("long_los_days = "),
            SettingError::Unreadable(_)
        ));
        assert_eq!(
            refused("trt_type_set = [1, 2]"),
            SettingError::Type("trt_type_set".into())
        );
    }
}
