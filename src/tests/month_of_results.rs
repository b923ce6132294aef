//! Queries of a month's QC results over many stored lists: how many rows they answer decides
//! the test, how long they take is printed.
//!
//! `TEST_QC_LISTS` (5,000 by default; by hand 1,000,000) lists of `TEST_QC_MONTHS` (12)
//! months and 40 institutions are put into the tables by SQL, with the persons sealed as the
//! gateway seals them; a list's body, which these queries do not read, is a placeholder.
//! `TEST_QC_QUERIES` (60; by hand 2,000) queries then go through HTTP, one after the other.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use chs_gateway::{commands::call::unique, keys::SealedAs};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::harness::{Gateway, now, rows};

const INSTITUTIONS: usize = 40;
const PAGE: usize = 100;

fn number(name: &str, default: usize) -> usize {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn institution(number: usize) -> String {
    format!("H610401{:05}", number % INSTITUTIONS + 1)
}

fn month(number: usize, months: usize) -> String {
    let month = number / INSTITUTIONS % months;
    format!("{}{:02}", 2025 + month / 12, month % 12 + 1)
}

fn setl_id(number: usize) -> String {
    format!("Q{number:015}")
}

/// Puts the lists into the tables.
async fn fill(gateway: &Gateway, lists: usize, months: usize) {
    let (client, connection) = gateway
        .database_config()
        .connect(tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = actix_web::rt::spawn(connection);
    let all: Vec<usize> = (0..lists).collect();
    for chunk in all.chunks(5_000) {
        let codes: Vec<_> = chunk.iter().map(|n| institution(*n)).collect();
        let ids: Vec<_> = chunk.iter().map(|n| setl_id(*n)).collect();
        let yms: Vec<_> = chunk.iter().map(|n| month(*n, months)).collect();
        let persons: Vec<_> = chunk
            .iter()
            .map(|n| {
                let person = json!({"psn_no": format!("P{n}"), "psn_name": "样例甲",
                    "psn_cert_type": "01", "cert_no": "990101200302018618"});
                let place = SealedAs::Person(&institution(*n), &setl_id(*n));
                let text = person.to_string();
                gateway
                    .app
                    .keys
                    .master
                    .seal(place, text.as_bytes())
                    .unwrap()
            })
            .collect();
        client
            .execute(
                "INSERT INTO settlement_lists (fixmedins_code, setl_id, setl_list_id, setl_ym,
                     stas_type, revision, body, uploaded_at, person, psn_no_hash,
                     input_digest, settled_at)
                 SELECT f, s, md5(s), ym, 1, 1, '\\x00', now(), p, md5(s),
                     repeat('0', 64), to_timestamp(ym, 'YYYYMM')::timestamp
                 FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bytea[]) AS t (f, s, ym, p)",
                &[&codes, &ids, &yms, &persons],
            )
            .await
            .unwrap();
    }
    // Of a hundred lists five are refused, thirty have warnings.
    client
        .batch_execute(
            "INSERT INTO qc_results (fixmedins_code, setl_id, run, phase, qltctrl_rslt, findings,
                 not_evaluated, rules_ver, vali_flag, qltctrl_time, setl_ym, err_lv, retn_flag)
             SELECT fixmedins_code, setl_id, 1, 'post', CASE WHEN n < 5 THEN 0 ELSE 1 END,
                 CASE WHEN n < 35 THEN '[{\"rule_id\":\"QC-FMT-026\",\"severity\":\"warning\",\"pointer\":\"/setlinfo/dscg_way\",\"message\":\"离院方式不在字典内\",\"message_en\":\"not in its dictionary\",\"value\":\"9\"}]' ELSE '[]' END,
                 '[]', repeat('0', 64), 1, now(), setl_ym,
                 CASE WHEN n < 5 THEN 3 WHEN n < 35 THEN 2 ELSE 0 END,
                 CASE WHEN n < 5 THEN 1 ELSE 0 END
             FROM (SELECT *, abs(hashtext(setl_id)) % 100 AS n FROM settlement_lists) AS l;
             INSERT INTO groupings (fixmedins_code, setl_id, sequence, setl_ym, grp_rslt, status,
                 mdc_codg, adrg_code, drg_code, drg_name, grp_ver, medfee_fen, profile, vali_flag,
                 grp_time)
             SELECT fixmedins_code, setl_id, 1, setl_ym, 1, 'grouped', 'MDCB', 'BR2', 'BR23', '',
                 'chs-drg-2.0', 100000, 'xianyang', 1, now()
             FROM qc_results WHERE err_lv < 3",
        )
        .await
        .unwrap();
    client.batch_execute("VACUUM ANALYZE").await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

