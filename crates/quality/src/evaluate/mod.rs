//! Evaluation of checked conditions over one list.
//!
//! Logic has three values (Kleene): a comparison over a value that is missing is
//! unknown, and a rule raises a finding only where its condition is true. So a
//! blank sex is reported once, by the rule on blanks, and not a second time by
//! the rule on its value set. Unknown because an *input* is missing (a table, a
//! part of the list that its layout does not carry) is remembered as a need, and
//! the rule then answers "not evaluated".

mod condition;
mod context;
mod moment;
mod number;
mod rows;
mod text;
mod tri;
mod witness;

pub use condition::same_name;
pub(crate) use context::{At, Context, Here, Need};
pub(crate) use tri::Tri;
pub(crate) use witness::Witnesses;
