//! `bills.confirm` (9202) and `bills.confirm-state` (9203): an institution's month as it was
//! billed.

use chs_model::Money;
use chs_settlement::states::{BatchAction, BatchState};
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::{
        bills_confirm::{ConfirmAnswer, ConfirmRequest, WrapperResponse},
        bills_step::StepRequest,
    },
    service::{
        bills_monthly::billed_here,
        bills_step,
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        monthly_batches::{self, Batch},
        settlement_months::{self, MonthState},
    },
};

/// Confirms every batch of the month that is being reconciled, at the amount of its bill.
///
/// # Errors
/// Nothing that waits for confirmation, and those of [`exactly_once`].
pub async fn confirm(session: &Session, request: &ConfirmRequest) -> Result<Value, Refusal> {
    scope::institution(&session.caller, Some(&request.fixmedins_code))?;
    exactly_once(session, async |tx: &Tx<'_>| {
        confirmed(tx, session, request).await?;
        let code = &request.fixmedins_code;
        Ok(Done {
            answer: answer(format!(
                "{code} 正在核定中，请稍后查询核定状态 / verification is running, ask for its state"
            )),
            subject: format!("{} {code}", request.clr_ym),
        })
    })
    .await
}

async fn confirmed(
    tx: &Tx<'_>,
    session: &Session,
    request: &ConfirmRequest,
) -> Result<(), TxError> {
    let (code, setl_ym) = (&request.fixmedins_code, &request.clr_ym);
    let month = settlement_months::found(tx, setl_ym).await?;
    let batches = monthly_batches::lock(tx, code, setl_ym, None).await?;
    if !ours(session, request) || batches.is_empty() {
        return Err(refused(ErrorCode::BatchUnknown, "/clrYm").into());
    }
    if month.is_none_or(|month| month.state != MonthState::Billed) {
        return Err(refused(ErrorCode::MonthState, "/clrYm").into());
    }
    // A repeat finds them confirmed, which is what it asks for.
    let reconciling = BatchState::Reconciling.as_str();
    if !batches
        .iter()
        .all(|batch| batch.state == reconciling || is_confirmed(batch))
    {
        return Err(refused(ErrorCode::MonthState, "/clrYm").into());
    }
    for mut batch in batches {
        if batch.state == reconciling {
            let step = equal(&batch);
            bills_step::step(tx, session, &step, &mut batch).await?;
        }
    }
    Ok(())
}

fn ours(session: &Session, request: &ConfirmRequest) -> bool {
    let (optins, flag, place) = (&request.clr_optins, &request.vali_flag, &request.pay_loc);
    billed_here(session, optins, flag, place)
}

fn equal(batch: &Batch) -> StepRequest {
    StepRequest {
        fixmedins_code: batch.key.fixmedins_code.clone(),
        setl_ym: batch.key.setl_ym.clone(),
        insutype: batch.key.insutype.clone(),
        action: BatchAction::Equal.as_str().to_owned(),
        version: None,
        amount: batch.due_fen.map(Money::from_fen),
        reference: None,
        digest: None,
        reason_code: None,
        reason: None,
        opter_id: None,
    }
}

/// Whether the batch has come through its reconciliation.
fn is_confirmed(batch: &Batch) -> bool {
    matches!(
        BatchState::from_name(&batch.state),
        Some(
            BatchState::Reconciled
                | BatchState::PaymentRequested
                | BatchState::PaymentFailed
                | BatchState::Paid
                | BatchState::Closed
        )
    )
}

/// Answers whether the month is confirmed.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn state(session: &Session, request: &ConfirmRequest) -> Result<Value, Refusal> {
    scope::institution(&session.caller, Some(&request.fixmedins_code))?;
    scope::oversees(session, &request.fixmedins_code, "/fixmedinsCode")?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let code = &request.fixmedins_code;
        let batches = monthly_batches::of_month(tx, code, &request.clr_ym).await?;
        let done = !batches.is_empty() && batches.iter().all(is_confirmed);
        let message = if ours(session, request) && done {
            format!("{code} 确认和核定成功 / confirmed")
        } else {
            format!("{code} 尚未确认或没有数据 / not confirmed yet, or no data")
        };
        Ok(Done {
            answer: answer(message),
            subject: format!("{} {code}", request.clr_ym),
        })
    })
    .await
}

fn answer(message: String) -> ConfirmAnswer {
    ConfirmAnswer {
        wrapper_response: WrapperResponse {
            code: 0,
            kind: "success",
            message,
        },
    }
}
