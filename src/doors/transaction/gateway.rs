//! The gateway headers in front of a transaction message: who sends it, and whether the
//! headers are that caller's, fresh, and from an address it may call from.

use std::sync::Arc;

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use chs_envelope::{
    sm::sm3,
    transaction::{CsbError, CsbHeaders, GatewaySecret, Headers, TifError, TifHeaders},
};

use crate::{
    app::App,
    caller::{Caller, CallerKey, transaction_settings::HeaderFamily},
    doors::limits,
    error::{ErrorCode, Refusal},
};

/// A caller whose headers verified.
pub(super) struct Identity {
    pub(super) caller: Arc<Caller>,
    /// The set of keys whose secret signed the headers: it also protects the input.
    pub(super) key: Arc<CallerKey>,
    /// Distance allowed between the headers' time and our clock, in seconds.
    pub(super) window_seconds: u32,
    proof: Proof,
}

/// What makes one request differ from the next.
enum Proof {
    Csb { api_name: String, signature: String },
    Tif { nonce: String },
}

impl Identity {
    /// `_api_name`, where there is one.
    pub(super) fn api_name(&self) -> Option<&str> {
        match &self.proof {
            Proof::Csb { api_name, .. } => Some(api_name),
            Proof::Tif { .. } => None,
        }
    }

    /// What may be sent only once. CSB has no nonce: the signature, which covers the time,
    /// stands for it beside the message's id, since two messages of one moment share it.
    pub(super) fn nonce(&self, msgid: &str) -> String {
        match &self.proof {
            Proof::Csb { signature, .. } => {
                let digest = sm3(&[signature.as_bytes(), b"|", msgid.as_bytes()]);
                format!("csb/{}", digest.to_hex())
            }
            Proof::Tif { nonce } => format!("tif/{nonce}"),
        }
    }
}

enum Sent {
    Csb(CsbHeaders),
    Tif(TifHeaders),
}

/// Identifies the caller of a request.
///
/// # Errors
/// The four published causes; an address that the caller may not call from.
pub(super) fn identify(
    request: &HttpRequest,
    app: &App,
    now: DateTime<Utc>,
) -> Result<Identity, Refusal> {
    let sent = read(request).map_err(|error| refusal(&error))?;
    let id = match &sent {
        Sent::Csb(headers) => headers.access_key(),
        Sent::Tif(headers) => headers.paasid(),
    };
    let stranger = || refusal(&CsbError::UnknownCaller);
    let caller = app.register.current().find_gateway(id).cloned();
    let caller = caller
        .filter(|caller| agreed(caller.transaction.headers, &sent))
        .ok_or_else(stranger)?;
    if !caller.may_call_from(limits::address(request, app)) {
        return Err(Refusal::new(ErrorCode::AddressNotAllowed));
    }
    let door = &app.config.transaction;
    let now_millis = now.timestamp_millis();
    let window_seconds = match &sent {
        Sent::Csb(headers) => {
            let unit = caller.transaction.csb_timestamp.into();
            headers
                .check_time(unit, now_millis, door.csb_window_seconds)
                .map_err(|error| refusal(&error))?;
            door.csb_window_seconds
        }
        Sent::Tif(headers) => {
            headers
                .check_time(now_millis, door.tif_window_seconds)
                .map_err(|error| refusal(&like_csb(error)))?;
            door.tif_window_seconds
        }
    };
    let key = verified(&sent, &caller, now).ok_or_else(|| {
        let opens = |key: &Arc<CallerKey>| key.gateway_secret.is_some();
        if caller.keys_at(now).any(opens) {
            refusal(&CsbError::Signature)
        } else {
            stranger()
        }
    })?;
    let proof = match &sent {
        Sent::Csb(headers) => {
            let [.., (_, signature)] = headers.pairs();
            Proof::Csb {
                api_name: headers.api_name().to_owned(),
                signature: signature.to_owned(),
            }
        }
        Sent::Tif(headers) => Proof::Tif {
            nonce: headers.nonce().to_owned(),
        },
    };
    Ok(Identity {
        caller,
        key,
        window_seconds,
        proof,
    })
}

/// Reads the family that the request shows; without any, CSB headers are what is missing.
fn read(request: &HttpRequest) -> Result<Sent, CsbError> {
    let pairs: Vec<(&str, &[u8])> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let shows = |prefix: &str| pairs.iter().any(|(name, _)| name.starts_with(prefix));
    let headers = Headers::new(&pairs);
    if shows("x-tif-") && !shows("_api_") {
        TifHeaders::read(&headers).map(Sent::Tif).map_err(like_csb)
    } else {
        CsbHeaders::read(&headers).map(Sent::Csb)
    }
}

fn agreed(family: HeaderFamily, sent: &Sent) -> bool {
    match family {
        HeaderFamily::Either => true,
        HeaderFamily::Csb => matches!(sent, Sent::Csb(_)),
        HeaderFamily::Tif => matches!(sent, Sent::Tif(_)),
    }
}

/// The newest set of keys whose secret signed the headers.
fn verified(sent: &Sent, caller: &Caller, now: DateTime<Utc>) -> Option<Arc<CallerKey>> {
    let signed_with = |secret: &GatewaySecret| match sent {
        Sent::Csb(headers) => headers.verify(secret, &[]).is_ok(),
        Sent::Tif(headers) => headers.verify(secret).is_ok(),
    };
    caller
        .keys_at(now)
        .find(|key| key.gateway_secret.as_ref().is_some_and(signed_with))
        .cloned()
}

/// No refusals of a TIF gateway are published; they are told as CSB's are.
fn like_csb(error: TifError) -> CsbError {
    match error {
        TifError::Header(error) => CsbError::Header(error),
        TifError::Timestamp => CsbError::Timestamp("10 位秒数"),
        TifError::Stale { skew_seconds } => CsbError::Stale { skew_seconds },
        TifError::UnknownCaller => CsbError::UnknownCaller,
        TifError::Signature => CsbError::Signature,
    }
}

fn refusal(error: &CsbError) -> Refusal {
    let code = match error {
        CsbError::Header(_) => ErrorCode::GatewayHeaders,
        CsbError::Timestamp(_) | CsbError::Stale { .. } => ErrorCode::GatewayTimestamp,
        CsbError::UnknownCaller => ErrorCode::GatewayCaller,
        CsbError::Signature => ErrorCode::GatewaySignature,
    };
    Refusal {
        cause: Some(error.to_string()),
        ..Refusal::new(code)
    }
}
