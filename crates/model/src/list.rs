//! The settlement list itself.

mod derived;
mod parse;

use serde_json::{Map, Value};

use crate::json::Json;
use crate::node::Node;
use crate::quoted::push_quoted;
use crate::row::Row;
use crate::violation::Violation;

/// The longest value in characters that is read at all: four times the longest
/// published field, so that a fault of length stays a finding of quality control.
pub const MAX_TEXT: usize = 2_000;

/// The most rows that are read in one node; the official form has room for 41.
pub const MAX_ROWS: usize = 500;

/// Bytes that `setlinfo` and a row of another node seldom exceed as text.
const USUAL_SETLINFO: usize = 4_000;
const USUAL_ROW: usize = 300;

/// A settlement list (医疗保障基金结算清单): the input object of transaction 4101 in
/// any published layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementList {
    setlinfo: Row,
    /// The rows of the other nodes, in the order of [`Node::ALL`] without the first.
    nodes: [Vec<Row>; 7],
}

impl SettlementList {
    /// Reads the 4101 input object `{"setlinfo": {…}, "diseinfo": […], …}`.
    ///
    /// Every node and field may be missing, and null is the same as missing.
    /// Strings and numbers are both taken for any field and kept as sent.
    ///
    /// # Errors
    /// All faults of shape, each with its JSON Pointer: unknown members, wrong JSON
    /// types, a field under two spellings, too many rows, too long values, `\u0000`.
    pub fn parse<'a>(input: impl Json<'a>) -> Result<SettlementList, Vec<Violation>> {
        parse::parse(input)
    }

    fn empty() -> SettlementList {
        SettlementList {
            setlinfo: Row::new(Node::Setlinfo, 0),
            nodes: Default::default(),
        }
    }

    /// The rows of a node other than `setlinfo`.
    fn rows_mut(&mut self, node: Node) -> Option<&mut Vec<Row>> {
        let place = Node::ALL.iter().position(|one| *one == node)?;
        self.nodes.get_mut(place.checked_sub(1)?)
    }

    /// The person, stay and settlement; an empty row if the node is missing.
    #[must_use]
    pub fn setlinfo(&self) -> &Row {
        &self.setlinfo
    }

    /// The rows of a node; of `setlinfo`, its one row.
    #[must_use]
    pub fn rows(&self, node: Node) -> &[Row] {
        let [
            payinfo,
            opspdiseinfo,
            diseinfo,
            iteminfo,
            oprninfo,
            icuinfo,
            bldinfo,
        ] = &self.nodes;
        match node {
            Node::Setlinfo => std::slice::from_ref(&self.setlinfo),
            Node::Payinfo => payinfo,
            Node::Opspdiseinfo => opspdiseinfo,
            Node::Diseinfo => diseinfo,
            Node::Iteminfo => iteminfo,
            Node::Oprninfo => oprninfo,
            Node::Icuinfo => icuinfo,
            Node::Bldinfo => bldinfo,
        }
    }

    /// The list as a JSON object under the written names, lexemes as sent, nodes
    /// without rows left out. The text alone is had for less: [`SettlementList::to_text`].
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert(Node::Setlinfo.name().to_owned(), self.setlinfo.to_json());
        for node in Node::ALL.into_iter().skip(1) {
            let rows = self.rows(node);
            if !rows.is_empty() {
                let rows = rows.iter().map(Row::to_json).collect();
                object.insert(node.name().to_owned(), Value::Array(rows));
            }
        }
        Value::Object(object)
    }

    /// [`SettlementList::to_json`] as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let rows: usize = self.nodes.iter().map(Vec::len).sum();
        let mut text = String::with_capacity(USUAL_SETLINFO + rows * USUAL_ROW);
        text.push('{');
        push_quoted(&mut text, Node::Setlinfo.name());
        text.push(':');
        self.setlinfo.push_to(&mut text);
        for node in Node::ALL.into_iter().skip(1) {
            let Some((first, others)) = self.rows(node).split_first() else {
                continue;
            };
            text.push(',');
            push_quoted(&mut text, node.name());
            text.push_str(":[");
            first.push_to(&mut text);
            for row in others {
                text.push(',');
                row.push_to(&mut text);
            }
            text.push(']');
        }
        text.push('}');
        text
    }
}
