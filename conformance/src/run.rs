//! Runs cases against a target: fills in, seals, sends, judges, remembers.

use std::{
    collections::HashMap,
    thread,
    time::{Duration, Instant, SystemTime},
};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    caller::Caller,
    canonical,
    case::{Case, HttpCall, SealedCall, Step, Wire as WireText},
    crypto,
    expect::{Lookup, without},
    judge::{Asked, Judgement, judge},
    message::{self, Expected, Finding, Request, timestamp, timestamp_millis},
    refusals::Refusals,
    report::{CaseReport, Exchange, Masker, Outcome, Sent},
    tamper,
    template::{self, Scope, StepMemory},
    transaction,
    transport::{Received, SendError, Transport},
};

/// How often a 429 that no step expects is waited out.
const RATE_RETRIES: usize = 3;
/// Longest wait for one 429, in seconds.
const RATE_WAIT_SECONDS: u64 = 5;

/// Bodies above this size may be refused before they are read whole.
const ORDINARY_BYTES: usize = 1024 * 1024;

/// Everything a run needs.
pub(crate) struct Session {
    /// The target.
    pub(crate) transport: Transport,
    /// Callers by the name of their file.
    pub(crate) callers: HashMap<String, Caller>,
    /// What the target must say for each cause.
    pub(crate) refusals: Refusals,
    /// Six characters, new for every run; part of ids that must be new.
    pub(crate) run: String,
    /// Hides the callers' secrets in reports.
    pub(crate) masker: Masker,
}

/// A request ready to be sent, and what is remembered of it.
#[derive(Clone)]
pub(crate) struct Prepared {
    /// HTTP method.
    pub(crate) method: String,
    /// Path from the root.
    pub(crate) path: String,
    /// Headers beside the content type.
    pub(crate) headers: Vec<(String, String)>,
    /// Media type and body.
    pub(crate) body: Option<(String, Vec<u8>)>,
    /// The caller whose keys open the answer.
    pub(crate) caller: Option<String>,
    /// encType of the message.
    pub(crate) enc_type: String,
    /// nonce that was sent.
    pub(crate) nonce: String,
    /// requestId or msgid that was sent.
    pub(crate) request_id: String,
    /// The signed text.
    pub(crate) signed_text: Option<String>,
    /// The data before they were sealed.
    pub(crate) data: Option<String>,
}

/// What became of one request.
struct Attempt {
    judgement: Judgement,
    exchange: Exchange,
    unreachable: bool,
}

impl Session {
    /// Runs one case; stops at its first failing step.
    pub(crate) fn run_case(&self, case: &Case) -> CaseReport {
        let start = Instant::now();
        let mut report = CaseReport::new(case);
        let mut memory: HashMap<String, StepMemory> = HashMap::new();
        let mut sent: HashMap<String, Prepared> = HashMap::new();
        for step in &case.steps {
            let prepared = match self.prepare_step(case, step, &memory, &sent) {
                Ok(prepared) => prepared,
                Err(reason) => {
                    report.outcome = Outcome::Failed;
                    report.reason = Some(self.masker.mask(&format!("{}: {reason}", step.name)));
                    break;
                }
            };
            let attempts = self.send_all(case, step, &prepared, &memory);
            let group = group_findings(step, &attempts);
            let failed = group.iter().any(|finding| !finding.ok)
                || attempts.iter().any(|attempt| !attempt.exchange.ok());
            if let (Some(request), Some(attempt)) = (prepared.into_iter().next(), attempts.first())
            {
                memory.insert(
                    step.name.clone(),
                    StepMemory {
                        nonce: request.nonce.clone(),
                        request_id: request.request_id.clone(),
                        data: attempt.judgement.data.clone(),
                    },
                );
                sent.insert(step.name.clone(), request);
            }
            report.unreachable |= attempts.iter().any(|attempt| attempt.unreachable);
            report
                .exchanges
                .extend(attempts.into_iter().map(|attempt| attempt.exchange));
            report.together.extend(group);
            if failed {
                report.outcome = Outcome::Failed;
                break;
            }
        }
        report.milliseconds = millis(start.elapsed());
        report
    }

