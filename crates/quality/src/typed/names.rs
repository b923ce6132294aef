//! Names of conditions: fields, settings, and what type each has by nature.

use chs_model::{Field, Kind, Node, dictionary};

use super::tree::{FieldRef, Place};
use crate::language::Fault;

/// Short names that stand for the code and the name of a diagnosis or procedure row.
fn long_name(node: Node, name: &str) -> &str {
    match (node, name) {
        (Node::Diseinfo | Node::Opspdiseinfo, "code") => "diag_code",
        (Node::Diseinfo | Node::Opspdiseinfo, "name") => "diag_name",
        (Node::Oprninfo, "code") => "oprn_oprt_code",
        (Node::Oprninfo, "name") => "oprn_oprt_name",
        _ => name,
    }
}

/// The field that a dotted name means; `None` if the name is none of a field's form.
///
/// # Errors
/// A field that its node does not have, or a bare name outside a row set.
pub(super) fn field(
    path: &[String],
    scope: Option<Node>,
    offset: usize,
) -> Result<FieldRef, Fault> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    let (place, node, name) = match parts.as_slice() {
        ["S", name] => (Place::Setlinfo, Node::Setlinfo, *name),
        ["main", name] => (Place::Main, Node::Diseinfo, *name),
        ["opm", name] => (Place::Opm, Node::Oprninfo, *name),
        [name] => match scope {
            Some(node) => (Place::Row, node, *name),
            None => {
                return Err(Fault::new(
                    offset,
                    format!("名称 `{name}` 只能用在行集合内；清单字段请写 S.{name}"),
                    format!(
                        "name `{name}` is only known inside a row set; write S.{name} for setlinfo"
                    ),
                ));
            }
        },
        [node, name] if scope.is_some_and(|scope| scope.name() == *node) => {
            let node = scope.unwrap_or(Node::Setlinfo);
            (Place::Row, node, *name)
        }
        _ => {
            let shown = path.join(".");
            return Err(Fault::new(
                offset,
                format!("不认识的名称 `{shown}`"),
                format!("unknown name `{shown}`"),
            ));
        }
    };
    match Field::lookup(node, long_name(node, name)) {
        Some(field) => Ok(FieldRef { place, field }),
        None => Err(Fault::new(
            offset,
            format!("节点 {} 没有字段 `{name}`", node.name()),
            format!("node {} has no field `{name}`", node.name()),
        )),
    }
}

/// What an expression is by nature, before somebody asks for another form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Condition,
    Number,
    Text,
    Moment,
    /// A number as written, which may also be a code.
    Literal,
    /// A list of codes of a setting.
    Codes,
}

/// The nature of a field's value.
pub(super) fn nature_of_field(field: Field) -> Nature {
    match field.def().kind {
        Kind::Text => Nature::Text,
        Kind::Number { .. } => Nature::Number,
        Kind::Date | Kind::DateTime => Nature::Moment,
    }
}

/// Whether the dictionary of a field pads its codes with zeros.
pub(super) fn is_padded(field: Field) -> bool {
    let Some(known) = field.def().dictionary.and_then(dictionary::get) else {
        return false;
    };
    known
        .values()
        .iter()
        .any(|value| value.code.len() > 1 && value.code.starts_with('0'))
}
