//! What goes out of cross-region cases, and what is answered to it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    error::Refusal,
    service::{
        outgoing,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError,
        cross_region::{self, AwayCase},
    },
    upstream::CROSS_REGION_SUBMIT,
    wire,
};

/// Cases of a message at most.
const ITEMS: usize = 500;

/// Id of the bill of an institution's month, insured area and insurance type.
pub(super) fn bill_id(fixmedins_code: &str, setl_ym: &str, area: &str, insutype: &str) -> String {
    settlement_ids::of(Named::Batch, &[fixmedins_code, setl_ym, area, insutype])
}

/// Freezes cases of one institution's month and puts them down for the provincial system,
/// those of one insured area together.
///
/// # Errors
/// A fund's part out of range, the random source, the database.
pub(in crate::service) async fn enqueue(
    tx: &Tx<'_>,
    session: &Session,
    (fixmedins_code, setl_ym): (&str, &str),
    cases: &[AwayCase],
) -> Result<(), TxError> {
    if cases.is_empty() {
        return Ok(());
    }
    let id = |away: &AwayCase| {
        let insutype = &away.case.insutype;
        bill_id(fixmedins_code, setl_ym, &away.insu_admdvs, insutype)
    };
    let bills: Vec<String> = cases.iter().map(id).collect();
    cross_region::freeze(tx, cases, &bills).await?;
    let mut of_areas: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (away, bill) in cases.iter().zip(&bills) {
        let items = of_areas.entry(away.insu_admdvs.as_str()).or_default();
        items.push(item(away, bill)?);
    }
    let mut messages = Vec::new();
    for (area, items) in of_areas {
        for items in items.chunks(ITEMS) {
            let data = json!({
                "fixmedins_code": fixmedins_code,
                "setl_ym": setl_ym,
                "mdtrtarea_admvs": session.app.config.admdvs,
                "insu_admdvs": area,
                "items": items,
            });
            messages.push((format!("{setl_ym} {fixmedins_code} {area}"), data));
        }
    }
    outgoing::enqueue(tx, session, CROSS_REGION_SUBMIT, messages).await
}

/// A case as the insured area needs it: amounts and group, nobody's name.
fn item(away: &AwayCase, bill: &str) -> Result<Value, Refusal> {
    let case = &away.case;
    let fund = away.payable_fen.checked_sub(case.others_fen);
    let fund = fund.ok_or_else(|| Refusal::internal("an amount is out of range"))?;
    Ok(json!({
        "fixmedins_code": case.fixmedins_code,
        "setl_id": case.setl_id,
        "feeClrId": bill,
        "insutype": case.insutype,
        "setl_date": case.setl_date.to_string(),
        "drg_code": case.drg_code,
        "drg_name": case.drg_name,
        "grp_ver": case.grp_ver,
        "method": case.method,
        "param_ver": case.version,
        "medfee_sumamt": wire::yuan_of_fen(case.cost_fen),
        "others": wire::yuan_of_fen(case.others_fen),
        "payable": wire::yuan_of_fen(away.payable_fen),
        "fund": wire::yuan_of_fen(fund),
    }))
}

/// What the provincial system answered to a message's cases.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    fixmedins_code: String,
    setl_ids: Vec<String>,
    taken: Vec<bool>,
    reasons: Vec<String>,
}

impl Told {
    /// Reads an answer to what was sent. A case that it does not name stays as it is.
    pub fn of(sent: &str, answer: &Value) -> Told {
        let sent: Value = serde_json::from_str(sent).unwrap_or_default();
        let text = |of: &Value, name: &str| {
            let text = of.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let mut told = Told {
            fixmedins_code: text(&sent, "fixmedins_code"),
            ..Told::default()
        };
        let items = answer.get("items").and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            let result = text(item, "result");
            let taken = matches!(result.as_str(), "ACCEPTED" | "DUPLICATE");
            told.setl_ids.push(text(item, "setl_id"));
            told.taken.push(taken);
            told.reasons.push(match taken {
                true => String::new(),
                false => reason(&result, &text(item, "message")),
            });
        }
        told
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`TxError::Database`].
    pub async fn keep(&self, tx: &Tx<'_>) -> Result<(), TxError> {
        if self.setl_ids.is_empty() {
            return Ok(());
        }
        let cases = (
            self.setl_ids.as_slice(),
            self.taken.as_slice(),
            self.reasons.as_slice(),
        );
        cross_region::acknowledge(tx, &self.fixmedins_code, cases).await
    }
}

/// The receiver's own words, as far as a row takes them.
fn reason(result: &str, message: &str) -> String {
    format!("{result} {message}")
        .trim()
        .chars()
        .take(500)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_which_cases_were_taken() {
        let sent = json!({"fixmedins_code": "H1", "items": [{"setl_id": "S1"}]}).to_string();
        let answer = json!({"items": [{"setl_id": "S1", "result": "ACCEPTED"},
            {"setl_id": "S2", "result": "NOT_INSURED", "message": "不在本地参保"},
            {"setl_id": "S3", "result": "DUPLICATE"}]});
        let told = Told::of(&sent, &answer);
        assert_eq!(told.fixmedins_code, "H1");
        assert_eq!(told.setl_ids, ["S1", "S2", "S3"]);
        assert_eq!(told.taken, [true, false, true]);
        assert_eq!(told.reasons, ["", "NOT_INSURED 不在本地参保", ""]);
        assert_eq!(Told::of("no JSON", &Value::Null), Told::default());
    }
}