    /// The requests of a step: one, or one for each parallel sending.
    fn prepare_step(
        &self,
        case: &Case,
        step: &Step,
        memory: &HashMap<String, StepMemory>,
        sent: &HashMap<String, Prepared>,
    ) -> Result<Vec<Prepared>, String> {
        if let Some(earlier) = &step.again {
            return Ok(vec![sent.get(earlier).cloned().ok_or("no such step")?]);
        }
        let caller = match (&step.sealed, &step.transaction) {
            (Some(call), _) => Some(self.caller(&call.caller)?),
            (None, Some(call)) => Some(self.caller(&call.caller)?),
            (None, None) => None,
        };
        let scope = Scope {
            run: &self.run,
            case: &case.id,
            caller,
            steps: memory,
        };
        match (&step.http, &step.sealed, caller) {
            (Some(call), _, _) => Ok(vec![plain_request(call, &scope)?]),
            (None, None, Some(caller)) => {
                let call = step.transaction.as_ref().ok_or("nothing to send")?;
                Ok(vec![transaction::prepared(call, caller, &scope, now())?])
            }
            (None, Some(call), Some(caller)) => {
                let request_id = match &call.request_id {
                    Some(text) => scope.fill(text)?,
                    None => format!("CF:{}.{}.{}", self.run, case.id, step.name),
                };
                let count = step.parallel.as_ref().map_or(1, |parallel| parallel.count);
                (0..count)
                    .map(|_| self.sealed_request(call, caller, &request_id, &scope))
                    .collect()
            }
            (None, _, None) => Err("nothing to send".to_owned()),
        }
    }

    fn caller(&self, name: &str) -> Result<&Caller, String> {
        self.callers
            .get(name)
            .ok_or_else(|| format!("no caller {name}"))
    }

    fn sealed_request(
        &self,
        call: &SealedCall,
        caller: &Caller,
        request_id: &str,
        scope: &Scope<'_>,
    ) -> Result<Prepared, String> {
        let written = scope.fill(&call.body)?;
        let mut data =
            canonical::parse_strict(&written).map_err(|error| format!("body: {error}"))?;
        template::apply(&mut data, &call.edit, scope)?;
        let text = canonical::canonical(&data).unwrap_or_default();
        let plain = match (call.wire, call.edit.is_empty()) {
            // Data whose members are all empty is not signed, but something has to be sealed.
            (WireText::Canonical, _) if text.is_empty() => data.to_string(),
            (WireText::Canonical, _) => text.clone(),
            (WireText::AsWritten, true) => written,
            (WireText::AsWritten, false) => data.to_string(),
        };
        let nonce = match &call.nonce {
            Some(text) => scope.fill(text)?,
            None => hex::encode(crypto::random::<12>().map_err(|error| error.to_string())?),
        };
        let time = if call.millis {
            timestamp_millis(now(), call.time_shift)
        } else {
            timestamp(now(), call.time_shift)
        };
        let enc_type = call
            .enc_type
            .clone()
            .unwrap_or_else(|| caller.enc_type.clone());
        let signer = match &call.sign_as {
            Some(name) => &self.caller(name)?.private_key,
            None => &caller.private_key,
        };
        let app_id = match &call.app_id {
            Some(text) => scope.fill(text)?,
            None => caller.app_id.clone(),
        };
        let request = Request {
            app_id: &app_id,
            enc_type: &enc_type,
            timestamp: &time,
            nonce: &nonce,
            request_id,
            data: &text,
            plain: &plain,
        };
        let sealed = message::seal(caller, signer, &request).map_err(|error| error.to_string())?;
        let signed_text = sealed.signed_text.clone();
        let wire = tamper::apply(sealed, &data, caller, &call.tamper, scope)?;
        Ok(Prepared {
            method: "POST".to_owned(),
            path: format!("/api/v1/{}", call.path),
            headers: Vec::new(),
            body: Some((wire.content_type, wire.body)),
            caller: Some(caller.name.clone()),
            enc_type,
            nonce,
            request_id: request_id.to_owned(),
            signed_text: Some(signed_text),
            data: Some(plain),
        })
    }

