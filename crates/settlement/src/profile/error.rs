//! A mistake in a profile file, with its line.

/// Where and why a profile file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行：{zh} / line {line}: {en}")]
pub struct ProfileError {
    /// Line of the file, from 1.
    pub line: usize,
    /// The reason in Chinese.
    pub zh: String,
    /// The reason in English.
    pub en: String,
}

impl ProfileError {
    /// At a byte of the text.
    pub(super) fn at(text: &str, byte: usize, zh: &str, en: &str) -> ProfileError {
        let before = text.get(..byte).unwrap_or(text);
        ProfileError {
            line: before.matches('\n').count() + 1,
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}
