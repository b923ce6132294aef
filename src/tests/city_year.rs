//! A synthetic city-year billed month by month, and a synthetic province-year cleared:
//! made-up cases, seeded, filled into PostgreSQL by set-based inserts.
//!
//! `TEST_CITY_CASES` (600; the long run takes 89000) and `TEST_PROVINCE_CASES` (3000; the
//! long run takes 5000000) set the sizes. Times and peak memory are printed and never
//! decide; the sums do.

use std::time::{Duration, Instant};

use chrono::Utc;
use chs_gateway::service::{billing, clearing};
use chs_settlement::books::{ClearingStage, Points};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    harness::{Gateway, rows},
    month::{bills, fen, run, sum, whole},
};

pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

async fn gateway() -> Gateway {
    Gateway::start_with(|config| {
        config.profile = "fangchenggang".into();
        config.settlement.deposit = "0.05".parse().unwrap();
        // Bills and clearings are made when the test says so.
        config.settlement.billing_seconds = 3_600;
        config.limits.caller_per_second = 10_000;
    })
    .await
}

/// What fills frozen cases of twelve months and their batches. A few hospitals have nine
/// tenths of the cases; one case in a hundred is a special case with a fixed amount.
pub(crate) fn filling(cases: u64, hospitals: u64) -> String {
    let big = (hospitals / 25).max(1);
    let small = (hospitals - big).max(1);
    format!(
        "CREATE FUNCTION pg_temp.draw(i bigint, what int, most bigint) RETURNS bigint
             LANGUAGE sql IMMUTABLE PARALLEL SAFE
             AS $$ SELECT (hashint8extended(i, 6100 + what) & 4611686018427387903) % most $$;
             INSERT INTO frozen_cases (fixmedins_code, setl_id, setl_ym, insutype, district,
                 department, drg_code, drg_name, grp_ver, profile, version, method, formula,
                 case_type, ledger, weight, points_e4, fixed_fen, cost_fen, others_fen, special,
                 setl_date)
             SELECT 'H' || lpad(h::text, 11, '0'), 'SY' || lpad(i::text, 10, '0'),
                 '2026' || lpad(m::text, 2, '0'),
                 CASE WHEN pg_temp.draw(i, 1, 10) < 6 THEN '310' ELSE '390' END,
                 '6104' || lpad((1 + h % 14)::text, 2, '0'),
                 'A' || lpad((pg_temp.draw(i, 2, 12))::text, 2, '0'),
                 'T' || lpad((pg_temp.draw(i, 3, 40) * pg_temp.draw(i, 4, 16))::text, 3, '0'),
                 '虚构病组', 'made-up', 'fangchenggang', 'made-up', 'drg_points', 'drg-points-1',
                 'normal', '[' || repeat('{{\"name\": \"虚构\", \"value\": 1, \"unit\": \"x\"}},', 8) || '0]',
                 NULL,
                 CASE WHEN s THEN NULL ELSE 100000 + pg_temp.draw(i, 5, 4000000) END,
                 CASE WHEN s THEN cost ELSE NULL END, cost, cost / 100 * pg_temp.draw(i, 6, 60), s,
                 make_date(2026, m, 1 + (i % 28)::int)
             FROM (SELECT i, 1 + ((i - 1) * 12 / {cases})::int AS m,
                       CASE WHEN pg_temp.draw(i, 7, 10) < 9 THEN 1 + pg_temp.draw(i, 8, {big})
                            ELSE {big} + 1 + pg_temp.draw(i, 9, {small}) END AS h,
                       100000 + pg_temp.draw(i, 10, 3000000) AS cost,
                       pg_temp.draw(i, 11, 100) = 0 AS s
                   FROM generate_series(1, {cases}::bigint) AS i) AS drawn;
             INSERT INTO monthly_batches (fixmedins_code, setl_ym, insutype, batch_id,
                 clr_appy_evt_id, district, state, version, failures, frozen_at, frozen_by)
             SELECT fixmedins_code, setl_ym, insutype,
                 'B' || upper(substr(md5(fixmedins_code || setl_ym || insutype), 1, 29)),
                 'A' || upper(substr(md5(fixmedins_code || setl_ym), 1, 29)), MIN(district),
                 'BATCH_FROZEN', 0, 0, now(), 'test'
             FROM frozen_cases GROUP BY 1, 2, 3;
             INSERT INTO settlement_months (setl_ym, state, profile, profile_digest, example,
                 deposit, pays_monthly)
             SELECT '2026' || lpad(m::text, 2, '0'), 'OPEN', 'fangchenggang', repeat('0', 64), true, 0.05, true
             FROM generate_series(1, 12) AS m;"
    )
}

