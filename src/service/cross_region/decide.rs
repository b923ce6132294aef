//! `cross-region.decide`: decisions of the insured areas on cases, as the provincial system
//! hands them on. Each is judged for itself; a repeat gets the same answer.

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    error::Refusal,
    operations::cross_region_decide::{
        CrossRegionDecided, DecideRequest, DecidedItem, Decision, DecisionItem,
    },
    service::exactly_once::{Done, exactly_once},
    session::Session,
    store::{
        Tx, TxError,
        cross_region::{self, Standing},
        lists::ListKeys,
    },
};

/// Takes the decisions of the call.
///
/// # Errors
/// Those of [`exactly_once`].
pub async fn run(session: &Session, request: &DecideRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: decided(tx, session, request).await?,
            subject: format!("{} items", request.items.len()),
        })
    })
    .await
}

async fn decided(
    tx: &Tx<'_>,
    session: &Session,
    request: &DecideRequest,
) -> Result<CrossRegionDecided, TxError> {
    let keys: ListKeys = request
        .items
        .iter()
        .map(|item| (item.fixmedins_code.as_str(), item.setl_id.as_str()))
        .collect();
    let mut standing: HashMap<(String, String), Standing> = cross_region::lock(tx, &keys)
        .await?
        .into_iter()
        .map(|one| ((one.fixmedins_code.clone(), one.setl_id.clone()), one))
        .collect();
    let (mut items, mut rows) = (Vec::new(), Vec::new());
    for item in &request.items {
        let key = (item.fixmedins_code.clone(), item.setl_id.clone());
        let result = match standing.get_mut(&key) {
            None => "UNKNOWN",
            Some(stands) => judge(item, stands, &mut rows),
        };
        items.push(DecidedItem {
            fixmedins_code: item.fixmedins_code.clone(),
            setl_id: item.setl_id.clone(),
            result,
        });
    }
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    if !rows.is_empty() {
        cross_region::decide(tx, &rows, by).await?;
    }
    Ok(CrossRegionDecided {
        decided: rows.len(),
        items,
    })
}

/// What a decision does to a case; one that stands is never rewritten.
fn judge(item: &DecisionItem, stands: &mut Standing, rows: &mut Vec<Standing>) -> &'static str {
    let most = stands.fund_fen;
    let agreed_fen = match (item.decision, item.amount.map(|amount| amount.fen())) {
        (Decision::Accepted, None) => most,
        (Decision::Accepted, Some(amount)) if amount == most => most,
        (Decision::Adjusted, Some(amount)) if (0..=most.max(0)).contains(&amount) => amount,
        (Decision::Refused, None | Some(0)) => 0,
        _ => return "AMOUNT_MISMATCH",
    };
    let reason = item.reason.clone().unwrap_or_default();
    if item.decision != Decision::Accepted && reason.is_empty() {
        return "REASON_NEEDED";
    }
    let state = item.decision.as_str();
    if let Some(before) = stands.agreed_fen {
        let same = before == agreed_fen && stands.state == state && stands.reason == reason;
        return if same {
            "DUPLICATE"
        } else {
            "DECIDED_OTHERWISE"
        };
    }
    *stands = Standing {
        state: state.to_owned(),
        agreed_fen: Some(agreed_fen),
        reason,
        ..stands.clone()
    };
    rows.push(stands.clone());
    "DECIDED"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(decision: Decision, amount: Option<i64>, reason: Option<&str>) -> DecisionItem {
        DecisionItem {
            fixmedins_code: "H1".into(),
            setl_id: "S1".into(),
            decision,
            amount: amount.map(chs_model::Money::from_fen),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn a_decision_stands_and_its_amount_fits() {
        let fresh = Standing {
            fixmedins_code: "H1".into(),
            setl_id: "S1".into(),
            state: "FROZEN".into(),
            fund_fen: 1_000,
            agreed_fen: None,
            reason: String::new(),
        };
        let judged = |decision, amount, reason| {
            let (mut stands, mut rows) = (fresh.clone(), Vec::new());
            let result = judge(&item(decision, amount, reason), &mut stands, &mut rows);
            (result, rows.first().and_then(|row| row.agreed_fen))
        };
        assert_eq!(
            judged(Decision::Accepted, None, None),
            ("DECIDED", Some(1_000))
        );
        assert_eq!(
            judged(Decision::Accepted, Some(999), None).0,
            "AMOUNT_MISMATCH"
        );
        assert_eq!(
            judged(Decision::Adjusted, Some(1_000), Some("x")),
            ("DECIDED", Some(1_000))
        );
        assert_eq!(
            judged(Decision::Adjusted, Some(1_001), Some("x")).0,
            "AMOUNT_MISMATCH"
        );
        assert_eq!(
            judged(Decision::Adjusted, Some(-1), Some("x")).0,
            "AMOUNT_MISMATCH"
        );
        assert_eq!(
            judged(Decision::Adjusted, None, Some("x")).0,
            "AMOUNT_MISMATCH"
        );
        assert_eq!(judged(Decision::Adjusted, Some(1), None).0, "REASON_NEEDED");
        assert_eq!(judged(Decision::Refused, None, None).0, "REASON_NEEDED");
        assert_eq!(
            judged(Decision::Refused, None, Some("x")),
            ("DECIDED", Some(0))
        );

        let (mut stands, mut rows) = (fresh.clone(), Vec::new());
        let refusal = item(Decision::Refused, None, Some("x"));
        assert_eq!(judge(&refusal, &mut stands, &mut rows), "DECIDED");
        assert_eq!(judge(&refusal, &mut stands, &mut rows), "DUPLICATE");
        let other = item(Decision::Accepted, None, None);
        assert_eq!(judge(&other, &mut stands, &mut rows), "DECIDED_OTHERWISE");
        assert_eq!(rows.len(), 1);
    }
}
