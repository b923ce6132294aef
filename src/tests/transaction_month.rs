//! The month's transactions under their published numbers: 3203, 3204, 3601 to 3603.

use chs_gateway::commands::call::transaction::Family;
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, lists, setl_id, submitted},
    month::{A, totals},
    transaction_harness::{Reply, Sender, data},
};

fn well(reply: Reply) -> Value {
    assert_eq!(reply.code, "0", "{}", reply.err_msg);
    reply.output
}

#[actix_web::test]
async fn a_hospital_applies_and_declares_under_published_numbers() {
    let gateway = Gateway::start_with(|config| {
        config.settlement.special_share_drg = "0.25".parse().unwrap();
    })
    .await;
    let lists = lists(8, 431);
    for list in &lists {
        submitted(&gateway, list).await;
    }
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);

    let declaration = data(json!({"setl_id": setl_id(&lists[0]), "appy_exit_type": "1",
        "exit_rea": "住院时间过长", "exit_fund_payamt": "123456.78", "psn_name": "样例"}));
    let declared = well(hospital.call("3602", &declaration).await);
    assert_eq!(declared["data"]["code"], "0", "{declared}");
    let query = data(json!({"fixmedins_code": A, "pageNum": "1", "pageSize": "10"}));
    let listed = well(hospital.call("3601", &query).await);
    let row = &listed["data"][0];
    assert_eq!(row["setl_id"], json!(setl_id(&lists[0])), "{listed}");
    assert_eq!(
        (&row["vali_flag"], &row["rchk_flag"]),
        (&json!("1"), &json!(""))
    );
    let change = |vali_flag: &str| {
        data(
            json!({"appy_chk_setl_list_id": row["appy_chk_setl_list_id"],
            "vali_flag": vali_flag}),
        )
    };
    assert_ne!(hospital.call("3603", &change("1")).await.code, "0");
    let withdrawn = well(hospital.call("3603", &change("0")).await);
    assert_eq!(withdrawn["data"]["code"], "0", "{withdrawn}");
    let foreign = data(json!({"fixmedins_code": A, "pageNum": 1, "pageSize": 10,
        "psn_no": "P1"}));
    assert_ne!(hospital.call("3601", &foreign).await.code, "0");

    let (psntime, medfee) = totals(&gateway, "hospital-a", "202610").await;
    let application = |clr_type: &str, psntime: i64| {
        data(
            json!({"clr_type": clr_type, "setlym": "202610", "psntime": psntime.to_string(),
            "medfee_sumamt": medfee, "med_sumfee": medfee, "fund_appy_sum": 0,
            "cash_payamt": 0, "acct_pay": 0, "begndate": "2026-10-01", "enddate": "2026-10-31"}),
        )
    };
    assert_ne!(
        hospital
            .call("3203", &application("11", psntime))
            .await
            .code,
        "0"
    );
    assert_ne!(
        hospital
            .call("3203", &application("21", psntime + 1))
            .await
            .code,
        "0"
    );
    let applied = well(hospital.call("3203", &application("21", psntime)).await);
    let id = applied["result"]["clr_appy_evt_id"].clone();
    assert_eq!(id.as_str().map(str::len), Some(30), "{applied}");
    let other = data(json!({"clr_appy_evt_id": "A0"}));
    assert_ne!(hospital.call("3204", &other).await.code, "0");
    let withdrawal = data(json!({"clr_appy_evt_id": id}));
    assert_eq!(well(hospital.call("3204", &withdrawal).await), json!({}));
    assert_ne!(
        hospital.call("3204", &withdrawal).await.code,
        "0",
        "it is withdrawn"
    );
    well(hospital.call("3203", &application("21", psntime)).await);
    gateway.stop().await;
}
