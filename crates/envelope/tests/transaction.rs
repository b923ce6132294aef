//! The transaction message and its gateway headers. Institutions, persons and
//! keys are made up.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "transaction/headers.rs"]
mod headers;
#[path = "transaction/input.rs"]
mod input;
#[path = "transaction/request.rs"]
mod request;
#[path = "transaction/response.rs"]
mod response;
