//! What every request passes before a route: a request id, the limit of its address, and
//! the headers that every answer carries.

use std::{net::IpAddr, num::NonZeroU32};

use actix_web::{
    HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
    web,
};
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock};

use crate::{
    app::App,
    error::{ErrorCode, Refusal},
};

/// Id of one HTTP request, for the log and for the caller's questions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

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

    /// Takes one request of a verified caller.
    ///
    /// # Errors
    /// [`ErrorCode::CallerRateLimited`] with the seconds to wait.
    pub fn take_caller(&self, app_id: &str) -> Result<(), Refusal> {
        self.by_caller
            .check_key(&app_id.to_owned())
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
    let allowed = match (request.app_data::<web::Data<App>>(), request.peer_addr()) {
        (Some(app), Some(peer)) => app.limiter.take_address(peer.ip()),
        _ => Ok(()),
    };
    let mut response = match allowed {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(refusal) => request.into_response(refusal.problem()),
    };
    let headers = response.headers_mut();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_over_its_rate_is_told_to_wait() {
        let limiter = Limiter::new(1, 2);
        assert!(limiter.take_caller("a").is_ok() && limiter.take_caller("a").is_ok());
        let refusal = limiter.take_caller("a").unwrap_err();
        assert_eq!(refusal.code, ErrorCode::CallerRateLimited);
        assert_eq!(refusal.retry_after, Some(1));
        assert!(limiter.take_caller("b").is_ok());
    }
}
