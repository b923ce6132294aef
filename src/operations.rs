//! The operations of the contract, one file each, always in the same order: types, doc,
//! handler, tests. [`Operation`] is a row of the table; `router` mounts them.

pub mod bills_confirm;
pub mod bills_confirm_state;
pub mod bills_entry;
pub mod bills_monthly;
pub mod bills_run;
pub mod bills_step;
pub mod catalogue_diff;
pub mod category_change;
pub mod clearing_propose;
pub mod clearing_query;
pub mod clearing_step;
pub mod cross_region_bills;
pub mod cross_region_decide;
pub mod discharge_guard;
pub mod fee_guard;
pub mod files_download;
pub mod files_upload;
pub mod groupings_fee_summary;
pub mod groupings_report;
pub mod groupings_revoke;
pub mod groupings_verify;
pub mod items;
pub mod lists_audit;
pub mod lists_uploads;
pub mod mapping_guard;
pub mod negotiation_open;
pub mod negotiation_query;
pub mod negotiation_step;
pub mod objections_decide;
pub mod objections_submit;
pub mod publication_publish;
pub mod publication_query;
pub mod qc_post_check;
pub mod qc_pre_check;
pub mod qc_results;
pub mod reconciliation_apply;
pub mod reconciliation_day;
pub mod reconciliation_day_result;
pub mod reconciliation_details;
pub mod reconciliation_freeze;
pub mod reconciliation_totals;
pub mod reconciliation_withdraw;
pub mod reports_submit;
mod settlement_list;
pub mod sign_in;
pub mod sign_out;
pub mod special_cases_change;
pub mod special_cases_declare;
pub mod special_cases_list;
pub mod special_cases_opinions;
pub mod special_cases_review;
pub mod stay_audit_view;
pub mod transaction;

use std::pin::Pin;

use chrono::NaiveDateTime;
use chs_envelope::canonical::Document;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use self::transaction::Transaction;
use crate::{
    caller::Role,
    doors::admission::{self, Sent},
    error::{FieldError, Refusal},
    session::Session,
};

/// One interface of the gateway.
pub trait Operation: Sized + 'static {
    /// Operation id, e.g. `qc.pre-check`.
    const ID: &'static str;
    /// Name of the service, Chinese first.
    const TITLE: &'static str;
    /// Path below `/api/v1`.
    const PATH: &'static str;
    /// Roles that may call it.
    const ROLES: &'static [Role];
    /// Transactions that it answers at the transaction door, its own number first.
    const TRANSACTIONS: &'static [Transaction];
    /// What the opened data becomes.
    type Request;

    /// JSON Schema (2020-12) of the opened data: types and shapes.
    fn schema() -> Value;

    /// Turns data that fits the schema into a request.
    ///
    /// # Errors
    /// The fields that the schema let through but the request cannot take.
    fn parse(data: Value) -> Result<Self::Request, Vec<FieldError>>;

    /// As [`Self::parse`], of the document itself. Operations on whole lists read them from
    /// it, without a tree of values between.
    ///
    /// # Errors
    /// As [`Self::parse`].
    fn read(data: Document<'_>) -> Result<Self::Request, Vec<FieldError>> {
        Self::parse(data.into_value())
    }

    /// Carries out a request in one transaction of the database.
    ///
    /// # Errors
    /// Those of its service.
    fn run(
        session: &Session,
        request: &Self::Request,
    ) -> impl Future<Output = Result<Value, Refusal>>;
}

/// Work of an operation that is told apart at run time.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Value, Refusal>> + 'a>>;

/// A row of the table, without types.
#[derive(Debug, Clone, Copy)]
pub struct OperationRow {
    /// Operation id.
    pub id: &'static str,
    /// Name of the service.
    pub title: &'static str,
    /// Path below `/api/v1`.
    pub path: &'static str,
    /// Roles that may call it.
    pub roles: &'static [Role],
    /// JSON Schema of the opened data.
    pub schema: fn() -> Value,
    /// Transactions that it answers.
    pub transactions: &'static [Transaction],
    /// Admits data and carries out the request that it becomes.
    pub carry_out: for<'a> fn(&'a Session, Value) -> Work<'a>,
}

impl OperationRow {
    const fn of<O: Operation>() -> OperationRow {
        OperationRow {
            id: O::ID,
            title: O::TITLE,
            path: O::PATH,
            roles: O::ROLES,
            schema: O::schema,
            transactions: O::TRANSACTIONS,
            carry_out: carry_out::<O>,
        }
    }
}

fn carry_out<O: Operation>(session: &Session, data: Value) -> Work<'_> {
    Box::pin(async move {
        let sent = Sent {
            data: Document::from_value(&data),
            is_canonical: false,
        };
        let request = admission::admit::<O>(session, sent)?;
        O::run(session, &request).await
    })
}

