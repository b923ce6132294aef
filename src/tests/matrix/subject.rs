//! Two institutions with the same kinds of data, and how a row names them.

use std::{collections::BTreeMap, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Gateway, report_item, setl_id, submit},
    month::{A, B, lists_of_b},
};

/// One institution: what stands for `$name` in the table, and what betrays its data.
pub(super) struct Subject {
    code: &'static str,
    values: BTreeMap<String, String>,
    marks: Vec<String>,
}

impl Subject {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn mark(&mut self, text: &str) {
        self.marks.push(text.to_owned());
    }

    /// Texts that stand in this institution's data only.
    pub(super) fn marks(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().map(String::as_str)
    }

    /// The data of a row with this institution's own.
    pub(super) fn fill(&self, body: &str) -> String {
        let mut names: Vec<_> = self.values.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let mut text = body.to_owned();
        for name in names {
            text = text.replace(&format!("${name}"), &self.values[name]);
        }
        text
    }

    /// The batch of the institution's month.
    pub(super) async fn learn_batch(&mut self, gateway: &Gateway) {
        let query = json!({"setl_ym": "202610", "level": "hospital", "fixmedins_code": self.code});
        let answer = gateway.call("city", "/bills/monthly", &query).await;
        let batch = answer.data["rows"][0]["feeClrId"].as_str().unwrap();
        self.set("batch", batch);
        self.set("amount", &answer.data["rows"][0]["transfer"].to_string());
        self.mark(batch);
    }
}

/// A gateway where A and B have lists of one month: A in the county's division, B beside it.
pub(super) async fn two_institutions() -> (Gateway, [Subject; 2]) {
    let gateway = Gateway::start_with(|config| {
        config.limits.callers_seconds = 1;
        config.settlement.billing_seconds = 1;
        config.settlement.special_share_drg = "0.9".parse().unwrap();
    })
    .await;
    in_divisions(&gateway).await;
    let of_a = crate::harness::lists(40, 901);
    let mut of_b = lists_of_b(40, 902);
    in_both_at_once(&of_a, &mut of_b);
    let a = seeded(&gateway, "hospital-a", A, of_a, ["expert-a", "expert-b"]).await;
    let b = seeded(&gateway, "hospital-b", B, of_b, ["expert-c", "expert-d"]).await;
    for mark in a.marks() {
        assert!(b.marks().all(|other| other != mark), "{mark} is of both");
    }
    (gateway, [a, b])
}

/// The person of list 3 lies at A and at B at the same time, which B's rules and A's next
/// check may look at but not tell. The lists of the month stay clean.
fn in_both_at_once(of_a: &[Value], of_b: &mut [Value]) {
    let of_a = of_a.iter().filter(|list| employee(list)).nth(2).unwrap();
    let of_b = of_b
        .iter_mut()
        .filter(|list| employee(list))
        .nth(2)
        .unwrap();
    for name in ["psn_no", "adm_time", "dscg_time"] {
        of_b["setlinfo"][name] = of_a["setlinfo"][name].clone();
    }
}

/// One insurance type makes one batch.
fn employee(list: &Value) -> bool {
    list["setlinfo"]["hi_type"] == "1"
}

/// Puts the hospitals and the county where they belong, and adds an auditor.
async fn in_divisions(gateway: &Gateway) {
    for (name, admdvs) in [
        ("hospital-a", "610402"),
        ("county", "610402"),
        ("hospital-b", "610403"),
    ] {
        let app_id = gateway.caller(name).app_id;
        gateway
            .batch(&format!(
                "UPDATE callers SET admdvs = '{admdvs}' WHERE app_id = '{app_id}'"
            ))
            .await;
    }
    let data = gateway.data().to_owned();
    let file = chs_gateway::development::folder(&data).join("auditor.toml");
    add_auditor(&data, &file);
    let query = json!({"setl_ym": "202610"});
    for _ in 0..50 {
        let answer = gateway.call("auditor", "/publication/query", &query).await;
        if answer.code == "CHS-40301" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the auditor never became a caller");
}

fn add_auditor(data: &Path, file: &Path) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args([
            "callers",
            "add",
            "--role",
            "auditor",
            "--key-id",
            "TEST-auditor",
        ])
        .arg("--out")
        .arg(file)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
}

/// Uploads an institution's lists: 1 to 4 and 7 are submitted, 5 is uploaded only, 6 stays
/// at the hospital.
async fn seeded(
    gateway: &Gateway,
    name: &str,
    code: &'static str,
    lists: Vec<Value>,
    panel: [&str; 2],
) -> Subject {
    let lists: Vec<_> = lists.into_iter().filter(employee).take(7).collect();
    let mut subject = Subject {
        code,
        values: BTreeMap::new(),
        marks: vec![code.to_owned()],
    };
    subject.set("code", code);
    subject.set("full6", &lists[5].to_string());
    let panel = panel.map(|name| gateway.caller(name).app_id);
    subject.set("panel", &json!(panel).to_string());
    for (number, list) in (1..).zip(&lists) {
        subject.set(&format!("list{number}"), &setl_id(list));
        let psn_no = list["setlinfo"]["psn_no"].as_str().unwrap();
        subject.set(&format!("psn{number}"), psn_no);
        subject.mark(&setl_id(list));
        if number == 6 {
            continue;
        }
        let mut upload = submit(list);
        upload["submit"] = json!(number != 5);
        let answer = gateway.call(name, "/reports", &upload).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        if number <= 2 {
            learn_grouping(gateway, &mut subject, number, &answer).await;
        }
    }
    subject
}

async fn learn_grouping(gateway: &Gateway, subject: &mut Subject, number: usize, answer: &Answer) {
    let mut item = report_item(gateway, answer, 1).await;
    item["fixmedins_code"] = json!(subject.code);
    subject.set(&format!("report{number}"), &item.to_string());
    let drg_code = item["drg_code"].as_str();
    let drg_code = drg_code.unwrap_or_else(|| panic!("no group: {}", answer.data));
    subject.set(&format!("drg{number}"), drg_code);
}
