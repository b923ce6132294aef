//! How a case came to its group: every rule tried that mattered, the codes that
//! hit, the complications found and what excluded one.

mod text;
mod tracer;

pub(crate) use tracer::Tracer;

use crate::outcome::Status;
use crate::reason::{Notes, Reason};
use crate::scheme::Severity;
use serde::Serialize;

/// How a case came to its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The scheme's id.
    pub scheme: String,
    /// The scheme's digest.
    pub digest: String,
    /// The case's codes as the scheme knows them.
    pub codes: Vec<CodeFact>,
    /// The other diagnoses that are complications.
    pub complications: Vec<ComplicationFact>,
    /// The rules tried that mattered, in order.
    pub steps: Vec<Step>,
    /// What it came to.
    pub result: Finding,
    /// The same as sentences.
    pub text: Vec<Sentence>,
}

/// One code of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeFact {
    /// ZYZD, QTZD, ZYSS or QTSS.
    pub variable: &'static str,
    /// The code as given.
    pub code: String,
    /// Its Chinese name; empty when the code system does not have it.
    pub name: String,
    /// `valid`, `grey`, `scheme_only` (in the scheme's tables alone) or `unknown`.
    pub state: &'static str,
}

/// One other diagnosis that is a complication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComplicationFact {
    /// The diagnosis.
    pub code: String,
    /// MCC or CC.
    pub severity: Severity,
    /// The set of principal diagnoses that exclude it.
    pub exclusion_set: String,
    /// The principal diagnosis, if it is in that set: the complication does not count.
    pub excluded_by: Option<String>,
}

/// One rule tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Of what.
    pub level: Level,
    /// Its code: MDC, ADRG or DRG.
    pub code: String,
    /// Which of the ADRG's rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Its Chinese name, where the scheme gives one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The rule's canonical text.
    pub rule: String,
    /// What came of it.
    pub verdict: Verdict,
    /// The rule's conditions that mattered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionFact>,
}

/// What a step's rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A major diagnostic category.
    Mdc,
    /// A row of a core group.
    Adrg,
    /// A group.
    Drg,
}

/// What came of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// It hangs on a number that the case lacks; grouping ends here.
    Undecided,
    /// The MDC had no group for the case; the next ones were tried.
    Left,
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionFact {
    /// Its text.
    pub condition: String,
    /// Whether it holds; `null` when it hangs on a missing number.
    pub holds: Option<bool>,
    /// The case's codes that are in its sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

/// What grouping came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it ended.
    pub status: Status,
    /// MDC.
    pub mdc: String,
    /// ADRG.
    pub adrg: String,
    /// DRG.
    pub drg: String,
    /// The group's Chinese name.
    pub name: String,
    /// Why, for every status but grouped.
    pub reason: Option<Reason>,
    /// What else is odd about the case.
    pub notes: Notes,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}
