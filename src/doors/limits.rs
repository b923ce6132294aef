//! What every request passes before a route: a request id, the limit of its address, and
//! the headers that every answer carries.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use actix_web::{
    HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};
use ipnet::IpNet;

use crate::{
    app::App,
    caller::Caller,
    doors::patience,
    error::{ErrorCode, Refusal},
};

/// Id of one HTTP request, for the log and for the caller's questions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The id that the request was given on its way in.
pub(super) fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.clone())
}

/// Limits by address and by caller.
#[derive(Debug)]
pub struct Limiter {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_caller: DefaultKeyedRateLimiter<String>,
}

impl Limiter {
    /// Limits in requests per second; a second's worth may come at once.
    pub fn new(address_per_second: u32, caller_per_second: u32) -> Limiter {
        let quota = |rate| Quota::per_second(NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN));
        Limiter {
            by_address: DefaultKeyedRateLimiter::keyed(quota(address_per_second)),
            by_caller: DefaultKeyedRateLimiter::keyed(quota(caller_per_second)),
        }
    }

    /// Takes one request of a verified caller, from its own limit where it has one.
    ///
    /// # Errors
    /// [`ErrorCode::CallerRateLimited`] with the seconds to wait.
    pub fn take_caller(&self, caller: &Caller) -> Result<(), Refusal> {
        match &caller.rate {
            Some(own) => own.check(),
            None => self.by_caller.check_key(&caller.app_id),
        }
        .map_err(|wait| limited(ErrorCode::CallerRateLimited, &wait))
    }

    fn take_address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.by_address
            .check_key(&address)
            .map_err(|wait| limited(ErrorCode::AddressRateLimited, &wait))
    }

    /// Forgets addresses and callers that have been quiet.
    pub fn forget_quiet(&self) {
        self.by_address.retain_recent();
        self.by_caller.retain_recent();
    }
}

fn limited(
    code: ErrorCode,
    wait: &governor::NotUntil<<governor::clock::DefaultClock as Clock>::Instant>,
) -> Refusal {
    let now = governor::clock::DefaultClock::default().now();
    Refusal {
        retry_after: Some(wait.wait_time_from(now).as_secs().max(1)),
        ..Refusal::new(code)
    }
}

/// The address a request comes from: the peer's own, or, behind a trusted proxy, the last
/// one in `X-Forwarded-For` that no trusted proxy has (what stands before it, a client may
/// have written itself).
pub fn address(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    forwarded(
        request.peer_addr()?.ip(),
        request.headers(),
        &app.config.limits.trusted_proxies,
    )
}

fn forwarded(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_proxy = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_proxy(&peer) {
        return Some(peer);
    }
    let named: Vec<&str> = headers
        .get_all(header::X_FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for text in named.into_iter().rev() {
        // An unreadable name ends the search: nothing before it can be believed.
        let address: IpAddr = text.trim().parse().ok()?;
        if !is_proxy(&address) {
            return Some(address);
        }
    }
    Some(peer)
}

/// A client that has met this gateway by TLS does not take less from it for two years.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The middleware around all routes.
///
/// # Errors
/// Those of the route.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId(uuid::Uuid::now_v7().to_string());
    request.extensions_mut().insert(id.clone());
    let allowed = match request.app_data::<web::Data<App>>() {
        Some(app) => address(request.request(), app)
            .map_or(Ok(()), |address| app.limiter.take_address(address)),
        None => Ok(()),
    };
    let allowed = allowed.and_then(|()| readable(request.headers()));
    let mut response = match allowed {
        Ok(()) => next.call(timed(request)).await?.map_into_boxed_body(),
        Err(refusal) => request.into_response(refusal.problem()),
    };
    let secure = response.request().app_data::<web::Data<App>>();
    let secure = secure.is_some_and(|app| app.config.tls.is_some());
    if matches!(
        response.status(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE
    ) {
        // The rest of the body is not waited for.
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whether the body comes in a coding that is undone on its way to a door.
fn readable(headers: &HeaderMap) -> Result<(), Refusal> {
    let known = |coding: &HeaderValue| {
        let coding = coding.as_bytes();
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"identity")
    };
    let mut codings = headers.get_all(header::CONTENT_ENCODING);
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if known(coding) => Ok(()),
        _ => Err(Refusal::new(ErrorCode::ContentCoding)),
    }
}

/// The request, whose body has to arrive in time.
fn timed(mut request: ServiceRequest) -> ServiceRequest {
    let seconds = request
        .app_data::<web::Data<App>>()
        .map(|app| app.config.limits.body_seconds);
    if let Some(seconds) = seconds {
        let body = request.take_payload();
        request.set_payload(patience::within(Duration::from_secs(seconds), body));
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded_for: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append(
                header::X_FORWARDED_FOR,
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        forwarded(peer.parse().unwrap(), &headers, &trusted).map(|ip| ip.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_may_name_another_address() {
        let it = |address: &str| Some(address.to_owned());
        assert_eq!(from("192.0.2.1", &["198.51.100.7"]), it("192.0.2.1"));
        assert_eq!(from("10.0.0.1", &["198.51.100.7"]), it("198.51.100.7"));
        assert_eq!(
            from("10.0.0.1", &["203.0.113.9, 198.51.100.7", "10.2.3.4"]),
            it("198.51.100.7"),
            "what a client wrote before its own address counts for nothing"
        );
        assert_eq!(from("10.0.0.1", &["198.51.100.7, nonsense"]), None);
        assert_eq!(from("10.0.0.1", &[]), it("10.0.0.1"));
    }
}
