//! Why a scheme could not be loaded.

use crate::rule::RuleError;

/// Why a scheme could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// No built-in scheme has that id.
    #[error("没有方案 {id} / no scheme {id}; known: {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The ids there are.
        known: String,
    },
    /// A source file does not follow its form.
    #[error("{file} 第 {line} 行：{zh} / {file} line {line}: {en}")]
    Source {
        /// The file's name inside the scheme's folder.
        file: String,
        /// The line, from 1; 0 when it concerns the whole file.
        line: u64,
        /// What is wrong, in Chinese.
        zh: String,
        /// What is wrong, in English.
        en: String,
    },
    /// A rule does not follow the rule language.
    #[error("{place}: {error}")]
    Rule {
        /// Whose rule: the code of the MDC, ADRG row or DRG.
        place: String,
        /// What is wrong with it.
        error: RuleError,
    },
    /// A rule asks for something the scheme does not have or the engine cannot do.
    #[error("{place}: {zh} / {en}")]
    Meaning {
        /// Whose rule: the code of the MDC, ADRG row or DRG.
        place: String,
        /// What is wrong, in Chinese.
        zh: String,
        /// What is wrong, in English.
        en: String,
    },
    /// The scheme holds another number of things than its `[counts]` say.
    #[error("{what} 应为 {expected}，实为 {found} / {what}: expected {expected}, found {found}")]
    Counts {
        /// What was counted, by its key in `[counts]`.
        what: &'static str,
        /// What the scheme says.
        expected: usize,
        /// What it holds.
        found: usize,
    },
    /// The packed form in the binary is damaged.
    #[error("内置方案 {id} 已损坏 / built-in scheme {id} is damaged")]
    Packed {
        /// The scheme.
        id: String,
    },
}

impl SchemeError {
    pub(crate) fn source(
        file: &str,
        line: u64,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Source {
            file: file.to_owned(),
            line,
            zh: zh.into(),
            en: en.into(),
        }
    }

    pub(crate) fn meaning(place: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Meaning {
            place: place.to_owned(),
            zh: zh.into(),
            en: en.into(),
        }
    }
}
