//! The row sets that conditions speak of.

use chs_model::{Node, Row, fields, names_procedure};

use super::tree::{Cond, FieldRef, Text};
use crate::companions::DocumentId;

/// A named set of rows of the list.
///
/// Names and meanings follow the catalogue of rules: `dx` western diagnoses,
/// `main` the flagged one, `oth` the rest, `tcm` traditional ones, `op` rows with
/// a real procedure code, `opm` the main one, `op_rows` every row of the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowSet {
    /// Every row of a node.
    All(Node),
    Dx,
    Main,
    Oth,
    Tcm,
    Op,
    Opm,
}

/// Where rows come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A set of rows of the list.
    Set(RowSet),
    /// The rows of a document beside the list.
    Document(DocumentId),
    /// The pieces of a text between separators, each a `value`.
    Pieces(Box<Text>, char),
    /// Fields, the `value` of each in turn; blank ones are left out.
    Fields(Box<[FieldRef]>),
}

/// What kind of rows: it decides what a bare name means within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    List(Node),
    Document(DocumentId),
    Values,
}

/// Rows of a source that satisfy a filter.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) source: Source,
    pub(crate) filter: Option<Box<Cond>>,
}

/// The row sets that an expression stands in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope {
    /// The innermost.
    pub(super) here: Option<Kind>,
    /// The one around it, whose fields are named `outer.x`.
    pub(super) outer: Option<Kind>,
}

impl Scope {
    /// The scope inside rows of a kind.
    pub(super) fn within(self, kind: Kind) -> Self {
        Self {
            here: Some(kind),
            outer: self.here,
        }
    }
}

impl Source {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Set(set) => Kind::List(set.node()),
            Self::Document(document) => Kind::Document(*document),
            Self::Pieces(..) | Self::Fields(_) => Kind::Values,
        }
    }
}

impl RowSet {
    /// The set of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "dx" => Self::Dx,
            "main" => Self::Main,
            "oth" => Self::Oth,
            "tcm" => Self::Tcm,
            "op" => Self::Op,
            "opm" => Self::Opm,
            "op_rows" => Self::All(Node::Oprninfo),
            node => match Node::from_name(node)? {
                Node::Setlinfo => return None,
                rows => Self::All(rows),
            },
        })
    }

    /// The node whose rows these are.
    pub(crate) fn node(self) -> Node {
        match self {
            Self::All(node) => node,
            Self::Dx | Self::Main | Self::Oth | Self::Tcm => Node::Diseinfo,
            Self::Op | Self::Opm => Node::Oprninfo,
        }
    }

    /// Whether a row of the node belongs to the set.
    ///
    /// A diagnosis without `diag_type` counts as western, as it does for the
    /// grouper: the missing type is reported by its own rule, once.
    pub(crate) fn admits(self, row: &Row) -> bool {
        use fields::diseinfo::{DIAG_TYPE, MAINDIAG_FLAG};
        match self {
            Self::All(_) => true,
            Self::Dx => is_western(row),
            Self::Main => is_western(row) && row.says(MAINDIAG_FLAG, "1"),
            Self::Oth => is_western(row) && !row.says(MAINDIAG_FLAG, "1"),
            Self::Tcm => row.says(DIAG_TYPE, "2") || row.says(DIAG_TYPE, "3"),
            Self::Op => has_procedure(row),
            Self::Opm => has_procedure(row) && row.says(fields::oprninfo::OPRN_OPRT_TYPE, "1"),
        }
    }
}

fn is_western(row: &Row) -> bool {
    use fields::diseinfo::DIAG_TYPE;
    row.is_blank(DIAG_TYPE) || row.says(DIAG_TYPE, "1")
}

fn has_procedure(row: &Row) -> bool {
    row.text(fields::oprninfo::OPRN_OPRT_CODE)
        .is_some_and(names_procedure)
}
