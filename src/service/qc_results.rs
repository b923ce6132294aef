//! `qc.results`: the valid QC results of a month, page by page.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    app::App,
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::qc_results::{After, QcDetail, QcResultRow, QcResultsAnswer, QcResultsRequest},
    service::{
        exactly_once::{Done, exactly_once},
        scope, stored_list,
    },
    session::Session,
    store::{
        Tx, TxError,
        qc_pages::{self, QcPage, QcRow},
    },
    wire,
};

/// Rows that a page may leave out before it: every one of them is walked over.
const DEEPEST: i64 = 50_000;
/// Longest text of a finding's fields in 3607, in characters.
const FIELD_LENGTH: usize = 100;
/// Longest init_val in 3607.
const VALUE_LENGTH: usize = 60;

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, a page too deep, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &QcResultsRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, request.fixmedins_code.as_deref())?;
    let size = i64::from(request.page_size);
    let offset = match request.after {
        Some(_) => 0,
        None => (i64::from(request.page_num) - 1) * size,
    };
    if offset > DEEPEST {
        let row = ErrorCode::PageTooDeep.row();
        return Err(Refusal::field(
            ErrorCode::PageTooDeep,
            "/page_num",
            row.zh,
            row.en,
        ));
    }
    exactly_once(session, async |tx: &Tx<'_>| {
        let (rows, more) = page(tx, session, request, institution, offset).await?;
        let next = rows.last().filter(|_| more).map(|row| After {
            fixmedins_code: row.fixmedins_code.clone(),
            setl_id: row.setl_id.clone(),
        });
        let answer = QcResultsAnswer {
            rows: rows
                .into_iter()
                .map(|row| written(&session.app, request, row))
                .collect::<Result<_, _>>()?,
            page_num: request.page_num,
            page_size: request.page_size,
            next,
        };
        Ok(Done {
            answer,
            subject: request.setl_id.as_ref().unwrap_or(&request.setl_ym).clone(),
        })
    })
    .await
}

async fn page(
    tx: &Tx<'_>,
    session: &Session,
    request: &QcResultsRequest,
    institution: Option<&str>,
    offset: i64,
) -> Result<(Vec<QcRow>, bool), TxError> {
    let size = usize::try_from(request.page_size).map_err(Refusal::internal)?;
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
    let psn_no_hash = match &request.psn_no {
        Some(psn_no) => Some(stored_list::psn_no_hash(&session.app.keys.master, psn_no)?),
        None => None,
    };
    let query = QcPage {
        setl_ym: &request.setl_ym,
        fixmedins_code: institution,
        setl_id: request.setl_id.as_deref(),
        psn_no_hash: psn_no_hash.as_deref(),
        err_lv: number(&request.err_lv),
        retn_flag: number(&request.retn_flag),
        after: request
            .after
            .as_ref()
            .map(|after| (after.fixmedins_code.as_str(), after.setl_id.as_str())),
        // One more than asked for tells whether there is a next page.
        limit: i64::from(request.page_size) + 1,
        offset,
    };
    let mut rows = qc_pages::page(tx, &query).await?;
    let more = rows.len() > size;
    rows.truncate(size);
    Ok((rows, more))
}

/// The person beside a list.
#[derive(Debug, Default, Deserialize)]
struct Person {
    psn_no: String,
    psn_name: String,
    psn_cert_type: String,
    cert_no: String,
}

/// A finding as it is stored.
#[derive(Debug, Deserialize)]
struct StoredFinding {
    rule_id: String,
    severity: String,
    pointer: String,
    message: String,
    value: Option<String>,
}

fn written(app: &App, request: &QcResultsRequest, row: QcRow) -> Result<QcResultRow, Refusal> {
    let person = match &row.person {
        Some(sealed) => {
            let place = SealedAs::Person(&row.fixmedins_code, &row.setl_id);
            let person = stored_list::opened(&app.keys.master, place, sealed)?;
            serde_json::from_value(person).map_err(Refusal::internal)?
        }
        // A list of the first release, not uploaded or checked since.
        None => Person::default(),
    };
    let findings: Vec<StoredFinding> =
        serde_json::from_str(&row.findings).map_err(Refusal::internal)?;
    let retn_flag = row.retn_flag.to_string();
    Ok(QcResultRow {
        fixmedins_name: app
            .institution_name(&row.fixmedins_code)
            .unwrap_or_default(),
        fixmedins_code: row.fixmedins_code,
        setl_ym: request.setl_ym.clone(),
        setl_id: row.setl_id,
        psn_no: person.psn_no,
        psn_name: person.psn_name,
        psn_cert_type: person.psn_cert_type,
        cert_no: person.cert_no,
        qltctrl_rslt: row.qltctrl_rslt.to_string(),
        err_lv: row.err_lv.to_string(),
        qltctrl_ver: row.rules_ver,
        grp_stas: i16::from(row.grouped).to_string(),
        qltctrl_time: wire::china_time(row.qltctrl_time),
        detl_list: findings
            .into_iter()
            .map(|finding| detail(finding, &retn_flag))
            .collect(),
        retn_flag,
    })
}

fn detail(finding: StoredFinding, retn_flag: &str) -> QcDetail {
    let err_lv = match finding.severity.as_str() {
        "error" => "3",
        "warning" => "2",
        _ => "1",
    };
    QcDetail {
        exam_data_fld: cut(&field_of(&finding.pointer), FIELD_LENGTH),
        qltctrl_chk_rslt: cut(&finding.message, FIELD_LENGTH),
        err_lv: err_lv.to_owned(),
        retn_flag: retn_flag.to_owned(),
        init_val: cut(finding.value.as_deref().unwrap_or_default(), VALUE_LENGTH),
        rule_id: finding.rule_id,
    }
}

/// `/diseinfo/2/diag_code` as `diseinfo[2].diag_code`.
fn field_of(pointer: &str) -> String {
    let mut name = String::new();
    for step in pointer.split('/').skip(1) {
        if step.bytes().all(|b| b.is_ascii_digit()) {
            name.push_str(&format!("[{step}]"));
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(step);
        }
    }
    name
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_become_field_names() {
        for (pointer, field) in [
            ("/setlinfo/gend", "setlinfo.gend"),
            ("/diseinfo/2/diag_code", "diseinfo[2].diag_code"),
            ("/iteminfo", "iteminfo"),
        ] {
            assert_eq!(field_of(pointer), field);
        }
    }
}
