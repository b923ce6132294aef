//! The six hospital-side operations, and what stands beside a list when it is judged.

use serde_json::{Value, json};

use crate::harness::{Gateway, lists, setl_id, state_change, submit, submitted};

async fn refused(gateway: &Gateway, path: &str, data: &Value) -> (u16, String, String) {
    let answer = gateway.call("hospital-a", path, data).await;
    let reason = answer.data["errors"][0]["rule"]
        .as_str()
        .unwrap_or_default();
    (answer.status, answer.code.clone(), reason.to_owned())
}

#[actix_web::test]
async fn guards_let_through_or_say_why_not() {
    let gateway = Gateway::start().await;
    // vectors H1 and H2
    let mut discharge = json!({"mdtrt_id": "M1", "ward_entry_time": "2025-03-01 10:05",
        "adm_change": {"done": false}});
    let path = "/hospital/discharge-guard";
    let told = refused(&gateway, path, &discharge).await;
    assert_eq!(
        told,
        (409, "CHS-40960".into(), "ADM_TIME_NOT_CHANGED".into())
    );
    discharge["adm_change"] = json!({"done": true, "new_time": "2025-03-01 10:05:30"});
    let answer = gateway.call("hospital-a", path, &discharge).await;
    assert_eq!(
        (answer.code.as_str(), &answer.data["allowed"]),
        ("0", &json!(true))
    );
    // H7 and H8
    let mut fee = json!({"mdtrt_id": "M1", "discharge_state": "done"});
    let told = refused(&gateway, "/hospital/fee-guard", &fee).await;
    assert_eq!(
        told,
        (409, "CHS-40961".into(), "DISCHARGE_NOT_CANCELLED".into())
    );
    fee["discharge_state"] = json!("cancelled");
    let told = refused(&gateway, "/hospital/fee-guard", &fee).await;
    assert_eq!(told.1, "CHS-42202", "a cancellation has its time");
    fee["discharge_cancel_time"] = json!("2025-03-16 10:04");
    fee["change_time"] = json!("2025-03-16 10:05");
    assert_eq!(
        gateway
            .call("hospital-a", "/hospital/fee-guard", &fee)
            .await
            .code,
        "0"
    );
    // item 13
    let path = "/hospital/category-change";
    let mut change = json!({"mdtrt_id": "M1", "ipt_med_type": "1", "new_ipt_med_type": "2",
        "settled": false, "uploaded": false, "planned_hours": 24});
    assert_eq!(
        gateway.call("hospital-a", path, &change).await.data["ipt_med_type"],
        "2"
    );
    for (member, value, code) in [
        ("planned_hours", json!(25), "CHS-40965"),
        ("new_ipt_med_type", json!("1"), "CHS-40964"),
        ("uploaded", json!(true), "CHS-40963"),
        ("settled", json!(true), "CHS-40962"),
    ] {
        change[member] = value;
        assert_eq!(refused(&gateway, path, &change).await.1, code);
    }
    // H12, items 15 and 16
    let path = "/hospital/mapping-guard";
    let mut item =
        json!({"action": "edit", "medins_list_codg": "H1", "kind": "consumable", "active": true});
    assert_eq!(refused(&gateway, path, &item).await.1, "CHS-40966");
    item["active"] = json!(false);
    assert_eq!(
        gateway.call("hospital-a", path, &item).await.data["allowed"],
        true
    );
    item["action"] = json!("confirm");
    item["nhsa_code"] = json!("C01");
    let answer = gateway.call("hospital-a", path, &item).await;
    assert_eq!(answer.data["missing"], json!(["material", "spec"]));
    assert_eq!(answer.data["allowed"], false);
    item["action"] = json!("stop");
    item["opter"] = json!("样例经办人");
    let answer = gateway.call("hospital-a", path, &item).await;
    assert_eq!(answer.data["stopped_by"], "样例经办人");
    let audited = gateway
        .sql("SELECT subject FROM audit_records WHERE operation = 'mapping.guard' AND subject LIKE '% %'")
        .await;
    assert_eq!(audited, ["H1 样例经办人"]);
    // without releases there is nothing to compare
    let diff = json!({"used": ["X1"], "page_num": 1, "page_size": 10});
    assert_eq!(
        refused(&gateway, "/hospital/catalogue-diff", &diff).await.1,
        "CHS-40440"
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn the_catalogue_and_the_rules_of_an_area_come_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let header = "nhsa_code,reg_name,approval_no,manufacturer,spec,valid_from,valid_to\n";
    let files = [
        (
            "catalogue/earlier.csv",
            format!("{header}A1,样例一,X,Y,5mg,,\nA9,样例九,X,Y,5mg,,\n"),
        ),
        (
            "catalogue/later.csv",
            format!("{header}A1,样例一,X,甲Y,5mg,,\nA3,样例三,X,Z,5mg,,\nA4,样例四,W,Y,5mg,,\n"),
        ),
        (
            "tuning.toml",
            "[[change]]\nbasis = \"试验\"\nseverity = { \"QC-FMT-026\" = \"error\" }\n".to_owned(),
        ),
    ];
    std::fs::create_dir_all(folder.path().join("catalogue")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().to_owned();
    let gateway =
        Gateway::start_with(move |config| config.quality.folder = Some(path.clone())).await;
    let mut query = json!({"used": ["A1", "A3", "A4", "A9"], "approval_no": "X",
        "manufacturer": "Y", "page_num": 1, "page_size": 1});
    let answer = gateway
        .call("hospital-a", "/hospital/catalogue-diff", &query)
        .await;
    assert_eq!(answer.data["total"], 2, "{}", answer.data);
    assert_eq!(answer.data["rows"][0]["change"], "changed");
    query["page_num"] = json!(2);
    let answer = gateway
        .call("hospital-a", "/hospital/catalogue-diff", &query)
        .await;
    assert_eq!(answer.data["rows"][0]["nhsa_code"], "A9");
    assert_eq!(answer.data["rows"][0]["change"], "expired");
    let mut list = lists(1, 1).remove(0);
    list["setlinfo"]["dscg_way"] = json!("9");
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    let errors: Vec<_> = answer.data["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["severity"] == "error")
        .map(|one| &one["rule_id"])
        .collect();
    assert_eq!(errors, ["QC-FMT-026"]);
    let version = answer.data["versions"]["rules"]["id"].as_str().unwrap();
    assert!(version.contains('+'), "{version}");
    gateway.stop().await;
}

#[actix_web::test]
async fn the_settlement_record_and_other_stays_stand_beside_a_list() {
    let gateway = Gateway::start().await;
    let first = lists(1, 5).remove(0);
    let answer = submitted(&gateway, &first).await;
    assert_eq!(answer.data["stas_type"], "1", "{}", answer.data["findings"]);
    let unknown = answer.data["not_evaluated"].to_string();
    assert!(
        unknown.contains("QC-FEE-001") && !unknown.contains("QC-SUP-002"),
        "{unknown}"
    );

    // the same person again, a week after discharge
    let mut second = first.clone();
    let later = |text: &Value| {
        json!(crate::list_mutations::moved(
            text.as_str().unwrap(),
            15 * 1440
        ))
    };
    for time in ["adm_time", "dscg_time"] {
        second["setlinfo"][time] = later(&first["setlinfo"][time]);
    }
    second["setlinfo"]["setl_id"] = json!("S000000059999999");
    second.as_object_mut().unwrap().shift_remove("oprninfo");
    second.as_object_mut().unwrap().shift_remove("icuinfo");
    let gap = |list: &Value, time: &str| {
        chs_model::parse_datetime(list["setlinfo"][time].as_str().unwrap()).unwrap()
    };
    let days = (gap(&second, "adm_time").date() - gap(&first, "dscg_time").date()).num_days();
    let answer = gateway
        .call("hospital-a", "/reports", &submit(&second))
        .await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    let found = answer.data["findings"].to_string();
    let readmitted = (1..=31).contains(&days);
    assert_eq!(found.contains("QC-SUP-002"), readmitted, "{days} {found}");
    let overlaps = gap(&second, "adm_time") < gap(&first, "dscg_time");
    assert_eq!(found.contains("QC-SUP-004"), overlaps);

    // the core's record says another total
    let record = json!({"report": "2304", "input": {"setlinfo": {
        "setl_id": setl_id(&first), "fixmedins_code": "H61040100001",
        "setl_time": "2026-10-29 16:00:00", "medfee_sumamt": "1.00", "psn_no": "x",
    }}});
    let answer = gateway.call("core", "/reports", &record).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    gateway
        .batch("UPDATE settlement_lists SET stas_type = 3")
        .await;
    let again = gateway
        .call("hospital-a", "/reports", &state_change(&first, "1"))
        .await;
    let found = again.data["findings"].to_string();
    assert!(
        found.contains("QC-FEE-001") && found.contains("QC-FEE-005"),
        "{found}"
    );
    assert_eq!(again.data["stas_type"], "3");
    gateway.stop().await;
}
