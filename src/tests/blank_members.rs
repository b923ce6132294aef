//! Blank members: HIS software writes `""` and null for everything that it has no value for.

use serde_json::{Value, json};

use crate::{
    harness::{Gateway, lists, submitted},
    transaction_harness::Sender,
};

/// Every optional member of a query, blank.
fn blank_query(month: &str) -> Value {
    json!({"setl_ym": month, "setl_id": "", "psn_no": null, "fixmedins_code": "", "err_lv": "",
        "retn_flag": null, "page_num": 1, "page_size": 10, "after": null})
}

#[actix_web::test]
async fn blank_optional_members_are_as_if_they_were_not_there() {
    let gateway = Gateway::start().await;
    let list = lists(1, 5).remove(0);
    let mut blank = list.clone();
    for name in ["emp_name", "emp_addr", "setl_list_id"] {
        blank["setlinfo"][name] = json!("");
    }
    blank["setlinfo"]["not_of_any_table"] = json!("");
    blank["diseinfo"][0]["not_of_any_table"] = Value::Null;
    let answer = submitted(&gateway, &blank).await;
    assert_eq!(answer.data["grouping"]["status"], "grouped");
    let answer = gateway
        .call("hospital-a", "/qc/results", &blank_query("202610"))
        .await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    assert_eq!(answer.data["rows"].as_array().unwrap().len(), 1);
    gateway.stop().await;
}

#[actix_web::test]
async fn blank_required_members_are_refused_as_missing() {
    let gateway = Gateway::start().await;
    let refused = gateway
        .call("hospital-a", "/qc/results", &blank_query(""))
        .await;
    assert_eq!(refused.code, "CHS-42202");
    assert_eq!(refused.data["errors"][0]["pointer"], "/setl_ym");
    assert_eq!(refused.data["errors"][0]["message"], "缺少必填字段");
    let hospital = Sender::new(
        &gateway,
        "hospital-a",
        chs_gateway::commands::call::transaction::Family::Csb,
    );
    let blank = json!({"data": {"setl_ym": "", "page_num": 1, "page_size": 10}});
    let refused = hospital.call("4104", &blank).await;
    assert_eq!(refused.code, "CHS-42202");
    assert!(
        refused.err_msg.contains("/input/data/setl_ym"),
        "{}",
        refused.err_msg
    );
    gateway.stop().await;
}
