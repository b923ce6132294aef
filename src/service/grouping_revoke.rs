//! `groupings.revoke`, and the revocation that the withdrawal of a list brings about.

use serde_json::{Value, json};

use crate::{
    error::Refusal,
    operations::groupings_revoke::{RevokeAnswer, RevokeRequest},
    service::{
        exactly_once::{Done, exactly_once},
        one_list, outgoing,
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::ListKeys,
        reported_groupings::{self, Reported, Revocation},
    },
    wire,
};

/// Reason 1: the list is corrected.
const LIST_CORRECTED: i16 = 1;

/// Revokes the result of the call.
///
/// # Errors
/// A settlement id of several institutions, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &RevokeRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: revoke(tx, session, request).await?,
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn revoke(
    tx: &Tx<'_>,
    session: &Session,
    request: &RevokeRequest,
) -> Result<RevokeAnswer, TxError> {
    let code = request.fixmedins_code.as_deref();
    let Some(head) = one_list::locked(tx, &request.setl_id, code).await? else {
        return Ok(answer(request, "NOT_REPORTED", None));
    };
    let keys: ListKeys = [&head].into_iter().collect();
    let reported = reported_groupings::of_cases(tx, &keys).await?;
    let found = reported.iter().find(|one| one.sequence == request.sequence);
    let Some(found) = found else {
        return Ok(answer(request, "NOT_REPORTED", None));
    };
    if let Some(revocation) = &found.revoked {
        return Ok(answer(request, "REVOKED", Some(revocation)));
    }
    if head.frozen {
        return Ok(answer(request, "FROZEN", None));
    }
    let revocation = Revocation {
        at: session.meta.received_at,
        by: session.caller.app_id.clone(),
        reason_code: request.reason_code,
        reason: request.reason.clone(),
    };
    // At most one sequence is in force: it is the one found.
    let revoked = reported_groupings::revoke(tx, &keys, &revocation).await?;
    report_upward(tx, session, &revoked).await?;
    Ok(answer(request, "REVOKED", Some(&revocation)))
}

fn answer(
    request: &RevokeRequest,
    result: &'static str,
    revocation: Option<&Revocation>,
) -> RevokeAnswer {
    RevokeAnswer {
        setl_id: request.setl_id.clone(),
        sequence: request.sequence,
        result,
        revoked: revocation.is_some(),
        revoked_at: revocation.map(|one| wire::china_time(one.at)),
        operator: revocation.map(|one| one.by.clone()),
        reason_code: revocation.map(|one| one.reason_code.to_string()),
        reason: revocation.map(|one| one.reason.clone()),
    }
}

/// Revokes what was reported of lists that their hospital takes back (4102 to 0), and
/// reports the revocations upward, in the transaction of the withdrawal.
///
/// # Errors
/// [`TxError::Database`].
pub async fn withdrawn(tx: &Tx<'_>, session: &Session, keys: &ListKeys) -> Result<(), TxError> {
    let revocation = Revocation {
        at: session.meta.received_at,
        by: session.caller.app_id.clone(),
        reason_code: LIST_CORRECTED,
        reason: "医疗机构撤回清单 / the list was withdrawn by its hospital".to_owned(),
    };
    let revoked = reported_groupings::revoke(tx, keys, &revocation).await?;
    report_upward(tx, session, &revoked).await
}

async fn report_upward(
    tx: &Tx<'_>,
    session: &Session,
    revoked: &[Reported],
) -> Result<(), TxError> {
    let messages = revoked
        .iter()
        .filter_map(|one| {
            let revocation = one.revoked.as_ref()?;
            let data = json!({
                "setl_id": one.setl_id,
                "fixmedins_code": one.fixmedins_code,
                "sequence": one.sequence,
                "reason_code": revocation.reason_code.to_string(),
                "reason": revocation.reason,
            });
            Some((one.setl_id.clone(), data))
        })
        .collect();
    outgoing::enqueue(tx, session, "groupings.revoke", messages).await
}
