//! Published vectors and our own, through the public interface, and hostile
//! changes to messages.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "vectors/fixtures.rs"]
mod fixtures;
#[path = "vectors/form.rs"]
mod form;
#[path = "vectors/mutations.rs"]
mod mutations;
#[path = "vectors/published.rs"]
mod published;
#[path = "vectors/round_trip.rs"]
mod round_trip;
