//! What can be wrong with a rule text, and where.

use std::fmt;

/// A rule text that does not follow the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What the language asks for there.
    pub expected: Expected,
    /// What stands there; empty at the end of the text.
    pub found: String,
}

/// What the parser asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A character of the language.
    Symbol,
    /// A condition: a variable, `length`, `1` or a bracket.
    Condition,
    /// ZYZD, QTZD, ZYSS or QTSS.
    CodeVariable,
    /// The name of a set, MCC or CC.
    SetName,
    /// `in` or `not in`.
    In,
    /// `=`, `<`, `<=`, `>` or `>=`.
    Relation,
    /// A whole number up to 4,294,967,295.
    Number,
    /// `(`.
    OpenBracket,
    /// `)`.
    CloseBracket,
    /// `,` or `}`.
    CommaOrBrace,
    /// `∩`.
    Intersection,
    /// `and`, `or` or the end of the text.
    End,
    /// Fewer brackets within each other.
    LessNesting,
}

impl Expected {
    /// In Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Symbol => "规则语言的字符",
            Self::Condition => "条件（变量、length、1 或括号）",
            Self::CodeVariable => "ZYZD、QTZD、ZYSS 或 QTSS",
            Self::SetName => "集合名、MCC 或 CC",
            Self::In => "in 或 not in",
            Self::Relation => "=、<、<=、> 或 >=",
            Self::Number => "整数",
            Self::OpenBracket => "(",
            Self::CloseBracket => ")",
            Self::CommaOrBrace => ", 或 }",
            Self::Intersection => "∩",
            Self::End => "and、or 或结尾",
            Self::LessNesting => "较少的括号层数",
        }
    }

    /// In English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Symbol => "a character of the rule language",
            Self::Condition => "a condition (variable, length, 1 or bracket)",
            Self::CodeVariable => "ZYZD, QTZD, ZYSS or QTSS",
            Self::SetName => "a set name, MCC or CC",
            Self::In => "in or not in",
            Self::Relation => "=, <, <=, > or >=",
            Self::Number => "a whole number",
            Self::OpenBracket => "(",
            Self::CloseBracket => ")",
            Self::CommaOrBrace => ", or }",
            Self::Intersection => "∩",
            Self::End => "and, or, or the end",
            Self::LessNesting => "fewer nested brackets",
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            column,
            expected,
            found,
        } = self;
        let (zh, en) = (expected.zh(), expected.en());
        if found.is_empty() {
            write!(
                f,
                "第 {column} 列：应为{zh}，规则却已结束 / column {column}: expected {en}, found the end"
            )
        } else {
            write!(
                f,
                "第 {column} 列：应为{zh}，却是“{found}” / column {column}: expected {en}, found {found:?}"
            )
        }
    }
}

impl std::error::Error for RuleError {}
