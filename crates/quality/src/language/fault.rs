//! One reason why a condition is refused, with its place in the condition.

/// A fault in a condition: byte offset within it and the reason in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Byte offset from the beginning of the condition.
    pub(crate) offset: usize,
    /// Reason, Chinese.
    pub(crate) zh: String,
    /// Reason, English.
    pub(crate) en: String,
}

impl Fault {
    pub(crate) fn new(offset: usize, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            offset,
            zh: zh.into(),
            en: en.into(),
        }
    }
}
