//! 4101 and 4101A: keep a list, and judge it when it is submitted in the same call.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use chs_model::{SettlementList, fields::setlinfo};

use super::{MOST_FEN, check_id, own_institution};
use crate::{
    app::App,
    caller::Caller,
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::reports_submit::{SubmitAnswer, SubmitOutcome},
    service::{
        exactly_once::Done,
        judge,
        stored_list::{self, JoinedList},
    },
    session::Session,
    store::{
        Tx, TxError, groupings,
        lists::{self, ListHead, ListUpload},
        qc_results, settlement_records,
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

pub(super) async fn run(
    tx: &Tx<'_>,
    session: &Session,
    list: &SettlementList,
    thin: bool,
    keys: &ListKeys<'_>,
    submit: bool,
) -> Result<Done<SubmitAnswer>, TxError> {
    let (app, now) = (&*session.app, session.meta.received_at);
    let thin = thin || stored_list::is_thin(list);
    let joined = joined(tx, app, list, thin, keys).await?;
    let head = put(tx, app, list, thin, keys, &joined, now).await?;
    let (stas_type, assessment) = if submit {
        let lists = [(&head, &joined)];
        let judged = judge::submitted(tx, app, &session.caller, &lists, now).await?;
        let judged = judged.into_iter().next();
        let judged = judged.ok_or_else(|| Refusal::internal("one list gave no judgement"))?;
        (judged.stas_type, Some(judged.assessment))
    } else {
        // A list that was not there before has no results.
        if head.revision > 1 {
            let keys = [&head].into_iter().collect();
            tokio::try_join!(qc_results::void(tx, &keys), groupings::void(tx, &keys))?;
        }
        (head.stas_type, None)
    };
    Ok(Done {
        subject: head.setl_id.clone(),
        answer: SubmitAnswer::One(Box::new(SubmitOutcome {
            setl_id: head.setl_id,
            setl_list_id: Some(head.setl_list_id),
            stas_type: Some(stas_type.to_string()),
            revision: Some(head.revision),
            assessment,
            ..SubmitOutcome::default()
        })),
    })
}

/// The list with the core's settlement record, where it lacks something that one has.
async fn joined(
    tx: &Tx<'_>,
    app: &App,
    list: &SettlementList,
    thin: bool,
    keys: &ListKeys<'_>,
) -> Result<JoinedList, TxError> {
    if !thin && list.total_cost().is_some() {
        return Ok(stored_list::join(app, list.clone(), thin, None)?);
    }
    let key = [(keys.fixmedins_code, keys.setl_id)].into_iter().collect();
    let records = settlement_records::of_core(tx, &key).await?;
    let place = SealedAs::SettlementRecord(keys.fixmedins_code, keys.setl_id);
    let record = match records.into_values().next() {
        Some(sealed) => Some(stored_list::opened(&app.keys.master, place, &sealed)?),
        None => None,
    };
    Ok(stored_list::join(app, list.clone(), thin, record.as_ref())?)
}

async fn put(
    tx: &Tx<'_>,
    app: &App,
    list: &SettlementList,
    thin: bool,
    keys: &ListKeys<'_>,
    joined: &JoinedList,
    now: DateTime<Utc>,
) -> Result<ListHead, TxError> {
    let text = list.to_json().to_string();
    let place = SealedAs::List(keys.fixmedins_code, keys.setl_id);
    let body = app.keys.master.seal(place, text.as_bytes());
    let upload = ListUpload {
        fixmedins_code: keys.fixmedins_code,
        setl_id: keys.setl_id,
        setl_list_id: &uuid::Uuid::now_v7().simple().to_string(),
        setl_ym: &keys.setl_ym,
        settled_at: keys.settled_at,
        digest: &chs_envelope::sm::sm3(&[text.as_bytes()]).to_hex(),
        body: &body.map_err(Refusal::internal)?,
        thin,
        facts: &stored_list::facts(app, joined, keys.fixmedins_code, keys.setl_id)?,
        uploaded_at: now,
    };
    if let Some(head) = lists::put(tx, &upload).await? {
        return Ok(head);
    }
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
    Err(Refusal::field(code, "/input/setlinfo/setl_id", zh, en).into())
}
