//! The row sets that conditions speak of.

use chs_model::{Node, Row, fields, names_procedure};

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