    fn send_all(
        &self,
        case: &Case,
        step: &Step,
        prepared: &[Prepared],
        memory: &HashMap<String, StepMemory>,
    ) -> Vec<Attempt> {
        if let [only] = prepared {
            return vec![self.send_one(case, step, only, memory)];
        }
        thread::scope(|threads| {
            let running: Vec<_> = prepared
                .iter()
                .map(|request| threads.spawn(move || self.send_one(case, step, request, memory)))
                .collect();
            // A panic of a sender would be a fault of the suite: it must not pass for a missing answer.
            running
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|cause| std::panic::resume_unwind(cause))
                })
                .collect()
        })
    }

    fn send_one(
        &self,
        case: &Case,
        step: &Step,
        request: &Prepared,
        memory: &HashMap<String, StepMemory>,
    ) -> Attempt {
        let start = Instant::now();
        let result = self.send_patiently(step, request);
        let milliseconds = millis(start.elapsed());
        let caller = request
            .caller
            .as_ref()
            .and_then(|name| self.callers.get(name));
        let scope = Scope {
            run: &self.run,
            case: &case.id,
            caller,
            steps: memory,
        };
        let expected = Expected {
            enc_type: &request.enc_type,
            request_id: &request.request_id,
            nonce: &request.nonce,
        };
        let asked = caller.map(|caller| Asked {
            caller,
            expected: &expected,
        });
        let (judgement, unreachable) = match &result {
            Ok(received) => (
                judge(step, asked, received, &self.refusals, &scope, now()),
                false,
            ),
            Err(error) => {
                let finding = Finding::new("an answer comes back", false, || error.to_string());
                let unreachable = matches!(error, SendError::Unreachable(_));
                (
                    Judgement {
                        findings: vec![finding],
                        ..Judgement::default()
                    },
                    unreachable,
                )
            }
        };
        let exchange = Exchange::new(
            &self.masker,
            step,
            &Sent {
                method: &request.method,
                url: &self.transport.url(&request.path),
                headers: &request.headers,
                body: request
                    .body
                    .as_ref()
                    .map(|(kind, bytes)| (kind.as_str(), bytes.as_slice())),
                signed_text: request.signed_text.as_deref(),
                data: request.data.as_deref(),
            },
            result.ok().as_ref(),
            &judgement,
            milliseconds,
        );
        Attempt {
            judgement,
            exchange,
            unreachable,
        }
    }

    /// Sends, and waits out a rate limit that the step is not about.
    fn send_patiently(&self, step: &Step, request: &Prepared) -> Result<Received, SendError> {
        let mut left = RATE_RETRIES;
        loop {
            let received = match &request.body {
                Some((kind, bytes)) if bytes.len() > ORDINARY_BYTES => self
                    .transport
                    .send_oversized(&request.path, kind, bytes.clone())?,
                body => {
                    let body = body
                        .as_ref()
                        .map(|(kind, bytes)| (kind.as_str(), bytes.clone()));
                    let headers = &request.headers;
                    self.transport
                        .send(&request.method, &request.path, headers, body)?
                }
            };
            let wanted = step.expect.status == Some(429);
            if received.status != 429 || wanted || left == 0 {
                return Ok(received);
            }
            left -= 1;
            let seconds = received
                .headers
                .get("retry-after")
                .and_then(|text| text.parse().ok());
            thread::sleep(Duration::from_secs(
                seconds.unwrap_or(1).min(RATE_WAIT_SECONDS),
            ));
        }
    }
}

fn plain_request(call: &HttpCall, scope: &Scope<'_>) -> Result<Prepared, String> {
    let body = match &call.body {
        None => None,
        Some(text) => Some((
            "application/json".to_owned(),
            scope.fill(text)?.into_bytes(),
        )),
    };
    Ok(Prepared {
        method: call.method.clone(),
        path: call.path.clone(),
        headers: Vec::new(),
        body,
        caller: None,
        enc_type: String::new(),
        nonce: String::new(),
        request_id: String::new(),
        signed_text: None,
        data: None,
    })
}

/// What the answers of a parallel step must have in common.
fn group_findings(step: &Step, attempts: &[Attempt]) -> Vec<Finding> {
    let Some(parallel) = &step.parallel else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let mut seen: Vec<Value> = Vec::new();
    for attempt in attempts {
        let data = without(&attempt.judgement.data, &parallel.equal_except);
        if !seen.contains(&data) {
            seen.push(data);
        }
    }
    findings.push(Finding::new(
        format!("{} equal answers", parallel.count),
        seen.len() == 1,
        || format!("{} different answers", seen.len()),
    ));
    if let Some(pointer) = &parallel.marks_all_but_one {
        let marked = attempts
            .iter()
            .filter(|attempt| attempt.judgement.data.pointer(pointer) == Some(&Value::Bool(true)))
            .count();
        findings.push(Finding::new(
            format!("{pointer} marks all answers but one"),
            marked + 1 == parallel.count,
            || format!("{marked} of {} are marked", parallel.count),
        ));
    }
    findings
}

/// Six characters that differ from run to run.
///
/// # Errors
/// A text when the system gives no random bytes.
pub(crate) fn run_token() -> Result<String, String> {
    crypto::random::<3>()
        .map(hex::encode)
        .map_err(|error| error.to_string())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The wall clock (chrono's `clock` feature is not needed for it).
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(SystemTime::now())
}

#[cfg(test)]
pub(crate) mod tests;
