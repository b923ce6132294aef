//! Files: whose they are, how they are kept, what is refused of them.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{TimeDelta, Utc};
use chs_gateway::{
    commands::call::transaction::{Family, PATH},
    service::retention,
};
use serde_json::{Value, json};

use super::{details, fetched, uploaded, zipped};
use crate::{
    harness::{Gateway, now},
    month::{A, B},
    transaction_harness::{Sender, agree, data},
};

fn upload(bytes: &[u8], filename: &str, code: &str) -> Value {
    json!({"in": STANDARD.encode(bytes), "filename": filename, "fixmedins_code": code})
}

const TEXT: &str = "S1\tM1\tPERSON-1\t1.00\t1\t0\t0\n";

#[actix_web::test]
async fn a_file_is_its_institutions_alone_until_it_expires() {
    let gateway = Gateway::start().await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let file = zipped(TEXT);
    let number = uploaded(&hospital, &file).await;
    assert_eq!(number.len(), 30);
    let (name, bytes) = fetched(&hospital, &number).await;
    assert_eq!((name.as_str(), bytes), ("detail.zip", file.clone()));

    // At the sealed door the same file, in the answer itself.
    let asked = json!({"file_qury_no": number, "filename": "detail.zip", "fixmedins_code": A});
    let answer = gateway.call("hospital-a", "/files/download", &asked).await;
    assert_eq!(
        answer.data["in"],
        json!(STANDARD.encode(&file)),
        "{}",
        answer.data
    );
    assert_eq!(answer.data["byte_count"], json!(file.len()));
    // What is kept for a repeat is not the file once more.
    let kept = "SELECT MAX(length(sealed_answer))::text FROM idempotency";
    let kept: usize = gateway.sql(kept).await[0].parse().unwrap();
    assert!(kept < 1_000, "{kept}");

    // Not another hospital's, neither under its own code nor under A's.
    let mut theirs = asked.clone();
    let refused = gateway.call("hospital-b", "/files/download", &theirs).await;
    assert_eq!(refused.code, "CHS-40302");
    theirs["fixmedins_code"] = json!(B);
    let refused = gateway.call("hospital-b", "/files/download", &theirs).await;
    assert_eq!(refused.code, "CHS-40480");
    let foreign = upload(&file, "a.zip", A);
    let refused = gateway.call("hospital-b", "/files/upload", &foreign).await;
    assert_eq!(refused.code, "CHS-40302");
    let of_b = Sender::new(&gateway, "hospital-b", Family::Csb);
    let refused = of_b.call("3202", &details(&number, 1, ["1", "1"])).await;
    assert_eq!(refused.code, "CHS-40480");

    // Sealed at rest, a text that is not even compressed as well.
    uploaded(&hospital, TEXT.as_bytes()).await;
    let open = "SELECT position('PERSON-1'::bytea IN body)::text FROM exchange_files";
    assert!(gateway.sql(open).await.iter().all(|at| at == "0"));

    // Signed or encrypted answers stay messages.
    agree(&gateway, "hospital-a", &json!({"sign_input": true})).await;
    let mut signer = Sender::new(&gateway, "hospital-a", Family::Csb);
    signer.client.security.signature = chs_envelope::transaction::Need::Required;
    let reply = signer.call("9102", &json!({"fsDownloadIn": asked})).await;
    assert_eq!(
        reply.output["in"],
        json!(STANDARD.encode(&file)),
        "{}",
        reply.err_msg
    );

    // Expired, it is gone at once, and deleted by the job.
    gateway
        .batch("UPDATE exchange_files SET expires_at = now() - interval '1 second'")
        .await;
    let refused = gateway.call("hospital-a", "/files/download", &asked).await;
    assert_eq!(refused.code, "CHS-40480");
    while retention::purge(&gateway.app, Utc::now() + TimeDelta::seconds(1))
        .await
        .unwrap()
    {}
    assert_eq!(gateway.count("exchange_files").await, 0);
    gateway.stop().await;
}

