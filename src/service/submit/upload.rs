//! 4101 and 4101A: keep a list, and judge it when it is submitted in the same call.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chs_model::{SettlementList, fields::setlinfo};

use super::{MOST_FEN, check_id, own_institution};
use crate::{
    app::App,
    caller::Caller,
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::reports_submit::SubmitAnswer,
    service::{
        exactly_once::Done,
        judge, put_lists,
        stored_list::{self, JoinedList},
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::{self, ListUpload},
        settlement_records,
    },
};

/// What a stored list is found by.
pub(super) struct ListKeys<'a> {
    fixmedins_code: &'a str,
    setl_id: &'a str,
    setl_ym: String,
    settled_at: NaiveDateTime,
}

impl<'a> ListKeys<'a> {
    pub(super) fn of(
        list: &'a SettlementList,
        caller: &'a Caller,
    ) -> Result<ListKeys<'a>, Refusal> {
        let info = list.setlinfo();
        let text = |field| {
            info.text(field)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let missing = |field: &str, zh: &str| {
            Refusal::field(
                ErrorCode::SchemaViolation,
                format!("/input/setlinfo/{field}"),
                zh,
                "required for an upload",
            )
        };
        let own = own_institution(caller)?;
        if text(setlinfo::FIXMEDINS_CODE).is_some_and(|code| code != own) {
            return Err(Refusal::field(
                ErrorCode::ForeignData,
                "/input/setlinfo/fixmedins_code",
                "不是本机构的清单",
                "the list is another institution's",
            ));
        }
        let setl_id =
            text(setlinfo::SETL_ID).ok_or_else(|| missing("setl_id", "上传清单必须填写结算ID"))?;
        check_id(setl_id, "/input/setlinfo/setl_id")?;
        if list
            .total_cost()
            .is_some_and(|cost| cost.fen().abs() > MOST_FEN)
        {
            return Err(Refusal::field(
                ErrorCode::SchemaViolation,
                "/input/iteminfo",
                "费用合计超出上限",
                "the sum of the amounts is beyond the limit",
            ));
        }
        let settled_on = info
            .date(setlinfo::SETL_END_DATE)
            .or_else(|| info.date(setlinfo::DSCG_TIME))
            .ok_or_else(|| missing("setl_end_date", "无法确定结算月份"))?;
        Ok(ListKeys {
            fixmedins_code: own,
            setl_id,
            setl_ym: settled_on.format("%Y%m").to_string(),
            settled_at: settled_on.and_time(NaiveTime::MIN),
        })
    }
}

/// Keeps the list of the call; judges it, if it is submitted.
pub(super) async fn run(
    tx: &Tx<'_>,
    session: &Session,
    list: &Arc<SettlementList>,
    thin: bool,
    keys: &ListKeys<'_>,
    submit: bool,
) -> Result<Done<SubmitAnswer>, TxError> {
    let (app, now) = (&*session.app, session.meta.received_at);
    let thin = thin || stored_list::is_thin(list);
    let joined = joined(tx, app, list, thin, keys).await?;
    let upload = made(app, list, thin, keys, &joined.list, now)?;
    let kept = if submit {
        lists::put(tx, &[&upload]).await?
    } else {
        put_lists::unsubmitted(tx, &[&upload]).await?
    };
    let Some(kept) = kept.into_iter().next().flatten() else {
        return Err(not_taken(tx, keys).await?.into());
    };
    if !submit {
        return Ok(put_lists::answered(&upload, kept));
    }
    let head = upload.head(kept);
    let lists = [(&head, &joined)];
    let judged = judge::submitted(tx, app, &session.caller, &lists, now).await?;
    let judged = judged.into_iter().next();
    let judged = judged.ok_or_else(|| Refusal::internal("one list gave no judgement"))?;
    Ok(put_lists::judged(head, judged.stas_type, judged.assessment))
}

/// The upload that [`run`] would make of a list that is not submitted, where nothing stored
/// is needed for it.
///
/// # Errors
/// The random source.
pub(super) fn known_beforehand(
    session: &Session,
    list: &SettlementList,
    thin: bool,
    keys: &ListKeys<'_>,
) -> Result<Option<ListUpload>, Refusal> {
    if thin || stored_list::is_thin(list) || list.total_cost().is_none() {
        return Ok(None);
    }
    let now = session.meta.received_at;
    made(&session.app, list, false, keys, list, now).map(Some)
}

/// The list with the core's settlement record, where it lacks something that one has.
async fn joined(
    tx: &Tx<'_>,
    app: &App,
    list: &Arc<SettlementList>,
    thin: bool,
    keys: &ListKeys<'_>,
) -> Result<JoinedList, TxError> {
    if !thin && list.total_cost().is_some() {
        return Ok(stored_list::join(app, Arc::clone(list), thin, None)?);
    }
    let key = [(keys.fixmedins_code, keys.setl_id)].into_iter().collect();
    let records = settlement_records::of_core(tx, &key).await?;
    let place = SealedAs::SettlementRecord(keys.fixmedins_code, keys.setl_id);
    let record = match records.into_values().next() {
        Some(sealed) => Some(stored_list::opened(&app.keys.master, place, &sealed)?),
        None => None,
    };
    Ok(stored_list::join(
        app,
        Arc::clone(list),
        thin,
        record.as_ref(),
    )?)
}

/// The row of a list; `whole` is the list, joined with its settlement record.
fn made(
    app: &App,
    list: &SettlementList,
    thin: bool,
    keys: &ListKeys<'_>,
    whole: &SettlementList,
    now: DateTime<Utc>,
) -> Result<ListUpload, Refusal> {
    let text = list.to_text();
    let place = SealedAs::List(keys.fixmedins_code, keys.setl_id);
    let body = app.keys.master.seal(place, text.as_bytes());
    Ok(ListUpload {
        fixmedins_code: keys.fixmedins_code.to_owned(),
        setl_id: keys.setl_id.to_owned(),
        setl_list_id: uuid::Uuid::now_v7().simple().to_string(),
        setl_ym: keys.setl_ym.clone(),
        settled_at: keys.settled_at,
        body: body.map_err(Refusal::internal)?,
        thin,
        facts: stored_list::facts(app, whole, keys.fixmedins_code, keys.setl_id)?,
        uploaded_at: now,
    })
}

/// Why a stored list takes no upload.
async fn not_taken(tx: &Tx<'_>, keys: &ListKeys<'_>) -> Result<Refusal, TxError> {
    let key = [(keys.fixmedins_code, keys.setl_id)].into_iter().collect();
    let frozen = lists::lock(tx, &key).await?.iter().any(|head| head.frozen);
    let (code, zh, en) = if frozen {
        (
            ErrorCode::ListFrozen,
            "清单已固化，不能再次上传",
            "the list is frozen and takes no upload",
        )
    } else {
        (
            ErrorCode::ListState,
            "清单已提交或审核通过，不能再次上传",
            "the list is submitted or passed and takes no upload",
        )
    };
    Ok(Refusal::field(code, "/input/setlinfo/setl_id", zh, en))
}