async fn filled(gateway: &Gateway, cases: u64, hospitals: u64) {
    gateway.batch(&filling(cases, hospitals)).await;
    gateway.batch("VACUUM ANALYZE").await;
}

/// Bills of all that is frozen, each as high as its cost without what others paid.
pub(crate) const BILLED: &str =
    "INSERT INTO monthly_bills (fixmedins_code, setl_ym, insutype, cases, value,
         points_e4, fixed_fen, cost_fen, others_fen, payable_fen, booked_fen,
         deductions_fen, differences_fen, carried_in_fen, deposit_fen, offset_fen,
         transfer_fen, carried_fen, billed_at)
     SELECT fixmedins_code, setl_ym, insutype, COUNT(*), 50,
         COALESCE(SUM(points_e4), 0), COALESCE(SUM(fixed_fen), 0), SUM(cost_fen),
         SUM(others_fen), SUM(cost_fen), SUM(cost_fen - others_fen), 0, 0, 0, 0, 0,
         SUM(cost_fen - others_fen), 0, now()
     FROM frozen_cases GROUP BY 1, 2, 3;
     UPDATE monthly_batches b SET due_fen = m.transfer_fen FROM monthly_bills m
     WHERE m.fixmedins_code = b.fixmedins_code AND m.setl_ym = b.setl_ym
       AND m.insutype = b.insutype;
     UPDATE settlement_months SET state = 'BILLED';";

/// Peak resident memory since the last reset, MB; none where the kernel does not tell.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kb.unwrap_or_default() / 1024
}