/// One query of a kind, of whom, and how many rows its page must have.
fn query(rng: &mut StdRng, kind: &str, lists: usize, months: usize) -> (&'static str, Value) {
    let place = rng.random_range(0..lists);
    let setl_ym = month(place, months);
    let page = rng.random_range(1..=3);
    let mut data = json!({"setl_ym": setl_ym, "page_num": page, "page_size": PAGE});
    let caller = match kind {
        "hospital" => "hospital-a",
        "one list" => {
            data["setl_id"] = json!(setl_id(place));
            data["page_num"] = json!(1);
            "city"
        }
        "errors" => {
            data["err_lv"] = json!("3");
            data["page_num"] = json!(1);
            "city"
        }
        "returned" => {
            data["retn_flag"] = json!("1");
            data["page_num"] = json!(1);
            "city"
        }
        "behind" => {
            data["page_num"] = json!(1);
            data["after"] = json!({"fixmedins_code": institution(place),
                "setl_id": setl_id(place)});
            "city"
        }
        _ => "city",
    };
    (caller, data)
}

#[actix_web::test]
async fn a_months_results_are_found_among_many_lists() {
    let lists = number("TEST_QC_LISTS", 5_000);
    let months = number("TEST_QC_MONTHS", 12).max(1);
    let queries = number("TEST_QC_QUERIES", 60);
    let gateway = Gateway::start().await;
    let started = Instant::now();
    fill(&gateway, lists, months).await;
    println!(
        "{lists} lists of {months} months stored in {:.1?}",
        started.elapsed()
    );

    // Every row of a month comes once, page by page behind the one before.
    let setl_ym = month(0, months);
    let wanted = gateway
        .sql(&format!(
            "SELECT COUNT(*) FROM qc_results WHERE setl_ym = '{setl_ym}' AND vali_flag = 1"
        ))
        .await;
    let (mut told, mut after) = (0, None::<Value>);
    // A walk over a month of a million would take longer than the queries themselves.
    for _ in 0..50 {
        let mut data = json!({"setl_ym": setl_ym, "page_num": 1, "page_size": PAGE});
        if let Some(after) = &after {
            data["after"] = after.clone();
        }
        let answer = gateway.call("city", "/qc/results", &data).await;
        assert_eq!(answer.code, "0", "{}", answer.data);
        told += rows(&answer.data).len();
        after = answer.data.get("next").cloned();
        if after.is_none() {
            break;
        }
    }
    let wanted: usize = wanted[0].parse().unwrap();
    assert_eq!(told, wanted.min(50 * PAGE));

    let clients: BTreeMap<_, _> = ["hospital-a", "city"]
        .map(|name| (name, gateway.client(name)))
        .into();
    let kinds = [
        "area", "hospital", "one list", "errors", "returned", "behind",
    ];
    let mut rng = StdRng::seed_from_u64(26);
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for number in 0..queries {
        let kind = kinds[number % kinds.len()];
        let (caller, data) = query(&mut rng, kind, lists, months);
        let client = &clients[caller];
        let message = client
            .seal(&data.to_string(), &unique(), &unique(), now())
            .unwrap();
        let body = message.to_json();
        let sent = Instant::now();
        let response = gateway
            .http
            .post(format!("{}/api/v1/qc/results", gateway.url))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let answer = response.bytes().await.unwrap();
        times.entry(kind).or_default().push(sent.elapsed());
        times.entry("all").or_default().push(sent.elapsed());
        let (code, answer) = client.open(&message, &answer).unwrap();
        assert_eq!(code, "0", "{answer}");
        let rows = rows(&answer);
        let fits = |row: &Value| match kind {
            "hospital" => row["fixmedins_code"] == "H61040100001",
            "one list" => row["setl_id"] == data["setl_id"],
            "errors" => row["err_lv"] == "3",
            "returned" => row["retn_flag"] == "1",
            _ => true,
        };
        assert!(rows.len() <= PAGE && rows.iter().all(fits), "{kind}");
        assert!(rows.iter().all(|row| row["setl_ym"] == data["setl_ym"]));
        if kind == "one list" {
            assert_eq!(rows.len(), 1);
        }
    }
    for (kind, mut times) in times {
        times.sort_unstable();
        let at = |per_mille: usize| times[(times.len() * per_mille / 1_000).min(times.len() - 1)];
        println!(
            "{kind:9} {:5} queries  p50 {:.1?}  p99 {:.1?}  max {:.1?}",
            times.len(),
            at(500),
            at(990),
            at(1_000)
        );
    }
    let used = gateway
        .sql("SELECT indexrelname || ' ' || idx_scan FROM pg_stat_user_indexes WHERE idx_scan > 0 AND relname IN ('qc_results', 'settlement_lists', 'groupings') ORDER BY 1")
        .await;
    println!("indexes used: {}", used.join(", "));
    gateway.stop().await;
}
