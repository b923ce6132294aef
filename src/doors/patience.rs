//! How long a body may take: whoever sends it byte by byte does not hold a connection.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{dev::Payload, error::PayloadError, web::Bytes};
use futures_util::Stream;
use tokio::time::{Sleep, sleep};

/// A body that breaks off with [`io::ErrorKind::TimedOut`] unless it ends within this time.
pub(super) fn within(time: Duration, body: Payload) -> Payload {
    match body {
        Payload::None => Payload::None,
        body => Payload::Stream {
            payload: Box::pin(Timed {
                body,
                end: Some(Box::pin(sleep(time))),
            }),
        },
    }
}

struct Timed {
    body: Payload,
    /// None when it has passed.
    end: Option<Pin<Box<Sleep>>>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(end) = &mut self.end else {
            return Poll::Ready(None);
        };
        if end.as_mut().poll(context).is_ready() {
            self.end = None;
            let late = io::Error::from(io::ErrorKind::TimedOut);
            return Poll::Ready(Some(Err(PayloadError::Io(late))));
        }
        Pin::new(&mut self.body).poll_next(context)
    }
}
