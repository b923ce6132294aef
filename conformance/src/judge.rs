//! Whether what came back is what the step expects.

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::{Value, json};

use crate::{
    caller::Caller,
    case::{Expect, Step},
    expect::Lookup,
    message::{self, Expected, Finding},
    refusals::{Form, Refusal, Refusals},
    transport::Received,
};

/// How the sealed part of a request looked, for comparing the answer with it.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Who asked.
    pub(crate) caller: &'a Caller,
    /// What the answer must repeat.
    pub(crate) expected: &'a Expected<'a>,
}

/// The outcome of one exchange.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Everything that was looked at.
    pub(crate) findings: Vec<Finding>,
    /// Opened data, or the plain body; null when there is neither.
    pub(crate) data: Value,
    /// The opened text as it was sealed.
    pub(crate) opened: String,
}

/// Judges one answer against a step.
pub(crate) fn judge(
    step: &Step,
    asked: Option<Asked<'_>>,
    received: &Received,
    refusals: &Refusals,
    lookup: &dyn Lookup,
    now: DateTime<Utc>,
) -> Judgement {
    let mut out = Judgement::default();
    let body: Value = serde_json::from_str(&received.body).unwrap_or_default();
    match (&step.expect.refusal, step.expect.status, asked) {
        (Some(name), _, asked) => match refusals.get(name) {
            Some(row) => refused(row, asked, received, &body, now, &mut out),
            None => out
                .findings
                .push(Finding::new("refusal", false, || format!("no row {name}"))),
        },
        (None, Some(wanted), _) => {
            status(wanted, received, &mut out);
            out.data = body;
        }
        (None, None, Some(asked)) => {
            status(200, received, &mut out);
            open(asked, &body, now, &mut out);
            outer(&body, "0", true, &mut out);
        }
        (None, None, None) => {
            status(200, received, &mut out);
            out.data = body;
        }
    }
    headers(&step.expect, received, &mut out);
    if let Some(asked) = asked {
        no_secret(asked.caller, received, &mut out);
    }
    for check in &step.checks {
        out.findings.push(check.run(&out.data, lookup));
    }
    out
}

fn status(wanted: u16, received: &Received, out: &mut Judgement) {
    out.findings.push(Finding::new(
        format!("status {wanted}"),
        received.status == wanted,
        || {
            format!(
                "expected {wanted}, found {}: {}",
                received.status,
                beginning(&received.body)
            )
        },
    ));
}

fn refused(
    row: &Refusal,
    asked: Option<Asked<'_>>,
    received: &Received,
    body: &Value,
    now: DateTime<Utc>,
    out: &mut Judgement,
) {
    status(row.status, received, out);
    match (row.form, asked) {
        (Form::Sealed, Some(asked)) => {
            open(asked, body, now, out);
            let inner = out
                .data
                .get("code")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            code(row, &inner, "code of the opened answer", out);
            outer(body, &inner, false, out);
            for name in ["message", "message_en"] {
                let ok = out
                    .data
                    .get(name)
                    .and_then(Value::as_str)
                    .is_some_and(|text| !text.is_empty());
                out.findings
                    .push(Finding::new(format!("{name} says why"), ok, || {
                        "missing or empty".to_owned()
                    }));
            }
        }
        _ => {
            problem(received, body, out);
            let found = body
                .get("code")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            code(row, &found, "code of the problem document", out);
            out.data = body.clone();
        }
    }
}

fn code(row: &Refusal, found: &str, what: &str, out: &mut Judgement) {
    let ok = if row.code.is_empty() {
        !found.is_empty()
    } else {
        found == row.code
    };
    out.findings.push(Finding::new(what, ok, || {
        format!("expected {:?}, found {found:?}", row.code)
    }));
}

/// RFC 9457: media type, title, and a status member equal to the HTTP status.
fn problem(received: &Received, body: &Value, out: &mut Judgement) {
    let kind = received
        .headers
        .get("content-type")
        .map(String::as_str)
        .unwrap_or_default();
    out.findings.push(Finding::new(
        "content type is application/problem+json",
        kind.starts_with("application/problem+json"),
        || format!("found {kind:?}: {}", beginning(&received.body)),
    ));
    let same = body.get("status").and_then(Value::as_u64) == Some(u64::from(received.status));
    let title = body
        .get("title")
        .and_then(Value::as_str)
        .is_some_and(|title| !title.is_empty());
    out.findings.push(Finding::new(
        "problem document has title and its own status",
        same && title,
        || beginning(&received.body),
    ));
}

fn open(asked: Asked<'_>, body: &Value, now: DateTime<Utc>, out: &mut Judgement) {
    let answer = message::open_answer(asked.caller, body, asked.expected, now);
    out.findings.extend(answer.findings);
    out.data = answer.data;
    out.opened = answer.text;
}

fn outer(body: &Value, code: &str, success: bool, out: &mut Judgement) {
    for (name, wanted) in [("code", json!(code)), ("success", json!(success))] {
        let found = body.get(name).unwrap_or(&Value::Null);
        out.findings.push(Finding::new(
            format!("outer {name} is {wanted}"),
            *found == wanted,
            || format!("expected {wanted}, found {found}"),
        ));
    }
}

fn headers(expect: &Expect, received: &Received, out: &mut Judgement) {
    for (name, pattern) in &expect.headers {
        let found = received
            .headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default();
        let ok = Regex::new(pattern).is_ok_and(|regex| regex.is_match(found));
        out.findings.push(Finding::new(
            format!("header {name} matches {pattern}"),
            ok,
            || format!("found {found:?}"),
        ));
    }
}

fn no_secret(caller: &Caller, received: &Received, out: &mut Judgement) {
    let told = caller.secrets().iter().any(|secret| {
        received.body.contains(secret)
            || out.opened.contains(secret)
            || received
                .headers
                .values()
                .any(|value| value.contains(secret))
    });
    out.findings.push(Finding::new(
        "the answer tells no secret of the caller",
        !told,
        || "a key or appSecret stands in the answer".to_owned(),
    ));
}

/// The first 300 characters of a body.
fn beginning(body: &str) -> String {
    body.chars().take(300).collect()
}
