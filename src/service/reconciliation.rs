//! `reconciliation.apply` and `reconciliation.withdraw`: a hospital asks for its month.

use chs_model::Money;
use chs_settlement::matching::OutOfRange;
use serde_json::Value;

use crate::{
    error::{ErrorCode, FieldError, Refusal},
    operations::{
        reconciliation_apply::{ApplyAnswer, ApplyRequest},
        reconciliation_withdraw::{WithdrawAnswer, WithdrawRequest},
    },
    service::{
        exactly_once::{Done, exactly_once},
        scope,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError,
        month_applications::{self, Totals},
        settlement_months::{self, MonthState},
    },
};

/// Takes the application of the call.
///
/// # Errors
/// Totals that are not ours, a month that was applied for or is valued, and those of
/// [`exactly_once`].
pub async fn apply(session: &Session, request: &ApplyRequest) -> Result<Value, Refusal> {
    let institution = own(session)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: applied(tx, session, request, institution).await?,
            subject: request.setl_ym.clone(),
        })
    })
    .await
}

/// The institution of a hospital's call.
fn own(session: &Session) -> Result<&str, Refusal> {
    scope::institution(&session.caller, None)?
        .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))
}

async fn applied(
    tx: &Tx<'_>,
    session: &Session,
    request: &ApplyRequest,
    institution: &str,
) -> Result<ApplyAnswer, TxError> {
    month_applications::hold(tx, institution, &request.setl_ym).await?;
    let month = settlement_months::found(tx, &request.setl_ym).await?;
    let closed = month.is_some_and(|month| month.state != MonthState::Open);
    let last = month_applications::last(tx, institution, &request.setl_ym).await?;
    let pending = last
        .as_ref()
        .is_some_and(|last| matches!(last.state.as_str(), "APPLIED" | "FROZEN"));
    if closed || pending {
        return Err(refused(ErrorCode::MonthState, "/setl_ym").into());
    }
    let ours = month_applications::totals(tx, institution, &request.setl_ym).await?;
    let theirs = Totals {
        psntime: request.psntime,
        medfee_fen: request.medfee_sumamt.fen(),
    };
    if ours != theirs {
        return Err(unequal(ours, theirs).into());
    }
    let number = last.map_or(0, |last| last.number) + 1;
    let parts = [institution, &request.setl_ym, &number.to_string()];
    let clr_appy_evt_id = settlement_ids::of(Named::Application, &parts);
    month_applications::put(
        tx,
        (institution, &request.setl_ym),
        (number, &clr_appy_evt_id),
        ours,
        (session.meta.received_at, &session.caller.app_id),
    )
    .await?;
    Ok(ApplyAnswer {
        clr_appy_evt_id,
        setl_ym: request.setl_ym.clone(),
        state: "APPLIED",
        stmt_rslt: "0",
    })
}

/// Both sides' figures, where they differ.
fn unequal(ours: Totals, theirs: Totals) -> Refusal {
    let mut errors = Vec::new();
    if ours.psntime != theirs.psntime {
        errors.push(FieldError::new(
            "/psntime",
            format!("中心人次 {}", ours.psntime),
            format!("the centre counts {}", ours.psntime),
        ));
    }
    if ours.medfee_fen != theirs.medfee_fen {
        let amount = Money::from_fen(ours.medfee_fen).to_decimal();
        errors.push(FieldError::new(
            "/medfee_sumamt",
            format!("中心总费用 {amount}"),
            format!("the centre's total cost is {amount}"),
        ));
    }
    Refusal::new(ErrorCode::AmountMismatch).with_errors(errors)
}

/// Withdraws the application of the call.
///
/// # Errors
/// No such application, one that is decided, and those of [`exactly_once`].
pub async fn withdraw(session: &Session, request: &WithdrawRequest) -> Result<Value, Refusal> {
    let institution = own(session)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: withdrawn(tx, session, request, institution).await?,
            subject: request.clr_appy_evt_id.clone(),
        })
    })
    .await
}

async fn withdrawn(
    tx: &Tx<'_>,
    session: &Session,
    request: &WithdrawRequest,
    institution: &str,
) -> Result<WithdrawAnswer, TxError> {
    let id = &request.clr_appy_evt_id;
    let setl_ym = match request.setl_ym.as_str() {
        "" => month_applications::month_of(tx, institution, id).await?,
        setl_ym => Some(setl_ym.to_owned()),
    };
    let unknown = || refused(ErrorCode::ApplicationUnknown, "/clr_appy_evt_id");
    let setl_ym = &setl_ym.ok_or_else(unknown)?;
    month_applications::hold(tx, institution, setl_ym).await?;
    let last = month_applications::last(tx, institution, setl_ym).await?;
    let last = last
        .filter(|last| last.clr_appy_evt_id == request.clr_appy_evt_id)
        .ok_or_else(unknown)?;
    if last.state != "APPLIED" {
        return Err(refused(ErrorCode::MonthState, "/clr_appy_evt_id").into());
    }
    let key = (institution, setl_ym.as_str(), last.number);
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    month_applications::decide(tx, key, ("WITHDRAWN", ""), by).await?;
    Ok(WithdrawAnswer {
        clr_appy_evt_id: last.clr_appy_evt_id,
        state: "WITHDRAWN",
    })
}

/// Amounts of a file that no sum holds.
pub(super) fn out_of_range(error: OutOfRange) -> Refusal {
    let told = error.to_string();
    let (zh, en) = told.split_once(" / ").unwrap_or((&told, &told));
    Refusal::field(ErrorCode::FileTotals, "/file_qury_no", zh, en)
}

/// A refusal about one field, in the words of the error table.
pub(super) fn refused(code: ErrorCode, pointer: &str) -> Refusal {
    Refusal::field(code, pointer, code.row().zh, code.row().en)
}
