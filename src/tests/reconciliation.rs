//! Reconciliation with its files: 9101, 9102, 3201, 3202, 3211, 3212. All data is made up.

mod files;
mod large;

use std::io::{Cursor, Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use chs_gateway::commands::call::transaction::{Family, PATH};
use serde_json::{Value, json};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    harness::{Gateway, lists, submitted},
    month::A,
    transaction_harness::{Reply, Sender, agree, data},
};

/// One text in an archive.
pub(crate) fn zipped(text: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("detail.txt", SimpleFileOptions::default())
        .unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

pub(crate) fn unzipped(bytes: &[u8]) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut text = String::new();
    archive
        .by_index(0)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

pub(crate) fn well(reply: Reply) -> Value {
    assert_eq!(reply.code, "0", "{}", reply.err_msg);
    reply.output
}

/// Uploads a file at the transaction door; gives its number.
pub(crate) async fn uploaded(hospital: &Sender<'_>, bytes: &[u8]) -> String {
    let input = json!({"fsUploadIn": {"in": STANDARD.encode(bytes), "filename": "detail.zip",
        "fixmedins_code": A}});
    let output = well(hospital.call("9101", &input).await);
    output["file_qury_no"].as_str().unwrap().to_owned()
}

/// A file as 9102 streams it: its name and its bytes.
pub(crate) async fn fetched(hospital: &Sender<'_>, number: &str) -> (String, Vec<u8>) {
    let input = json!({"fsDownloadIn": {"file_qury_no": number, "filename": "x.zip",
        "fixmedins_code": A}});
    let msgid = hospital.client.msgid(crate::harness::now()).unwrap();
    let message = hospital.message("9102", &input, &msgid);
    let mut request = hospital
        .gateway
        .http
        .post(format!("{}{PATH}", hospital.gateway.url))
        .header("content-type", "application/json");
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let response = request.body(message.body).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    let disposition = header("content-disposition");
    let (_, name) = disposition.split_once("filename=").unwrap();
    (
        name.trim_matches('"').to_owned(),
        response.bytes().await.unwrap().to_vec(),
    )
}

/// A settlement record of hospital A, as the core reports it.
pub(crate) async fn settled(
    gateway: &Gateway,
    id: &str,
    [total, fund, account]: [&str; 3],
    more: Value,
) {
    let mut setlinfo = json!({"setl_id": id, "fixmedins_code": A, "medfee_sumamt": total,
        "fund_pay_sumamt": fund, "acct_pay": account, "insutype": "310", "clr_type": "21",
        "setl_time": "2026-10-15 10:00:00", "psn_no": format!("P{id}"),
        "mdtrt_id": format!("M{id}"), "medins_setl_id": format!("H-{id}")});
    for (name, value) in more.as_object().unwrap() {
        setlinfo[name] = value.clone();
    }
    let record = json!({"report": "2304", "input": {"setlinfo": setlinfo}});
    let answer = gateway.call("core", "/reports", &record).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
}

/// S1 to S4: the third on the last second of the month, the fourth a refund of the first.
async fn month(gateway: &Gateway) {
    settled(gateway, "S1", ["100.00", "80.00", "5.00"], json!({})).await;
    settled(gateway, "S2", ["200.10", "150.05", "0"], json!({})).await;
    let last = json!({"setl_time": "2026-10-31 23:59:59"});
    settled(gateway, "S3", ["50", "40", "1"], last).await;
    settled(gateway, "S4", ["-100.00", "-80.00", "-5.00"], json!({})).await;
    // Of another month, another type, another insurance.
    let after = json!({"setl_time": "2026-11-01 00:00:00"});
    settled(gateway, "S5", ["7", "7", "0"], after).await;
    settled(gateway, "S6", ["8", "8", "0"], json!({"clr_type": "11"})).await;
    settled(gateway, "S7", ["9", "9", "0"], json!({"insutype": "390"})).await;
}

fn totals(count: i64, [total, fund, account]: [&str; 3]) -> Value {
    json!({"insutype": "310", "clr_type": "21", "setl_optins": "610400",
        "stmt_begndate": "2026-10-01", "stmt_enddate": "2026-10-31", "medfee_sumamt": total,
        "fund_pay_sumamt": fund, "acct_pay": account, "fixmedins_setl_cnt": count.to_string(),
        "fixmedins_refd_setl_flag": "0"})
}

#[actix_web::test]
async fn totals_are_compared_to_the_fen() {
    let gateway = Gateway::start().await;
    month(&gateway).await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let result = async |asked: &Value| {
        let output = well(hospital.call("3201", &data(asked.clone())).await);
        let info = output["stmtinfo"].clone();
        assert_eq!(info["setl_optins"], "610400", "{output}");
        info["stmt_rslt"].as_str().unwrap().to_owned()
    };
    let equal = totals(4, ["250.10", "190.05", "1"]);
    let more_here = totals(4, ["250.11", "190.05", "1"]);
    let less_here = totals(3, ["250.10", "190.04", "1"]);
    let mixed = totals(3, ["250.11", "190.05", "1"]);
    for (asked, rslt) in [
        (&equal, "0"),
        (&more_here, "1"),
        (&less_here, "1"),
        (&mixed, "1"),
    ] {
        assert_eq!(result(asked).await, rslt, "{asked}");
    }
    // Refunds alone, and without them.
    let mut flagged = totals(1, ["-100", "-80", "-5"]);
    flagged["refd_setl_flag"] = json!("1");
    assert_eq!(result(&flagged).await, "0");
    let mut flagged = totals(3, ["350.10", "270.05", "6"]);
    flagged["refd_setl_flag"] = json!("0");
    assert_eq!(result(&flagged).await, "0");
    agree(&gateway, "hospital-a", &json!({"edition": "v8.1"})).await;
    for (asked, rslt) in [
        (&equal, "0"),
        (&more_here, "2"),
        (&less_here, "1"),
        (&mixed, "3"),
    ] {
        assert_eq!(result(asked).await, rslt, "{asked}");
    }

    let mut asked = equal;
    asked["fixmedins_setl_cnt"] = json!(5);
    let path = "/reconciliation/totals";
    let answer = gateway.call("hospital-a", path, &asked).await.data;
    assert_eq!(answer["centre"]["medfee_sumamt"], json!(250.1), "{answer}");
    assert_eq!(answer["difference"]["fixmedins_setl_cnt"], json!(-1));
    assert_eq!(answer["untyped"], json!(0));
    // A record that tells no insurance type counts nowhere and is told.
    settled(&gateway, "S8", ["1", "1", "0"], json!({"insutype": ""})).await;
    let answer = gateway.call("hospital-a", path, &asked).await.data;
    assert_eq!(answer["untyped"], json!(1), "{answer}");
    // The other hospital has nothing there.
    let answer = gateway.call("hospital-b", path, &asked).await.data;
    assert_eq!(answer["centre"]["fixmedins_setl_cnt"], json!(0));
    asked["stmt_enddate"] = json!("2026-09-30");
    let refused = gateway.call("hospital-a", path, &asked).await;
    assert_eq!(refused.code, "CHS-42202");
    gateway.stop().await;
}

#[actix_web::test]
async fn records_of_an_earlier_release_are_read_before_they_are_compared() {
    let gateway = Gateway::start().await;
    month(&gateway).await;
    // As V5 left them: sealed bodies and medfee_fen, no more.
    gateway
        .batch(
            "UPDATE settlement_records SET insutype = '', clr_type = '', medins_setl_id = '',
                 refunded = false, fund_pay_fen = NULL, acct_pay_fen = 0",
        )
        .await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let asked = data(totals(4, ["250.10", "190.05", "1"]));
    let output = well(hospital.call("3201", &asked).await);
    assert_eq!(output["stmtinfo"]["stmt_rslt"], "0", "{output}");
    let refunds = "SELECT setl_id FROM settlement_records WHERE refunded";
    assert_eq!(gateway.sql(refunds).await, ["S4"]);
    gateway.stop().await;
}

/// The header of 3202 for a file.
fn details(number: &str, count: i64, [total, fund]: [&str; 2]) -> Value {
    data(json!({"setl_optins": "610400", "file_qury_no": number,
        "stmt_begndate": "2026-10-01", "stmt_enddate": "2026-10-31", "medfee_sumamt": total,
        "fund_pay_sumamt": fund, "cash_payamt": "0", "fixmedins_setl_cnt": count,
        "clr_type": "21", "fixmedins_refd_setl_flag": "0"}))
}

/// The rows of a result, by setl_id.
fn rows(text: &str) -> Vec<Vec<String>> {
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(row).collect()
}

#[actix_web::test]
async fn a_detail_file_is_answered_by_the_records_that_differ() {
    let gateway = Gateway::start().await;
    month(&gateway).await;
    let list = &lists(1, 77)[0];
    submitted(&gateway, list).await;
    let of_list = list["setlinfo"]["setl_id"].as_str().unwrap();
    settled(&gateway, of_list, ["10", "8", "0"], json!({})).await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Tif);

    // S1 and its refund agree; S2 is a fen off; S3 and S7 are missing; S9 is the hospital's
    // own; the list's settlement has another fund payment.
    let text = format!(
        "S1\tMS1\tPS1\t100.00\t80.00\t5\t0\nS4\tMS4\tPS4\t-100\t-80\t-5\t1\n\
         S2\tMS2\tPS2\t200.11\t150.05\t0\t0\nS9\tMS9\tPS9\t3\t2\t1\t0\n\
         {of_list}\tM\tP\t10\t7\t0\t0\n"
    );
    let number = uploaded(&hospital, &zipped(&text)).await;
    let asked = details(&number, 5, ["213.11", "159.05"]);
    let output = well(hospital.call("3202", &asked).await);
    let info = &output["fileinfo"];
    assert_eq!(info.as_object().unwrap().len(), 3, "{output}");
    let (name, bytes) = fetched(&hospital, info["file_qury_no"].as_str().unwrap()).await;
    assert_eq!(
        (name.as_str(), info["filename"].as_str()),
        ("details-20261001-20261031.zip", Some(&*name))
    );
    let rows = rows(&unzipped(&bytes));
    let row = |id: &str| rows.iter().find(|row| row[2] == id).unwrap();
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows.iter().all(|row| row.len() == 10 && row[4] == "1"));
    // The clearing type limits the centre's records, the insurance type does not.
    assert_eq!(row("S3")[..4], ["PS3", "MS3", "S3", "H-S3"]);
    assert_eq!(row("S7")[7..], ["9.00", "9.00", "0.00"]);
    assert!(row("S3")[6].starts_with("中心多") && row("S3")[6].contains("【5203】"));
    assert_eq!(row("S2")[7..], ["200.10", "150.05", "0.00"]);
    assert!(row("S2")[6].contains("200.11") && row("S2")[6].contains("明细第 3 行"));
    assert_eq!(row("S9")[..4], ["PS9", "MS9", "S9", "null"]);
    assert!(row("S9")[6].contains("【2304】"), "{:?}", row("S9"));
    assert!(row(of_list)[6].contains("【4101】"), "{:?}", row(of_list));

    // The same at the sealed door, with figures and the plan; V8.1's codes tell the side.
    agree(&gateway, "hospital-a", &json!({"edition": "v8.1"})).await;
    let answer = gateway
        .call("hospital-a", "/reconciliation/details", &asked["data"])
        .await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    let answer = answer.data;
    assert_eq!(answer["stmt_rslt"], "3");
    assert_eq!(
        answer["centre_only"]["fixmedins_setl_cnt"],
        json!(2),
        "{answer}"
    );
    assert_eq!(answer["hospital_only"]["medfee_sumamt"], json!(3));
    assert_eq!(answer["unequal"]["medfee_sumamt"], json!(-0.01));
    assert_eq!(answer["unequal"]["fund_pay_sumamt"], json!(1));
    let mut kinds: Vec<_> = answer["repairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one["kind"].as_str().unwrap(),
                one["stmt_rslt"].as_str().unwrap()
            )
        })
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["AMOUNTS 3", "CENTRE_ONLY 1", "HOSPITAL_ONLY 2"]);
    let first = &answer["repairs"][0]["plan"][0];
    assert_eq!(first["infno"], "5203", "{answer}");

    // Nothing differs: the file is empty.
    let text = "S3\tMS3\tPS3\t50\t40\t1\t0\n";
    let number = uploaded(&hospital, &zipped(text)).await;
    let mut asked = details(&number, 1, ["50", "40"]);
    asked["data"]["stmt_begndate"] = json!("2026-10-31");
    let output = well(hospital.call("3202", &asked).await);
    let number = output["fileinfo"]["file_qury_no"].as_str().unwrap();
    assert_eq!(unzipped(&fetched(&hospital, number).await.1), "");
    gateway.stop().await;
}

