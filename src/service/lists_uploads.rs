//! `lists.uploads`: what was uploaded in a month, or one list with its content.

use chrono::TimeDelta;
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
    store::{
        Tx, TxError,
        lists::{self, MonthCounts, Settlements},
    },
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
            (None, Some(setl_ym)) => {
                let counts = lists::counts(tx, setl_ym, institution).await?;
                Done {
                    answer: UploadsAnswer::Counts(told(counts, Some(setl_ym), institution)),
                    subject: setl_ym.clone(),
                }
            }
            (None, None) => {
                let span = span(request, institution)?;
                let counts = lists::counts_between(tx, &span).await?;
                Done {
                    answer: UploadsAnswer::Counts(told(counts, None, institution)),
                    subject: format!("{} to {}", span.from, span.to),
                }
            }
        })
    })
    .await
}

/// The span of time that is asked for; a day alone is meant from its beginning, or to its
/// end.
fn span<'a>(
    request: &'a UploadsRequest,
    fixmedins_code: Option<&'a str>,
) -> Result<Settlements<'a>, Refusal> {
    let moment = |text: &Option<String>| {
        let parsed = text.as_deref().and_then(chs_model::parse_datetime);
        parsed.ok_or_else(|| Refusal::internal("a span without its moments"))
    };
    let whole_day = request
        .stt_endtime
        .as_ref()
        .is_some_and(|text| text.len() == 10);
    let last = if whole_day {
        TimeDelta::seconds(86_399)
    } else {
        TimeDelta::zero()
    };
    Ok(Settlements {
        fixmedins_code,
        from: moment(&request.stt_begntime)?,
        to: moment(&request.stt_endtime)? + last,
        med_types: &request.med_type_list,
        refunds: request.refd_setl_flag.as_deref() == Some("1"),
    })
}

fn told(counts: MonthCounts, setl_ym: Option<&str>, institution: Option<&str>) -> UploadCounts {
    let [not_submitted, submitted, passed, failed] = counts.by_state;
    UploadCounts {
        setl_ym: setl_ym.map(str::to_owned),
        fixmedins_code: institution.map(str::to_owned),
        not_submit_cnt: not_submitted,
        submitted_cnt: submitted,
        pass_cnt: passed,
        not_pass_cnt: failed,
        hospital_submit_cnt: counts.by_state.iter().sum(),
        need_upload_cnt: counts.due,
    }
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
