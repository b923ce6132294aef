//! Operations 2, 3, 4 and the audit of lists.

use serde_json::{Value, json};

use crate::harness::{Gateway, lists, rows, setl_id, submit, submitted};

#[actix_web::test]
async fn qc_results_are_paged_by_month_and_scope() {
    let gateway = Gateway::start().await;
    let mut lists = lists(7, 51);
    lists[2]["setlinfo"]["psn_name"] = json!("");
    for list in &lists {
        submitted(&gateway, list).await;
    }
    let path = "/qc/results";
    let query = json!({"setl_ym": "202610"});
    let all = gateway.call("hospital-a", path, &query).await.data;
    let all_rows = rows(&all);
    assert_eq!(all_rows.len(), 7);
    assert!(all.get("next").is_none());
    let row = |list: &Value| {
        let found = all_rows
            .iter()
            .find(|row| row["setl_id"] == json!(setl_id(list)));
        found.unwrap().clone()
    };
    let good = row(&lists[0]);
    let info = &lists[0]["setlinfo"];
    for (name, value) in [
        ("psn_no", &info["psn_no"]),
        ("psn_name", &info["psn_name"]),
        ("cert_no", &info["certno"]),
        ("qltctrl_rslt", &json!("1")),
        ("retn_flag", &json!("0")),
        ("grp_stas", &json!("1")),
        ("setl_ym", &json!("202610")),
        ("fixmedins_name", &json!("测试医院甲（模拟）")),
    ] {
        assert_eq!(good[name], *value, "{name}");
    }
    let bad = row(&lists[2]);
    assert_eq!(
        (&bad["qltctrl_rslt"], &bad["err_lv"]),
        (&json!("0"), &json!("3"))
    );
    assert_eq!(
        (&bad["retn_flag"], &bad["grp_stas"]),
        (&json!("1"), &json!("0"))
    );
    assert!(
        bad["detl_list"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["exam_data_fld"] == "setlinfo.psn_name"
                && finding["err_lv"] == "3")
    );
    // Pages by number and by the row before are cut from the same order.
    let paged = |page: Value| {
        let mut query = query.clone();
        for (name, value) in page.as_object().unwrap() {
            query[name] = value.clone();
        }
        let gateway = &gateway;
        async move { gateway.call("city", path, &query).await.data }
    };
    let first = paged(json!({"page_size": 3})).await;
    let second = paged(json!({"page_size": 3, "after": first["next"]})).await;
    let third = paged(json!({"page_size": 3, "page_num": 3})).await;
    assert_eq!(second, {
        let mut page = paged(json!({"page_size": 3, "page_num": 2})).await;
        page["page_num"] = json!(1);
        page
    });
    let walked: Vec<_> = [&first, &second, &third]
        .iter()
        .flat_map(|page| rows(page))
        .collect();
    assert_eq!(walked, all_rows);
    assert!(third.get("next").is_none());
    // One list, one person, one level, returned ones.
    for (filter, count) in [
        (json!({"setl_id": setl_id(&lists[0])}), 1),
        (json!({"psn_no": info["psn_no"]}), 1),
        (json!({"psn_no": "P-NOBODY"}), 0),
        (json!({"err_lv": "3"}), 1),
        (json!({"retn_flag": "0"}), 6),
        (json!({"setl_ym": "202609"}), 0),
        (
            json!({"setl_id": setl_id(&lists[0]), "fixmedins_code": "H61040100002"}),
            0,
        ),
    ] {
        let found = paged(filter.clone()).await;
        assert_eq!(rows(&found).len(), count, "{filter}");
    }
    let deep = json!({"setl_ym": "202610", "page_num": 102, "page_size": 1000});
    let refused = gateway.call("city", path, &deep).await;
    assert_eq!((refused.status, refused.code.as_str()), (422, "CHS-42206"));
    // Another hospital sees none of it, and may not ask.
    let other = gateway.call("hospital-b", path, &query).await.data;
    assert!(rows(&other).is_empty());
    let foreign = json!({"setl_ym": "202610", "fixmedins_code": "H61040100001"});
    let refused = gateway.call("hospital-b", path, &foreign).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    // What was read is on the audit chain, and no name stands in any table.
    let reads = gateway
        .sql("SELECT subject FROM audit_records WHERE operation = 'qc.results'")
        .await;
    assert!(reads.contains(&"202610".to_owned()));
    let name = info["psn_name"].as_str().unwrap();
    for table in ["idempotency", "qc_results", "audit_records"] {
        let stored = gateway.sql(&format!("SELECT t::text FROM {table} t")).await;
        assert!(stored.iter().all(|row| !row.contains(name)), "{table}");
    }
    // A repeat still opens the kept answer.
    let first = gateway
        .call_as("hospital-a", path, &query, "same")
        .await
        .data;
    let mut again = gateway
        .call_as("hospital-a", path, &query, "same")
        .await
        .data;
    assert_eq!(again["replayed"], true);
    again.as_object_mut().unwrap().shift_remove("replayed");
    assert_eq!(again, first);
    gateway.stop().await;
}

