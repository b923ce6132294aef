//! Operations 6 and 5: lists are kept, judged and summed up.

use serde_json::{Value, json};

use crate::harness::{Gateway, lists, submit};

#[actix_web::test]
async fn a_clean_list_is_submitted_grouped_and_summed_up() {
    let gateway = Gateway::start().await;
    let lists = lists(12, 5);
    for list in &lists {
        let answer = gateway.call("hospital-a", "/reports", &submit(list)).await;
        assert_eq!(answer.code, "0", "{:?}", answer.data);
        assert_eq!(answer.data["stas_type"], "1", "{}", answer.data["findings"]);
        assert!(answer.data["setl_list_id"].is_string());
    }
    let month = list_month(&lists[0]);
    let query = |level: &str| json!({"setl_ym": month, "level": level});
    let path = "/groupings/fee-summary";
    let hospital = gateway
        .call("hospital-a", path, &query("hospital"))
        .await
        .data;
    assert_eq!(hospital["total"], 1);
    assert_eq!(hospital["rows"][0]["setl_psntime"], 12);
    let cases = gateway.call("hospital-a", path, &query("case")).await.data;
    assert_eq!(cases["total"], 12);
    let cents = |value: &Value| (value.as_f64().unwrap() * 100.0).round() as i64;
    let sum: i64 = cases["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| cents(&row["medfee_sumamt"]))
        .sum();
    assert_eq!(sum, cents(&hospital["rows"][0]["medfee_sumamt"]));
    let groups = gateway.call("city", path, &query("group")).await.data;
    let grouped: i64 = groups["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["setl_psntime"].as_i64().unwrap())
        .sum();
    assert_eq!(grouped, 12);
    // Pages are cut from the same order.
    let mut page = query("case");
    page["page_size"] = json!(5);
    page["page_num"] = json!(3);
    let last = gateway.call("hospital-a", path, &page).await.data;
    assert_eq!(
        last["rows"].as_array().unwrap()[..],
        cases["rows"].as_array().unwrap()[10..]
    );
    // Hospital B has nothing and may not ask for A.
    let other = gateway.call("hospital-b", path, &query("case")).await.data;
    assert_eq!(other["total"], 0);
    let mut foreign = query("case");
    foreign["fixmedins_code"] = json!("H61040100001");
    let refused = gateway.call("hospital-b", path, &foreign).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    gateway.stop().await;
}

fn list_month(list: &Value) -> String {
    list["setlinfo"]["setl_end_date"].as_str().unwrap()[..7].replace('-', "")
}

#[actix_web::test]
async fn a_failed_list_is_state_3_ungrouped_and_may_be_corrected() {
    let gateway = Gateway::start().await;
    let good = lists(1, 7).remove(0);
    let mut bad = good.clone();
    bad["setlinfo"]["psn_name"] = json!("");
    let answer = gateway.call("hospital-a", "/reports", &submit(&bad)).await;
    assert_eq!(
        (answer.code.as_str(), &answer.data["stas_type"]),
        ("0", &json!("3"))
    );
    assert_eq!(answer.data["qltctrl_rslt"], "0");
    assert!(answer.data.get("grouping").is_none());
    assert_eq!(answer.data["estimate_reason"]["code"], "qc_failed");
    assert_eq!(gateway.count("groupings").await, 0);
    let mended = gateway.call("hospital-a", "/reports", &submit(&good)).await;
    assert_eq!(mended.data["stas_type"], "1");
    assert_eq!(mended.data["revision"], 2);
    assert_eq!(mended.data["setl_list_id"], answer.data["setl_list_id"]);
    // The first run is kept, voided.
    assert_eq!(
        gateway
            .sql("SELECT vali_flag::text FROM qc_results ORDER BY run")
            .await,
        ["0", "1"]
    );
    // A submitted list takes no further upload.
    let again = gateway.call("hospital-a", "/reports", &submit(&good)).await;
    assert_eq!((again.status, again.code.as_str()), (409, "CHS-40903"));
    gateway.stop().await;
}

#[actix_web::test]
async fn an_upload_without_submit_stays_at_state_0() {
    let gateway = Gateway::start().await;
    let mut upload = submit(&lists(1, 9)[0]);
    upload["submit"] = json!(false);
    let answer = gateway.call("hospital-a", "/reports", &upload).await;
    assert_eq!(answer.data["stas_type"], "0");
    assert!(answer.data.get("findings").is_none());
    assert_eq!(gateway.count("qc_results").await, 0);
    gateway.stop().await;
}

#[actix_web::test]
async fn no_list_is_kept_for_another_institution_or_in_the_open() {
    let gateway = Gateway::start().await;
    let list = lists(1, 11).remove(0);
    let refused = gateway.call("hospital-b", "/reports", &submit(&list)).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    assert_eq!(gateway.count("settlement_lists").await, 0);
    assert_eq!(
        gateway
            .sql("SELECT outcome FROM audit_records WHERE operation NOT LIKE 'callers.%'")
            .await,
        ["CHS-40302"],
        "foreign data is audited"
    );
    gateway.call("hospital-a", "/reports", &submit(&list)).await;
    let name = list["setlinfo"]["psn_name"].as_str().unwrap();
    for table in [
        "settlement_lists",
        "qc_results",
        "groupings",
        "idempotency",
        "audit_records",
    ] {
        let rows = gateway.sql(&format!("SELECT t::text FROM {table} t")).await;
        assert!(!rows.is_empty());
        assert!(
            rows.iter().all(|row| !row.contains(name)),
            "{table} holds a name in the open"
        );
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn settlement_records_come_from_the_core() {
    let gateway = Gateway::start().await;
    let record = json!({"report": "2304", "input": {"setlinfo": {
        "setl_id": "S1", "fixmedins_code": "H61040100001", "medfee_sumamt": "1234.50", "gend": "1",
    }}});
    assert_eq!(
        gateway.call("core", "/reports", &record).await.data["setl_id"],
        "S1"
    );
    assert_eq!(
        gateway.call("hospital-a", "/reports", &record).await.code,
        "0"
    );
    assert_eq!(
        gateway
            .sql("SELECT source || medfee_fen FROM settlement_records ORDER BY 1")
            .await,
        ["core123450", "hospital123450"]
    );
    let foreign = gateway.call("hospital-b", "/reports", &record).await;
    assert_eq!(foreign.code, "CHS-40302");
    let mut bad = record.clone();
    bad["input"]["setlinfo"]["medfee_sumamt"] = json!("12.345");
    let refused = gateway.call("core", "/reports", &bad).await;
    assert_eq!(
        refused.data["errors"][0]["pointer"],
        "/input/setlinfo/medfee_sumamt"
    );
    let list = gateway
        .call("core", "/reports", &submit(&lists(1, 1)[0]))
        .await;
    assert_eq!((list.status, list.code.as_str()), (403, "CHS-40301"));
    gateway.stop().await;
}

#[actix_web::test]
async fn ids_and_amounts_that_no_column_holds_are_refused_by_pointer() {
    let gateway = Gateway::start().await;
    let list = lists(1, 13).remove(0);
    let mut long = list.clone();
    long["setlinfo"]["setl_id"] = json!("编".repeat(2_000));
    let mut dear = list.clone();
    dear["iteminfo"][0]["amt"] = json!("90000000000000000.00");
    for (bad, pointer) in [(long, "/input/setlinfo/setl_id"), (dear, "/input/iteminfo")] {
        let answer = gateway.call("hospital-a", "/reports", &submit(&bad)).await;
        assert_eq!((answer.status, answer.code.as_str()), (422, "CHS-42202"));
        assert_eq!(answer.data["errors"][0]["pointer"], pointer);
    }
    assert_eq!(gateway.count("settlement_lists").await, 0);
    gateway.stop().await;
}
