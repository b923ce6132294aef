//! From JSON to a list: shapes only.

use smol_str::SmolStr;

use super::{MAX_ROWS, MAX_TEXT, SettlementList};
use crate::field::Field;
use crate::json::{Json, Shape};
use crate::node::Node;
use crate::row::{Row, Scalar};
use crate::violation::{Violation, ViolationKind, pointer};

/// Faults are counted up to here; a hostile message must not make a long answer.
const MAX_VIOLATIONS: usize = 100;

pub(super) fn parse<'a>(input: impl Json<'a>) -> Result<SettlementList, Vec<Violation>> {
    let mut faults = Faults(Vec::new());
    let mut list = SettlementList::empty();
    let Shape::Object(members) = input.shape() else {
        faults.push(
            String::new(),
            ViolationKind::WrongType,
            "清单应为 JSON 对象",
            "the list must be a JSON object",
        );
        return Err(faults.0);
    };
    for (name, value) in members {
        match Node::from_name(name) {
            None => faults.unknown(pointer([name])),
            Some(Node::Setlinfo) => read_setlinfo(value, &mut list.setlinfo, &mut faults),
            Some(node) => {
                if let Some(rows) = list.rows_mut(node) {
                    read_rows(node, value, rows, &mut faults);
                }
            }
        }
    }
    if faults.0.is_empty() {
        Ok(list)
    } else {
        Err(faults.0)
    }
}

fn read_setlinfo<'a>(value: impl Json<'a>, row: &mut Row, faults: &mut Faults) {
    match value.shape() {
        Shape::Null => {}
        Shape::Object(members) => read_row(members, row, faults),
        _ => faults.push(
            pointer([Node::Setlinfo.name()]),
            ViolationKind::WrongType,
            "该节点应为对象",
            "this node must be an object",
        ),
    }
}

fn read_rows<'a>(node: Node, value: impl Json<'a>, rows: &mut Vec<Row>, faults: &mut Faults) {
    let values = match value.shape() {
        Shape::Null => return,
        Shape::Array(values) => values,
        _ => {
            let at = pointer([node.name()]);
            faults.push(
                at,
                ViolationKind::WrongType,
                "该节点应为数组",
                "this node must be an array",
            );
            return;
        }
    };
    if values.len() > MAX_ROWS {
        faults.push(
            pointer([node.name()]),
            ViolationKind::TooManyRows,
            &format!("该节点最多 {MAX_ROWS} 行"),
            &format!("this node has at most {MAX_ROWS} rows"),
        );
        return;
    }
    rows.reserve_exact(values.len());
    for (index, value) in values.enumerate() {
        let row = rows.push_mut(Row::new(node, index));
        match value.shape() {
            Shape::Object(members) => read_row(members, row, faults),
            _ => faults.push(
                pointer([node.name(), &index.to_string()]),
                ViolationKind::WrongType,
                "数组的每一行应为对象",
                "every row of the array must be an object",
            ),
        }
    }
}

fn read_row<'a, J: Json<'a>>(
    members: impl Iterator<Item = (&'a str, J)>,
    row: &mut Row,
    faults: &mut Faults,
) {
    for (name, value) in members {
        let Some((field, spelling)) = field_of(row.node(), name) else {
            faults.unknown(pointer_in(row, name));
            continue;
        };
        let Some(scalar) = read_scalar(value, row, name, faults) else {
            continue;
        };
        if !row.set(field, spelling, scalar) {
            faults.push(
                pointer_in(row, name),
                ViolationKind::Duplicate,
                &format!("与 {} 是同一字段的不同写法，不能同时出现", field.name()),
                &format!(
                    "another spelling of {}: only one of them may be sent",
                    field.name()
                ),
            );
        }
    }
}

/// The field of a member name, with the table's own copy of that spelling.
fn field_of(node: Node, name: &str) -> Option<(Field, &'static str)> {
    let field = Field::lookup(node, name)?;
    let alias = field.def().aliases.iter().find(|alias| **alias == name);
    Some((field, alias.copied().unwrap_or(field.name())))
}

fn read_scalar<'a>(
    value: impl Json<'a>,
    row: &Row,
    name: &str,
    faults: &mut Faults,
) -> Option<Scalar> {
    let (kind, zh, en) = match value.shape() {
        Shape::Null => return None,
        Shape::Text(text) if text.as_bytes().contains(&0) => (
            ViolationKind::ForbiddenCharacter,
            "值含有空字符 \\u0000".to_owned(),
            "the value holds the null character \\u0000".to_owned(),
        ),
        Shape::Text(text) if !too_long(text) => return Some(Scalar::Text(SmolStr::new(text))),
        Shape::Number(lexeme) if !too_long(lexeme) => return Some(Scalar::number(lexeme)),
        Shape::Text(_) | Shape::Number(_) => (
            ViolationKind::TooLong,
            format!("值超过 {MAX_TEXT} 个字符"),
            format!("the value is longer than {MAX_TEXT} characters"),
        ),
        Shape::Bool => (
            ViolationKind::WrongType,
            "值应为字符串或数字，不能是布尔值".to_owned(),
            "the value must be a string or a number, not a boolean".to_owned(),
        ),
        Shape::Array(_) | Shape::Object(_) => (
            ViolationKind::NotScalar,
            "值应为字符串或数字，不能是对象或数组".to_owned(),
            "the value must be a string or a number, not an object or array".to_owned(),
        ),
    };
    faults.push(pointer_in(row, name), kind, &zh, &en);
    None
}

fn too_long(text: &str) -> bool {
    // Bytes bound characters from above: most values need no count.
    text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT
}

fn pointer_in(row: &Row, name: &str) -> String {
    match row.node() {
        Node::Setlinfo => pointer([row.node().name(), name]),
        node => pointer([node.name(), &row.index().to_string(), name]),
    }
}

struct Faults(Vec<Violation>);

impl Faults {
    fn push(&mut self, pointer: String, kind: ViolationKind, zh: &str, en: &str) {
        if self.0.len() < MAX_VIOLATIONS {
            self.0.push(Violation {
                pointer,
                kind,
                zh: zh.to_owned(),
                en: en.to_owned(),
            });
        }
    }

    fn unknown(&mut self, pointer: String) {
        self.push(
            pointer,
            ViolationKind::UnknownMember,
            "未知字段",
            "unknown member",
        );
    }
}
