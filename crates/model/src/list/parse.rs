//! From JSON to a list: shapes only.

use serde_json::{Map, Value};

use super::{MAX_ROWS, MAX_TEXT, SettlementList};
use crate::field::Field;
use crate::node::Node;
use crate::row::{Row, Scalar};
use crate::violation::{Violation, ViolationKind, pointer};

/// Faults are counted up to here; a hostile message must not make a long answer.
const MAX_VIOLATIONS: usize = 100;

pub(super) fn parse(input: Value) -> Result<SettlementList, Vec<Violation>> {
    let mut faults = Faults(Vec::new());
    let mut list = SettlementList::empty();
    let Value::Object(mut members) = input else {
        faults.push(
            String::new(),
            ViolationKind::WrongType,
            "清单应为 JSON 对象",
            "the list must be a JSON object",
        );
        return Err(faults.0);
    };
    for name in members.keys() {
        if Node::from_name(name).is_none() {
            faults.unknown(pointer([name.as_str()]));
        }
    }
    let mut take = |node: Node| members.get_mut(node.name()).map(Value::take);
    read_setlinfo(take(Node::Setlinfo), &mut list.setlinfo, &mut faults);
    for (node, rows) in list.nodes_mut() {
        read_rows(node, take(node), rows, &mut faults);
    }
    if faults.0.is_empty() {
        Ok(list)
    } else {
        Err(faults.0)
    }
}

fn read_setlinfo(value: Option<Value>, row: &mut Row, faults: &mut Faults) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Object(members)) => read_row(members, row, faults),
        Some(_) => faults.push(
            pointer([Node::Setlinfo.name()]),
            ViolationKind::WrongType,
            "该节点应为对象",
            "this node must be an object",
        ),
    }
}

fn read_rows(node: Node, value: Option<Value>, rows: &mut Vec<Row>, faults: &mut Faults) {
    let values = match value {
        None | Some(Value::Null) => return,
        Some(Value::Array(values)) => values,
        Some(_) => {
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
    for (index, value) in values.into_iter().enumerate() {
        let mut row = Row::new(node, index);
        match value {
            Value::Object(members) => read_row(members, &mut row, faults),
            _ => faults.push(
                pointer([node.name(), &index.to_string()]),
                ViolationKind::WrongType,
                "数组的每一行应为对象",
                "every row of the array must be an object",
            ),
        }
        rows.push(row);
    }
}

fn read_row(members: Map<String, Value>, row: &mut Row, faults: &mut Faults) {
    for (name, value) in members {
        let Some((field, spelling)) = field_of(row.node(), &name) else {
            faults.unknown(pointer_in(row, &name));
            continue;
        };
        let Some(scalar) = read_scalar(value, row, &name, faults) else {
            continue;
        };
        if !row.set(field, spelling, scalar) {
            faults.push(
                pointer_in(row, &name),
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

fn read_scalar(value: Value, row: &Row, name: &str, faults: &mut Faults) -> Option<Scalar> {
    let (kind, zh, en) = match value {
        Value::Null => return None,
        Value::String(text) if text.contains('\0') => (
            ViolationKind::ForbiddenCharacter,
            "值含有空字符 \\u0000".to_owned(),
            "the value holds the null character \\u0000".to_owned(),
        ),
        Value::String(text) if !too_long(&text) => return Some(Scalar::Text(text)),
        Value::Number(number) if !too_long(number.as_str()) => {
            return Some(Scalar::Number(number));
        }
        Value::String(_) | Value::Number(_) => (
            ViolationKind::TooLong,
            format!("值超过 {MAX_TEXT} 个字符"),
            format!("the value is longer than {MAX_TEXT} characters"),
        ),
        Value::Bool(_) => (
            ViolationKind::WrongType,
            "值应为字符串或数字，不能是布尔值".to_owned(),
            "the value must be a string or a number, not a boolean".to_owned(),
        ),
        Value::Array(_) | Value::Object(_) => (
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