#[actix_web::test]
async fn a_day_is_compared_by_msgid() {
    let gateway = Gateway::start_with(|config| config.files.keep_days = 3).await;
    month(&gateway).await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    // S1, S4 and S6 agree, S2 is off, S7 is missing, H-9 is the hospital's own.
    let text = "PS1,H-S1,100,80,5\nPS4,H-S4,-100,-80,-5\nPS6,H-S6,8,8,0\n\
                PS2,H-S2,200.10,150,0.05\nP9,H-9,1,1,0\n";
    let number = uploaded(&hospital, &zipped(text)).await;
    let asked = |number: &str| {
        data(
            json!({"clr_begin_ymd": "2026-10-15", "clr_end_ymd": "2026-10-15",
            "file_qury_no": number, "upload_file_name": "detail.zip"}),
        )
    };
    let output = well(hospital.call("3211", &asked(&number)).await);
    let task = data(output.clone());
    assert_eq!(output.as_object().unwrap().len(), 1, "{output}");
    let output = well(hospital.call("3212", &task).await);
    assert_eq!(
        (&output["check_state"], &output["task_status"]),
        (&json!("1|1|1"), &json!("3"))
    );
    for (at, told) in [
        (
            "file_qury_no1",
            "PS2,H-S2,200.10|150.05|0.00,200.10|150.00|0.05\n",
        ),
        ("file_qury_no2", "PS7,H-S7,9.00|9.00|0.00\n"),
        ("file_qury_no3", "P9,H-9,1.00|1.00|0.00\n"),
    ] {
        let (name, bytes) = fetched(&hospital, output[at].as_str().unwrap()).await;
        assert!(
            name.starts_with("day-") && name.ends_with("-20261015-20261015.zip"),
            "{name}"
        );
        assert_eq!(unzipped(&bytes), told, "{at}");
    }
    // A bare text is taken as well; without a difference there is no file.
    let text = "PS3,H-S3,50,40,1\n";
    let number = uploaded(&hospital, text.as_bytes()).await;
    let mut other = asked(&number);
    for name in ["clr_begin_ymd", "clr_end_ymd"] {
        other["data"][name] = json!("2026-10-31");
    }
    let output = well(hospital.call("3211", &other).await);
    let output = well(hospital.call("3212", &data(output)).await);
    assert_eq!(output, json!({"check_state": "1", "task_status": "3"}));

    let unknown = hospital
        .call("3212", &data(json!({"task_key": "T1"})))
        .await;
    assert_eq!(unknown.code, "CHS-40482");
    let of_b = Sender::new(&gateway, "hospital-b", Family::Csb);
    assert_eq!(of_b.call("3212", &task).await.code, "CHS-40482");
    gateway.stop().await;

    let gateway = Gateway::start_with(|config| config.files.by_day = false).await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    assert_eq!(hospital.call("3211", &asked("F1")).await.code, "CHS-40481");
    assert_eq!(hospital.call("3212", &task).await.code, "CHS-40481");
    gateway.stop().await;
}
