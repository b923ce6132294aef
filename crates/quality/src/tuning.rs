//! Tuning of the rules by a pooling area: switched off, graver or milder, other
//! thresholds and value sets, each from a day and until one. No code, one TOML file.
//!
//! ```toml
//! [[change]]
//! from = "2026-01-01"          # left out: always
//! to = "2026-12-31"            # left out: until further notice
//! basis = "统筹区文件号"        # the document that says so
//! off = ["QC-INT-046"]
//! severity = { "QC-FMT-045" = "error" }
//! settings = { long_los_days = 45, local_hi_type = ["310", "390"] }
//! ```

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use crate::catalogue;
use crate::engine::Engine;
use crate::position::{Position, position};
use crate::rule::Severity;
use crate::rule_file::{RuleFileError, refused};
use crate::tables::Config;

/// The changes of an area, with their days.
#[derive(Debug, Clone, Default)]
pub struct Tuning {
    name: String,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
struct Change {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    off: Vec<(String, Position)>,
    severity: Vec<(String, Severity, Position)>,
    settings: Option<(String, Position)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    change: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    basis: Spanned<String>,
    #[serde(default)]
    off: Vec<Spanned<String>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Severity>,
    settings: Option<Spanned<toml::Table>>,
}

impl Tuning {
    /// Reads a tuning file.
    ///
    /// # Errors
    /// The first fault with line and column: an unknown member, a date that is none, a
    /// change without its basis, a setting that does not exist or has another type.
    pub fn read(name: &str, text: &str) -> Result<Self, RuleFileError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let at = position(text, error.span().map_or(0, |span| span.start));
            let reason = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            refused(name, at, format!("文件格式有误：{reason}"), reason)
        })?;
        let changes = file
            .change
            .into_iter()
            .map(|written| written.checked(name, text));
        Ok(Self {
            name: name.to_owned(),
            changes: changes.collect::<Result<_, _>>()?,
        })
    }

    /// The days on which the changes in force become others.
    pub(crate) fn turning_days(&self) -> impl Iterator<Item = NaiveDate> {
        let ends = |change: &Change| change.to.and_then(|to| to.succ_opt());
        let days = self.changes.iter();
        days.flat_map(move |change| [change.from, ends(change)].into_iter().flatten())
    }

    fn in_force(&self, on: NaiveDate) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| {
            change.from.is_none_or(|from| from <= on) && change.to.is_none_or(|to| on <= to)
        })
    }
}

impl Written {
    fn checked(self, name: &str, text: &str) -> Result<Change, RuleFileError> {
        let place = |start: usize| position(text, start);
        let date = |written: Option<Spanned<String>>| {
            let Some(written) = written else {
                return Ok(None);
            };
            let at = place(written.span().start);
            chs_model::parse_date(written.as_ref())
                .map(Some)
                .ok_or_else(|| {
                    let en = "no date (yyyy-MM-dd)".to_owned();
                    refused(name, at, "不是日期（yyyy-MM-dd）".to_owned(), en)
                })
        };
        if self.basis.as_ref().trim().is_empty() {
            let at = place(self.basis.span().start);
            let en = "a change needs its basis".to_owned();
            return Err(refused(name, at, "变更须写明依据 basis".to_owned(), en));
        }
        let settings = match self.settings {
            None => None,
            Some(table) => {
                let at = place(table.span().start);
                let written = toml::to_string(table.as_ref()).unwrap_or_default();
                // tried here, so that a bad one is refused with its line
                Config::builtin()
                    .and_then(|defaults| defaults.with(&written))
                    .map_err(|error| refused(name, at, error.to_string(), error.to_string()))?;
                Some((written, at))
            }
        };
        Ok(Change {
            from: date(self.from)?,
            to: date(self.to)?,
            off: self
                .off
                .into_iter()
                .map(|id| {
                    let at = place(id.span().start);
                    (id.into_inner(), at)
                })
                .collect(),
            severity: self
                .severity
                .into_iter()
                .map(|(id, severity)| {
                    let at = place(id.span().start);
                    (id.into_inner(), severity, at)
                })
                .collect(),
            settings,
        })
    }
}

impl Engine {
    /// The rules of this crate and those of an area's own files (name, text), as the
    /// area's tuning has them on a day. Later changes go before earlier ones. The digest
    /// is that of the outcome.
    ///
    /// # Errors
    /// The first fault of a rule file, or a tuned rule that does not exist.
    pub fn tuned(
        version: &str,
        own: &[(&str, &str)],
        tuning: &Tuning,
        on: NaiveDate,
    ) -> Result<Self, RuleFileError> {
        let start = Position { line: 1, column: 1 };
        let mut config = Config::builtin()
            .map_err(|error| refused("defaults", start, error.to_string(), error.to_string()))?;
        for (written, at) in tuning
            .in_force(on)
            .filter_map(|change| change.settings.as_ref())
        {
            let refuse = |error: crate::SettingError| {
                refused(&tuning.name, *at, error.to_string(), error.to_string())
            };
            config = config.with(written).map_err(refuse)?;
        }
        let files: Vec<(&str, &str)> = catalogue::FILES.iter().chain(own).copied().collect();
        let mut engine = Self::compile(version, &files, &config)?;
        for change in tuning.in_force(on) {
            for (id, severity, at) in &change.severity {
                let rule = engine.rules_mut().iter_mut().find(|rule| rule.id() == id);
                let rule = rule.ok_or_else(|| no_rule(&tuning.name, *at, id))?;
                rule.severity = *severity;
            }
        }
        for change in tuning.in_force(on) {
            for (id, at) in &change.off {
                let known = engine.rules().iter().any(|rule| rule.id() == id);
                if !known && !catalogue_has(id) {
                    return Err(no_rule(&tuning.name, *at, id));
                }
                engine.rules_mut().retain(|rule| rule.id() != id);
            }
        }
        engine.set_digest(&config);
        Ok(engine)
    }
}

/// Whether a rule of this crate has the id, even if a change before switched it off.
fn catalogue_has(id: &str) -> bool {
    let line = format!("id = \"{id}\"");
    let mut files = catalogue::FILES.iter();
    files.any(|(_, text)| text.lines().any(|written| written == line))
}

fn no_rule(name: &str, at: Position, id: &str) -> RuleFileError {
    refused(
        name,
        at,
        format!("规则 {id} 不存在"),
        format!("there is no rule {id}"),
    )
}
