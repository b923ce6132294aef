//! Keys and certificates made by OpenSSL 3.0 (`tests/certificates/make.sh`).
//! They guard nothing.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "certificates/chain.rs"]
mod chain;
#[path = "certificates/keys.rs"]
mod keys;

fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/fixtures/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}
