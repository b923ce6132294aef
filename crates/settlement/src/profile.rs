//! A locality as data: schemes, methods and parameters with their dates.

mod check;
mod error;
mod file;
mod file_method;
mod items;
mod method;
mod parameters;
mod price;
mod rescale;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

pub use error::ProfileError;
pub use parameters::{
    Coefficients, LevelCoefficients, Parameters, Period, SchemePeriod, Special, UnitValue,
};
pub use rescale::Rescaled;

use crate::{Estimate, Level, PricingCase, Unpriced};

/// Edition of the national interface that the locality's callers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
pub enum Edition {
    /// XJ-K01-2020 and the provincial specifications built on it.
    #[serde(rename = "XJ-K01-2020")]
    Baseline2020,
    /// XJ-K01-2021, layouts of the edition V8.1.
    #[serde(rename = "XJ-K01-2021")]
    Baseline2021,
}

/// One locality (统筹区).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    id: String,
    title: String,
    title_en: String,
    source: String,
    example: bool,
    edition: Edition,
    qc_blocks_grouping: bool,
    withdrawal_allowed: bool,
    schemes: Vec<SchemePeriod>,
    parameters: Vec<Parameters>,
    digest: String,
}

impl Profile {
    /// Reads a profile file.
    ///
    /// # Errors
    /// The line and the reason, in Chinese and English: text that is no TOML,
    /// unknown keys and values, numbers out of range, overlapping periods.
    pub fn from_toml(text: &str) -> Result<Profile, ProfileError> {
        check::read(text)
    }

    /// Its id, the name of its file.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title in Chinese.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its title in English.
    #[must_use]
    pub fn title_en(&self) -> &str {
        &self.title_en
    }

    /// Where its values come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether its values are examples and not taken from a settlement notice.
    #[must_use]
    pub fn example(&self) -> bool {
        self.example
    }

    /// The edition of the national interface its callers speak.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// Whether an error found by post-event QC leaves the list ungrouped.
    #[must_use]
    pub fn qc_blocks_grouping(&self) -> bool {
        self.qc_blocks_grouping
    }

    /// Whether a hospital may take a submitted list back (state 1 to 0).
    #[must_use]
    pub fn withdrawal_allowed(&self) -> bool {
        self.withdrawal_allowed
    }

    /// SHA-256 of the file, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every scheme with its period, in the order of the file.
    #[must_use]
    pub fn schemes(&self) -> &[SchemePeriod] {
        &self.schemes
    }

    /// Every version of the parameters, in the order of the file.
    #[must_use]
    pub fn parameter_versions(&self) -> &[Parameters] {
        &self.parameters
    }

    /// The scheme that holds on a day of discharge.
    #[must_use]
    pub fn scheme_on(&self, day: NaiveDate) -> Option<&str> {
        self.schemes
            .iter()
            .find(|scheme| scheme.period.contains(day))
            .map(|scheme| scheme.id.as_str())
    }

    /// Whether the scheme is one of the profile's, at whatever time.
    #[must_use]
    pub fn covers_scheme(&self, id: &str) -> bool {
        self.schemes.iter().any(|scheme| scheme.id == id)
    }

    /// The scheme with the latest beginning.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.schemes
            .iter()
            .max_by_key(|scheme| scheme.period.from)
            .map_or("", |scheme| scheme.id.as_str())
    }

    /// The version of the parameters for a case.
    ///
    /// # Errors
    /// Which of insurance type, level and day is not covered.
    pub fn parameters(
        &self,
        insutype: &str,
        level: Level,
        day: NaiveDate,
    ) -> Result<&Parameters, Unpriced> {
        let of_type = |p: &&Parameters| p.insutypes.iter().any(|covered| covered == insutype);
        let mut of_level = self
            .parameters
            .iter()
            .filter(of_type)
            .filter(|p| p.holds_for_level(level))
            .peekable();
        if of_level.peek().is_none() {
            return Err(if self.parameters.iter().any(|p| of_type(&p)) {
                Unpriced::level_not_covered(level)
            } else {
                Unpriced::insutype_not_covered(insutype)
            });
        }
        of_level
            .find(|p| p.period.contains(day))
            .ok_or_else(|| Unpriced::date_not_covered(day))
    }

    /// What the case is expected to be paid.
    ///
    /// # Errors
    /// Why it has no price; never an amount of zero in its stead.
    pub fn price(&self, case: &PricingCase) -> Result<Estimate, Unpriced> {
        price::price(self, case)
    }
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
