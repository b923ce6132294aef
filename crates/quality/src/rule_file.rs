//! Rule files: TOML, one category each, refused whole at the first fault.

use std::sync::Arc;

use chs_model::{Field, Node};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use crate::companions::{DocumentId, Member, find_document, find_member};
use crate::language::Fault;
use crate::position::{Position, in_condition, position};
use crate::proof::Proof;
use crate::rule::{Category, Mend, Phases, Rule, Severity, Subject, Target};
use crate::typed::{Compiler, Place, external_inputs, gates};

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
    /// The one way to mend it: `remove`, or `setlinfo.gend = id_sex(S.certno)`.
    mend: Option<Spanned<String>>,
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
        for field in &self.fields {
            if subject(field.as_ref()).is_none() {
                return Err((place(field), unknown_field(field)));
            }
        }
        let target = match &self.at {
            Some(at) => pointed(at.as_ref()).ok_or_else(|| (place(at), unknown_field(at)))?,
            None => first_target(&self.fields).ok_or_else(|| {
                (
                    id_at,
                    fault("fields 不能为空".into(), "fields must not be empty".into()),
                )
            })?,
        };
        let mend = match &self.mend {
            Some(mend) => Some(
                mending(compiler, &target, mend.as_ref()).map_err(|fault| (place(mend), fault))?,
            ),
            None => None,
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
            gates: gates(&compiled),
            mend,
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

/// What a name in `fields` means.
enum Named {
    Node(Node, Option<Field>),
    Document(DocumentId, Option<Member>),
}

/// A node or document, or a field or member of one.
fn subject(name: &str) -> Option<Named> {
    if let Some(document) = find_document(name) {
        return Some(Named::Document(document, None));
    }
    match name.split_once('.') {
        None => Some(Named::Node(Node::from_name(name)?, None)),
        Some((node, field)) => match Node::from_name(node) {
            Some(node) => Some(Named::Node(node, Some(Field::lookup(node, field)?))),
            None => name.match_indices('.').rev().find_map(|(at, _)| {
                let document = find_document(name.get(..at)?)?;
                let member = find_member(document, name.get(at + 1..)?)?;
                Some(Named::Document(document, Some(member)))
            }),
        },
    }
}

/// A field, one of a principal row (`main.diag_code`, `opm.oprn_oprt_code`), or a
/// document or a member of it.
fn pointed(name: &str) -> Option<Target> {
    let principal = match name.split_once('.') {
        Some(("main", field)) => Some((Node::Diseinfo, Place::Main, field)),
        Some(("opm", field)) => Some((Node::Oprninfo, Place::Opm, field)),
        _ => None,
    };
    if let Some((node, place, field)) = principal {
        return Some(listed(node, place, [Field::lookup(node, field)?].into()));
    }
    match subject(name)? {
        Named::Node(node, field) => {
            Some(listed(node, usual_place(node), field.into_iter().collect()))
        }
        Named::Document(document, member) => Some(beside(document, member)),
    }
}

fn usual_place(node: Node) -> Place {
    match node {
        Node::Setlinfo => Place::Setlinfo,
        _ => Place::Row,
    }
}

fn listed(node: Node, place: Place, fields: Box<[Field]>) -> Target {
    Target {
        subject: Subject::Node(node),
        place,
        fields,
        member: None,
    }
}

fn beside(document: DocumentId, member: Option<Member>) -> Target {
    Target {
        subject: Subject::Document(document),
        place: Place::Row,
        fields: Box::new([]),
        member,
    }
}

/// Without `at`: the node of the first field, and those of the fields that stand in it.
fn first_target(fields: &[Spanned<String>]) -> Option<Target> {
    match subject(fields.first()?.as_ref())? {
        Named::Document(document, member) => Some(beside(document, member)),
        Named::Node(node, _) => {
            let fields = fields
                .iter()
                .filter_map(|name| match subject(name.as_ref())? {
                    Named::Node(of, field) if of == node => field,
                    _ => None,
                });
            Some(listed(node, usual_place(node), fields.collect()))
        }
    }
}

/// `remove`, or `setlinfo.gend = id_sex(S.certno)`.
fn mending(compiler: &Compiler<'_>, target: &Target, text: &str) -> Result<Mend, Fault> {
    if text.trim() == "remove" {
        return Ok(Mend::Remove);
    }
    let unknown = || {
        fault(
            "mend 应为 remove 或 节点.字段 = 值".into(),
            "mend must be remove or node.field = value".into(),
        )
    };
    let (name, value) = text.split_once('=').ok_or_else(unknown)?;
    let Some(Named::Node(node, Some(field))) = subject(name.trim()) else {
        return Err(unknown());
    };
    if node != Node::Setlinfo && target.subject != Subject::Node(node) {
        return Err(unknown());
    }
    compiler.value(value.trim(), field, node)
}
