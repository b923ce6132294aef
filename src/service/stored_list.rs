//! A stored list as it is judged: opened, and joined with its settlement record where it
//! came in a layout without person and fees.

use std::sync::Arc;

use chs_model::{Field, Layout, Money, Node, SettlementList, fields::setlinfo};
use chs_settlement::Edition;
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    error::Refusal,
    keys::{MasterKey, SealedAs},
    service::input_digest,
    store::{
        Tx, TxError,
        lists::{Bodies, ListFacts, ListHead, ListKeys},
        settlement_records,
    },
};

/// Fields of a settlement record (2304, 5203) and the list's own names for them.
const JOINED: [(&str, Field); 11] = [
    ("psn_no", setlinfo::PSN_NO),
    ("psn_name", setlinfo::PSN_NAME),
    ("gend", setlinfo::GEND),
    ("brdy", setlinfo::BRDY),
    ("age", setlinfo::AGE),
    ("naty", setlinfo::NATY),
    ("psn_cert_type", setlinfo::PATN_CERT_TYPE),
    ("certno", setlinfo::CERTNO),
    ("insuplc_admdvs", setlinfo::INSUPLC),
    ("fixmedins_name", setlinfo::FIXMEDINS_NAME),
    ("acct_pay", setlinfo::ACCT_PAY),
];

/// A list ready to be judged.
#[derive(Debug)]
pub struct JoinedList {
    /// The list, with what the settlement record adds.
    pub list: Arc<SettlementList>,
    /// The layout, where it lacks fields of the full one: rules that need what the record
    /// did not bring answer "not evaluated".
    pub layout: Option<Layout>,
    /// Total cost by the settlement record; the list's own amounts come first.
    pub medfee: Option<Money>,
    /// `setlinfo` of the core's settlement record, if there is one.
    pub settlement: Option<Map<String, Value>>,
}

/// Whether a list came in the thin layout: nothing of the person and no fees.
pub fn is_thin(list: &SettlementList) -> bool {
    let info = list.setlinfo();
    let person = [
        setlinfo::PSN_NAME,
        setlinfo::GEND,
        setlinfo::BRDY,
        setlinfo::CERTNO,
    ];
    person.into_iter().all(|field| info.is_blank(field)) && list.rows(Node::Iteminfo).is_empty()
}

