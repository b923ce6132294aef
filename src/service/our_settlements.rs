//! The centre's side of a reconciliation: what the core's settlement records (2304) say.

use std::collections::HashMap;

use chs_envelope::sm::sm3;
use chs_model::Money;
use serde_json::Value;

use crate::{
    error::{ErrorCode, FieldError, Refusal},
    keys::SealedAs,
    session::Session,
    store::{
        Tx,
        lists::ListKeys,
        settled_amounts::{self, Compared, Settled, Span},
        settlement_records,
    },
};

/// Bodies opened in one go.
const PAGE: usize = 200;

/// Reads what is compared of a record's `setlinfo`. Published as required are fund_pay_sumamt
/// and acct_pay; what is left out counts as nothing. 2304 settles inpatient stays, so a record
/// without clr_type is one. Without a refd_setl_flag a negative cost says that it is a refund.
///
/// # Errors
/// An amount that is none, at its member.
pub(super) fn compared(setlinfo: &Value, medfee: Money) -> Result<Compared, FieldError> {
    let text = |name: &str| text(setlinfo, name);
    let fen = |name: &str| match text(name).as_str() {
        "" => Ok(0),
        amount => match Money::from_yuan_str(amount) {
            Ok(amount) if amount.fen().abs() <= super::submit::MOST_FEN => Ok(amount.fen()),
            _ => Err(FieldError::new(
                format!("/input/setlinfo/{name}"),
                "金额格式不正确",
                "not an amount in yuan with at most two decimals",
            )),
        },
    };
    let clr_type = match text("clr_type") {
        told if told.is_empty() => "21".to_owned(),
        told => told,
    };
    Ok(Compared {
        insutype: text("insutype"),
        clr_type,
        medins_setl_id: text("medins_setl_id"),
        refunded: match text("refd_setl_flag").as_str() {
            "" => medfee < Money::ZERO,
            flag => flag == "1",
        },
        fund_pay_fen: fen("fund_pay_sumamt")?,
        acct_pay_fen: fen("acct_pay")?,
    })
}

fn text(setlinfo: &Value, name: &str) -> String {
    match setlinfo.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Opens the records of an institution that an earlier release stored, and puts beside them
/// what is compared. An amount that cannot be read counts as nothing, as it did then.
///
/// # Errors
/// The database; a record that cannot be opened.
pub(super) async fn read_earlier(session: &Session, institution: &str) -> Result<(), Refusal> {
    loop {
        let more = session
            .worker
            .store
            .run_tx("settled.read", async |tx: &Tx<'_>| {
                let page = settled_amounts::unread(tx, institution).await?;
                for (setl_id, body) in &page {
                    let mut setlinfo = setlinfo(session, institution, setl_id, body)?;
                    let medfee = Money::from_yuan_str(&text(&setlinfo, "medfee_sumamt"));
                    let medfee = medfee.unwrap_or_default();
                    let read = compared(&setlinfo, medfee).or_else(|_| {
                        for name in ["fund_pay_sumamt", "acct_pay"] {
                            if let Some(members) = setlinfo.as_object_mut() {
                                members.shift_remove(name);
                            }
                        }
                        compared(&setlinfo, medfee)
                    });
                    let read = read.map_err(|fault| Refusal::internal(fault.pointer))?;
                    settled_amounts::set(tx, institution, setl_id, &read).await?;
                }
                Ok(!page.is_empty())
            })
            .await?;
        if !more {
            return Ok(());
        }
    }
}

/// The records of a span.
///
/// # Errors
/// More than are compared at once; the database.
pub(super) async fn records(session: &Session, span: &Span<'_>) -> Result<Vec<Settled>, Refusal> {
    let most = session.app.config.files.most_rows;
    let records = session
        .worker
        .store
        .run_tx("settled.records", async |tx: &Tx<'_>| {
            settled_amounts::records(tx, span, most).await
        })
        .await?;
    if records.len() > most {
        return Err(Refusal::new(ErrorCode::TooManyRecords));
    }
    Ok(records)
}

/// Whose settlement a record is.
#[derive(Debug, Clone, Default)]
pub(super) struct Whose {
    pub(super) psn_no: String,
    pub(super) mdtrt_id: String,
}

/// The persons of records, out of their sealed bodies, page by page.
///
/// # Errors
/// The database; a record that cannot be opened.
pub(super) async fn persons(
    session: &Session,
    institution: &str,
    setl_ids: &[String],
) -> Result<HashMap<String, Whose>, Refusal> {
    let mut persons = HashMap::with_capacity(setl_ids.len());
    for page in setl_ids.chunks(PAGE) {
        let keys: ListKeys = page.iter().map(|id| (institution, id.as_str())).collect();
        let bodies = session
            .worker
            .store
            .run_tx("settled.persons", async |tx: &Tx<'_>| {
                settlement_records::of_core(tx, &keys).await
            })
            .await?;
        for ((_, setl_id), body) in bodies {
            let setlinfo = setlinfo(session, institution, &setl_id, &body)?;
            let whose = Whose {
                psn_no: text(&setlinfo, "psn_no"),
                mdtrt_id: text(&setlinfo, "mdtrt_id"),
            };
            persons.insert(setl_id, whose);
        }
    }
    Ok(persons)
}

fn setlinfo(
    session: &Session,
    institution: &str,
    setl_id: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    let place = SealedAs::SettlementRecord(institution, setl_id);
    let opened = session.app.keys.master.open(place, body);
    let record: Option<Value> = opened.and_then(|text| serde_json::from_slice(&text).ok());
    let setlinfo = record.and_then(|mut record| record.get_mut("setlinfo").map(Value::take));
    setlinfo.ok_or_else(|| {
        let id = sm3(&[setl_id.as_bytes()]).to_hex();
        Refusal::internal(format!("a settlement record cannot be opened (SM3 {id})"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_an_inpatient_stay_unless_it_says_otherwise() {
        let plain = compared(&json!({}), Money::from_fen(100)).unwrap();
        assert_eq!(plain.clr_type, "21");
        assert!(!plain.refunded && plain.fund_pay_fen == 0);
        let told = json!({"clr_type": "28", "insutype": "310", "fund_pay_sumamt": "80.5",
            "acct_pay": 1, "medins_setl_id": "H1-1", "refd_setl_flag": "1"});
        let told = compared(&told, Money::from_fen(100)).unwrap();
        assert_eq!((told.fund_pay_fen, told.acct_pay_fen), (8_050, 100));
        assert!(told.refunded && told.clr_type == "28" && told.medins_setl_id == "H1-1");
        assert!(compared(&json!({}), Money::from_fen(-1)).unwrap().refunded);
        let bad = compared(&json!({"acct_pay": "1.234"}), Money::ZERO).unwrap_err();
        assert_eq!(bad.pointer, "/input/setlinfo/acct_pay");
    }
}
