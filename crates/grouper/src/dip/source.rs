//! The files of a catalogue as text; reading them from disk is the caller's business.

use std::collections::BTreeMap;

/// The files of a catalogue: name and text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatalogueSource {
    files: BTreeMap<String, String>,
}

impl CatalogueSource {
    /// The names of all files that a catalogue may have.
    pub const FILES: [&str; 11] = [
        "catalogue.toml",
        "first_stage.csv",
        "merged.csv",
        "assisted.csv",
        "core.csv",
        "comprehensive.csv",
        "lists.csv",
        "excluded_diagnoses.csv",
        "excluded_procedures.csv",
        "procedure_types.csv",
        "auxiliary.csv",
    ];

    /// Takes the files.
    pub fn new<N: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (N, T)>) -> Self {
        let files = files.into_iter();
        Self {
            files: files
                .map(|(name, text)| (name.into(), text.into()))
                .collect(),
        }
    }

    /// The text of a file; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.files.get(name).map_or("", String::as_str)
    }

    /// The files: name and text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