/// The table of operations: what is not here is not offered.
pub const TABLE: &[OperationRow] = &[
    OperationRow::of::<qc_pre_check::PreCheck>(),
    OperationRow::of::<qc_post_check::PostCheck>(),
    OperationRow::of::<qc_results::QcResults>(),
    OperationRow::of::<lists_uploads::Uploads>(),
    OperationRow::of::<groupings_fee_summary::FeeSummary>(),
    OperationRow::of::<reports_submit::Submit>(),
    OperationRow::of::<bills_monthly::Monthly>(),
    OperationRow::of::<groupings_report::Report>(),
    OperationRow::of::<groupings_revoke::Revoke>(),
    OperationRow::of::<groupings_verify::Verify>(),
    OperationRow::of::<lists_audit::Audit>(),
    OperationRow::of::<publication_publish::Publish>(),
    OperationRow::of::<publication_query::Published>(),
    OperationRow::of::<objections_submit::Object>(),
    OperationRow::of::<objections_decide::Decide>(),
    OperationRow::of::<stay_audit_view::StayAuditView>(),
    OperationRow::of::<discharge_guard::DischargeGuard>(),
    OperationRow::of::<fee_guard::FeeGuard>(),
    OperationRow::of::<category_change::CategoryChange>(),
    OperationRow::of::<catalogue_diff::CatalogueDiff>(),
    OperationRow::of::<mapping_guard::MappingGuard>(),
    OperationRow::of::<sign_in::SignIn>(),
    OperationRow::of::<sign_out::SignOut>(),
    OperationRow::of::<special_cases_declare::Declare>(),
    OperationRow::of::<special_cases_change::ChangeCase>(),
    OperationRow::of::<special_cases_review::Review>(),
    OperationRow::of::<special_cases_list::ListCases>(),
    OperationRow::of::<special_cases_opinions::Opinions>(),
    OperationRow::of::<reconciliation_apply::Apply>(),
    OperationRow::of::<reconciliation_withdraw::Withdraw>(),
    OperationRow::of::<reconciliation_freeze::Freeze>(),
    OperationRow::of::<files_upload::Upload>(),
    OperationRow::of::<files_download::Download>(),
    OperationRow::of::<reconciliation_totals::Totals>(),
    OperationRow::of::<reconciliation_details::Details>(),
    OperationRow::of::<reconciliation_day::Day>(),
    OperationRow::of::<reconciliation_day_result::DayResult>(),
    OperationRow::of::<bills_run::Run>(),
    OperationRow::of::<bills_step::Step>(),
    OperationRow::of::<bills_entry::Enter>(),
    OperationRow::of::<bills_confirm::Confirm>(),
    OperationRow::of::<bills_confirm_state::ConfirmState>(),
    OperationRow::of::<clearing_propose::Propose>(),
    OperationRow::of::<clearing_step::Step>(),
    OperationRow::of::<clearing_query::Cleared>(),
    OperationRow::of::<cross_region_bills::AreaBills>(),
    OperationRow::of::<cross_region_decide::Decide>(),
    OperationRow::of::<negotiation_open::Open>(),
    OperationRow::of::<negotiation_step::Step>(),
    OperationRow::of::<negotiation_query::Negotiated>(),
];

/// A request out of data that fits its schema.
pub(crate) fn request<R: DeserializeOwned>(data: Value) -> Result<R, Vec<FieldError>> {
    serde_json::from_value(data)
        .map_err(|error| vec![FieldError::new("", "请求不正确", error.to_string())])
}

/// A small whole number that callers send as text or as a number.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i16, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(i16),
    }
    match Either::deserialize(deserializer)? {
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
        Either::Number(number) => Ok(number),
    }
}

/// A time (`yyyy-MM-dd HH:mm[:ss]`, China time) of a request.
pub(crate) fn moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NaiveDateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    chs_model::parse_datetime(&text)
        .ok_or_else(|| serde::de::Error::custom("no time (yyyy-MM-dd HH:mm)"))
}

/// A time of a request that may be left out or null.
pub(crate) fn moment_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDateTime>, D::Error> {
    #[derive(Deserialize)]
    struct Time(#[serde(deserialize_with = "moment")] NaiveDateTime);
    let time = Option::<Time>::deserialize(deserializer)?;
    Ok(time.map(|Time(time)| time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles_and_no_id_or_path_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for row in TABLE {
            assert!(seen.insert(row.id) && seen.insert(row.path), "{}", row.id);
            jsonschema::validator_for(&(row.schema)()).unwrap();
        }
    }

    #[test]
    fn every_operation_has_a_transaction_and_none_answers_anothers() {
        let mut seen = std::collections::HashSet::new();
        for row in TABLE {
            assert!(!row.transactions.is_empty(), "{}", row.id);
            for transaction in row.transactions {
                assert!(seen.insert(transaction.infno), "{}", transaction.infno);
            }
        }
    }
}
