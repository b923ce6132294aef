//! `lists.audit`: the offices' decision on a submitted list.

use serde_json::Value;

use crate::{
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
    operations::lists_audit::{AuditAnswer, AuditRequest},
    service::{
        exactly_once::{Done, exactly_once},
        list_states::{self, FAILED},
        one_list,
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::{self, ListHead},
        qc_results,
    },
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
    oversees(session, &head)?;
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

/// A county office decides on the institutions of its own division only.
fn oversees(session: &Session, head: &ListHead) -> Result<(), Refusal> {
    let caller: &Caller = &session.caller;
    let register = session.app.register.current();
    let registered = register.institution(&head.fixmedins_code);
    let own = registered.is_some_and(|institution| {
        institution.admdvs == caller.admdvs
            // An office registered with the city's own division serves the whole city.
            || caller.admdvs.ends_with("00") && institution.admdvs.get(..4) == caller.admdvs.get(..4)
    });
    if caller.role != Role::County || own {
        return Ok(());
    }
    Err(Refusal::field(
        ErrorCode::ForeignData,
        "/setl_id",
        "不是本县区机构的清单",
        "the list is of another county's institution",
    ))
}
