//! Syntax tree of a condition, before names and types are known.

/// An expression and where it begins in the condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) offset: usize,
    pub(crate) kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
    /// A number as written; `01` and `1` are told apart because codes are compared by spelling.
    Number(String),
    /// A quoted text.
    Text(String),
    /// A dotted name: `S.gend`, `main.diag_code`, `TAB.mcc`, `cfg.long_los_days`, `diag_code`.
    Name(Vec<String>),
    /// A function over arguments.
    Call {
        function: String,
        args: Vec<Argument>,
    },
    /// `TAB.icd10_yb[key].attribute`, of the entry in force on a day `TAB.x[key, day].attribute`.
    Lookup {
        table: String,
        key: Box<Expr>,
        on: Option<Box<Expr>>,
        attribute: String,
    },
    /// Members in braces.
    Set(Vec<Expr>),
    /// `low..high`, both included.
    Range(Box<Expr>, Box<Expr>),
    /// Logical negation.
    Not(Box<Expr>),
    /// Two conditions or two numbers joined.
    Binary(Box<Expr>, Binary, Box<Expr>),
    /// A comparison.
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// Membership; the flag is true for `not in`.
    In(Box<Expr>, Box<Expr>, bool),
    /// `x present`.
    Present(Box<Expr>),
    /// `x means "name"`: the code whose name in the dictionary of the field this is.
    Means(Box<Expr>, String),
}

/// An argument, with its `where` filter if it has one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Argument {
    pub(crate) value: Expr,
    pub(crate) filter: Option<Expr>,
}

/// Joining operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    Xor,
    And,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether an ordering satisfies this operator.
    pub(crate) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}
