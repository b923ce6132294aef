//! 4102 and 4401: lists move as their states allow, all of a call or none; front pages are
//! kept sealed.

use serde_json::{Value, json};

use crate::harness::{Gateway, lists, setl_id, state_change, submit};

/// Uploads without submitting.
async fn upload(gateway: &Gateway, list: &Value) {
    let mut data = submit(list);
    data["submit"] = json!(false);
    assert_eq!(
        gateway.call("hospital-a", "/reports", &data).await.code,
        "0"
    );
}

#[actix_web::test]
async fn to_1_judges_and_to_0_voids() {
    let gateway = Gateway::start().await;
    let list = lists(1, 21).remove(0);
    upload(&gateway, &list).await;
    let answer = gateway
        .call("hospital-a", "/reports", &state_change(&list, "1"))
        .await;
    assert_eq!(
        (answer.code.as_str(), &answer.data["stas_type"]),
        ("0", &json!("1"))
    );
    assert_eq!(answer.data["qltctrl_rslt"], "1");
    assert_eq!(answer.data["grouping"]["status"], "grouped");
    assert!(answer.data["setl_list_id"].is_string());
    // 1→1 is refused, and 1→0 by the built-in profile.
    for to in ["1", "0"] {
        let refused = gateway
            .call("hospital-a", "/reports", &state_change(&list, to))
            .await;
        assert_eq!((refused.status, refused.code.as_str()), (409, "CHS-40903"));
        assert_eq!(
            refused.data["errors"][0]["pointer"],
            "/input/data/stastinfo/0/stas_type"
        );
    }
    // Failed, a list goes back to 0; both results are kept with vali_flag 0.
    gateway
        .batch("UPDATE settlement_lists SET stas_type = 3")
        .await;
    let back = gateway
        .call("hospital-a", "/reports", &state_change(&list, "0"))
        .await;
    assert_eq!(
        (back.code.as_str(), &back.data["stas_type"]),
        ("0", &json!("0"))
    );
    for table in ["qc_results", "groupings"] {
        let flags = gateway
            .sql(&format!("SELECT vali_flag::text FROM {table}"))
            .await;
        assert_eq!(flags, ["0"], "{table}");
    }
    // Neither a passed nor a frozen list is touched.
    for (sql, code) in [
        ("UPDATE settlement_lists SET stas_type = 2", "CHS-40903"),
        (
            "UPDATE settlement_lists SET stas_type = 3, frozen_batch = 'B1'",
            "CHS-40904",
        ),
    ] {
        gateway.batch(sql).await;
        for to in ["0", "1"] {
            let refused = gateway
                .call("hospital-a", "/reports", &state_change(&list, to))
                .await;
            assert_eq!((refused.status, refused.code.as_str()), (409, code));
        }
        let refused = gateway.call("hospital-a", "/reports", &submit(&list)).await;
        assert_eq!((refused.status, refused.code.as_str()), (409, code));
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn several_records_move_together_or_not_at_all() {
    let gateway = Gateway::start().await;
    let mut lists = lists(3, 22);
    // The second list fails quality control.
    lists[1]["setlinfo"]["psn_name"] = json!("");
    for list in &lists {
        upload(&gateway, list).await;
    }
    let record = |list: &Value| state_change(list, "1")["input"]["data"]["stastinfo"][0].clone();
    let mut records: Vec<_> = lists.iter().map(record).collect();
    let call =
        |records: &[Value]| json!({"report": "4102", "input": {"data": {"stastinfo": records}}});
    records.push(json!({"psn_no": "P1", "setl_id": "UNKNOWN", "stas_type": "1"}));
    let refused = gateway
        .call("hospital-a", "/reports", &call(&records))
        .await;
    assert_eq!((refused.status, refused.code.as_str()), (404, "CHS-40402"));
    assert_eq!(
        refused.data["errors"][0]["pointer"],
        "/input/data/stastinfo/3/setl_id"
    );
    assert_eq!(gateway.count("qc_results").await, 0);
    records.pop();
    let answer = gateway
        .call("hospital-a", "/reports", &call(&records))
        .await;
    let results = answer.data["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|one| &one["stas_type"]).collect();
    assert_eq!(states, ["1", "3", "1"]);
    assert_eq!(results[2]["setl_id"], json!(setl_id(&lists[2])));
    assert!(results[1].get("grouping").is_none());
    // Another person's number does not name the list.
    let mut foreign = state_change(&lists[1], "0");
    foreign["input"]["data"]["stastinfo"][0]["psn_no"] = json!("P-OTHER");
    let refused = gateway.call("hospital-a", "/reports", &foreign).await;
    assert_eq!(refused.code, "CHS-40402");
    gateway.stop().await;
}

#[actix_web::test]
async fn another_institutions_lists_are_not_there() {
    let gateway = Gateway::start().await;
    let list = lists(1, 23).remove(0);
    upload(&gateway, &list).await;
    for (name, status, code) in [
        ("hospital-b", 404, "CHS-40402"),
        ("core", 403, "CHS-40301"),
        ("city", 403, "CHS-40301"),
    ] {
        let refused = gateway
            .call(name, "/reports", &state_change(&list, "1"))
            .await;
        assert_eq!(
            (refused.status, refused.code.as_str()),
            (status, code),
            "{name}"
        );
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn front_pages_are_kept_sealed_by_revision() {
    let gateway = Gateway::start().await;
    let page = json!({"report": "4401", "input": {
        "baseinfo": {"mdtrt_sn": "H610401000010001", "medcasno": "B1", "psn_name": "样例某甲",
            "medfee_sumamt": 100.5, "vali_flag": "1", "fixmedins_code": "H61040100001"},
        "oprninfo": [{"oprn_oprt_code": "39.7205", "oprn_patn_type _code": "1", "vali_flag": "1"}],
    }});
    for revision in [1, 2] {
        let answer = gateway.call("hospital-a", "/reports", &page).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        assert_eq!(answer.data["mdtrt_sn"], "H610401000010001");
        assert_eq!(answer.data["revision"], revision);
        assert!(answer.data.get("setl_id").is_none());
    }
    let rows = gateway.sql("SELECT p::text FROM front_pages p").await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains("样例某甲"));
    let refused = gateway.call("hospital-b", "/reports", &page).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    let mut unknown = page.clone();
    unknown["input"]["baseinfo"]["colour"] = json!("red");
    let refused = gateway.call("hospital-a", "/reports", &unknown).await;
    assert_eq!(
        refused.data["errors"][0]["pointer"],
        "/input/baseinfo/colour"
    );
    gateway.stop().await;
}
