//! 3606, 3608 and 3609 at the transaction door, and the same as operations.

use chs_gateway::commands::call::transaction::Family;
use serde_json::{Value, json};

use super::{Past, catalogue, history, lhasa};
use crate::{
    harness::{lists, rows, setl_id, submit},
    month::{fen, lists_of_b},
    transaction_harness::{Reply, Sender, data},
};

fn well(reply: Reply) -> Vec<Value> {
    assert_eq!(reply.code, "0", "{}", reply.err_msg);
    reply.output["data"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn dip_results_are_asked_for_under_their_published_numbers() {
    let (of_a, of_b) = (lists(6, 821), lists_of_b(4, 822));
    let all: Vec<Value> = of_a.iter().chain(&of_b).cloned().collect();
    let folder = catalogue("lhasa-dip", &history(&all, |_| Past { times: 1, over: 1 }));
    let gateway = lhasa(folder.path()).await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    for list in &of_a {
        // Up by 4101, submitted by 4102.
        let uploaded = hospital.call("4101", list).await;
        assert_eq!(uploaded.code, "0", "{}", uploaded.err_msg);
        let info = &list["setlinfo"];
        let moved = data(json!({"stastinfo": [{"psn_no": info["psn_no"],
            "setl_id": info["setl_id"], "stas_type": "1"}]}));
        let moved = hospital.call("4102", &moved).await;
        assert_eq!(moved.code, "0", "{}", moved.err_msg);
    }
    for list in &of_b {
        let answer = gateway.call("hospital-b", "/reports", &submit(list)).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
    }

    let month = data(json!({"setl_ym": "202610", "page_num": "1", "page_size": "4"}));
    let first = well(hospital.call("3606", &month).await);
    let rest = data(json!({"setl_ym": "202610", "page_num": 2, "page_size": 4}));
    let second = well(hospital.call("3606", &rest).await);
    assert_eq!((first.len(), second.len()), (4, 2));
    for case in first.iter().chain(&second) {
        assert_eq!(case["fixmedins_code"], "H61040100001");
        assert_eq!(
            (&case["grp_stas"], &case["nuld_flag"]),
            (&json!("1"), &json!("0"))
        );
        assert_eq!(
            (&case["sco_stas"], &case["clr_optins"]),
            (&json!("0"), &json!("610400"))
        );
        for filled in [
            "setl_time",
            "dip_dise_grp_code",
            "dip_dise_grp_name",
            "grp_diag_code",
            "oprn_grp_code",
            "grp_dise_sco",
            "act_setl_sco",
            "insutype",
            "Insutype_name",
        ] {
            assert!(
                !case[filled].is_null() && case[filled] != "",
                "{filled}: {case}"
            );
        }
    }
    let one = data(json!({"setl_ym": "202610", "page_num": 1, "page_size": 10,
        "setl_id": setl_id(&of_a[3])}));
    let one = well(hospital.call("3606", &one).await);
    assert_eq!(
        (one.len(), &one[0]["setl_id"]),
        (1, &json!(setl_id(&of_a[3])))
    );
    // No DRG result is there to be told.
    assert!(well(hospital.call("3605", &month).await).is_empty());
    let months = data(json!({"setl_mon": "202610", "page_num": 1, "page_size": 100}));
    assert!(well(hospital.call("3610", &months).await).is_empty());

    let hospitals = well(hospital.call("3608", &months).await);
    let mut counts: Vec<_> = hospitals
        .iter()
        .map(|row| row["setl_psntime"].as_i64())
        .collect();
    counts.sort();
    assert_eq!(counts, [Some(4), Some(6)]);
    for row in &hospitals {
        assert!(!row.to_string().contains("H6104"), "{row}");
        let query = data(
            json!({"setl_mon": "202610", "page_num": 1, "page_size": 1000,
            "fixmedins_code": row["fixmedins_code"]}),
        );
        let groups = well(hospital.call("3609", &query).await);
        assert_eq!(
            Some(groups.len()),
            row["grp_sum"].as_u64().map(|sum| sum.try_into().unwrap())
        );
        let cases: i64 = groups
            .iter()
            .map(|group| group["setl_psntime"].as_i64().unwrap())
            .sum();
        assert_eq!(Some(cases), row["setl_psntime"].as_i64());
        let cost: i64 = groups
            .iter()
            .map(|group| fen(&group["medfee_sumamt"]))
            .sum();
        assert_eq!(cost, fen(&row["medfee_sumamt"]));
        let group = &groups[0];
        for filled in [
            "grp_diag_code",
            "grp_diag_name",
            "oprn_grp_code",
            "oprn_grp_name",
            "admdvs",
        ] {
            assert!(
                group[filled].as_str().is_some_and(|text| !text.is_empty()),
                "{group}"
            );
        }
        // One combination alone, whose code may be long.
        let mut query = query.clone();
        query["data"]["dise_code"] = group["dip_dise_grp_code"].clone();
        let alone = well(hospital.call("3609", &query).await);
        assert_eq!(json!(alone), json!([group]));
    }

    // The same as an operation, and what does not fit.
    let path = "/groupings/fee-summary";
    let query = json!({"setl_ym": "202610", "level": "group", "grp_type": "dip"});
    let groups = gateway.call("city", path, &query).await.data;
    let sum: i64 = rows(&groups)
        .iter()
        .map(|row| row["setl_psntime"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 10);
    assert!(
        rows(&groups).iter().all(|row| row["dise_list_type"] == "1"),
        "{groups}"
    );
    let foreign = json!({"setl_ym": "202610", "level": "case", "grp_type": "dip",
        "fixmedins_code": "H61040100002"});
    let refused = gateway.call("hospital-a", path, &foreign).await;
    assert_eq!((refused.status, refused.code.as_str()), (403, "CHS-40302"));
    let reported = gateway.call("province", path, &query).await;
    assert_eq!(
        (reported.code.as_str(), &reported.data["total"]),
        ("0", &json!(0))
    );
    for month in ["2026", "202613"] {
        let reply = hospital
            .call(
                "3608",
                &data(json!({"setl_mon": month, "page_num": 1, "page_size": 1})),
            )
            .await;
        assert_eq!(reply.code, "CHS-42202", "{month}");
    }
    gateway.stop().await;
}
