//! Hostile HTTP at the real port: raw bytes, for every operation and beside them. Each is
//! answered as documented or its connection is closed, and the server lives on.

use std::{io::Write, time::Duration};

use chs_gateway::operations::TABLE;
use flate2::{Compression, write::GzEncoder};
use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::Gateway;

/// What came back over one connection.
#[derive(Debug)]
struct Heard {
    text: String,
    /// Whether the gateway closed the connection.
    closed: bool,
}

impl Heard {
    /// The statuses of the answers, one after the other.
    fn statuses(&self) -> Vec<u16> {
        let answers = self.text.split("HTTP/1.").skip(1);
        answers
            .filter(|answer| answer.get(..2).is_some_and(|text| text.ends_with(' ')))
            .map(|answer| answer[2..5].parse().unwrap())
            .collect()
    }

    fn is(&self, status: u16, code: &str) -> bool {
        self.statuses() == [status] && self.text.contains(code)
    }
}

async fn exchange(gateway: &Gateway, bytes: &[u8]) -> Heard {
    let address = gateway.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The gateway may close before it has read all.
    let _ = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    let mut part = [0; 16_384];
    let closed = loop {
        match timeout(Duration::from_secs(10), stream.read(&mut part)).await {
            Ok(Ok(0) | Err(_)) => break true,
            Ok(Ok(length)) => heard.extend_from_slice(&part[..length]),
            Err(_) => break false,
        }
    };
    Heard {
        text: String::from_utf8_lossy(&heard).into_owned(),
        closed,
    }
}

/// A POST of JSON with further headers and a body.
fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn lives(gateway: &Gateway) {
    let query = serde_json::json!({"setl_ym": "202610", "level": "hospital"});
    let path = "/groupings/fee-summary";
    assert_eq!(gateway.call("hospital-a", path, &query).await.code, "0");
}

