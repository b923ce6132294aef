//! Why a JSON text is refused.

/// A refusal: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {offset} 字节处{kind} (at byte {offset})")]
pub struct JsonError {
    /// Bytes before the place that is wrong.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// What can be wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The bytes are not UTF-8.
    #[error("不是 UTF-8 not UTF-8")]
    NotUtf8,
    /// The text ends inside a value.
    #[error("意外结束 ends too early")]
    Unfinished,
    /// A character that JSON does not allow in this place.
    #[error("出现意外字符 unexpected character")]
    Unexpected,
    /// Something stands behind the value.
    #[error("值之后有多余内容 something stands behind the value")]
    Trailing,
    /// A key stands twice in one object.
    #[error("键 {0:?} 重复 duplicate key")]
    Duplicate(String),
    /// More levels than [`super::MAX_DEPTH`].
    #[error("嵌套过深 nested too deeply")]
    TooDeep,
    /// A number longer than [`super::MAX_NUMBER`] characters.
    #[error("数字过长 number too long")]
    LongNumber,
    /// A control character that JSON wants escaped.
    #[error("含未转义的控制字符 unescaped control character")]
    Control,
    /// A backslash with something behind it that is no escape, or half a
    /// surrogate pair.
    #[error("转义无效 invalid escape")]
    Escape,
}
