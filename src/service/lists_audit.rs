//! `lists.audit`: the offices' decision on a submitted list.

use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::lists_audit::{AuditAnswer, AuditRequest},
    service::{
        exactly_once::{Done, exactly_once},
        list_states::{self, FAILED},
        one_list, scope,
    },
    session::Session,
    store::{Tx, TxError, lists, qc_results},
};

/// Keeps the decision of the call.
///
/// # Errors
/// No such list, another county's institution, a state that takes no decision, and those
/// of [`exactly_once`].
pub async fn run(session: &Session, request: &AuditRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: audit(tx, session, request).await?,
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn audit(
    tx: &Tx<'_>,
    session: &Session,
    request: &AuditRequest,
) -> Result<AuditAnswer, TxError> {
    let code = request.fixmedins_code.as_deref();
    let head = one_list::locked(tx, &request.setl_id, code).await?;
    let head = head.ok_or_else(|| refused(ErrorCode::ListUnknown, "/setl_id"))?;
    scope::oversees(session, &head.fixmedins_code, "/setl_id")?;
    let (caller, to) = (&session.caller, request.stas_type);
    list_states::may_move(caller.role, head.stas_type, to, head.frozen, false)
        .map_err(|code| refused(code, "/stas_type"))?;
    let keys = [&head].into_iter().collect();
    lists::set_states(tx, &keys, &[to]).await?;
    qc_results::set_returned(tx, &head.fixmedins_code, &head.setl_id, to == FAILED).await?;
    let by = (
        caller.app_id.as_str(),
        caller.role.as_str(),
        session.meta.received_at,
    );
    lists::put_review(tx, &head, to, &request.reason, by).await?;
    Ok(AuditAnswer {
        fixmedins_code: head.fixmedins_code,
        setl_id: head.setl_id,
        setl_list_id: head.setl_list_id,
        stas_type: to.to_string(),
    })
}

fn refused(code: ErrorCode, pointer: &str) -> Refusal {
    Refusal::field(code, pointer, code.row().zh, code.row().en)
}
