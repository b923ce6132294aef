//! A hundred thousand settlements in one file.

use std::time::Instant;

use chs_gateway::commands::call::transaction::Family;
use serde_json::json;

use super::{details, fetched, files::sent, rows, unzipped, well, zipped};
use crate::{harness::Gateway, transaction_harness::Sender};

const ROWS: usize = 100_000;

/// The most memory that this process has held, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u64>().unwrap() / 1024
}

#[actix_web::test]
async fn a_hundred_thousand_lines_are_compared() {
    let gateway = Gateway::start().await;
    gateway
        .batch(
            "INSERT INTO settlement_records (fixmedins_code, setl_id, source, medfee_fen, body,
                 received_at, settled_at, fund_pay_fen, acct_pay_fen, insutype, clr_type)
             SELECT 'H61040100001', 'S' || n, 'core', 100000 + n, '', now(), '2026-10-02',
                    50000 + n, 0, '310', '21'
             FROM generate_series(1, 99999) AS n; ANALYZE settlement_records",
        )
        .await;
    // The last one is the hospital's own.
    let mut text = String::with_capacity(ROWS * 60);
    for n in 1..=ROWS {
        let (total, fund) = (100_000 + n, 50_000 + n);
        let yuan = |fen: usize| format!("{}.{:02}", fen / 100, fen % 100);
        text.push_str(&format!(
            "S{n}\tM{n}\tP{n}\t{}\t{}\t0\t0\n",
            yuan(total),
            yuan(fund)
        ));
    }
    let sum = |first: usize| {
        let fen = first * ROWS + ROWS * (ROWS + 1) / 2;
        format!("{}.{:02}", fen / 100, fen % 100)
    };
    let file = zipped(&text);
    let hospital = Sender::new(&gateway, "hospital-a", Family::Csb);
    let before = peak();
    let started = Instant::now();
    let number = sent(&hospital, &file).await;
    let uploaded = started.elapsed();
    let asked = details(&number, 100_000, [&sum(100_000), &sum(50_000)]);
    let output = well(hospital.call("3202", &asked).await);
    println!(
        "{} bytes of text, {} zipped: upload {uploaded:?}, comparison {:?}, peak {before} -> {} MiB",
        text.len(),
        file.len(),
        started.elapsed() - uploaded,
        peak()
    );
    let number = output["fileinfo"]["file_qury_no"].as_str().unwrap();
    let rows = rows(&unzipped(&fetched(&hospital, number).await.1));
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][2], "S100000");
    assert_eq!(json!(rows[0][7]), json!("2000.00"));
    assert!(peak() - before < 300, "{before} -> {} MiB", peak());
    gateway.stop().await;
}
