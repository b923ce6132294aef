//! What can look wrong, and how grave it is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that looks wrong in a scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lint {
    /// What kind of fault.
    pub kind: LintKind,
    /// Where: the set, group or row.
    pub place: String,
    /// The code, set or group that is at fault.
    pub subject: String,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LintKind {
    /// A code that its code system does not have.
    UnknownCode,
    /// A grey code, which no settlement list may carry.
    GreyCode,
    /// A code that stands twice in one list.
    RepeatedCode,
    /// A complication whose exclusion set does not exist.
    MissingExclusionSet,
    /// An exclusion set that no complication uses.
    UnusedExclusionSet,
    /// A set that no rule uses.
    UnusedSet,
    /// A set without codes.
    EmptySet,
    /// A group whose code does not begin with its core group's.
    ForeignPrefix,
    /// A rule that no case reaches: whatever fulfils it fulfils one before it.
    Unreachable,
    /// A rule that always holds with others behind it.
    FallbackNotLast,
    /// An MDC of the base that a local scheme lacks.
    MissingMdc,
    /// A core group of the base that a local scheme lacks.
    MissingAdrg,
    /// A group of a local scheme without a weight.
    MissingWeight,
}

/// How grave a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LintSeverity {
    /// The scheme does not do what it says.
    Error,
    /// Someone should look; published schemes have such places.
    Warning,
}

impl LintKind {
    /// The name in `scheme.toml` and in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownCode => "unknown_code",
            Self::GreyCode => "grey_code",
            Self::RepeatedCode => "repeated_code",
            Self::MissingExclusionSet => "missing_exclusion_set",
            Self::UnusedExclusionSet => "unused_exclusion_set",
            Self::UnusedSet => "unused_set",
            Self::EmptySet => "empty_set",
            Self::ForeignPrefix => "foreign_prefix",
            Self::Unreachable => "unreachable",
            Self::FallbackNotLast => "fallback_not_last",
            Self::MissingMdc => "missing_mdc",
            Self::MissingAdrg => "missing_adrg",
            Self::MissingWeight => "missing_weight",
        }
    }

    /// How grave faults of the kind are.
    #[must_use]
    pub const fn severity(self) -> LintSeverity {
        match self {
            Self::UnknownCode
            | Self::RepeatedCode
            | Self::MissingExclusionSet
            | Self::EmptySet
            | Self::ForeignPrefix
            | Self::Unreachable
            | Self::FallbackNotLast
            | Self::MissingMdc
            | Self::MissingAdrg => LintSeverity::Error,
            Self::GreyCode | Self::UnusedExclusionSet | Self::UnusedSet | Self::MissingWeight => {
                LintSeverity::Warning
            }
        }
    }

    /// What the kind means, in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::UnknownCode => "编码库中没有此编码",
            Self::GreyCode => "灰码",
            Self::RepeatedCode => "编码重复",
            Self::MissingExclusionSet => "排除表不存在",
            Self::UnusedExclusionSet => "排除表未被使用",
            Self::UnusedSet => "集合未被使用",
            Self::EmptySet => "集合为空",
            Self::ForeignPrefix => "病组编码与所属 ADRG 不符",
            Self::Unreachable => "规则永远不会被执行到",
            Self::FallbackNotLast => "恒成立的规则之后还有规则",
            Self::MissingMdc => "缺少国家版的 MDC",
            Self::MissingAdrg => "缺少国家版的 ADRG",
            Self::MissingWeight => "病组没有权重",
        }
    }

    /// What the kind means, in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::UnknownCode => "the code system has no such code",
            Self::GreyCode => "a grey code",
            Self::RepeatedCode => "the code stands twice",
            Self::MissingExclusionSet => "the exclusion set does not exist",
            Self::UnusedExclusionSet => "no complication uses the exclusion set",
            Self::UnusedSet => "no rule uses the set",
            Self::EmptySet => "the set has no codes",
            Self::ForeignPrefix => "the group's code does not begin with its core group's",
            Self::Unreachable => "no case reaches the rule",
            Self::FallbackNotLast => "rules stand behind one that always holds",
            Self::MissingMdc => "an MDC of the base is missing",
            Self::MissingAdrg => "a core group of the base is missing",
            Self::MissingWeight => "the group has no weight",
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, place, subject) = (self.kind, &self.place, &self.subject);
        write!(f, "{place} {subject}: {} / {}", kind.zh(), kind.en())
    }
}
