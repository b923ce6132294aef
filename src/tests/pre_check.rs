//! Operation 1: a list is judged and nothing of it is kept.

use serde_json::json;

use crate::harness::{Gateway, lists};

#[actix_web::test]
async fn a_clean_list_passes_is_grouped_and_priced() {
    let gateway = Gateway::start().await;
    let list = lists(1, 1).remove(0);
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert_eq!(
        (answer.status, answer.code.as_str(), answer.sealed),
        (200, "0", true)
    );
    let data = &answer.data;
    assert_eq!(data["advisory"], true);
    assert_eq!(data["qltctrl_rslt"], "1");
    assert_eq!(data["grouping"]["grp_ver"], "xianyang-2025");
    assert!(["grouped", "ambiguous"].contains(&data["grouping"]["status"].as_str().unwrap()));
    assert!(data["estimate"].is_object() || data["estimate_reason"]["code"].is_string());
    assert_eq!(
        data["versions"]["rules"]["digest"].as_str().unwrap().len(),
        64
    );
    assert_eq!(gateway.count("settlement_lists").await, 0);
    assert_eq!(gateway.count("idempotency").await, 1);
    gateway.stop().await;
}

#[actix_web::test]
async fn an_estimate_adds_up_and_says_that_it_is_an_example() {
    let gateway = Gateway::start().await;
    let mut priced = 0;
    for list in lists(20, 3) {
        let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
        let estimate = &answer.data["estimate"];
        if estimate.is_null() {
            continue;
        }
        assert_eq!(estimate["example"], true);
        let sum: f64 = estimate["terms"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|term| term["summand"] == true)
            .map(|term| term["value"].as_f64().unwrap())
            .sum();
        assert!(
            (sum - estimate["pay_std"].as_f64().unwrap()).abs() < 0.005,
            "{estimate}"
        );
        priced += 1;
    }
    assert!(priced > 0, "no list of the sample was priced");
    gateway.stop().await;
}

#[actix_web::test]
async fn options_choose_the_scheme_and_the_trace() {
    let gateway = Gateway::start().await;
    let mut list = lists(1, 1).remove(0);
    list["options"] = json!({"scheme": "chs-drg-2.0", "trace": true});
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert_eq!(answer.data["grouping"]["grp_ver"], "chs-drg-2.0");
    assert!(!answer.data["grouping"]["trace"].is_null());
    // The national scheme has no weights of the area.
    assert_eq!(answer.data["estimate_reason"]["code"], "other_scheme");

    for (options, code) in [
        (json!({"scheme": "no-such"}), "CHS-42203"),
        (json!({"profile": "no-such"}), "CHS-42204"),
        (json!({"colour": "red"}), "CHS-42202"),
    ] {
        list["options"] = options;
        let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
        assert_eq!(
            (answer.status, answer.code.as_str(), answer.sealed),
            (422, code, true)
        );
    }
    assert_eq!(
        gateway.count("nonces").await,
        1,
        "a refusal frees its claims"
    );
    gateway.stop().await;
}

#[actix_web::test]
async fn a_second_scheme_and_near_misses_are_answered_on_request() {
    let gateway = Gateway::start().await;
    let mut list = lists(1, 1).remove(0);
    let plain = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert!(plain.data.get("grouping_compare").is_none());
    assert!(plain.data.get("near_misses").is_none());

    list["options"] = json!({"compare_scheme": "chs-drg-1.1", "near_misses": true});
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    let data = &answer.data;
    assert_eq!(data["grouping"], plain.data["grouping"]);
    assert_eq!(data["estimate"], plain.data["estimate"]);
    assert_eq!(data["grouping_compare"]["grp_ver"], "chs-drg-1.1");
    assert!(data["grouping_compare"]["status"].is_string());
    let mut found = 0;
    for list in lists(10, 4) {
        let mut list = list;
        list["options"] = json!({"near_misses": true});
        let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
        for near in answer.data["near_misses"].as_array().unwrap() {
            assert_ne!(near["drg_code"], answer.data["grouping"]["drg_code"]);
            assert!(near["weight_difference"].is_number() || near["weight_difference"].is_null());
            assert!(
                near["message"]
                    .as_str()
                    .unwrap()
                    .contains(near["drg_code"].as_str().unwrap())
            );
            found += 1;
        }
    }
    assert!(found > 0, "no list of the sample had a near miss");

    list["options"] = json!({"compare_scheme": "no-such"});
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert_eq!((answer.status, answer.code.as_str()), (422, "CHS-42203"));
    gateway.stop().await;
}

#[actix_web::test]
async fn a_stay_is_grouped_by_the_scheme_of_its_discharge() {
    // The profile's scheme is in force from 2025 on.
    let gateway = Gateway::start().await;
    let mut list = lists(1, 1).remove(0);
    for (discharge, settled, code) in [
        ("2025-01-01 09:00:00", "2025-01-03", "0"),
        ("2024-12-31 09:00:00", "2025-01-03", "CHS-42203"),
    ] {
        list["setlinfo"]["dscg_time"] = json!(discharge);
        list["setlinfo"]["setl_end_date"] = json!(settled);
        let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
        assert_eq!(answer.code, code, "{discharge}: {}", answer.data);
    }
    // Before settlement the discharge stands in for its day.
    list["setlinfo"]
        .as_object_mut()
        .unwrap()
        .remove("setl_end_date");
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert_eq!(answer.code, "CHS-42203");
    gateway.stop().await;
}

#[actix_web::test]
async fn wrong_types_and_unknown_fields_are_named_by_pointer_and_not_quoted() {
    let gateway = Gateway::start().await;
    let mut list = lists(1, 1).remove(0);
    list["setlinfo"]["psn_name"] = json!(["张三"]);
    list["diseinfo"][0]["no_such_field"] = json!("1");
    let answer = gateway.call("hospital-a", "/qc/pre-check", &list).await;
    assert_eq!(answer.code, "CHS-42202");
    let errors = answer.data["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert!(pointers.contains(&"/setlinfo/psn_name"), "{pointers:?}");
    assert!(
        pointers.contains(&"/diseinfo/0/no_such_field"),
        "{pointers:?}"
    );
    assert!(!answer.data.to_string().contains("张三"));
    gateway.stop().await;
}

#[actix_web::test]
async fn gcm_callers_are_served_alike() {
    let gateway = Gateway::start().await;
    let mut caller = gateway.caller("hospital-a");
    caller.enc_type = "SM4-GCM".into();
    let client = chs_gateway::commands::call::Client::new(&caller).unwrap();
    let list = lists(1, 2).remove(0).to_string();
    let message = client
        .seal(
            &list,
            "gcm-1",
            &chs_gateway::commands::call::unique(),
            crate::harness::now(),
        )
        .unwrap()
        .to_json();
    assert!(message.contains("SM4-GCM"));
    let answer = gateway.send(&client, "/qc/pre-check", message).await;
    assert_eq!((answer.code.as_str(), answer.sealed), ("0", true));
    gateway.stop().await;
}
