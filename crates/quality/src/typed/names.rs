//! Names of conditions: fields, settings, and what type each has by nature.

use chs_model::{Field, Node, dictionary};

use super::compiler::wanted;
use super::rows::{Kind, Scope};
use super::tree::{FieldRef, Nesting, Place, Text};
use crate::companions::{Member, Reading, find_document, find_member};
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

/// What a dotted name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// A field of the list.
    Field(FieldRef),
    /// A member of a document; without nesting of its one record.
    Member(Member, Option<Nesting>),
    /// The value at hand in `each` and `split`.
    Value(Nesting),
}

impl Cell {
    /// The text that the name stands for.
    pub(super) fn text(self) -> Text {
        match self {
            Self::Field(found) => Text::Field(found),
            Self::Member(member, nesting) => Text::Member(member, nesting),
            Self::Value(nesting) => Text::Value(nesting),
        }
    }

    /// The nature of the value.
    pub(super) fn nature(self) -> Nature {
        match self {
            Self::Field(found) => nature_of_field(found.field),
            Self::Value(_) => Nature::Text,
            Self::Member(member, _) => match member.reading {
                Reading::Text => Nature::Text,
                Reading::Number => Nature::Number,
                Reading::Moment => Nature::Moment,
                Reading::Flag => Nature::Condition,
            },
        }
    }
}

/// What a dotted name means.
///
/// # Errors
/// A field that its node does not have, or a bare name outside a row set.
pub(super) fn cell(path: &[String], scope: Scope, offset: usize) -> Result<Cell, Fault> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["S", name] => listed(Place::Setlinfo, Node::Setlinfo, name, offset),
        ["main", name] => listed(Place::Main, Node::Diseinfo, name, offset),
        ["opm", name] => listed(Place::Opm, Node::Oprninfo, name, offset),
        ["first_dx", name] => listed(Place::FirstDx, Node::Diseinfo, name, offset),
        ["first_op", name] => listed(Place::FirstOp, Node::Oprninfo, name, offset),
        ["outer", name] => match scope.outer {
            Some(kind) => in_row(kind, Nesting::Outer, name, offset),
            None => Err(Fault::new(
                offset,
                "`outer` 只能用在嵌套的行集合内",
                "`outer` is only known inside a row set within another",
            )),
        },
        [name] => match scope.here {
            Some(kind) => in_row(kind, Nesting::Here, name, offset),
            None => Err(Fault::new(
                offset,
                format!("名称 `{name}` 只能用在行集合内；清单字段请写 S.{name}"),
                format!(
                    "name `{name}` is only known inside a row set; write S.{name} for setlinfo"
                ),
            )),
        },
        [node, name] if scope.here.is_some_and(|kind| is_named(kind, node)) => {
            let kind = scope.here.unwrap_or(Kind::Values);
            in_row(kind, Nesting::Here, name, offset)
        }
        _ => single(&parts, offset),
    }
}

fn is_named(kind: Kind, name: &str) -> bool {
    matches!(kind, Kind::List(node) if node.name() == name)
}

fn listed(place: Place, node: Node, name: &str, offset: usize) -> Result<Cell, Fault> {
    match Field::lookup(node, long_name(node, name)) {
        Some(field) => Ok(Cell::Field(FieldRef { place, field })),
        None => Err(Fault::new(
            offset,
            format!("节点 {} 没有字段 `{name}`", node.name()),
            format!("node {} has no field `{name}`", node.name()),
        )),
    }
}

fn in_row(kind: Kind, nesting: Nesting, name: &str, offset: usize) -> Result<Cell, Fault> {
    match kind {
        Kind::List(node) => {
            let place = match nesting {
                Nesting::Here => Place::Row,
                Nesting::Outer => Place::Outer,
            };
            listed(place, node, name, offset)
        }
        Kind::Document(document) => match find_member(document, name) {
            Some(member) => Ok(Cell::Member(member, Some(nesting))),
            None => Err(no_member(&document.definition().name, name, offset)),
        },
        Kind::Values if name == "value" => Ok(Cell::Value(nesting)),
        Kind::Values => Err(Fault::new(
            offset,
            format!("此处只有 `value`，没有 `{name}`"),
            format!("there is only `value` here, no `{name}`"),
        )),
    }
}

/// `HIS.ward_entry_time`: a member of the one record of a document.
fn single(parts: &[&str], offset: usize) -> Result<Cell, Fault> {
    let shown = parts.join(".");
    for at in (1..parts.len()).rev() {
        let (document, member) = parts.split_at(at);
        let (document, member) = (document.join("."), member.join("."));
        let found = find_document(&document).filter(|found| !found.definition().rows);
        if let Some(found) = found {
            let member =
                find_member(found, &member).ok_or_else(|| no_member(&document, &member, offset))?;
            return Ok(Cell::Member(member, None));
        }
    }
    Err(Fault::new(
        offset,
        format!("不认识的名称 `{shown}`"),
        format!("unknown name `{shown}`"),
    ))
}

fn no_member(document: &str, name: &str, offset: usize) -> Fault {
    Fault::new(
        offset,
        format!("文档 {document} 没有成员 `{name}`"),
        format!("document {document} has no member `{name}`"),
    )
}

/// The field of the list that a dotted name means.
///
/// # Errors
/// Those of [`cell`], and a name of something else.
pub(super) fn field(path: &[String], scope: Scope, offset: usize) -> Result<FieldRef, Fault> {
    match cell(path, scope, offset)? {
        Cell::Field(found) => Ok(found),
        _ => Err(wanted(offset, "清单字段", "a field of the list")),
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
        chs_model::Kind::Text => Nature::Text,
        chs_model::Kind::Number { .. } => Nature::Number,
        chs_model::Kind::Date | chs_model::Kind::DateTime => Nature::Moment,
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
