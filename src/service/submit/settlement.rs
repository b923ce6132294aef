//! 2304: a settlement record. The core's completes thin lists; a hospital's own copy
//! serves reconciliation only.

use chrono::{NaiveDateTime, TimeDelta};
use chs_model::{Money, parse_datetime};
use serde_json::Value;

use super::{MOST_FEN, check_id};
use crate::{
    caller::Role,
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::reports_submit::{SubmitAnswer, SubmitOutcome},
    service::{exactly_once::Done, our_settlements, stored_list},
    session::Session,
    store::{
        Tx, TxError, lists,
        settled_amounts::Compared,
        settlement_records::{self, SettlementRecord},
    },
};

/// What a record is found by, and its amount.
pub(super) struct RecordKeys<'a> {
    fixmedins_code: &'a str,
    setl_id: &'a str,
    settled_at: NaiveDateTime,
    med_type: &'a str,
    medfee: Money,
    compared: Compared,
}

impl<'a> RecordKeys<'a> {
    pub(super) fn of(setlinfo: &'a Value, session: &Session) -> Result<RecordKeys<'a>, Refusal> {
        let text = |name: &str| {
            setlinfo
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (fixmedins_code, setl_id) = (text("fixmedins_code"), text("setl_id"));
        check_id(setl_id, "/input/setlinfo/setl_id")?;
        let caller = &session.caller;
        if caller.role == Role::Hospital && caller.fixmedins_code.as_deref() != Some(fixmedins_code)
        {
            return Err(Refusal::field(
                ErrorCode::ForeignData,
                "/input/setlinfo/fixmedins_code",
                "不是本机构的结算记录",
                "the record is another institution's",
            ));
        }
        let amount = match setlinfo.get("medfee_sumamt") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let medfee = Money::from_yuan_str(&amount)
            .ok()
            .filter(|amount| amount.fen().abs() <= MOST_FEN)
            .ok_or_else(|| {
                Refusal::field(
                    ErrorCode::SchemaViolation,
                    "/input/setlinfo/medfee_sumamt",
                    "金额格式不正确",
                    "not an amount in yuan with at most two decimals",
                )
            })?;
        let compared = our_settlements::compared(setlinfo, medfee)
            .map_err(|fault| Refusal::new(ErrorCode::SchemaViolation).with_errors(vec![fault]))?;
        Ok(RecordKeys {
            fixmedins_code,
            setl_id,
            settled_at: settled_at(text("setl_time"), session),
            med_type: text("med_type").trim(),
            medfee,
            compared,
        })
    }
}

/// When the case was settled; a record without a readable setl_time counts for the month
/// it came in, China time.
fn settled_at(setl_time: &str, session: &Session) -> NaiveDateTime {
    let received = (session.meta.received_at + TimeDelta::hours(8)).naive_utc();
    parse_datetime(setl_time.trim()).unwrap_or(received)
}

pub(super) async fn run(
    tx: &Tx<'_>,
    session: &Session,
    keys: &RecordKeys<'_>,
    record: &Value,
) -> Result<Done<SubmitAnswer>, TxError> {
    let master = &session.app.keys.master;
    let of_core = session.caller.role == Role::Core;
    let place = SealedAs::SettlementRecord(keys.fixmedins_code, keys.setl_id);
    let body = master
        .seal(place, record.to_string().as_bytes())
        .map_err(Refusal::internal)?;
    settlement_records::put(
        tx,
        &SettlementRecord {
            fixmedins_code: keys.fixmedins_code,
            setl_id: keys.setl_id,
            source: if of_core { "core" } else { "hospital" },
            setl_ym: &keys.settled_at.format("%Y%m").to_string(),
            settled_at: keys.settled_at,
            med_type: keys.med_type,
            medfee_fen: keys.medfee.fen(),
            compared: &keys.compared,
            body: &body,
            received_at: session.meta.received_at,
        },
    )
    .await?;
    if of_core {
        complete(tx, session, keys).await?;
    }
    Ok(Done {
        subject: keys.setl_id.to_owned(),
        answer: SubmitAnswer::One(Box::new(SubmitOutcome {
            setl_id: keys.setl_id.to_owned(),
            ..SubmitOutcome::default()
        })),
    })
}

/// Brings a thin list's person and digest up to date with the record that has just come.
/// Its QC and group stay as they are until it is submitted or checked again.
async fn complete(tx: &Tx<'_>, session: &Session, keys: &RecordKeys<'_>) -> Result<(), TxError> {
    let key = [(keys.fixmedins_code, keys.setl_id)].into_iter().collect();
    let heads = lists::lock(tx, &key).await?;
    let Some(head) = heads.first().filter(|head| head.thin) else {
        return Ok(());
    };
    let bodies = lists::bodies(tx, &key).await?;
    let joined = stored_list::open_all(tx, &session.app, &heads, &bodies).await?;
    let Some(joined) = joined.first() else {
        return Ok(());
    };
    let facts = stored_list::facts(
        &session.app,
        &joined.list,
        &head.fixmedins_code,
        &head.setl_id,
    )?;
    lists::set_facts(tx, &head.fixmedins_code, &head.setl_id, &facts).await
}
