//! The engine: compiled rules, and the check of one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;
use chs_model::{Layout, SettlementList};

use crate::catalogue;
use crate::check;
use crate::companions::Companions;
use crate::digest;
use crate::position::Position;
use crate::regroup::Regroup;
use crate::report::Report;
use crate::rule::{Phase, Rule};
use crate::rule_file::{self, RuleFileError, refused};
use crate::tables::{Config, Registry, Tables};
use crate::typed::Compiler;

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
    /// Documents beside the list; a rule that needs one that is not there answers "not
    /// evaluated".
    pub companions: Option<&'a Companions>,
    /// When the check is made, China time.
    pub now: Option<NaiveDateTime>,
    /// Groups the list anew, for findings that touch grouping.
    pub regroup: Option<&'a dyn Regroup>,
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
            companions: None,
            now: None,
            regroup: None,
        }
    }

    /// The same with the documents that came with the list.
    #[must_use]
    pub fn with(self, companions: &'a Companions) -> Self {
        Self {
            companions: Some(companions),
            ..self
        }
    }

    /// The same at a time, China time.
    #[must_use]
    pub fn at(self, now: NaiveDateTime) -> Self {
        Self {
            now: Some(now),
            ..self
        }
    }

    /// The same with a grouper, so that findings carry what they mean for the group.
    #[must_use]
    pub fn grouped_by(self, regroup: &'a dyn Regroup) -> Self {
        Self {
            regroup: Some(regroup),
            ..self
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

    /// The rules of this crate with the settings of an area.
    ///
    /// # Errors
    /// A fault of a shipped file, or a setting that a rule cannot be compiled with.
    pub fn builtin_with(config: &Config) -> Result<Self, RuleFileError> {
        Self::compile(catalogue::VERSION, catalogue::FILES, config)
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

    pub(crate) fn rules_mut(&mut self) -> &mut Vec<Rule> {
        &mut self.rules
    }

    /// Takes the digest anew after rules were changed.
    pub(crate) fn set_digest(&mut self, config: &Config) {
        self.digest = digest::of(&self.rules, config);
    }

    /// Checks one list. The cost is linear in the rows of the list and of what stands
    /// beside it.
    #[must_use]
    pub fn check(&self, input: &CheckInput<'_>) -> Report {
        check::run(&self.rules, input).0
    }

    /// How many rows the conditions went over to check one list: what a check costs,
    /// without a clock.
    #[must_use]
    pub fn rows_visited(&self, input: &CheckInput<'_>) -> usize {
        check::run(&self.rules, input).1
    }
}

fn default_config() -> Result<Config, RuleFileError> {
    Config::builtin().map_err(|error| shipped("defaults", &error.to_string()))
}

fn shipped(file: &str, reason: &str) -> RuleFileError {
    let at = Position { line: 1, column: 1 };
    refused(file, at, reason.to_owned(), reason.to_owned())
}