#[actix_web::test]
async fn uploads_are_counted_and_one_list_comes_back() {
    let gateway = Gateway::start().await;
    let lists = lists(4, 52);
    for list in &lists[..3] {
        submitted(&gateway, list).await;
    }
    let mut kept = submit(&lists[3]);
    kept["submit"] = json!(false);
    gateway.call("hospital-a", "/reports", &kept).await;
    // One settlement has a record and no list yet, one has both.
    for id in ["S-DUE".to_owned(), setl_id(&lists[0])] {
        let record = json!({"report": "2304", "input": {"setlinfo": {"setl_id": id,
            "fixmedins_code": "H61040100001", "medfee_sumamt": "1.00",
            "setl_time": "2026-10-20 10:00:00"}}});
        assert_eq!(gateway.call("core", "/reports", &record).await.code, "0");
    }
    let path = "/settlement-lists/uploads";
    let month = json!({"setl_ym": "202610"});
    for name in ["hospital-a", "city"] {
        let counts = gateway.call(name, path, &month).await.data;
        for (count, value) in [
            ("not_submit_cnt", 1),
            ("submitted_cnt", 3),
            ("pass_cnt", 0),
            ("not_pass_cnt", 0),
            ("hospital_submit_cnt", 4),
            ("need_upload_cnt", 5),
        ] {
            assert_eq!(counts[count], value, "{name} {count}");
        }
    }
    let none = gateway.call("hospital-b", path, &month).await.data;
    assert_eq!(none["need_upload_cnt"], 0);
    let one = json!({"setl_id": setl_id(&lists[3])});
    let list = gateway.call("hospital-a", path, &one).await.data;
    assert_eq!(list["stas_type"], "0");
    assert_eq!(
        list["list"]["setlinfo"]["psn_name"],
        lists[3]["setlinfo"]["psn_name"]
    );
    assert_eq!(list["input_digest"].as_str().unwrap().len(), 64);
    let refused = gateway.call("hospital-b", path, &one).await;
    assert_eq!((refused.status, refused.code.as_str()), (404, "CHS-40402"));
    let other_person = json!({"setl_id": setl_id(&lists[3]), "psn_no": "P-OTHER"});
    let refused = gateway.call("hospital-a", path, &other_person).await;
    assert_eq!(refused.code, "CHS-40402");
    gateway.stop().await;
}

