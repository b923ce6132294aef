//! Use cases: one function per operation. It opens the one transaction of the call, asks
//! the pure crates, and hands rows to `store`.

pub mod assessment;
pub mod callers;
pub mod catalogue_diff;
pub mod checkup;
pub mod comparison;
pub mod delivery;
pub mod exactly_once;
pub mod fee_summary;
pub mod grouping_report;
pub mod grouping_revoke;
pub mod grouping_verify;
pub mod hospital_guards;
pub mod input_digest;
pub mod judge;
pub mod list_companions;
pub mod list_states;
pub mod lists_audit;
pub mod lists_uploads;
pub mod objections;
pub mod one_list;
pub mod outbox;
pub mod outgoing;
pub mod post_check;
pub mod pre_check;
pub mod publication;
pub mod qc_results;
pub mod reseal;
pub mod retention;
pub mod rule_inputs;
pub mod scope;
pub mod second_look;
pub mod signing_in;
pub mod stay_audit_view;
pub mod stored_list;
pub mod submit;
