//! A request that a target may refuse before it has read it whole.
//!
//! An ordinary client gives up when the connection is reset while it still writes, and
//! loses the refusal that had already arrived. So this one writes as far as it is let,
//! and then reads what there is. It speaks HTTP/1.0, in which the answer ends with the
//! connection and is never chunked.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use super::{Received, SendError};

/// Bytes written at a time.
const CHUNK: usize = 64 * 1024;

/// Sends `body` and reads the answer, even one that comes early.
///
/// # Errors
/// [`SendError`] when there is no connection or nothing like an HTTP answer.
pub(super) fn send(
    host: &str,
    port: u16,
    path: &str,
    content_type: &str,
    body: &[u8],
    timeout: Duration,
) -> Result<Received, SendError> {
    let unreachable = |error: std::io::Error| SendError::Unreachable(error.to_string());
    let address = (host, port).to_socket_addrs().map_err(unreachable)?.next();
    let address =
        address.ok_or_else(|| SendError::Unreachable(format!("{host} has no address")))?;
    let mut stream = TcpStream::connect_timeout(&address, timeout).map_err(unreachable)?;
    let lost = |error: std::io::Error| SendError::NoAnswer(error.to_string());
    stream.set_read_timeout(Some(timeout)).map_err(lost)?;
    stream.set_write_timeout(Some(timeout)).map_err(lost)?;
    let head = format!(
        "POST {path} HTTP/1.0\r\nhost: {host}:{port}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    for chunk in std::iter::once(head.as_bytes()).chain(body.chunks(CHUNK)) {
        if stream.write_all(chunk).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset && !answer.is_empty() => {}
        Err(error) => return Err(lost(error)),
    }
    parse(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| SendError::NoAnswer("the connection ended without an answer".to_owned()))
}

/// Status, headers and body of an answer that ends with the connection.
fn parse(answer: &str) -> Option<Received> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Received {
        status,
        headers,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// Reads one buffer of the request, answers, and drops the connection with the rest unread.
    fn impatient() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut buffer = [0u8; 4096];
                let _ = stream.read(&mut buffer);
                let _ = stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Type: application/problem+json\r\n\r\n{\"status\":413}");
            }
        });
        port
    }

    #[test]
    fn an_early_refusal_is_read_although_the_connection_is_reset() {
        let port = impatient();
        let body = vec![b' '; 16 * 1024 * 1024];
        for _ in 0..20 {
            let timeout = Duration::from_secs(10);
            let answer = send("127.0.0.1", port, "/x", "application/json", &body, timeout).unwrap();
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (413, "{\"status\":413}")
            );
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }

    #[test]
    fn what_is_no_http_answer_is_no_answer() {
        for text in [
            "",
            "HTTP/1.1 200 OK",
            "nonsense\r\n\r\n",
            "HTTP/1.1 two OK\r\n\r\n",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
