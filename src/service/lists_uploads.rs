//! `lists.uploads`: what was uploaded in a month, or one list with its content.

use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::lists_uploads::{UploadCounts, UploadedList, UploadsAnswer, UploadsRequest},
    service::{
        exactly_once::{Done, exactly_once},
        one_list, scope, stored_list,
    },
    session::Session,
    store::{Tx, TxError, lists},
    wire,
};

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, no such list, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &UploadsRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, request.fixmedins_code.as_deref())?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(match (&request.setl_id, &request.setl_ym) {
            (Some(setl_id), _) => Done {
                answer: UploadsAnswer::One(Box::new(
                    one(tx, session, request, setl_id, institution).await?,
                )),
                subject: setl_id.clone(),
            },
            (None, setl_ym) => {
                let setl_ym = setl_ym.as_deref().unwrap_or_default();
                Done {
                    answer: UploadsAnswer::Counts(counts(tx, setl_ym, institution).await?),
                    subject: setl_ym.to_owned(),
                }
            }
        })
    })
    .await
}

async fn counts(
    tx: &Tx<'_>,
    setl_ym: &str,
    institution: Option<&str>,
) -> Result<UploadCounts, TxError> {
    let counts = lists::counts(tx, setl_ym, institution).await?;
    let [not_submitted, submitted, passed, failed] = counts.by_state;
    Ok(UploadCounts {
        setl_ym: setl_ym.to_owned(),
        fixmedins_code: institution.map(str::to_owned),
        not_submit_cnt: not_submitted,
        submitted_cnt: submitted,
        pass_cnt: passed,
        not_pass_cnt: failed,
        hospital_submit_cnt: counts.by_state.iter().sum(),
        need_upload_cnt: counts.due,
    })
}

async fn one(
    tx: &Tx<'_>,
    session: &Session,
    request: &UploadsRequest,
    setl_id: &str,
    institution: Option<&str>,
) -> Result<UploadedList, TxError> {
    let unknown = |pointer: &str| {
        let row = ErrorCode::ListUnknown.row();
        Refusal::field(ErrorCode::ListUnknown, pointer, row.zh, row.en)
    };
    let head = one_list::found(tx, setl_id, institution).await?;
    let head = head.ok_or_else(|| unknown("/setl_id"))?;
    let master = &session.app.keys.master;
    if let Some(psn_no) = &request.psn_no {
        let hash = Some(stored_list::psn_no_hash(master, psn_no)?);
        if head.psn_no_hash.is_some() && head.psn_no_hash != hash {
            return Err(unknown("/psn_no").into());
        }
    }
    let bodies = lists::bodies(tx, &[&head].into_iter().collect()).await?;
    let body = bodies.into_values().next();
    let body = body.ok_or_else(|| Refusal::internal("a list without a body"))?;
    let place = SealedAs::List(&head.fixmedins_code, &head.setl_id);
    Ok(UploadedList {
        list: stored_list::opened(master, place, &body)?,
        stas_type: head.stas_type.to_string(),
        uploaded_at: wire::china_time(head.uploaded_at),
        fixmedins_code: head.fixmedins_code,
        setl_id: head.setl_id,
        setl_list_id: head.setl_list_id,
        setl_ym: head.setl_ym,
        revision: head.revision,
        frozen: head.frozen,
        input_digest: head.input_digest,
    })
}
