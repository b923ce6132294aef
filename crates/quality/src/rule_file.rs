//! Rule files: TOML, one category each, refused whole at the first fault.

use std::sync::Arc;

use chs_model::{Field, Node};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::language::Fault;
use crate::position::{Position, in_condition, position};
use crate::proof::Proof;
use crate::rule::{Category, Phases, Rule, Severity, Target};
use crate::typed::{Compiler, Place, external_inputs};

/// Longest condition accepted, in bytes.
const MAX_CONDITION: usize = 4096;

/// Why a rule file is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {zh}；{en}")]
pub struct RuleFileError {
    /// The file as the caller named it.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// Column in characters from 1.
    pub column: usize,
    /// The reason, Chinese.
    pub zh: String,
    /// The reason, English.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    category: Category,
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Spanned<String>,
    phase: Phases,
    severity: Severity,
    fields: Vec<Spanned<String>>,
    /// Where findings point, if not at the first of the fields.
    at: Option<Spanned<String>>,
    condition: Spanned<String>,
    message: String,
    message_en: String,
    source: String,
    #[serde(default)]
    suppressed_by: Vec<Spanned<String>>,
    #[serde(default)]
    fires: Vec<Proof>,
    #[serde(default)]
    quiet: Vec<Proof>,
}

/// A rule and where its file speaks of other rules, to be checked when all are known.
pub(crate) struct Loaded {
    pub(crate) rule: Rule,
    pub(crate) id_at: Position,
    pub(crate) suppressors_at: Vec<Position>,
}

/// Reads one file.
///
/// # Errors
/// The first fault with line and column.
pub(crate) fn load(
    compiler: &Compiler<'_>,
    name: &str,
    text: &str,
) -> Result<Vec<Loaded>, RuleFileError> {
    let refuse = |at: Position, zh: String, en: String| refused(name, at, zh, en);
    let file: File = toml::from_str(text).map_err(|error| {
        let at = position(text, error.span().map_or(0, |span| span.start));
        let reason = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        refuse(at, format!("文件格式有误：{reason}"), reason)
    })?;
    let category = file.category;
    let entries = file.rule.into_iter().map(|entry| {
        entry
            .into_rule(compiler, category, text)
            .map_err(|(at, fault)| refuse(at, fault.zh, fault.en))
    });
    entries.collect()
}

pub(crate) fn refused(file: &str, at: Position, zh: String, en: String) -> RuleFileError {
    RuleFileError {
        file: file.to_owned(),
        line: at.line,
        column: at.column,
        zh,
        en,
    }
}

impl Entry {
    fn into_rule(
        self,
        compiler: &Compiler<'_>,
        category: Category,
        text: &str,
    ) -> Result<Loaded, (Position, Fault)> {
        let place = |spanned: &Spanned<String>| position(text, spanned.span().start);
        let id_at = place(&self.id);
        let id = self.id.into_inner();
        for (name, value) in [
            ("id", &id),
            ("message", &self.message),
            ("message_en", &self.message_en),
            ("source", &self.source),
        ] {
            if value.trim().is_empty() {
                return Err((
                    id_at,
                    fault(
                        format!("{name} 不能为空"),
                        format!("{name} must not be empty"),
                    ),
                ));
            }
        }
        let condition_at = self.condition.span();
        let condition = self.condition.as_ref();
        if condition.len() > MAX_CONDITION {
            let at = position(text, condition_at.start);
            let zh = format!("条件超过 {MAX_CONDITION} 字节");
            return Err((
                at,
                fault(zh, format!("condition longer than {MAX_CONDITION} bytes")),
            ));
        }
        let compiled = compiler.compile(condition).map_err(|fault| {
            let raw = text.get(condition_at.clone()).unwrap_or_default();
            let at = condition_at.start + in_condition(raw, fault.offset);
            (position(text, at), fault)
        })?;
        let mut subjects = Vec::new();
        for field in &self.fields {
            let found = subject(field.as_ref());
            subjects.push(found.ok_or_else(|| (place(field), unknown_field(field)))?);
        }
        let target = match &self.at {
            Some(at) => pointed(at.as_ref()).ok_or_else(|| (place(at), unknown_field(at)))?,
            None => first_target(&subjects).ok_or_else(|| {
                (
                    id_at,
                    fault("fields 不能为空".into(), "fields must not be empty".into()),
                )
            })?,
        };
        let suppressors_at = self.suppressed_by.iter().map(place).collect();
        let suppressed_by = self
            .suppressed_by
            .iter()
            .map(|id| Arc::from(id.as_ref().as_str()));
        let rule = Rule {
            id: id.into(),
            category,
            phases: self.phase,
            severity: self.severity,
            fields: self
                .fields
                .iter()
                .map(|field| field.as_ref().clone())
                .collect(),
            condition: condition.clone(),
            message: self.message.into(),
            message_en: self.message_en.into(),
            source: self.source,
            needs: external_inputs(&compiled),
            suppressed_by: suppressed_by.collect(),
            fires: self.fires,
            quiet: self.quiet,
            compiled,
            target,
        };
        Ok(Loaded {
            rule,
            id_at,
            suppressors_at,
        })
    }
}

fn fault(zh: String, en: String) -> Fault {
    Fault::new(0, zh, en)
}

fn unknown_field(name: &Spanned<String>) -> Fault {
    let name = name.as_ref();
    fault(
        format!("字段表中没有 `{name}`（应为 节点.字段 或节点）"),
        format!("the field table has no `{name}` (node.field or a node is wanted)"),
    )
}

/// `setlinfo.gend`, `diseinfo.diag_code`, or a node as a whole: `diseinfo`.
fn subject(name: &str) -> Option<(Node, Option<Field>)> {
    match name.split_once('.') {
        Some((node, field)) => {
            let node = Node::from_name(node)?;
            Some((node, Some(Field::lookup(node, field)?)))
        }
        None => Some((Node::from_name(name)?, None)),
    }
}

/// A field, or one of a principal row: `main.diag_code`, `opm.oprn_oprt_code`.
fn pointed(name: &str) -> Option<Target> {
    let (rows, field) = name.split_once('.')?;
    let (node, place) = match rows {
        "main" => (Node::Diseinfo, Place::Main),
        "opm" => (Node::Oprninfo, Place::Opm),
        "setlinfo" => (Node::Setlinfo, Place::Setlinfo),
        other => (Node::from_name(other)?, Place::Row),
    };
    let fields = [Field::lookup(node, field)?].into();
    Some(Target {
        node,
        place,
        fields,
    })
}

/// Without `at`: the node of the first field, and those of the fields that stand in it.
fn first_target(subjects: &[(Node, Option<Field>)]) -> Option<Target> {
    let (node, _) = *subjects.first()?;
    let place = match node {
        Node::Setlinfo => Place::Setlinfo,
        _ => Place::Row,
    };
    let fields = subjects.iter().filter_map(|(_, field)| *field);
    let fields = fields.filter(|field| field.node() == node).collect();
    Some(Target {
        node,
        place,
        fields,
    })
}
