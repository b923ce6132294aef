//! Use cases: one function per operation. It opens the one transaction of the call, asks
//! the pure crates, and hands rows to `store`.

pub mod assessment;
pub mod checkup;
pub mod exactly_once;
pub mod fee_summary;
pub mod pre_check;
pub mod rule_inputs;
pub mod second_look;
pub mod submit;