#[actix_web::test]
async fn what_is_no_detail_file_is_refused_and_said_why() {
    let gateway = Gateway::start_with(|config| {
        config.files.file_bytes = 20_000;
        config.files.inflated_bytes = 1_000_000;
        config.files.institution_bytes = 21_000;
        config.files.most_rows = 3;
    })
    .await;
    let path = "/files/upload";
    let bomb = zipped(&"0".repeat(1_000_001));
    for (bytes, filename, code, pointer) in [
        (&b"PK\x03\x04"[..], "a.zip", "CHS-42280", "/in"),
        (&bomb, "a.zip", "CHS-42280", "/in"),
        (b"text", "../a.txt", "CHS-42280", "/filename"),
        (&[7; 20_001], "a.txt", "CHS-41380", "/in"),
    ] {
        let data = upload(bytes, filename, A);
        let refused = gateway.call("hospital-a", path, &data).await;
        assert_eq!(refused.code, code, "{}", refused.data);
        assert_eq!(refused.data["errors"][0]["pointer"], pointer);
    }
    assert_eq!(gateway.count("exchange_files").await, 0);

    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let refusal = async |text: &str, count: i64, sums: [&str; 2]| {
        let number = uploaded(&hospital, &zipped(text)).await;
        hospital.call("3202", &details(&number, count, sums)).await
    };
    let bad = refusal(
        &format!("{TEXT}S2\tM2\tP2\t1.001\t1\t0\t0\n"),
        2,
        ["2", "2"],
    )
    .await;
    assert_eq!(bad.code, "CHS-42281");
    assert!(
        bad.err_msg.contains("第 2 行 medfee_sumamt"),
        "{}",
        bad.err_msg
    );
    assert!(
        bad.err_msg.contains("/input/data/file_qury_no"),
        "{}",
        bad.err_msg
    );
    let long = refusal(&TEXT.repeat(4), 4, ["4", "4"]).await;
    assert_eq!(long.code, "CHS-42281", "{}", long.err_msg);
    let totals = refusal(TEXT, 2, ["1.01", "1"]).await;
    assert_eq!(totals.code, "CHS-42282");
    assert!(
        totals.err_msg.contains("fixmedins_setl_cnt"),
        "{}",
        totals.err_msg
    );
    assert!(
        totals.err_msg.contains("medfee_sumamt"),
        "{}",
        totals.err_msg
    );
    let record =
        "INSERT INTO settlement_records (fixmedins_code, setl_id, source, medfee_fen, body,
            received_at, settled_at, fund_pay_fen, clr_type)
        SELECT 'H61040100001', 'R' || n, 'core', 1, '', now(), '2026-10-02', 0, '21'
        FROM generate_series(1, 4) AS n";
    gateway.batch(record).await;
    let many = refusal(TEXT, 1, ["1", "1"]).await;
    assert_eq!(many.code, "CHS-42283", "{}", many.err_msg);

    // The institution's files together.
    let noise: Vec<u8> = (0..19_900_u32).map(|n| (n * n % 251) as u8 | 1).collect();
    let first = gateway
        .call("hospital-a", path, &upload(&noise, "a.txt", A))
        .await;
    assert_eq!(first.code, "0", "{}", first.data);
    let second = gateway
        .call("hospital-a", path, &upload(&noise, "b.txt", A))
        .await;
    assert_eq!(second.code, "CHS-41381");
    gateway.stop().await;
}

/// A body of two parts.
fn parts(message: &str, file: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"jsonStr\"\r\n\r\n{message}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"detail.zip\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    body
}

/// Uploads a file as a part of its own.
pub(super) async fn sent_in_parts(
    hospital: &Sender<'_>,
    msgid: &str,
    body: impl FnOnce(&str) -> Vec<u8>,
) -> (u16, Value) {
    let input = json!({"fsUploadIn": {"filename": "detail.zip", "fixmedins_code": A}});
    let message = hospital.message("9101", &input, msgid);
    let mut request = hospital
        .gateway
        .http
        .post(format!("{}{PATH}", hospital.gateway.url))
        .header("content-type", "multipart/form-data; boundary=edge");
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let response = request.body(body(&message.body)).send().await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap(),
    )
}

pub(super) async fn sent(hospital: &Sender<'_>, file: &[u8]) -> String {
    let msgid = hospital.client.msgid(now()).unwrap();
    let (status, answer) = sent_in_parts(hospital, &msgid, |message| parts(message, file)).await;
    assert_eq!((status, &answer["infcode"]), (200, &json!(0)), "{answer}");
    answer["output"]["file_qury_no"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[actix_web::test]
async fn a_file_may_come_beside_its_message() {
    let gateway = Gateway::start_with(|config| {
        config.limits.body_bytes = 4_096;
        config.files.file_bytes = 10_000;
    })
    .await;
    let hospital = Sender::new(&gateway, "hospital-a", Family::Tif);
    // Longer than a message may be.
    let file: Vec<u8> = (0..9_000_u32).map(|n| (n * n % 249) as u8 | 1).collect();
    let number = sent(&hospital, &file).await;
    assert_eq!(fetched(&hospital, &number).await.1, file);

    // The file belongs to the message: another one under the same msgid is another message.
    let msgid = hospital.client.msgid(now()).unwrap();
    let (_, first) = sent_in_parts(&hospital, &msgid, |message| parts(message, b"one")).await;
    let (_, again) = sent_in_parts(&hospital, &msgid, |message| parts(message, b"one")).await;
    assert_eq!(
        first["output"]["file_qury_no"],
        again["output"]["file_qury_no"]
    );
    let (_, other) = sent_in_parts(&hospital, &msgid, |message| parts(message, b"two")).await;
    assert!(
        other["err_msg"].as_str().unwrap().starts_with("CHS-42201"),
        "{other}"
    );

    for (status, code, body) in [
        (400, "CHS-40080", b"--edge\r\nnothing".to_vec()),
        (400, "CHS-40080", b"--edge--\r\n".to_vec()),
        (413, "CHS-41380", parts("{}", &vec![1; 10_000 + 70_000])),
    ] {
        let msgid = hospital.client.msgid(now()).unwrap();
        let (told, answer) = sent_in_parts(&hospital, &msgid, |_| body).await;
        assert_eq!(
            (told, answer["code"].as_str()),
            (status, Some(code)),
            "{answer}"
        );
    }
    let msgid = hospital.client.msgid(now()).unwrap();
    let twice = |message: &str| {
        let mut body = parts(message, b"one");
        body.truncate(body.len() - "--edge--\r\n".len());
        body.extend(parts(message, b"two"));
        body
    };
    let (told, answer) = sent_in_parts(&hospital, &msgid, twice).await;
    assert_eq!(
        (told, answer["code"].as_str()),
        (400, Some("CHS-40080")),
        "{answer}"
    );

    // Other transactions have no file.
    let reply = hospital.call("3201", &data(json!({"in": "AAAA"}))).await;
    assert_eq!(reply.code, "CHS-42202");
    gateway.stop().await;
}
