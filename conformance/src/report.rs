//! What a run leaves behind: every exchange in full, with secrets masked.

pub(crate) mod html;
pub(crate) mod junit;
pub(crate) mod table;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    case::{Case, Profile, Step},
    judge::Judgement,
    message::Finding,
    transport::Received,
};

/// Characters of a body that a report keeps; only padded bodies are longer.
const KEPT: usize = 256 * 1024;

/// Replaces secrets by `***`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masker {
    secrets: Vec<String>,
}

impl Masker {
    /// Masks these texts, longest first, so that no part of a longer one remains.
    pub(crate) fn new(mut secrets: Vec<String>) -> Masker {
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Masker { secrets }
    }

    /// The text without secrets.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    fn mask_all(&self, findings: &[Finding]) -> Vec<Finding> {
        findings
            .iter()
            .map(|finding| Finding {
                what: self.mask(&finding.what),
                ok: finding.ok,
                detail: self.mask(&finding.detail),
            })
            .collect()
    }
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// Everything expected came back.
    Passed,
    /// Something did not.
    Failed,
    /// The target went away before this case.
    NotRun,
}

/// What was sent, before masking.
pub(crate) struct Sent<'a> {
    /// HTTP method.
    pub(crate) method: &'a str,
    /// Whole address.
    pub(crate) url: &'a str,
    /// Headers beside the content type.
    pub(crate) headers: &'a [(String, String)],
    /// Media type and body.
    pub(crate) body: Option<(&'a str, &'a [u8])>,
    /// The signed text.
    pub(crate) signed_text: Option<&'a str>,
    /// The text that was encrypted.
    pub(crate) data: Option<&'a str>,
}

/// One request and what came back, masked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Exchange {
    step: String,
    milliseconds: u64,
    request: RequestRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<ResponseRecord>,
    checks: Vec<Finding>,
}

#[derive(Debug, Clone, Serialize)]
struct RequestRecord {
    method: String,
    url: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct ResponseRecord {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    opened: String,
}

impl Exchange {
    /// Records an exchange.
    pub(crate) fn new(
        masker: &Masker,
        step: &Step,
        sent: &Sent<'_>,
        received: Option<&Received>,
        judgement: &Judgement,
        milliseconds: u64,
    ) -> Exchange {
        let mask = |text: &str| masker.mask(&shortened(text));
        Exchange {
            step: step.name.clone(),
            milliseconds,
            request: RequestRecord {
                method: sent.method.to_owned(),
                url: sent.url.to_owned(),
                headers: sent
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), masker.mask(value)))
                    .collect(),
                content_type: sent.body.map(|(kind, _)| kind.to_owned()),
                body: sent
                    .body
                    .map(|(_, bytes)| mask(&String::from_utf8_lossy(bytes))),
                signed_text: sent.signed_text.map(mask),
                data: sent.data.map(mask),
            },
            response: received.map(|received| ResponseRecord {
                status: received.status,
                headers: received
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), masker.mask(value)))
                    .collect(),
                body: mask(&received.body),
                opened: mask(&judgement.opened),
            }),
            checks: masker.mask_all(&judgement.findings),
        }
    }

    /// Whether everything that was looked at holds.
    pub(crate) fn ok(&self) -> bool {
        self.checks.iter().all(|finding| finding.ok)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(KEPT) {
        None => text.to_owned(),
        Some((end, _)) => {
            format!(
                "{}… ({} bytes in all)",
                text.get(..end).unwrap_or_default(),
                text.len()
            )
        }
    }
}

/// A case and all its exchanges.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CaseReport {
    /// Stable id.
    pub(crate) id: String,
    /// Stable short name.
    pub(crate) slug: String,
    /// Part of the contract.
    pub(crate) profile: Profile,
    /// What was tried, in Chinese.
    pub(crate) title: String,
    /// What was tried, in English.
    pub(crate) title_en: String,
    /// Requirements.
    pub(crate) clauses: Vec<String>,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Why a step could not even be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Time of the whole case.
    pub(crate) milliseconds: u64,
    /// All exchanges in order.
    pub(crate) exchanges: Vec<Exchange>,
    /// What the answers of parallel sendings have in common.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) together: Vec<Finding>,
    /// A connection was refused.
    #[serde(skip)]
    pub(crate) unreachable: bool,
}

impl CaseReport {
    /// A report of a case that passes until something else is said.
    pub(crate) fn new(case: &Case) -> CaseReport {
        CaseReport {
            id: case.id.clone(),
            slug: case.slug.clone(),
            profile: case.profile,
            title: case.title.clone(),
            title_en: case.title_en.clone(),
            clauses: case.clauses.clone(),
            outcome: Outcome::Passed,
            reason: None,
            milliseconds: 0,
            exchanges: Vec::new(),
            together: Vec::new(),
            unreachable: false,
        }
    }

    /// What failed, a line each.
    pub(crate) fn failures(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.reason.iter().cloned().collect();
        for exchange in &self.exchanges {
            for finding in exchange.checks.iter().filter(|finding| !finding.ok) {
                lines.push(format!(
                    "[{}] {}: {}",
                    exchange.step, finding.what, finding.detail
                ));
            }
        }
        for finding in self.together.iter().filter(|finding| !finding.ok) {
            lines.push(format!("{}: {}", finding.what, finding.detail));
        }
        lines
    }
}

/// A whole run.
#[derive(Debug, Serialize)]
pub(crate) struct RunReport {
    /// Name and version of the suite.
    pub(crate) suite: String,
    /// The target.
    pub(crate) base_url: String,
    /// Token of the run; part of the ids it made at the target.
    pub(crate) run: String,
    /// Start, RFC 3339, UTC.
    pub(crate) started: String,
    /// Profiles asked for.
    pub(crate) profiles: Vec<Profile>,
    /// Filter asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    /// The suite's own cryptography.
    pub(crate) self_check: Vec<Finding>,
    /// How many cases ended how.
    pub(crate) summary: Summary,
    /// All cases.
    pub(crate) cases: Vec<CaseReport>,
}

/// How many cases ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    /// Cases passed.
    pub(crate) passed: usize,
    /// Cases failed.
    pub(crate) failed: usize,
    /// Cases not run because the target went away.
    pub(crate) not_run: usize,
}

impl Summary {
    /// Counts.
    pub(crate) fn of(cases: &[CaseReport]) -> Summary {
        let count = |outcome| cases.iter().filter(|case| case.outcome == outcome).count();
        Summary {
            passed: count(Outcome::Passed),
            failed: count(Outcome::Failed),
            not_run: count(Outcome::NotRun),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
