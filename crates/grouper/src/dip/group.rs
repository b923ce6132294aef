//! A group (病种) of a catalogue.

use super::settings::Stage;
use super::treatment::Treatment;
use chs_model::Money;
use rust_decimal::Decimal;

/// A group (病种) of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DipGroup {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) stage: Stage,
    pub(crate) treatment: Option<Treatment>,
    pub(crate) basic: bool,
    pub(crate) score: Option<Decimal>,
    pub(crate) mean_cost: Option<Money>,
    pub(crate) cases: Option<u64>,
    pub(crate) cv: Option<Decimal>,
    pub(crate) primary_care: bool,
    pub(crate) local: Vec<(String, String)>,
    pub(crate) diagnoses: String,
    pub(crate) procedures: String,
    /// The line of its first row.
    pub(crate) line: u64,
}

impl DipGroup {
    /// The code, unique in the catalogue.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The part of the catalogue it stands in.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The kind of treatment (`type`).
    #[must_use]
    pub fn treatment(&self) -> Option<Treatment> {
        self.treatment
    }

    /// Whether it is a basic group (`class` is `basic`), after the core ones in choice.
    #[must_use]
    pub fn is_basic(&self) -> bool {
        self.basic
    }

    /// The score (病种分值); `None` where none is published.
    #[must_use]
    pub fn score(&self) -> Option<Decimal> {
        self.score
    }

    /// The mean cost.
    #[must_use]
    pub fn mean_cost(&self) -> Option<Money> {
        self.mean_cost
    }

    /// The cases it was counted from.
    #[must_use]
    pub fn cases(&self) -> Option<u64> {
        self.cases
    }

    /// The coefficient of variation of their costs.
    #[must_use]
    pub fn cv(&self) -> Option<Decimal> {
        self.cv
    }

    /// Whether it is a primary-care group (基层病种).
    #[must_use]
    pub fn is_primary_care(&self) -> bool {
        self.primary_care
    }

    /// The cells `dx` of its rows as the catalogue writes them, each once, joined by `|`;
    /// empty where any principal diagnosis does.
    #[must_use]
    pub fn diagnoses(&self) -> &str {
        &self.diagnoses
    }

    /// The cells `px` of its rows, likewise: `*` whatever the procedures, `-` conservative
    /// treatment, also where the file of core groups leaves the cell empty.
    #[must_use]
    pub fn procedures(&self) -> &str {
        &self.procedures
    }

    /// The area's own columns: name and text.
    #[must_use]
    pub fn local(&self) -> &[(String, String)] {
        &self.local
    }
}
