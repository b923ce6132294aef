//! `bills.entry`: advances, deductions, and corrections of a frozen month.

use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::bills_entry::{EnterAnswer, EnterRequest, Kind},
    service::{
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError, monthly_batches,
        monthly_bills::{self, Entry, EntryKind},
    },
    wire,
};

/// Keeps the entry of the call.
///
/// # Errors
/// A difference to a month that is not frozen, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &EnterRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: entered(tx, session, request).await?,
            subject: request.fixmedins_code.clone(),
        })
    })
    .await
}

async fn entered(
    tx: &Tx<'_>,
    session: &Session,
    request: &EnterRequest,
) -> Result<EnterAnswer, TxError> {
    let kind = match request.kind {
        Kind::Advance => EntryKind::Advance,
        Kind::Deduction => EntryKind::Deduction,
        Kind::Difference => EntryKind::Difference,
    };
    if let (EntryKind::Difference, Some(setl_ym)) = (kind, &request.setl_ym) {
        let batches = monthly_batches::of_month(tx, &request.fixmedins_code, setl_ym).await?;
        if !batches
            .iter()
            .any(|batch| batch.key.insutype == request.insutype)
        {
            return Err(refused(ErrorCode::BatchUnknown, "/setl_ym").into());
        }
    }
    // One call makes one entry, however often it is sent.
    let parts = [&session.caller.app_id, &session.meta.request_id].map(String::as_str);
    let entry_id = settlement_ids::of(Named::Entry, &parts);
    let entry = Entry {
        fixmedins_code: &request.fixmedins_code,
        entry_id: &entry_id,
        insutype: &request.insutype,
        kind,
        amount_fen: request.amount.fen(),
        reason_code: &request.reason_code,
        reason: &request.reason,
        of_setl_ym: request.setl_ym.as_deref(),
        setl_id: request.setl_id.as_deref(),
        billed_ym: None,
    };
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    monthly_bills::put_entry(tx, &entry, by).await?;
    Ok(EnterAnswer {
        entry_id,
        kind: kind.as_str(),
        amount: wire::yuan(request.amount),
    })
}
