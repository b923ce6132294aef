//! Sends messages that are ready, over so many connections at once, and takes the time of each.

use std::{
    cell::Cell,
    error::Error,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::web::Bytes;
use reqwest::{
    Method, Request, Url,
    header::{CONTENT_TYPE, HeaderValue},
    redirect,
};
use tokio::task::LocalSet;

use crate::client::http_builder;

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one run measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) wall: Duration,
    pub(super) latencies: Vec<Duration>,
    pub(super) refused: usize,
    pub(super) answer_bytes: usize,
}

/// What the senders share; they run on one thread.
struct Work {
    http: reqwest::Client,
    url: Url,
    messages: Vec<Bytes>,
    next: Cell<usize>,
    /// Between two requests, at a fixed rate.
    gap: Option<Duration>,
    started: Instant,
}

/// Sends each message once and reads its answer, from this thread alone: a sender that wakes
/// a second one takes it from the gateway beside it.
///
/// # Errors
/// A URL that is none, or a gateway that breaks a connection.
pub(super) fn run(
    url: &str,
    messages: Vec<String>,
    connections: usize,
    rate: Option<f64>,
) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let http = http_builder()
        .timeout(PATIENCE)
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tcp_nodelay(true)
        // At a low rate too every request finds its connection open.
        .pool_idle_timeout(None)
        .build()?;
    let work = Rc::new(Work {
        http,
        url: url.parse()?,
        messages: messages.into_iter().map(Bytes::from).collect(),
        next: Cell::new(0),
        gap: rate.map(|rate| Duration::from_secs_f64(1.0 / rate.max(0.001))),
        started: Instant::now(),
    });
    LocalSet::new().block_on(&runtime, async {
        let senders: Vec<_> = (0..connections.max(1))
            .map(|_| tokio::task::spawn_local(send(Rc::clone(&work))))
            .collect();
        let mut whole = Measured::default();
        for sender in senders {
            let own = sender.await??;
            whole.latencies.extend(own.latencies);
            whole.refused += own.refused;
            whole.answer_bytes += own.answer_bytes;
        }
        whole.wall = work.started.elapsed();
        Ok(whole)
    })
}

/// Sends what is next, until nothing is.
async fn send(work: Rc<Work>) -> Result<Measured, reqwest::Error> {
    let mut own = Measured::default();
    loop {
        let number = work.next.replace(work.next.get() + 1);
        let Some(message) = work.messages.get(number) else {
            return Ok(own);
        };
        let due = match work.gap {
            None => Instant::now(),
            Some(gap) => {
                let due = work.started + gap * u32::try_from(number).unwrap_or(u32::MAX);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        let mut request = Request::new(Method::POST, work.url.clone());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        *request.body_mut() = Some(message.clone().into());
        let mut response = work.http.execute(request).await?;
        let accepted = response.status().is_success();
        while let Some(part) = response.chunk().await? {
            own.answer_bytes += part.len();
        }
        own.refused += usize::from(!accepted);
        own.latencies.push(due.elapsed());
    }
}
