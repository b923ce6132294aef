//! Random sequences of steps on a few lists, against a model of their states: uploads,
//! 4102, audits, reports, revocations and freezing, in the order a seed draws.
//!
//! `TEST_STATE_STEPS` sets how many steps (150 by default).

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::harness::{
    Answer, Gateway, batch, lists, report_item, setl_id, state_change, submit, submitted,
};

/// What the model knows of a list.
#[derive(Debug, Default, Clone)]
struct Model {
    /// Its state, once it was uploaded.
    state: Option<u8>,
    frozen: bool,
    /// Sequence of the last report, and whether it is in force.
    sequence: i32,
    in_force: bool,
}

impl Model {
    /// State and code after an upload that is submitted at once or not.
    fn upload(&mut self, submit: bool) -> &'static str {
        match self.state {
            _ if self.frozen => "CHS-40904",
            None | Some(0 | 3) => {
                self.state = Some(u8::from(submit));
                "0"
            }
            _ => "CHS-40903",
        }
    }

    fn change(&mut self, to: u8) -> &'static str {
        let allowed = match (self.state, to) {
            (None, _) => return "CHS-40402",
            _ if self.frozen => return "CHS-40904",
            (Some(0 | 3), 1) | (Some(3), 0) => true,
            _ => false,
        };
        if !allowed {
            return "CHS-40903";
        }
        self.state = Some(to);
        if to == 0 {
            self.in_force = false;
        }
        "0"
    }

    fn audit(&mut self, to: u8) -> &'static str {
        match self.state {
            None => "CHS-40402",
            _ if self.frozen => "CHS-40904",
            Some(1) => {
                self.state = Some(to);
                "0"
            }
            _ => "CHS-40903",
        }
    }

    fn report(&mut self, sequence: i32) -> &'static str {
        let submitted = matches!(self.state, Some(1 | 2));
        if self.state.is_none() || !submitted && self.sequence == 0 {
            "LIST_UNKNOWN"
        } else if sequence <= self.sequence {
            // The list is never changed here, so the digest is the same.
            "DUPLICATE"
        } else if self.frozen {
            "FROZEN"
        } else if !submitted {
            "LIST_UNKNOWN"
        } else if sequence != self.sequence + 1 || self.in_force {
            "SEQUENCE_GAP"
        } else {
            self.sequence = sequence;
            self.in_force = true;
            "ACCEPTED"
        }
    }

    fn revoke(&mut self, sequence: i32) -> &'static str {
        if sequence == 0 || sequence > self.sequence {
            "NOT_REPORTED"
        } else if sequence < self.sequence || !self.in_force {
            "REVOKED"
        } else if self.frozen {
            "FROZEN"
        } else {
            self.in_force = false;
            "REVOKED"
        }
    }
}

#[actix_web::test]
async fn random_steps_agree_with_the_model() {
    let steps: usize = std::env::var("TEST_STATE_STEPS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(150);
    let gateway = Gateway::start().await;
    let lists = lists(4, 61);
    // Items are made from a first submission, which is then taken back.
    let mut items = Vec::new();
    for list in &lists {
        let answer = submitted(&gateway, list).await;
        items.push(report_item(&gateway, &answer, 1).await);
    }
    gateway
        .batch("DELETE FROM settlement_lists; DELETE FROM qc_results; DELETE FROM groupings")
        .await;
    let mut models = vec![Model::default(); lists.len()];
    let mut rng = StdRng::seed_from_u64(61);
    for step in 0..steps {
        let at = rng.random_range(0..lists.len());
        let (list, model) = (&lists[at], &mut models[at]);
        let draw = rng.random_range(0..100_u8);
        let what = format!("step {step}, list {at}, draw {draw}, {model:?}");
        if draw < 20 {
            let now = rng.random_bool(0.5);
            let wanted = model.upload(now);
            let mut data = submit(list);
            data["submit"] = json!(now);
            let answer = gateway.call("hospital-a", "/reports", &data).await;
            assert_eq!(answer.code, wanted, "upload, {what}");
        } else if draw < 50 {
            let to = rng.random_range(0..2_u8);
            let wanted = model.change(to);
            let data = state_change(list, &to.to_string());
            let answer = gateway.call("hospital-a", "/reports", &data).await;
            assert_eq!(answer.code, wanted, "4102 to {to}, {what}");
        } else if draw < 70 {
            let to = rng.random_range(2..4_u8);
            // Passed lists are final: fewer of them keep the others moving.
            let to = if rng.random_bool(0.7) { 3 } else { to };
            let wanted = model.audit(to);
            let data = json!({"setl_id": setl_id(list), "stas_type": to, "reason": "x"});
            let answer = gateway.call("city", "/settlement-lists/audit", &data).await;
            assert_eq!(answer.code, wanted, "audit to {to}, {what}");
        } else if draw < 85 {
            let sequence = model.sequence + rng.random_range(0..3);
            let sequence = sequence.max(1);
            let wanted = model.report(sequence);
            let mut item = items[at].clone();
            // A list that was uploaded anew has another serial number.
            item.as_object_mut().unwrap().shift_remove("setl_list_sn");
            item["sequence"] = json!(sequence);
            let data = batch(&format!("B{step}"), &[item]);
            let answer = gateway.call("city", "/groupings/report", &data).await;
            assert_eq!(result(&answer), wanted, "report {sequence}, {what}");
        } else if draw < 99 {
            let sequence = (model.sequence - rng.random_range(0..2)).max(1);
            let wanted = model.revoke(sequence);
            let data = json!({"setl_id": setl_id(list), "sequence": sequence, "reason_code": 9,
                "reason": "x"});
            let answer = gateway.call("city", "/groupings/revoke", &data).await;
            assert_eq!(answer.data["result"], wanted, "revoke {sequence}, {what}");
        } else if model.state.is_some() {
            model.frozen = true;
            let sql = "UPDATE settlement_lists SET frozen_batch = 'M1' WHERE setl_id = ";
            gateway.batch(&format!("{sql}'{}'", setl_id(list))).await;
        }
    }
    for (list, model) in lists.iter().zip(&models) {
        let Some(state) = model.state else { continue };
        let id = setl_id(list);
        let stored = gateway
            .sql(&format!(
                "SELECT stas_type::text FROM settlement_lists WHERE setl_id = '{id}'"
            ))
            .await;
        assert_eq!(stored, [state.to_string()]);
        let valid = |table: &str| format!("{table} WHERE vali_flag = 1 AND setl_id = '{id}'");
        let judged = i64::from(state != 0);
        assert_eq!(gateway.count(&valid("qc_results")).await, judged, "{id}");
        assert_eq!(gateway.count(&valid("groupings")).await, judged, "{id}");
        let in_force = format!("reported_groupings WHERE state <> 'REVOKED' AND setl_id = '{id}'");
        assert_eq!(gateway.count(&in_force).await, i64::from(model.in_force));
    }
    gateway.stop().await;
}

fn result(answer: &Answer) -> &str {
    let item: &Value = &answer.data["items"][0]["result"];
    item.as_str().unwrap_or_else(|| panic!("{}", answer.data))
}