fn reset_peak() {
    // Where it cannot be reset, the peak counts from the start.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Every batch of the year as paid as billed.
pub(crate) const PAID: &str = "UPDATE monthly_batches SET state = 'PAID', reconciled_fen = due_fen";

async fn cleared(gateway: &Gateway, budget: i64) -> (Value, Duration) {
    let proposal = json!({"year": "2026", "stage": "CLEARING", "opter_id": "zhang",
        "budgets": [{"insutype": "310", "budget": budget, "reserve": budget / 20},
            {"insutype": "390", "budget": budget, "reserve": budget / 20}]});
    reset_peak();
    let started = Instant::now();
    let made = gateway.call("city", "/clearing/propose", &proposal).await;
    assert_eq!(made.code, "0", "{}", made.data);
    let store = &gateway.app.store;
    for key in store.waiting_clearings().await.unwrap() {
        let done = clearing::run(store, &key, Utc::now).await.unwrap();
        assert!(done.prepared);
    }
    let took = started.elapsed();
    println!(
        "cleared {} institutions, {} batches: {took:.1?}, peak {} MB",
        made.data["hospitals"],
        made.data["batches"],
        peak_mb()
    );
    let query = json!({"year": "2026", "stage": "CLEARING", "level": "district",
        "page_size": 1000});
    let answer = gateway.call("city", "/clearing/query", &query).await;
    assert_eq!(answer.code, "0", "{}", answer.data);
    (answer.data, took)
}

/// Σ lines = institutions = region = budget, and every case is worth what the books make
/// of its points.
async fn adds_up(gateway: &Gateway, cleared: &Value) {
    let store = &gateway.app.store;
    let verified = clearing::verify(store, "2026", ClearingStage::Clearing).await;
    let verified = verified.unwrap().unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
    let (client, connection) = gateway
        .database_config()
        .connect(tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = actix_web::rt::spawn(connection);
    for fund in cleared["funds"].as_array().unwrap() {
        let of_fund: Vec<Value> = rows(cleared)
            .into_iter()
            .filter(|row| row["insutype"] == fund["insutype"])
            .collect();
        let local = fen(&fund["budget"]) - fen(&fund["reserve"]);
        assert_eq!(local, sum(&of_fund, "due") + fen(&fund["residue"]));
        let value: Decimal = fund["value"].to_string().parse().unwrap();
        let insutype = fund["insutype"].as_str().unwrap();
        // Points and how many cases have them: as exact as case by case, and small.
        let counted = client
            .query(
                "SELECT points_e4, COUNT(*) FROM frozen_cases
                 WHERE insutype = $1 AND points_e4 IS NOT NULL GROUP BY points_e4",
                &[&insutype],
            )
            .await
            .unwrap();
        let by_points: i64 = counted
            .iter()
            .map(|row| {
                let points = Points::from_ten_thousandths(row.get(0));
                points.paid_at(value).unwrap().fen() * row.get::<_, i64>(1)
            })
            .sum();
        let fixed = client
            .query_one(
                "SELECT COALESCE(SUM(fixed_fen), 0)::bigint FROM frozen_cases WHERE insutype = $1",
                &[&insutype],
            )
            .await
            .unwrap();
        assert_eq!(
            by_points + fixed.get::<_, i64>(0),
            sum(&of_fund, "payable"),
            "{insutype}"
        );
    }
    drop(client);
    connection.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_citys_year_is_billed_and_cleared() {
    let cases = setting("TEST_CITY_CASES", 600);
    let hospitals = (cases / 20).clamp(5, 330);
    let gateway = gateway().await;
    let started = Instant::now();
    filled(&gateway, cases, hospitals).await;
    println!(
        "{cases} cases, {hospitals} hospitals: filled in {:.1?}",
        started.elapsed()
    );
    let budget = i64::try_from(cases).unwrap() * 1_000;
    for month in 1..=12 {
        let setl_ym = format!("2026{month:02}");
        reset_peak();
        let started = Instant::now();
        let valued = run(&gateway, &setl_ym, &[("310", budget), ("390", budget)]).await;
        assert_eq!(valued.code, "0", "{}", valued.data);
        let valued_in = started.elapsed();
        let store = &gateway.app.store;
        let done = billing::run(store, &setl_ym, Utc::now).await.unwrap();
        assert!(done.closed);
        println!(
            "{setl_ym}: {} bills, valued {valued_in:.2?}, in all {:.2?}, peak {} MB",
            done.bills,
            started.elapsed(),
            peak_mb()
        );
    }
    if cases <= 1_000 {
        whole(
            &gateway,
            &bills(&gateway, "city", "202601", "hospital").await,
        )
        .await;
    }
    gateway.batch(PAID).await;
    let (cleared, _) = cleared(&gateway, budget * 12).await;
    adds_up(&gateway, &cleared).await;
    gateway.stop().await;
}

/// The bills of a province are made in SQL here: what is measured is the clearing.
#[actix_web::test]
async fn a_provinces_year_is_cleared_in_time_that_grows_with_its_cases() {
    let most = setting("TEST_PROVINCE_CASES", 3_000);
    let mut took = Vec::new();
    for cases in [most / 4, most] {
        let gateway = gateway().await;
        let started = Instant::now();
        filled(&gateway, cases, (cases / 20).clamp(5, 4_000)).await;
        gateway.batch(BILLED).await;
        gateway.batch(PAID).await;
        gateway.batch("VACUUM ANALYZE").await;
        println!("{cases} cases: filled in {:.1?}", started.elapsed());
        let (cleared, time) = cleared(&gateway, i64::try_from(cases).unwrap() * 12_000).await;
        adds_up(&gateway, &cleared).await;
        took.push(time);
        gateway.stop().await;
    }
    println!(
        "four times the cases took {:.1} times as long",
        took[1].as_secs_f64() / took[0].as_secs_f64()
    );
}
