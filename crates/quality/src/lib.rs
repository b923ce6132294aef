//! Quality control of the settlement list (医疗保障基金结算清单质控).
//!
//! Rules are data: TOML files in `rules/`, one per category, whose conditions are
//! written in a small language that is checked against the field table of
//! `chs_model` when they are loaded and evaluated as a tree without names
//! afterwards. A file with one fault is refused whole, with line and reason.
//!
//! # What a condition may say
//! - `S.gend` a field of `setlinfo`; `main.x`, `opm.x` a field of the principal
//!   diagnosis or procedure; a bare name a field of the row at hand.
//! - Row sets `dx`, `main`, `oth`, `tcm`, `op`, `opm`, `op_rows` and every node name,
//!   narrowed by `where`: `any(dx where adm_cond_type = 4, …)`, `all`, `count`,
//!   `sum(iteminfo.amt)`, `repeated(oth, diag_code)`.
//! - `certain(…)` is true only where its condition is known to be true: what it reads may
//!   be missing.
//! - `TAB.x` a table, `cfg.x` a setting, `TAB.icd10_yb[code].grey`.
//! - A condition that is true raises a finding. A value that is missing makes a
//!   comparison neither true nor false (see [`Engine::check`]), so only `blank`
//!   and `present` speak of it.
//! - Codes are compared by their spelling; where the dictionary of the field pads
//!   with zeros (`01` identity card), `1` and `01` are the same.
//! - A date without a time of day compares as a day, also with a time.
//!
//! ```
//! use chs_quality::Engine;
//!
//! let file = r#"
//! category = "format"
//! [[rule]]
//! id = "AREA-001"
//! phase = "both"
//! severity = "warning"
//! fields = ["setlinfo.gend"]
//! condition = 'S.gend = 9'
//! message = "性别未说明"
//! message_en = "sex not stated"
//! source = "统筹区规则"
//! "#;
//! let engine = Engine::from_toml(&[("area.toml", file)]).expect("a valid file");
//! assert_eq!(engine.rules().len(), 1);
//!
//! let refused = Engine::from_toml(&[("area.toml", &file.replace("S.gend", "S.sex"))]);
//! assert_eq!(refused.map_err(|error| (error.line, error.column)).err(), Some((8, 14)));
//! ```

mod catalogue;
mod check;
mod companions;
mod digest;
mod engine;
mod evaluate;
pub mod hospital;
mod language;
mod mask;
mod position;
mod proof;
mod regroup;
mod report;
mod rule;
mod rule_file;
mod rule_sets;
mod scoring;
mod supervision;
mod tables;
mod tuning;
mod typed;

pub use catalogue::markdown;
pub use companions::{CompanionError, Companions};
pub use engine::{CheckInput, Engine};
pub use evaluate::same_name;
pub use proof::Proof;
pub use regroup::{Change, GroupEffect, PaymentEffect, Regroup, Regrouped};
pub use report::{Finding, NotEvaluated, Report};
pub use rule::{Category, Phase, Phases, Rule, Severity};
pub use rule_file::RuleFileError;
pub use rule_sets::RuleSets;
pub use scoring::{ListScore, Tally, front_page_score, grade};
pub use supervision::{Indicator, Measured, Stay, Thresholds, supervise};
pub use tables::{
    AreaTables, Attribute, Config, NoTables, Setting, SettingError, TableError, Tables,
    area_table_help,
};
pub use tuning::Tuning;
