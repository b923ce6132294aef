//! Integration tests: a real gateway on a free port, its real private PostgreSQL, real
//! HTTP. Each test has a gateway of its own, so none sees another's rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod harness;
mod transaction_harness;

mod at_rest;
mod audit_chain;
mod blank_members;
mod callers;
mod city_year;
mod clearing;
mod clearing_crash;
mod command_line;
mod comparison;
mod compatibility;
mod crash;
mod cross_region;
mod dip;
mod documents;
mod envelope_inspect;
mod fleet;
mod group_averages;
mod historic_lists;
mod hospital_side;
mod hostile_http;
mod list_changes;
mod list_mutations;
mod master_key;
mod matrix;
mod month;
mod month_crash;
mod month_of_results;
mod mutations;
mod negotiation;
mod other_crypto;
mod outbox;
mod pre_check;
mod province;
mod publication;
mod queries;
mod reconciliation;
mod refusals;
mod reload;
mod replay;
mod reporting;
mod retention;
mod schema;
mod schemes;
mod state_model;
mod states;
mod storm;
mod submit;
mod thin_lists;
mod tls;
mod together;
mod transaction;
mod transaction_month;
mod transaction_refusals;
mod transaction_replay;
mod verified_together;
