//! `catalogue.diff`: a page of the changes between two releases of the national catalogue.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use chs_quality::hospital::{CatalogueChange, CatalogueQuery, ChangeKind, catalogue_diff};
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::catalogue_diff::{CatalogueDiffAnswer, CatalogueDiffRequest, CatalogueRow},
    service::exactly_once::{Done, exactly_once},
    session::Session,
    store::Tx,
};

/// Answers the query of the call.
///
/// # Errors
/// [`ErrorCode::CatalogueNotLoaded`], and those of [`exactly_once`].
pub async fn run(session: &Session, request: &CatalogueDiffRequest) -> Result<Value, Refusal> {
    let catalogue = session.app.catalogue.current();
    let releases = catalogue.releases();
    let releases = releases.ok_or_else(|| Refusal::new(ErrorCode::CatalogueNotLoaded))?;
    let used: BTreeSet<&str> = request.used.iter().map(String::as_str).collect();
    let today = (session.meta.received_at + TimeDelta::hours(8)).date_naive();
    let query = CatalogueQuery {
        nhsa_code: request.nhsa_code.as_deref(),
        reg_name: request.reg_name.as_deref(),
        approval_no: request.approval_no.as_deref(),
        manufacturer: request.manufacturer.as_deref(),
    };
    let mut changes = catalogue_diff(&releases.earlier, &releases.later, &used, today);
    changes.retain(|change| query.fits(change.item));
    let before = u64::from(request.page_num - 1) * u64::from(request.page_size);
    let before = usize::try_from(before).map_err(Refusal::internal)?;
    let size = usize::try_from(request.page_size).map_err(Refusal::internal)?;
    exactly_once(session, async |_: &Tx<'_>| {
        let page = changes.iter().skip(before).take(size);
        Ok(Done {
            answer: CatalogueDiffAnswer {
                rows: page.map(row).collect(),
                total: changes.len(),
                page_num: request.page_num,
                page_size: request.page_size,
            },
            subject: String::new(),
        })
    })
    .await
}

fn row(change: &CatalogueChange<'_>) -> CatalogueRow {
    let item = change.item;
    CatalogueRow {
        change: match change.kind {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Expired => "expired",
        },
        nhsa_code: item.nhsa_code.clone(),
        reg_name: item.reg_name.clone(),
        approval_no: item.approval_no.clone(),
        manufacturer: item.manufacturer.clone(),
        spec: item.spec.clone(),
        valid_from: item.valid_from,
        valid_to: item.valid_to,
    }
}
