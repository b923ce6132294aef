//! The settlement list (医疗保障基金结算清单, transaction 4101) as a type, with what
//! every other crate needs to speak about it: the field table, code systems,
//! dictionaries, money, dates and identity numbers.
//!
//! Parsing checks shapes only: JSON types, unknown members, size guards. What a
//! list lacks or says wrongly is the business of quality control, so a parsed
//! list keeps every value exactly as it was sent.

#![deny(
    clippy::float_arithmetic,
    clippy::float_cmp,
    clippy::lossy_float_literal
)]

mod calendar;
pub mod dictionary;
mod exact_decimal;
mod field;
pub mod fields;
pub mod icd;
pub mod id_card;
pub mod json;
mod list;
mod money;
mod node;
mod procedure;
mod quoted;
mod row;
pub mod schema;
mod violation;

pub use calendar::{completed_days, completed_years, parse_date, parse_datetime};
pub use exact_decimal::parse_decimal;
pub use field::{Field, FieldDef, Kind, Layout};
pub use list::{MAX_ROWS, MAX_TEXT, SettlementList};
pub use money::{Money, MoneyError};
pub use node::Node;
pub use procedure::names_procedure;
pub use row::Row;
pub use violation::{Violation, ViolationKind, pointer};
