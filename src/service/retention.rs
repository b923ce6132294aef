//! Deleting what has been kept long enough; each deletion stands in the audit chain with
//! its counts.

use chrono::{DateTime, Months, TimeDelta, Utc};

use crate::{
    app::App,
    audit::{self, Entry},
    error::Refusal,
    store::{Tx, TxError, retention},
};

/// Deletes one batch of everything that is due; tells whether there was anything, so that
/// the caller comes back for more.
///
/// # Errors
/// The database.
pub async fn purge(app: &App, now: DateTime<Utc>) -> Result<bool, Refusal> {
    let settings = &app.config.retention;
    let messages = now - TimeDelta::days(i64::from(settings.outbox_days));
    let patients = match settings.patient_months {
        0 => None,
        months => now.checked_sub_months(Months::new(months)),
    };
    let request_id = uuid::Uuid::now_v7().simple().to_string();
    app.store
        .run_tx("retention.purge", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &request_id).await?;
            let counts = [
                ("outbox", retention::delete_messages(tx, messages).await?),
                ("files", retention::delete_files(tx, now).await?),
                ("lists", lists(tx, patients).await?),
                ("records", records(tx, patients).await?),
            ];
            let deleted: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
            if deleted.is_empty() {
                return Ok(false);
            }
            let told = deleted
                .iter()
                .map(|(what, count)| format!("{what} {count}"));
            let subject = told.collect::<Vec<_>>().join(", ");
            tracing::info!(subject, "kept long enough, deleted");
            let entry = Entry {
                app_id: "gateway",
                role: "gateway",
                operation: "retention.purge",
                request_id: &request_id,
                subject: &subject,
                outcome: "done",
            };
            audit::append(tx, lane, entry, now);
            Ok(true)
        })
        .await
}

/// The settlement month of a moment, China time.
fn month(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(8)).format("%Y%m").to_string()
}

async fn lists(tx: &Tx<'_>, before: Option<DateTime<Utc>>) -> Result<i64, TxError> {
    match before {
        Some(before) => retention::delete_lists(tx, &month(before)).await,
        None => Ok(0),
    }
}

async fn records(tx: &Tx<'_>, before: Option<DateTime<Utc>>) -> Result<i64, TxError> {
    match before {
        Some(before) => retention::delete_records(tx, &month(before), before).await,
        None => Ok(0),
    }
}
