//! The body of a transaction message: JSON, or for an upload of a file two parts, `jsonStr`
//! with the JSON and `file` with the file (XJ-K01-2021 V8.1, sample client).

use std::{convert::Infallible, future::Future, pin::Pin};

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web};
use futures_util::{StreamExt, stream};

use crate::{
    app::App,
    doors::admission,
    error::{ErrorCode, Refusal},
};

/// What the parts' heads and the message may take beside the file.
const BESIDE_THE_FILE: usize = 64 * 1024;

/// A body read whole, within the bound of its kind, or why it was not.
#[derive(Debug)]
pub(crate) struct Body(Result<web::Bytes, Refusal>);

impl Body {
    pub(super) fn whole(self) -> Result<web::Bytes, Refusal> {
        self.0
    }
}

fn is_multipart(request: &HttpRequest) -> bool {
    request.content_type() == "multipart/form-data"
}

impl FromRequest for Body {
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Body, Infallible>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // The sample client of XJ-K01-2021 V8.1 posts its JSON as plain text.
        if matches!(request.content_type(), "application/json" | "text/plain") {
            let bytes = web::Bytes::from_request(request, payload);
            return Box::pin(async { Ok(Body(admission::whole(bytes.await))) });
        }
        let coded = request.headers().contains_key(header::CONTENT_ENCODING);
        let most = request
            .app_data::<web::Data<App>>()
            .map_or(0, |app| app.config.files.file_bytes);
        if !is_multipart(request) || coded {
            return Box::pin(async { Ok(Body(Err(Refusal::new(ErrorCode::MediaType)))) });
        }
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let most = most.saturating_add(BESIDE_THE_FILE);
            let read = match payload.await {
                Ok(payload) => payload.to_bytes_limited(most).await,
                Err(error) => Ok(Err(error)),
            };
            Ok(Body(match read {
                Err(_) => Err(Refusal::new(ErrorCode::FileTooLarge)),
                Ok(bytes) => admission::whole(bytes),
            }))
        })
    }
}

/// The message, and the file beside it if it came in parts.
///
/// # Errors
/// [`ErrorCode::MultipartForm`].
pub(super) async fn parts(
    request: &HttpRequest,
    body: web::Bytes,
) -> Result<(web::Bytes, Option<web::Bytes>), Refusal> {
    if !is_multipart(request) {
        return Ok((body, None));
    }
    let bad = || Refusal::new(ErrorCode::MultipartForm);
    let most = body.len();
    let whole = stream::iter([Ok(body)]);
    let mut multipart = Multipart::new(request.headers(), whole);
    let (mut message, mut file) = (None, None);
    while let Some(field) = multipart.next().await {
        let mut field = field.map_err(|_| bad())?;
        let place = match field.name() {
            Some("jsonStr") => &mut message,
            Some("file") => &mut file,
            _ => return Err(bad()),
        };
        let bytes = field.bytes(most).await.map_err(|_| bad())?;
        // Each part once.
        if place.replace(bytes.map_err(|_| bad())?).is_some() {
            return Err(bad());
        }
    }
    match (message, file) {
        (Some(message), Some(file)) => Ok((message, Some(file))),
        _ => Err(bad()),
    }
}
