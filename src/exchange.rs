//! Files that hospitals and the gateway exchange (transactions 9101 and 9102): a ZIP with
//! one text of settlements, or that text itself.
//!
//! What comes in is untrusted: its size is bounded before and while it is inflated, its
//! names are never used as paths, and each line is read strictly.

pub mod archive;
pub mod detail;
pub mod written;
