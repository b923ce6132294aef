//! The engine: compiled rules, and the check of one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use chs_model::{Layout, Node, SettlementList, pointer};

use crate::catalogue;
use crate::digest;
use crate::evaluate::{Context, Tri, Witnesses};
use crate::mask;
use crate::position::Position;
use crate::report::{Finding, NotEvaluated, Report};
use crate::rule::{Phase, Rule};
use crate::rule_file::{self, RuleFileError, refused};
use crate::tables::{Config, Registry, Tables};
use crate::typed::{Compiler, Place};

/// What a check looks at.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CheckInput<'a> {
    /// The list.
    pub list: &'a SettlementList,
    /// Before settlement or after upload.
    pub phase: Phase,
    /// Tables of the active scheme and of the area.
    pub tables: &'a dyn Tables,
    /// The published layout the list came in, where that lacks fields of the full
    /// one: a rule over a field that the layout does not carry answers "not
    /// evaluated". `None`: the full layout, where an absent field is a blank one.
    pub layout: Option<Layout>,
}

impl<'a> CheckInput<'a> {
    /// A list of the full layout.
    #[must_use]
    pub fn new(list: &'a SettlementList, phase: Phase, tables: &'a dyn Tables) -> Self {
        Self {
            list,
            phase,
            tables,
            layout: None,
        }
    }

    /// The same list as one of a layout that lacks fields.
    #[must_use]
    pub fn in_layout(self, layout: Layout) -> Self {
        Self {
            layout: Some(layout),
            ..self
        }
    }
}

/// A set of compiled rules.
#[derive(Debug)]
pub struct Engine {
    version: String,
    digest: String,
    rules: Vec<Rule>,
}

impl Engine {
    /// The rules of this crate with the default settings.
    ///
    /// # Errors
    /// A fault of a shipped file; a test keeps them free of any.
    pub fn builtin() -> Result<Self, RuleFileError> {
        let config = default_config()?;
        Self::compile(catalogue::VERSION, catalogue::FILES, &config)
    }

    /// Rules of other files (name, text) with the default settings.
    ///
    /// # Errors
    /// The first fault, with file, line and column; nothing is loaded then.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<Self, RuleFileError> {
        Self::compile("custom", files, &default_config()?)
    }

    /// Rules of files (name, text) under a version id and with settings of an area.
    ///
    /// # Errors
    /// The first fault, with file, line and column; nothing is loaded then.
    pub fn compile(
        version: &str,
        files: &[(&str, &str)],
        config: &Config,
    ) -> Result<Self, RuleFileError> {
        let registry = Registry::builtin().map_err(|reason| shipped("tables", &reason))?;
        let compiler = Compiler { registry, config };
        let mut rules: Vec<Rule> = Vec::new();
        let mut seen: BTreeMap<Arc<str>, ()> = BTreeMap::new();
        let mut references: Vec<(&str, Position, Arc<str>)> = Vec::new();
        for (name, text) in files {
            for loaded in rule_file::load(&compiler, name, text)? {
                let rule = loaded.rule;
                if seen.insert(Arc::clone(&rule.id), ()).is_some() {
                    let id = &rule.id;
                    let zh = format!("规则 {id} 重复");
                    return Err(refused(
                        name,
                        loaded.id_at,
                        zh,
                        format!("rule {id} stands twice"),
                    ));
                }
                let suppressors = rule.suppressed_by.iter().cloned();
                let places = loaded.suppressors_at.into_iter();
                references.extend(places.zip(suppressors).map(|(at, id)| (*name, at, id)));
                rules.push(rule);
            }
        }
        for (file, at, id) in references {
            if !seen.contains_key(&id) {
                let zh = format!("suppressed_by 中的规则 {id} 不存在");
                let en = format!("there is no rule {id} to be suppressed by");
                return Err(refused(file, at, zh, en));
            }
        }
        let digest = digest::of(&rules, config);
        Ok(Self {
            version: version.to_owned(),
            digest,
            rules,
        })
    }

    /// Version id of the rule set.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 (hex) over rules, settings and tables in a normal form; proofs,
    /// comments and layout of the files do not count.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The rules in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Checks one list. As long as it is clean, the evaluation itself allocates nothing.
    #[must_use]
    pub fn check(&self, input: &CheckInput<'_>) -> Report {
        let context = Context::new(input);
        let mut raised: Vec<Raised<'_>> = Vec::new();
        let mut not_evaluated = Vec::new();
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.phases.include(input.phase))
        {
            match context.decide(&rule.compiled) {
                (Tri::True, _) => raise(&context, rule, &mut raised),
                (_, Some(need)) => not_evaluated.push(NotEvaluated {
                    rule_id: Arc::clone(&rule.id),
                    needs: need.to_string(),
                }),
                _ => {}
            }
        }
        Report {
            findings: settled(raised),
            not_evaluated,
        }
    }
}

fn default_config() -> Result<Config, RuleFileError> {
    Config::builtin().map_err(|error| shipped("defaults", &error.to_string()))
}

fn shipped(file: &str, reason: &str) -> RuleFileError {
    let at = Position { line: 1, column: 1 };
    refused(file, at, reason.to_owned(), reason.to_owned())
}

/// A finding with what suppression goes by.
struct Raised<'e> {
    rule: &'e Rule,
    place: (Node, Option<usize>),
    finding: Finding,
}

/// Adds the findings of a rule that is true: one for each offending row.
fn raise<'a>(context: &'a Context<'a>, rule: &'a Rule, raised: &mut Vec<Raised<'a>>) {
    let target = &rule.target;
    let witnesses = Witnesses::of(context, &rule.compiled, target.node);
    let field = witnesses.field(&target.fields);
    let mut push = |row: Option<usize>, pointer: String, value: Option<String>| {
        raised.push(Raised {
            rule,
            place: (target.node, row),
            finding: Finding {
                rule_id: Arc::clone(&rule.id),
                severity: rule.severity,
                pointer,
                message: Arc::clone(&rule.message),
                message_en: Arc::clone(&rule.message_en),
                value,
            },
        });
    };
    let list = context.list();
    let Some(field) = field else {
        return push(None, pointer([target.node.name()]), None);
    };
    let mut push_row = |row: &'a chs_model::Row, index: Option<usize>| {
        push(
            index,
            row.pointer(field),
            mask::shown(field, row.text(field)),
        );
    };
    match target.place {
        Place::Setlinfo => push_row(list.setlinfo(), None),
        place @ (Place::Main | Place::Opm) => {
            if let Some(row) = context.row(place, None) {
                push_row(row, Some(row.index()));
            }
        }
        Place::Row if witnesses.rows.is_empty() => push(None, pointer([target.node.name()]), None),
        Place::Row => {
            let rows = list.rows(target.node);
            for row in witnesses.rows.iter().filter_map(|index| rows.get(*index)) {
                push_row(row, Some(row.index()));
            }
        }
    }
}

/// The findings without those that another rule on the same row makes unnecessary.
fn settled(raised: Vec<Raised<'_>>) -> Vec<Finding> {
    let suppressed: Vec<bool> = raised
        .iter()
        .map(|one| {
            let by = &one.rule.suppressed_by;
            !by.is_empty()
                && raised
                    .iter()
                    .any(|other| other.place == one.place && by.contains(&other.rule.id))
        })
        .collect();
    let findings = raised.into_iter().zip(suppressed);
    findings
        .filter(|(_, suppressed)| !suppressed)
        .map(|(raised, _)| raised.finding)
        .collect()
}