#[actix_web::test]
async fn a_message_of_two_lengths_is_none() {
    let gateway = Gateway::start().await;
    let hidden = b"0\r\n\r\nGET /version HTTP/1.1\r\nHost: gateway\r\n\r\n";
    for row in TABLE {
        for headers in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 60\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: -5\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: identity, chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        ] {
            let heard = exchange(&gateway, &post(row.path, headers, hidden)).await;
            assert_eq!(heard.statuses(), [400], "{} {headers}: {heard:?}", row.id);
            assert!(heard.closed, "{} {headers}", row.id);
        }
        // A chunk that lies about its size ends the connection too.
        for body in [
            "zz\r\n{}\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFFF\r\n{}",
            "2;a\n{}\r\n0\r\n\r\n",
        ] {
            let bytes = post(row.path, "Transfer-Encoding: chunked\r\n", body.as_bytes());
            let heard = exchange(&gateway, &bytes).await;
            assert!(
                heard.is(400, "CHS-40001") && heard.closed,
                "{} {heard:?}",
                row.id
            );
        }
    }
    lives(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn what_is_too_large_is_not_read() {
    let gateway = Gateway::start_with(|config| config.limits.body_bytes = 4_096).await;
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 32 * 1024 * 1024]).unwrap();
    let bomb = bomb.finish().unwrap();
    let length = bomb.len();
    let mut sent = Vec::new();
    for row in TABLE {
        let declared = post(row.path, "Content-Length: 3000000000\r\n", b"{");
        let bomb = post(
            row.path,
            &format!("Content-Encoding: gzip\r\nContent-Length: {length}\r\nConnection: close\r\n"),
            &bomb,
        );
        let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000)).repeat(4);
        let chunked = post(row.path, "Transfer-Encoding: chunked\r\n", chunk.as_bytes());
        sent.extend([declared, bomb, chunked].map(|bytes| (row.id, bytes)));
    }
    // All at once: a refused connection lingers for what its sender still has to say.
    let heard = sent
        .iter()
        .map(async |(id, bytes)| (id, exchange(&gateway, bytes).await));
    for (id, heard) in join_all(heard).await {
        // A connection that is closed on unread bytes may take the answer with it.
        let cut = heard.text.is_empty() && heard.closed;
        assert!(cut || heard.is(413, "CHS-41301"), "{id} {heard:?}");
    }
    for headers in [
        "br",
        "deflate",
        "gzip, gzip",
        "gzip\r\nContent-Encoding: gzip",
    ] {
        let headers =
            format!("Content-Encoding: {headers}\r\nContent-Length: 2\r\nConnection: close\r\n");
        let heard = exchange(&gateway, &post("/reports", &headers, b"{}")).await;
        assert!(heard.is(415, "CHS-41590"), "{headers} {heard:?}");
    }
    lives(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn a_body_that_trickles_is_given_up() {
    let gateway = Gateway::start_with(|config| config.limits.body_seconds = 1).await;
    let paths = TABLE
        .iter()
        .map(|row| format!("/api/v1{}", row.path))
        .chain(["/fsi/api/rsfComIfsService/callService".to_owned()]);
    let slow: Vec<_> = paths
        .map(|path| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n\
                 Content-Length: 1000\r\n\r\n{{"
            )
        })
        .collect();
    for heard in join_all(
        slow.iter()
            .map(|bytes| exchange(&gateway, bytes.as_bytes())),
    )
    .await
    {
        assert!(heard.is(408, "CHS-40890") && heard.closed, "{heard:?}");
    }
    // The head of a request has five seconds.
    let heard = exchange(&gateway, b"POST /api/v1/reports HT").await;
    assert!(heard.is(408, "") && heard.closed, "{heard:?}");
    lives(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn other_methods_and_versions_are_told_so() {
    let gateway = Gateway::start().await;
    for row in TABLE {
        for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            let bytes = format!(
                "{method} /api/v1{} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n",
                row.path
            );
            let heard = exchange(&gateway, bytes.as_bytes()).await;
            let code = if method == "HEAD" { "" } else { "CHS-40501" };
            assert!(heard.is(405, code), "{} {method} {heard:?}", row.id);
            assert!(heard.text.contains("allow: POST\r\n"), "{heard:?}");
        }
        let newer = post(row.path, "Content-Length: 2\r\n", b"{}");
        let older = String::from_utf8(newer.clone()).unwrap();
        let older = older.replacen("HTTP/1.1", "HTTP/1.0", 1);
        let heard = exchange(&gateway, older.as_bytes()).await;
        assert!(heard.is(400, "CHS-40005") && heard.closed, "{heard:?}");
        // One after the other over one connection, each with its own answer.
        let last = post(
            row.path,
            "Content-Length: 2\r\nConnection: close\r\n",
            b"[]",
        );
        let heard = exchange(&gateway, &[newer, last].concat()).await;
        assert_eq!(heard.statuses(), [400, 400], "{heard:?}");
        let first = heard.text.find("CHS-40005").unwrap();
        assert!(first < heard.text.find("CHS-40001").unwrap(), "{heard:?}");
    }
    lives(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn bent_paths_lead_nowhere() {
    let gateway = Gateway::start().await;
    for path in [
        "/schemas/../../etc/passwd",
        "/schemas/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/schemas/%00.json",
        "/schemas/%ff.json",
        "/schemas/%zz",
        "/schemas/qc.pre-check.json/",
        "//api/v1/reports",
        "/api/v1//reports",
        "/api/v1/reports/",
        "/api/v1/reports/..",
        "/api/v1%2freports",
        "/API/V1/REPORTS",
        "/api/v1/reports;a=b",
        "/api/v2/reports",
    ] {
        for method in ["GET", "POST"] {
            let bytes = format!(
                "{method} {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let heard = exchange(&gateway, bytes.as_bytes()).await;
            assert!(heard.is(404, "CHS-40401"), "{method} {path} {heard:?}");
        }
    }
    lives(&gateway).await;
    gateway.stop().await;
}

#[actix_web::test]
async fn what_is_no_http_is_cut_off() {
    let gateway = Gateway::start().await;
    let get =
        |rest: &str| format!("GET /healthz HTTP/1.1\r\nHost: gateway\r\n{rest}\r\n").into_bytes();
    let many: String = (0..1_000).map(|n| format!("X-{n}: a\r\n")).collect();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("no host", b"GET /healthz HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("two hosts", get("Host: other\r\n"), 400),
        ("folded header", get("X-A: a\r\n b\r\n"), 400),
        ("NUL in a header", get("X-A: a\0b\r\n"), 400),
        ("no version", b"GET /healthz\r\n\r\n".to_vec(), 400),
        (
            "HTTP/2 unasked",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            400,
        ),
        (
            "TLS",
            [&[0x16, 3, 1, 0, 200][..], &[b'a'; 200]].concat(),
            400,
        ),
        ("bytes", (0..=255).collect(), 400),
        (
            "long path",
            format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)).into(),
            400,
        ),
        ("many headers", get(&many), 431),
        (
            "long header",
            get(&format!("X-A: {}\r\n", "a".repeat(200_000))),
            431,
        ),
    ];
    for (what, bytes, status) in cases {
        let heard = exchange(&gateway, &bytes).await;
        let cut = heard.text.is_empty();
        assert!(
            heard.closed && (cut || heard.is(status, "")),
            "{what} {heard:?}"
        );
    }
    lives(&gateway).await;
    gateway.stop().await;
}
