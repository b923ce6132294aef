//! Cases of patients insured in another pooling area: sent to the provincial remote
//! settlement system, acknowledged by it, decided by the insured area, told in bills of
//! their own.

mod decide;
mod exchange;
mod query;

pub use decide::run as decide;
pub use exchange::Told;
pub(super) use exchange::enqueue;
pub use query::run as query;
