//! Faults of shape, each with the JSON Pointer of the offending member.

/// What is wrong with the shape of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViolationKind {
    /// A member that no layout has.
    UnknownMember,
    /// Another JSON type than the node asks for.
    WrongType,
    /// An object or array where a value belongs.
    NotScalar,
    /// One field under two spellings in the same row.
    Duplicate,
    /// A value longer than [`crate::MAX_TEXT`] characters.
    TooLong,
    /// More than [`crate::MAX_ROWS`] rows in a node.
    TooManyRows,
    /// A character that no store can keep (`\u0000`).
    ForbiddenCharacter,
}

impl ViolationKind {
    /// A stable name for error tables and tests, for example `unknown_member`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ViolationKind::UnknownMember => "unknown_member",
            ViolationKind::WrongType => "wrong_type",
            ViolationKind::NotScalar => "not_scalar",
            ViolationKind::Duplicate => "duplicate",
            ViolationKind::TooLong => "too_long",
            ViolationKind::TooManyRows => "too_many_rows",
            ViolationKind::ForbiddenCharacter => "forbidden_character",
        }
    }
}

/// One fault of shape. Its texts never quote the offending value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// RFC 6901 pointer from the list's root, `""` for the root itself.
    pub pointer: String,
    /// What is wrong.
    pub kind: ViolationKind,
    /// The message in Chinese.
    pub zh: String,
    /// The message in English.
    pub en: String,
}

/// Joins unescaped parts into a JSON Pointer (RFC 6901: `~` is `~0`, `/` is `~1`).
#[must_use]
pub fn pointer<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut pointer = String::new();
    for part in parts {
        pointer.push('/');
        for character in part.chars() {
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                other => pointer.push(other),
            }
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn pointers_escape_as_rfc_6901_says() {
        assert_eq!(pointer(["setlinfo", "a/b~c"]), "/setlinfo/a~1b~0c");
        assert_eq!(pointer(["~1"]), "/~01");
        assert_eq!(pointer([""]), "/");
        assert_eq!(pointer([]), "");
    }
}
