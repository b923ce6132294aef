//! Kill −9 at random points of a clearing: the books are those of an undisturbed one. Cases
//! are made up, seeded, and filled into PostgreSQL by set-based inserts.
//!
//! `TEST_CRASH_CLEARING` sets how many kills (6 by default; the long run takes 100).

use std::{path::Path, process::Command, time::Duration};

use chs_gateway::embedded_db;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{
    city_year::{BILLED, PAID, filling, setting},
    crash::{Served, kill_9, postmaster, serve, stopped},
    harness::data_dir,
    month_crash::sent,
};

const CASES: u64 = 12_000;
const HOSPITALS: u64 = 1_200;

/// Works on the gateway's database beside it; nothing when it is down.
async fn beside<T>(
    data: &Path,
    work: impl AsyncFn(&tokio_postgres::Client) -> Result<T, tokio_postgres::Error>,
) -> Option<T> {
    let config = embedded_db::connection_beside(data).ok()?;
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.ok()?;
    let connection = actix_web::rt::spawn(connection);
    let done = work(&client).await.ok();
    drop(client);
    let _ = connection.await.unwrap();
    done
}

/// How far the last clearing is.
#[derive(Debug, Clone, Copy)]
struct Far {
    cleared: i64,
    all: i64,
    prepared: bool,
}

async fn far(data: &Path) -> Option<Far> {
    beside(data, async |client| {
        let row = client
            .query_one(
                "SELECT COUNT(*) FILTER (WHERE w.digest <> ''), COUNT(*),
                        bool_and(c.prepared_at IS NOT NULL)
                 FROM clearing_confirmations w
                 JOIN clearings c ON c.year = w.year AND c.stage = w.stage AND c.number = w.number
                 WHERE w.number = (SELECT MAX(number) FROM clearings)",
                &[],
            )
            .await?;
        Ok(Far {
            cleared: row.try_get(0)?,
            all: row.try_get(1)?,
            prepared: row.try_get(2)?,
        })
    })
    .await
}

/// Waits until so many institutions are cleared, or the whole is prepared.
async fn reached(data: &Path, cleared: i64) -> Far {
    for _ in 0..20_000 {
        if let Some(far) = far(data).await
            && (far.prepared || far.cleared >= cleared)
        {
            return far;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the year was never cleared");
}

async fn propose(data: &Path, url: &str) {
    let budget = CASES * 12_000;
    let proposal = json!({"year": "2026", "stage": "CLEARING", "opter_id": "zhang",
        "budgets": [{"insutype": "310", "budget": budget, "reserve": budget / 20},
            {"insutype": "390", "budget": budget, "reserve": budget / 20}]});
    sent(data, url, "city", "/clearing/propose", proposal).await;
}

/// Everything that a clearing tells, read through the front door.
async fn books(data: &Path, url: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for (level, pages) in [("fund", 1), ("district", 1), ("hospital", 2), ("group", 3)] {
        for page in 1..=pages {
            let query = json!({"year": "2026", "stage": "CLEARING", "level": level,
                "page_num": page, "page_size": 1000});
            let answer = sent(data, url, "city", "/clearing/query", query).await;
            all.push(json!([answer["digest"], answer["funds"], answer["rows"]]));
        }
    }
    all
}

/// Kills the gateway, and perhaps its database with it, and starts it again.
fn killed(data: &Path, mut served: Served, with_database: bool) -> Served {
    let database = with_database.then(|| postmaster(data));
    kill_9(i32::try_from(served.child.id()).unwrap());
    if let Some(database) = database {
        kill_9(database);
    }
    served.child.wait().unwrap();
    serve(data)
}

#[actix_web::test]
async fn cleared_books_are_those_of_an_undisturbed_run() {
    let wanted = setting("TEST_CRASH_CLEARING", 6);
    let dir = data_dir();
    let data = dir.path();
    let mut served = serve(data);
    beside(data, async |client| {
        client.batch_execute(&filling(CASES, HOSPITALS)).await?;
        client.batch_execute(BILLED).await?;
        client.batch_execute(PAID).await
    })
    .await
    .unwrap();
    propose(data, &served.url).await;
    let whole = reached(data, i64::MAX).await;
    assert!(whole.all > 600, "several chunks: {whole:?}");
    let undisturbed = books(data, &served.url).await;
    assert!(undisturbed.iter().all(|told| told[0] != ""));

    let mut rng = StdRng::seed_from_u64(12);
    let (mut kills, mut amid, mut rounds) = (0, 0, 0);
    while kills < wanted {
        rounds += 1;
        propose(data, &served.url).await;
        let mut cleared = 0;
        while kills < wanted {
            let at = reached(data, cleared + rng.random_range(0..=400)).await;
            if at.prepared {
                break;
            }
            // Somewhere in the chunk that follows, or the sweep before the first.
            let after = Duration::from_micros(rng.random_range(0..60_000));
            tokio::time::sleep(after).await;
            served = killed(data, served, rng.random_bool(0.5));
            kills += 1;
            cleared = reached(data, 0).await.cleared;
            amid += u64::from(at.cleared > 0 && at.cleared < at.all);
        }
        let far = reached(data, i64::MAX).await;
        assert_eq!((far.cleared, far.all), (whole.all, whole.all));
        assert_eq!(
            books(data, &served.url).await,
            undisturbed,
            "round {rounds}"
        );
        assert!(rounds < 200, "hardly a kill was drawn");
    }
    assert!(amid > 0, "no kill amid the institutions");
    println!("{kills} kills, {amid} of them amid the institutions, in {rounds} rounds");
    let verified = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["settle", "verify", "--year", "2026", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
    stopped(served);
}
