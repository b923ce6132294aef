//! The amendments file: named corrections to a workbook's known faults.

use serde::Deserialize;

/// Named corrections to one edition of a workbook, and what the workbook does not
/// say of itself. Its form is TOML, described in `docs/SCHEMES.md`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendments {
    /// The edition that the file is for.
    #[serde(default)]
    pub edition: String,
    /// What `scheme.toml` says beside the tables.
    #[serde(default)]
    pub scheme: Statement,
    /// The corrections, applied in order.
    #[serde(default, rename = "amendment")]
    pub amendments: Vec<Amendment>,
}

/// What a workbook does not say of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Chinese title.
    pub title: Option<String>,
    /// Who publishes the scheme.
    pub publisher: Option<String>,
    /// The document that publishes it.
    pub source: Option<String>,
    /// The first day of its force, `yyyy-MM-dd`.
    pub in_force_from: Option<String>,
}

/// One named correction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Amendment {
    /// Its name, by which the report speaks of it.
    pub id: String,
    /// Why, with the source.
    pub why: String,
    /// What it changes.
    #[serde(flatten)]
    pub change: Change,
}

/// What an amendment changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// The only row of a core group goes to another place in its MDC.
    AdrgOrder {
        /// The core group.
        adrg: String,
        /// The order that the workbook gives; otherwise the amendment does not fit.
        from: String,
        /// The order to take.
        to: String,
    },
    /// Codes are added to, or taken out of, a set or an exclusion set.
    Codes {
        /// The set's name.
        set: String,
        /// Codes that the workbook lacks.
        #[serde(default)]
        add: Vec<String>,
        /// Codes that it has too many.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// An MDC's, core group's or group's rule is another one.
    Rule {
        /// The code of the MDC, core group or group.
        code: String,
        /// The rule that the workbook gives; otherwise the amendment does not fit.
        from: String,
        /// The rule to take.
        to: String,
    },
    /// A code that a spreadsheet stored as a number.
    NumericCode {
        /// The sheet.
        sheet: String,
        /// The number as the spreadsheet has it, such as `39.95`.
        number: String,
        /// The code that is meant, such as `39.9500`.
        code: String,
    },
    /// Nothing is changed: the order of an MDC is known to begin with this number.
    OrderStart {
        /// The MDC.
        mdc: String,
        /// The order of its first row.
        first: String,
    },
}

/// An amendments file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("修订文件第 {line} 行 / amendments file, line {line}: {message}")]
pub struct AmendmentsError {
    /// The line, from 1; 0 when unknown.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The amendments files that come with the crate, by the edition's id.
const BUILTIN: [(&str, &str); 1] = [(
    "chs-drg-3.0",
    include_str!("../../amendments/chs-drg-3.0.toml"),
)];

impl Amendments {
    /// Reads an amendments file.
    ///
    /// # Errors
    /// The line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AmendmentsError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            AmendmentsError {
                line: before.map_or(0, |before| before.split('\n').count()),
                message: error.message().to_owned(),
            }
        })
    }

    /// The text of the file that comes with the crate for an edition.
    #[must_use]
    pub fn builtin(id: &str) -> Option<&'static str> {
        let found = BUILTIN.iter().find(|(known, _)| *known == id);
        found.map(|(_, text)| *text)
    }
}
