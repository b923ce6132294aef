//! The exit code of the program itself, which is what pipelines go by.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::Command,
    thread,
};

/// Answers every request with the same bytes, on a free port, until the test process ends.
fn target(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut head = BufReader::new(&stream);
            let mut line = String::new();
            while head.read_line(&mut line).unwrap_or(0) > 2 {
                line.clear();
            }
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    url
}

/// The exit code of a run of two cases that need no caller: `/healthz` and `/openapi.json`.
fn exit_code(base_url: &str, filter: &str) -> Option<i32> {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["run", "--base-url", base_url, "--filter", filter])
        .args(["--callers", env!("CARGO_MANIFEST_DIR"), "--timeout", "5"])
        .output()
        .unwrap()
        .status
        .code()
}

const BOTH: &str = "HOS-03[03] ";

#[test]
fn a_target_that_answers_garbage_fails() {
    for garbage in [
        "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\ngarbage",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
        "HTTP/1.1 500 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "garbage\r\n\r\n",
    ] {
        assert_eq!(exit_code(&target(garbage), BOTH), Some(1), "{garbage:?}");
    }
}

#[test]
fn a_healthy_answer_passes() {
    let healthy = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
    assert_eq!(exit_code(&target(healthy), "HOS-030 "), Some(0));
}

#[test]
fn usage_errors_and_targets_that_are_not_there_have_codes_of_their_own() {
    assert_eq!(exit_code("ftp://example.invalid", BOTH), Some(2));
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    assert_eq!(
        exit_code(&format!("http://127.0.0.1:{port}"), BOTH),
        Some(3)
    );
}
