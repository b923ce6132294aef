//! The runner against a stand-in that opens and seals as a platform would.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use serde_json::json;

use super::*;
use crate::{caller::tests::caller, case, message::tests::sealed_answer, refusals};

/// Answers like a gateway whose only operation is to echo what it was sent.
pub(crate) struct StandIn {
    /// Address to call.
    pub(crate) url: String,
}

impl StandIn {
    /// Listens on a free port until the test process ends; `broken` spoils signatures.
    pub(crate) fn start(broken: bool) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(stream.unwrap(), broken, &seen));
            }
        });
        StandIn { url }
    }
}

fn serve(stream: TcpStream, broken: bool, seen: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap_or(0) > 2 {}
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0u8; length];
    reader.read_exact(&mut body).unwrap();
    let (status, kind, text) = answer(&head, &String::from_utf8(body).unwrap(), broken, seen);
    let reply = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    let _ = (&stream).write_all(reply.as_bytes());
}

fn problem(status: u16, code: &str) -> (u16, &'static str, String) {
    let text = json!({"type": "about:blank", "title": "refused", "status": status, "code": code});
    (status, "application/problem+json", text.to_string())
}

fn answer(
    head: &str,
    body: &str,
    broken: bool,
    seen: &Mutex<Vec<(String, String)>>,
) -> (u16, &'static str, String) {
    if !head.starts_with("POST /api/v1/echo ") {
        return if head.starts_with("GET /healthz ") {
            (200, "text/plain", "ok".to_owned())
        } else {
            problem(404, "CHS-40401")
        };
    }
    let caller = caller();
    let Ok(message) = serde_json::from_str::<Value>(body) else {
        return problem(400, "CHS-40001");
    };
    let member = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let sealed = hex::decode(member("encData")).unwrap();
    let Ok(data) = crypto::ecb_decrypt(&caller.key2, &sealed) else {
        return problem(401, "CHS-40102");
    };
    let mut seen = seen.lock().unwrap();
    if seen.iter().any(|(nonce, _)| *nonce == member("nonce")) {
        return problem(409, "CHS-40901");
    }
    let replayed = seen
        .iter()
        .any(|(_, request)| *request == member("requestId"));
    seen.push((member("nonce"), member("requestId")));
    let mut data: Value = serde_json::from_slice(&data).unwrap();
    if replayed {
        data["replayed"] = json!(true);
    }
    let text = canonical::canonical(&data).unwrap();
    let asked = (member("requestId"), member("nonce"));
    let mut reply = sealed_answer(&caller, message::SM4, (&asked.0, &asked.1), &text, now());
    if broken {
        reply["message"] = json!("other");
    }
    (200, "application/json", reply.to_string())
}

pub(crate) fn session(url: &str) -> Session {
    let caller = caller();
    Session {
        transport: Transport::new(url, Duration::from_secs(5), None).unwrap(),
        masker: Masker::new(caller.secrets().to_vec()),
        callers: HashMap::from([("hospital-a".to_owned(), caller)]),
        refusals: refusals::load(None).unwrap(),
        run: "t3stru".to_owned(),
    }
}

fn run(url: &str, steps: &str) -> CaseReport {
    let text = format!(
        "[[case]]\nid='SEC-900'\nslug='s'\ntitle='t'\ntitle_en='t'\nclauses=['C']\n{steps}"
    );
    let case = case::parse(&text, case::Profile::Security)
        .unwrap()
        .remove(0);
    session(url).run_case(&case)
}

const ECHO: &str = "[[case.step]]\nname='first'\nsealed.caller='hospital-a'\nsealed.path='echo'\n\
    sealed.body='{\"id\":\"${run}\",\"n\":1.50}'\nexpect.success=true\n";

#[test]
fn sealed_calls_replays_and_placeholders_work_end_to_end() {
    let target = StandIn::start(false);
    let steps = format!(
        "{ECHO}check=[{{pointer='/id',equals='t3stru'}},{{pointer='/n',number='1.5'}},{{pointer='/replayed',absent=true}}]\n\
         [[case.step]]\nname='second'\nsealed.caller='hospital-a'\nsealed.path='echo'\n\
         sealed.request_id='${{first.request_id}}'\nsealed.body='{{\"id\":\"${{first/id}}\",\"n\":1.50}}'\n\
         expect.success=true\ncheck=[{{pointer='/replayed',equals=true}},{{pointer='',same_as={{step='first',except=['/replayed']}}}}]\n"
    );
    let report = run(&target.url, &steps);
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(
        (report.outcome, report.exchanges.len()),
        (Outcome::Passed, 2)
    );
}

#[test]
fn a_spoiled_signature_fails_the_case_and_stops_it() {
    let target = StandIn::start(true);
    let report = run(
        &target.url,
        &format!(
            "{ECHO}\n[[case.step]]\nname='never'\nagain='first'\nexpect.refusal='nonce-used'\n"
        ),
    );
    assert_eq!(
        (report.outcome, report.exchanges.len()),
        (Outcome::Failed, 1)
    );
    let failures = report.failures().join("\n");
    assert!(
        failures.contains("signature of the answer verifies"),
        "{failures}"
    );
    assert!(!failures.contains(&caller().app_secret), "{failures}");
}

#[test]
fn refusals_are_compared_by_status_form_and_code() {
    let target = StandIn::start(false);
    let cut = "[[case.step]]\nname='cut'\nsealed.caller='hospital-a'\nsealed.path='echo'\nsealed.body='{\"a\":1}'\n\
               sealed.tamper=[{cut={bytes=20}}]\nexpect.refusal='REFUSAL'\n";
    assert_eq!(
        run(&target.url, &cut.replace("REFUSAL", "not-json")).failures(),
        Vec::<String>::new()
    );
    let other = run(&target.url, &cut.replace("REFUSAL", "member-empty")).failures();
    assert_eq!(other.len(), 1, "{other:?}");
    assert!(
        other[0].contains("CHS-40003") && other[0].contains("CHS-40001"),
        "{other:?}"
    );
    let sealed = run(&target.url, &cut.replace("REFUSAL", "schema")).failures();
    assert!(sealed.len() > 3, "{sealed:?}");
}

#[test]
fn parallel_sends_are_compared_with_each_other() {
    let target = StandIn::start(false);
    let steps = format!(
        "{ECHO}parallel={{count=8,equal_except=['/replayed'],marks_all_but_one='/replayed'}}\n"
    );
    let report = run(&target.url, &steps);
    assert_eq!(report.failures(), Vec::<String>::new());
    assert_eq!(report.exchanges.len(), 8);
    let steps = steps.replace("equal_except=['/replayed'],", "");
    let failures = run(&StandIn::start(false).url, &steps).failures();
    assert!(
        failures
            .iter()
            .any(|line| line.contains("2 different answers")),
        "{failures:?}"
    );
}

#[test]
fn a_target_that_is_not_there_is_told_apart_from_a_wrong_answer() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let report = run(&format!("http://127.0.0.1:{port}"), ECHO);
    assert!(report.unreachable && report.outcome == Outcome::Failed);
}

#[test]
fn a_case_that_cannot_be_filled_in_fails_with_the_reason() {
    let target = StandIn::start(false);
    let report = run(&target.url, &ECHO.replace("${run}", "${none}"));
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(
        report.failures()[0].contains("${none}"),
        "{:?}",
        report.failures()
    );
}