#[actix_web::test]
async fn a_stored_list_is_checked_again() {
    let gateway = Gateway::start().await;
    let list = lists(1, 53).remove(0);
    let first = submitted(&gateway, &list).await;
    let path = "/qc/post-check";
    let data = json!({"setl_id": setl_id(&list)});
    for (runs, name) in [(2, "hospital-a"), (3, "city")] {
        let answer = gateway.call(name, path, &data).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        assert_eq!(answer.data["stas_type"], "1");
        assert_eq!(answer.data["grouping"], first.data["grouping"]);
        assert_eq!(gateway.count("qc_results").await, runs);
        assert_eq!(gateway.count("qc_results WHERE vali_flag = 1").await, 1);
        assert_eq!(gateway.count("groupings WHERE vali_flag = 1").await, 1);
    }
    let refused = gateway.call("hospital-b", path, &data).await;
    assert_eq!((refused.status, refused.code.as_str()), (404, "CHS-40402"));
    for (sql, code) in [
        ("stas_type = 2", "CHS-40903"),
        ("stas_type = 1, frozen_batch = 'M1'", "CHS-40904"),
    ] {
        gateway
            .batch(&format!("UPDATE settlement_lists SET {sql}"))
            .await;
        let refused = gateway.call("city", path, &data).await;
        assert_eq!((refused.status, refused.code.as_str()), (409, code));
    }
    gateway.stop().await;
}

#[actix_web::test]
async fn the_offices_pass_or_fail_submitted_lists() {
    let gateway = Gateway::start().await;
    let lists = lists(2, 54);
    for list in &lists {
        submitted(&gateway, list).await;
    }
    let decide = |list: &Value, stas_type: &str| json!({"setl_id": setl_id(list), "stas_type": stas_type, "reason": "审核意见"});
    let path = "/settlement-lists/audit";
    let passed = gateway.call("county", path, &decide(&lists[0], "2")).await;
    assert_eq!(passed.data["stas_type"], "2");
    let failed = gateway.call("city", path, &decide(&lists[1], "3")).await;
    assert_eq!(failed.data["stas_type"], "3");
    let returned = gateway
        .call(
            "hospital-a",
            "/qc/results",
            &json!({"setl_ym": "202610", "retn_flag": "1"}),
        )
        .await;
    assert_eq!(
        returned.data["rows"][0]["setl_id"],
        json!(setl_id(&lists[1]))
    );
    // Nothing moves a passed list, and only a submitted one is decided on.
    for list in &lists {
        for to in ["2", "3"] {
            let refused = gateway.call("city", path, &decide(list, to)).await;
            assert_eq!((refused.status, refused.code.as_str()), (409, "CHS-40903"));
        }
    }
    let unknown = json!({"setl_id": "NOBODY", "stas_type": "2", "reason": "x"});
    let refused = gateway.call("county", path, &unknown).await;
    assert_eq!((refused.status, refused.code.as_str()), (404, "CHS-40402"));
    assert_eq!(gateway.count("list_reviews").await, 2);
    gateway.stop().await;
}

#[actix_web::test]
async fn a_settlement_id_of_two_institutions_needs_the_institution() {
    let gateway = Gateway::start().await;
    let mut list = lists(1, 55).remove(0);
    submitted(&gateway, &list).await;
    list["setlinfo"]["fixmedins_code"] = json!("H61040100002");
    let other = gateway.call("hospital-b", "/reports", &submit(&list)).await;
    assert_eq!(other.code, "0", "{}", other.data);
    let id = setl_id(&list);
    for (path, mut data) in [
        ("/qc/post-check", json!({"setl_id": id})),
        ("/settlement-lists/uploads", json!({"setl_id": id})),
        (
            "/settlement-lists/audit",
            json!({"setl_id": id, "stas_type": "2", "reason": "x"}),
        ),
    ] {
        let refused = gateway.call("city", path, &data).await;
        assert_eq!(
            (refused.status, refused.code.as_str()),
            (422, "CHS-42207"),
            "{path}"
        );
        data["fixmedins_code"] = json!("H61040100002");
        let answer = gateway.call("city", path, &data).await;
        assert_eq!(answer.data["fixmedins_code"], "H61040100002", "{path}");
    }
    gateway.stop().await;
}
