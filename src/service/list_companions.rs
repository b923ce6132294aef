//! What stands beside a stored list when its rules are evaluated: the core's settlement
//! record, the patient's other stays, and how the list itself is stored. What is not
//! there makes the rules that need it answer "not evaluated".

use std::collections::HashMap;

use chs_quality::{CompanionError, Companions};
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    catalogue::Catalogue,
    error::Refusal,
    keys::SealedAs,
    service::{
        assessment,
        list_states::SUBMITTED,
        stored_list::{JoinedList, opened},
    },
    store::{
        Tx, TxError,
        histories::{self, StayRow},
        lists::ListHead,
    },
    wire,
};

/// Amounts of a settlement record (2304, 5203) that rules ask for.
const AMOUNTS: [&str; 8] = [
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "fund_pay_sumamt",
    "psn_part_amt",
    "acct_pay",
    "psn_cash_pay",
    "acct_mulaid_pay",
    "oth_pay",
];

/// The documents of each list, in their order. The histories of all persons are read with
/// one statement.
///
/// # Errors
/// The database; a body that cannot be opened.
pub async fn of(
    tx: &Tx<'_>,
    app: &App,
    lists: &[(&ListHead, &JoinedList)],
    submitted: bool,
) -> Result<Vec<Companions>, TxError> {
    let persons: Vec<&str> = lists
        .iter()
        .filter_map(|(head, _)| head.psn_no_hash.as_deref())
        .collect();
    let mut histories: HashMap<String, Vec<(String, String, Value)>> = HashMap::new();
    if !persons.is_empty() {
        let months = lists.iter().map(|(head, _)| head.setl_ym.as_str());
        let since = a_year_before(months.min().unwrap_or_default());
        for stay in histories::of_persons(tx, &persons, &since).await? {
            let told = told(app, &stay)?;
            histories.entry(stay.psn_no_hash).or_default().push((
                stay.fixmedins_code,
                stay.setl_id,
                told,
            ));
        }
    }
    let catalogue = app.catalogue.current();
    let documents = lists
        .iter()
        .map(|(head, joined)| -> Result<Companions, TxError> {
            let person = head.psn_no_hash.as_ref();
            let stays = person.map(|person| {
                let all = histories.get(person).map_or(&[][..], Vec::as_slice);
                let own = (&head.fixmedins_code, &head.setl_id);
                let others = all.iter().filter(|(code, id, _)| (code, id) != own);
                others.map(|(_, _, stay)| stay.clone()).collect()
            });
            let mut told = documents(head, joined, stays, submitted).map_err(Refusal::internal)?;
            if let Some(benchmark) = benchmark(app, &catalogue, joined) {
                told.put_json("benchmark", &benchmark)
                    .map_err(Refusal::internal)?;
            }
            Ok(told)
        });
    documents.collect()
}

/// Averages of the list's group under the scheme that holds for it.
fn benchmark(app: &App, catalogue: &Catalogue, joined: &JoinedList) -> Option<Value> {
    let profile = catalogue.profile(&app.config.profile)?;
    let day = assessment::discharge(&joined.list)?;
    let scheme = catalogue.scheme(profile.scheme_on(day)?)?;
    app.averages.current().benchmark(scheme, &joined.list)
}

fn documents(
    head: &ListHead,
    joined: &JoinedList,
    stays: Option<Vec<Value>>,
    submitted: bool,
) -> Result<Companions, CompanionError> {
    let mut companions = Companions::default();
    if let Some(record) = &joined.settlement {
        companions.put_json("settlement", &settlement(record))?;
    }
    if let Some(stays) = stays {
        companions.put_json("HIST", &Value::Array(stays))?;
    }
    let mut stored = json!({"uploaded_at": wire::china_time(head.uploaded_at)});
    // A submitted list that is judged once more goes nowhere.
    let moves = submitted && head.stas_type != SUBMITTED;
    if let (true, Some(stored)) = (moves, stored.as_object_mut()) {
        // an accepted list takes no upload, so what is judged here replaces none
        stored.insert("accepted".into(), json!(false));
        stored.insert("transition".into(), json!(format!("{}>1", head.stas_type)));
    }
    companions.put_json("stored", &stored)?;
    Ok(companions)
}

/// The settlement record in the rules' names.
fn settlement(record: &Map<String, Value>) -> Value {
    let mut told = Map::new();
    for name in AMOUNTS.into_iter().chain(["setl_time"]) {
        if let Some(value) = record.get(name) {
            told.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(begun) = record.get("adm_time").or_else(|| record.get("begndate")) {
        told.insert("adm_time".to_owned(), begun.clone());
    }
    if let Some(flag) = record.get("mid_setl_flag") {
        let set = matches!(flag.as_str(), Some("1")) || flag.as_i64() == Some(1);
        told.insert("mid_settlement".to_owned(), json!(set));
    }
    Value::Object(told)
}

/// A stay as the rules ask for it.
fn told(app: &App, stay: &StayRow) -> Result<Value, Refusal> {
    let place = SealedAs::List(&stay.fixmedins_code, &stay.setl_id);
    let list = opened(&app.keys.master, place, &stay.body)?;
    let info = list.get("setlinfo");
    let of = |name: &str| info.and_then(|info| info.get(name)).cloned();
    let rows = list.get("diseinfo").and_then(Value::as_array);
    let main = rows.into_iter().flatten().find(|row| {
        let flag = row.get("maindiag_flag");
        flag.is_some_and(|flag| flag.as_str() == Some("1") || flag.as_i64() == Some(1))
    });
    Ok(json!({
        "fixmedins_code": stay.fixmedins_code,
        "setl_id": stay.setl_id,
        "drg_code": stay.drg_code,
        "main_code": main.and_then(|row| row.get("diag_code")),
        "adm_time": of("adm_time"),
        "dscg_time": of("dscg_time"),
        "dscg_way": of("dscg_way"),
    }))
}

/// The month a year and a month before another: rules look back 365 days.
fn a_year_before(setl_ym: &str) -> String {
    let number = |range: std::ops::Range<usize>| setl_ym.get(range).and_then(|d| d.parse().ok());
    let (year, month): (Option<u32>, Option<u32>) = (number(0..4), number(4..6));
    match year.zip(month) {
        Some((year, 1)) => format!("{:04}12", year.saturating_sub(2)),
        Some((year, month)) => format!("{:04}{:02}", year.saturating_sub(1), month - 1),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_months_back() {
        assert_eq!(a_year_before("202601"), "202412");
        assert_eq!(a_year_before("202610"), "202509");
        assert_eq!(a_year_before("x"), "");
    }

    #[test]
    fn a_settlement_record_in_the_names_of_the_rules() {
        let record = json!({"medfee_sumamt": 12.5, "begndate": "2026-03-10", "mid_setl_flag": "1", "psn_name": "样例"});
        assert_eq!(
            settlement(record.as_object().unwrap()),
            json!({"medfee_sumamt": 12.5, "adm_time": "2026-03-10", "mid_settlement": true})
        );
    }
}
