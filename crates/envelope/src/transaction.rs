//! The transaction message (定点医药机构接口交易报文): the JSON envelope with
//! `infno` and `input`, the gateway headers it travels behind, and the
//! signature and encryption of its input where a place uses them.
//!
//! Source: the provincial edition of the national interface standard
//! XJ-K01-2020 (Hunan V1.1.27), compared with integrations of other places.
//! Where the sources disagree, reading is lenient and says so in a
//! [`Warning`]; where they agree, a breach is a [`RequestError`].
//!
//! How a receiver goes about it:
//!
//! 1. [`CsbHeaders::read`] or [`TifHeaders::read`]; the caller's secret is
//!    found by [`CsbHeaders::access_key`] or [`TifHeaders::paasid`].
//! 2. `check_time` with the receiver's own clock, then `verify`.
//! 3. [`TransactionRequest::parse`], [`SignNoPolicy::check`].
//! 4. [`InputSecurity::open`] gives the JSON text of `input`.
//! 5. [`TransactionResponse`] carries the answer, sealed again by
//!    [`InputSecurity::seal`] where the caller is set to it.
//!
//! The headers cover neither the body nor, with TIF, the transaction's name:
//! that is how they are published. Whoever needs the body protected sets the
//! caller to signed input or to the sealed door.

mod csb;
mod error;
mod fields;
mod headers;
mod input;
mod msgid;
mod refusal;
mod request;
mod response;
mod tif;
mod time;

pub use csb::{CsbError, CsbHeaders, CsbTimestamp};
pub use error::{RequestError, ResponseError, Warning};
pub use fields::{Field, REQUEST_FIELDS};
pub use headers::{GatewaySecret, HeaderError, Headers};
pub use input::{Coding, InputError, InputSecurity, Need, OpenedInput, SealedInput};
pub use msgid::{MsgId, MsgIdError, ref_msgid};
pub use refusal::refusal_body;
pub(crate) use request::raw_member;
pub use request::{Input, SignNoPolicy, TransactionRequest};
pub use response::{InfCode, InfCodeForm, Stamp, TransactionResponse};
pub use tif::{TifError, TifHeaders};
pub use time::InfTime;
