//! The anonymised comparison of institutions, and what a case row tells.

use serde_json::json;

use crate::harness::{Gateway, lists, submit, submitted};

#[actix_web::test]
async fn institutions_are_compared_under_pseudonyms() {
    let gateway = Gateway::start().await;
    for list in lists(4, 81) {
        submitted(&gateway, &list).await;
    }
    for mut list in lists(3, 82) {
        list["setlinfo"]["fixmedins_code"] = json!("H61040100002");
        let answer = gateway.call("hospital-b", "/reports", &submit(&list)).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }
    let path = "/groupings/fee-summary";
    let query = json!({"setl_ym": "202610", "level": "hospital", "compare": true});
    let seen = gateway.call("hospital-b", path, &query).await.data;
    assert_eq!(seen["total"], 2, "{seen}");
    let rows = seen["rows"].as_array().unwrap();
    let mut cases: Vec<_> = rows
        .iter()
        .map(|row| row["setl_psntime"].as_i64())
        .collect();
    cases.sort();
    assert_eq!(cases, [Some(3), Some(4)]);
    let text = seen.to_string();
    assert!(
        !text.contains("H6104") && !text.contains("测试医院"),
        "{text}"
    );
    // A pseudonym leads to the groups of its institution, for the city as well.
    let codes: Vec<_> = rows
        .iter()
        .map(|row| row["fixmedins_code"].as_str().unwrap())
        .collect();
    assert!(codes.is_sorted() && codes.iter().all(|code| code.len() == 30));
    for (row, code) in rows.iter().zip(codes) {
        let groups = json!({"setl_ym": "202610", "level": "group", "compare": true,
            "fixmedins_code": code});
        let groups = gateway.call("city", path, &groups).await.data;
        assert_eq!(groups["total"], row["grp_sum"]);
        let sum: i64 = groups["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["setl_psntime"].as_i64().unwrap())
            .sum();
        assert_eq!(Some(sum), row["setl_psntime"].as_i64());
        assert!(!groups.to_string().contains("H6104"));
    }
    // The real code is no pseudonym, and cases are not compared.
    let real = json!({"setl_ym": "202610", "level": "group", "compare": true,
        "fixmedins_code": "H61040100001"});
    assert_eq!(
        gateway.call("hospital-b", path, &real).await.data["total"],
        0
    );
    for (query, pointer) in [
        (
            json!({"setl_ym": "202610", "level": "case", "compare": true}),
            "/level",
        ),
        (
            json!({"setl_ym": "202610", "level": "group", "compare": true}),
            "/fixmedins_code",
        ),
    ] {
        let refused = gateway.call("hospital-b", path, &query).await;
        assert_eq!(
            (refused.code.as_str(), &refused.data["errors"][0]["pointer"]),
            ("CHS-42202", &json!(pointer))
        );
    }
    let refused = gateway.call("province", path, &query).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40301"));
    // A case row tells its grouping as 3605 does.
    let own = json!({"setl_ym": "202610", "level": "case"});
    let own = gateway.call("hospital-b", path, &own).await.data;
    let row = &own["rows"][0];
    assert_eq!(
        (&row["grp_rslt"], &row["grp_ver"]),
        (&json!("1"), &json!("xianyang-2025"))
    );
    assert!(row["mdc_codg"].as_str().unwrap().starts_with("MDC"));
    gateway.stop().await;
}
