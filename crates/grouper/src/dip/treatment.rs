//! Kinds of treatment (治疗方式), which rank and part the groups.

use serde::{Deserialize, Serialize};

/// A kind of treatment, in the order of its rank.
///
/// Which procedure is of which kind no public table says: an area supplies it
/// (`procedure_types.csv`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// 保守治疗 (内科), no procedure that counts.
    Conservative,
    /// 综合, procedures of several kinds; a kind of groups, never of a procedure.
    Mixed,
    /// 诊断性操作.
    Diagnostic,
    /// 治疗性操作.
    Therapeutic,
    /// 介入治疗.
    Interventional,
    /// 手术.
    Surgical,
}

impl Treatment {
    /// All, lowest rank first.
    pub const ALL: [Self; 6] = [
        Self::Conservative,
        Self::Mixed,
        Self::Diagnostic,
        Self::Therapeutic,
        Self::Interventional,
        Self::Surgical,
    ];

    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conservative => "conservative",
            Self::Mixed => "mixed",
            Self::Diagnostic => "diagnostic",
            Self::Therapeutic => "therapeutic",
            Self::Interventional => "interventional",
            Self::Surgical => "surgical",
        }
    }

    /// The Chinese word, as the built catalogues name their groups.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Conservative => "保守治疗",
            Self::Mixed => "综合",
            Self::Diagnostic => "诊断性操作",
            Self::Therapeutic => "治疗性操作",
            Self::Interventional => "介入治疗",
            Self::Surgical => "手术",
        }
    }

    /// Reads a cell: the word, or one of the Chinese words that catalogues use.
    #[must_use]
    pub fn parse(cell: &str) -> Option<Self> {
        match cell.trim() {
            "内科" | "内科治疗" | "保守" => Some(Self::Conservative),
            "诊断性" | "诊断操作" => Some(Self::Diagnostic),
            "治疗性" | "治疗操作" => Some(Self::Therapeutic),
            "介入" => Some(Self::Interventional),
            "外科" | "手术治疗" => Some(Self::Surgical),
            cell => Self::ALL
                .into_iter()
                .find(|kind| cell == kind.as_str() || cell == kind.zh()),
        }
    }
}
