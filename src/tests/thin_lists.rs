//! 4101A: a list without person and fees is joined with the settlement record that the
//! core reported; until then what is missing is said, not guessed.

use serde_json::{Value, json};

use crate::harness::{Gateway, lists, setl_id, state_change};

/// A full list without what the thin layout lacks, and the record that completes it.
fn thin(full: &Value) -> (Value, Value) {
    let mut list = full.clone();
    let info = list["setlinfo"].as_object_mut().unwrap();
    let mut record = json!({
        "setl_id": info["setl_id"], "fixmedins_code": info["fixmedins_code"],
        "setl_time": "2026-10-29 16:00:00", "insutype": "310",
        "psn_cert_type": info["patn_cert_type"],
    });
    for name in [
        "psn_no", "psn_name", "gend", "brdy", "age", "naty", "certno",
    ] {
        record[name] = info[name].clone();
    }
    let fees = full["iteminfo"].as_array().unwrap();
    let fen: i64 = fees
        .iter()
        .map(|item| (item["amt"].as_f64().unwrap() * 100.0).round() as i64)
        .sum();
    record["medfee_sumamt"] = json!(format!("{}.{:02}", fen / 100, fen % 100));
    let thin = [
        "psn_no",
        "psn_name",
        "gend",
        "brdy",
        "age",
        "naty",
        "certno",
        "patn_cert_type",
        "hi_type",
        "insuplc",
        "fixmedins_code",
        "fixmedins_name",
        "ipt_med_type",
        "act_ipt_days",
        "psn_selfpay",
        "psn_ownpay",
        "acct_pay",
        "psn_cashpay",
        "hsorg",
        "hsorg_opter",
        "diag_code_cnt",
        "maindiag_flag",
        "oprn_oprt_code_cnt",
        "chfpdr_name",
    ];
    for name in thin {
        info.shift_remove(name);
    }
    list.as_object_mut().unwrap().shift_remove("iteminfo");
    (
        list,
        json!({"report": "2304", "input": {"setlinfo": record}}),
    )
}

#[actix_web::test]
async fn a_thin_list_waits_for_its_settlement_record() {
    let gateway = Gateway::start().await;
    let full = lists(1, 31).remove(0);
    let (list, record) = thin(&full);
    for report in ["4101A", "4101"] {
        let upload = json!({"report": report, "input": list, "submit": true});
        let answer = gateway.call("hospital-a", "/reports", &upload).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        // Nothing is raised about the person: those rules could not be evaluated.
        assert_eq!(answer.data["stas_type"], "1", "{}", answer.data["findings"]);
        let needs: Vec<_> = answer.data["not_evaluated"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["needs"].as_str().unwrap())
            .collect();
        assert!(
            needs.contains(&"settlement record: setlinfo.gend")
                && needs.contains(&"settlement record: iteminfo"),
            "{needs:?}"
        );
        let grouping = &answer.data["grouping"];
        assert_eq!(grouping["status"], "invalid");
        assert_eq!(grouping["reason"], "field_missing");
        assert!(
            grouping["reason_message_en"]
                .as_str()
                .unwrap()
                .contains("setlinfo.gend")
        );
        gateway
            .batch("UPDATE settlement_lists SET stas_type = 3")
            .await;
    }
    // A hospital's own copy of the record completes nothing.
    let copy = gateway.call("hospital-a", "/reports", &record).await;
    assert_eq!(copy.code, "0", "{}", copy.data);
    let again = gateway
        .call("hospital-a", "/reports", &state_change(&full, "1"))
        .await;
    assert_eq!(again.data["grouping"]["status"], "invalid");
    gateway
        .batch("UPDATE settlement_lists SET stas_type = 3")
        .await;

    assert_eq!(gateway.call("core", "/reports", &record).await.code, "0");
    let joined = gateway
        .call("hospital-a", "/reports", &state_change(&full, "1"))
        .await;
    assert_eq!(joined.data["stas_type"], "1", "{}", joined.data["findings"]);
    let needs = joined.data["not_evaluated"].to_string();
    assert!(!needs.contains("setlinfo.gend"), "{needs}");
    // The group and the cost are those of the full list.
    let check = gateway.call("hospital-b", "/qc/pre-check", &full).await;
    for pointer in ["/grouping/drg_code", "/grouping/status"] {
        assert_eq!(joined.data.pointer(pointer), check.data.pointer(pointer));
    }
    let cost = gateway
        .sql("SELECT medfee_fen FROM groupings WHERE vali_flag = 1")
        .await;
    let amount = record["input"]["setlinfo"]["medfee_sumamt"]
        .as_str()
        .unwrap();
    assert_eq!(cost, [amount.replace('.', "")]);
    gateway.stop().await;
}

#[actix_web::test]
async fn the_record_may_come_before_the_list() {
    let gateway = Gateway::start().await;
    let full = lists(1, 32).remove(0);
    let (list, record) = thin(&full);
    assert_eq!(gateway.call("core", "/reports", &record).await.code, "0");
    let upload = json!({"report": "4101A", "input": list, "submit": true});
    let answer = gateway.call("hospital-a", "/reports", &upload).await;
    assert_eq!(answer.data["stas_type"], "1", "{}", answer.data["findings"]);
    assert_ne!(answer.data["grouping"]["status"], "invalid");
    // The person of the record is kept sealed and found by its number only.
    let rows = gateway.sql("SELECT l::text FROM settlement_lists l").await;
    let name = full["setlinfo"]["psn_name"].as_str().unwrap();
    let number = full["setlinfo"]["psn_no"].as_str().unwrap();
    assert!(!rows[0].contains(name) && !rows[0].contains(number));
    let mut foreign = state_change(&full, "0");
    foreign["input"]["data"]["stastinfo"][0]["psn_no"] = json!("P-OTHER");
    let refused = gateway.call("hospital-a", "/reports", &foreign).await;
    assert_eq!(refused.code, "CHS-40402", "{}", setl_id(&full));
    gateway.stop().await;
}
