//! `qc.post-check`: judge a stored list anew.
//!
//! A submitted list whose group is not on report is judged like at its submission: its
//! state and group follow. Of any other list only the QC result is kept. Passed and
//! frozen lists are not touched.

use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::qc_post_check::{PostCheckAnswer, PostCheckRequest},
    service::{
        exactly_once::{Done, exactly_once},
        judge,
        list_states::{PASSED, SUBMITTED},
        one_list, scope, stored_list,
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::{self, ListKeys},
        reported_groupings::{self, REVOKED},
    },
};

/// Judges the list of the call.
///
/// # Errors
/// Another institution's list, no such list, a passed or frozen one, and those of
/// [`exactly_once`].
pub async fn run(session: &Session, request: &PostCheckRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, request.fixmedins_code.as_deref())?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: check(tx, session, request, institution).await?,
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn check(
    tx: &Tx<'_>,
    session: &Session,
    request: &PostCheckRequest,
    institution: Option<&str>,
) -> Result<PostCheckAnswer, TxError> {
    let refused = |code: ErrorCode| Refusal::field(code, "/setl_id", code.row().zh, code.row().en);
    let head = one_list::locked(tx, &request.setl_id, institution).await?;
    let head = head.ok_or_else(|| refused(ErrorCode::ListUnknown))?;
    if head.frozen {
        return Err(refused(ErrorCode::ListFrozen).into());
    }
    if head.stas_type == PASSED {
        return Err(refused(ErrorCode::ListState).into());
    }
    let (app, now) = (&*session.app, session.meta.received_at);
    let keys: ListKeys = [&head].into_iter().collect();
    let bodies = lists::bodies(tx, &keys).await?;
    let joined = stored_list::open_all(tx, app, std::slice::from_ref(&head), &bodies).await?;
    let joined = joined.first();
    let joined = joined.ok_or_else(|| Refusal::internal("a list without a body"))?;
    // Lists of an earlier release get their person and digest here.
    let facts = stored_list::facts(app, &joined.list, &head.fixmedins_code, &head.setl_id)?;
    lists::set_facts(tx, &head.fixmedins_code, &head.setl_id, &facts).await?;
    let reports = reported_groupings::of_cases(tx, &keys).await?;
    let on_report = reports.last().is_some_and(|report| report.state != REVOKED);
    let (stas_type, assessment) = if head.stas_type == SUBMITTED && !on_report {
        let lists = [(&head, joined)];
        let judged = judge::submitted(tx, app, &session.caller, &lists, now).await?;
        let judged = judged.into_iter().next();
        let judged = judged.ok_or_else(|| Refusal::internal("one list gave no judgement"))?;
        (judged.stas_type, judged.assessment)
    } else {
        let list = (&head, joined);
        let assessment = judge::checked(tx, app, &session.caller, list, now).await?;
        (head.stas_type, assessment)
    };
    Ok(PostCheckAnswer {
        fixmedins_code: head.fixmedins_code,
        setl_id: head.setl_id,
        stas_type: stas_type.to_string(),
        assessment,
    })
}