/// Joins a list with the core's settlement record, if there is one. A list that takes
/// nothing from it is shared, not copied.
///
/// # Errors
/// A fault of ours: a joined list always has the shape of a list.
pub fn join(
    app: &App,
    list: impl Into<Arc<SettlementList>>,
    thin: bool,
    record: Option<&Value>,
) -> Result<JoinedList, Refusal> {
    let list = list.into();
    let info = record.and_then(|record| record.get("setlinfo"));
    let settlement = info.and_then(Value::as_object).cloned();
    let medfee = info
        .and_then(|info| match info.get("medfee_sumamt")? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .and_then(|amount| Money::from_yuan_str(&amount).ok());
    if !thin {
        return Ok(JoinedList {
            list,
            layout: None,
            medfee,
            settlement,
        });
    }
    let list = match info.and_then(Value::as_object) {
        Some(info) => Arc::new(filled(&list, info)?),
        None => list,
    };
    Ok(JoinedList {
        list,
        layout: Some(thin_layout(app)),
        medfee,
        settlement,
    })
}

/// The layout without person and fees that the profile's edition publishes.
fn thin_layout(app: &App) -> Layout {
    match app.catalogue.current().profile(&app.config.profile) {
        Some(profile) if profile.edition() == Edition::Baseline2021 => Layout::National,
        _ => Layout::Provincial,
    }
}

fn filled(list: &SettlementList, record: &Map<String, Value>) -> Result<SettlementList, Refusal> {
    let mut json = list.to_json();
    let Some(info) = json.get_mut("setlinfo").and_then(Value::as_object_mut) else {
        return Err(Refusal::internal("a list without setlinfo"));
    };
    for (name, field) in JOINED {
        if !list.setlinfo().is_blank(field) {
            continue;
        }
        if let Some(value @ (Value::String(_) | Value::Number(_))) = record.get(name) {
            info.insert(field.name().to_owned(), value.clone());
        }
    }
    // The record names the insurance by insutype, the list by its kind: 1 职工, 2 居民.
    let insutype = record.get("insutype").and_then(Value::as_str);
    let hi_type = match insutype {
        Some("310") => Some("1"),
        Some("390") => Some("2"),
        _ => None,
    };
    if let Some(hi_type) = hi_type.filter(|_| list.setlinfo().is_blank(setlinfo::HI_TYPE)) {
        info.insert(setlinfo::HI_TYPE.name().to_owned(), json!(hi_type));
    }
    SettlementList::parse(&json).map_err(|_| Refusal::internal("a joined list has no shape"))
}

/// Opens stored lists and joins them; in the order of `heads`.
///
/// # Errors
/// The database; a body that cannot be opened.
pub async fn open_all(
    tx: &Tx<'_>,
    app: &App,
    heads: &[ListHead],
    bodies: &Bodies,
) -> Result<Vec<JoinedList>, TxError> {
    let keys: ListKeys = heads.iter().collect();
    let records = settlement_records::of_core(tx, &keys).await?;
    let lists = heads
        .iter()
        .map(|head| open(app, head, bodies, &records))
        .collect::<Result<_, _>>()?;
    Ok(lists)
}

/// Opens one stored list and joins it.
///
/// # Errors
/// A body that cannot be opened.
pub fn open(
    app: &App,
    head: &ListHead,
    bodies: &Bodies,
    records: &Bodies,
) -> Result<JoinedList, Refusal> {
    let key = (head.fixmedins_code.clone(), head.setl_id.clone());
    let body = bodies
        .get(&key)
        .ok_or_else(|| Refusal::internal("a list without a body"))?;
    let place = SealedAs::List(&head.fixmedins_code, &head.setl_id);
    let json = opened(&app.keys.master, place, body)?;
    let list = SettlementList::parse(&json)
        .map_err(|_| Refusal::internal("a stored list has lost its shape"))?;
    let record = match records.get(&key) {
        Some(record) => {
            let place = SealedAs::SettlementRecord(&head.fixmedins_code, &head.setl_id);
            Some(opened(&app.keys.master, place, record)?)
        }
        None => None,
    };
    join(app, list, head.thin, record.as_ref())
}

/// Opens sealed JSON.
///
/// # Errors
/// A fault of ours: what was sealed for another place or under another key.
pub fn opened(master: &MasterKey, place: SealedAs<'_>, sealed: &[u8]) -> Result<Value, Refusal> {
    let plain = master
        .open(place, sealed)
        .ok_or_else(|| Refusal::internal("a sealed row cannot be opened"))?;
    serde_json::from_slice(&plain).map_err(Refusal::internal)
}

/// What is kept beside a list, joined with its settlement record, so that queries need not
/// open it.
///
/// # Errors
/// The random source.
pub fn facts(
    app: &App,
    list: &SettlementList,
    fixmedins_code: &str,
    setl_id: &str,
) -> Result<ListFacts, Refusal> {
    let info = list.setlinfo();
    let text = |field| info.text(field).map_or("", str::trim);
    let psn_no = text(setlinfo::PSN_NO);
    let person = json!({
        "psn_no": psn_no,
        "psn_name": text(setlinfo::PSN_NAME),
        "psn_cert_type": text(setlinfo::PATN_CERT_TYPE),
        "cert_no": text(setlinfo::CERTNO),
    });
    let master = &app.keys.master;
    let place = SealedAs::Person(fixmedins_code, setl_id);
    let person = master
        .seal(place, person.to_string().as_bytes())
        .map_err(Refusal::internal)?;
    Ok(ListFacts {
        person,
        psn_no_hash: if psn_no.is_empty() {
            None
        } else {
            Some(psn_no_hash(master, psn_no)?)
        },
        input_digest: input_digest::of(list, setl_id),
    })
}

/// What a person's number is searched by.
///
/// # Errors
/// A fault of ours.
pub fn psn_no_hash(master: &MasterKey, psn_no: &str) -> Result<String, Refusal> {
    master.digest("psn_no", psn_no).map_err(Refusal::internal)
}
