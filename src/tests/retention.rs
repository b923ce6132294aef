//! What was kept long enough is deleted, and nothing else is.

use chrono::{DateTime, Utc};
use chs_gateway::{audit, service::retention};

use crate::harness::{Gateway, lists, submitted};

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().unwrap()
}

#[actix_web::test]
async fn lists_of_old_months_go_with_what_was_judged_of_them() {
    let gateway = Gateway::start_with(|config| config.retention.patient_months = 24).await;
    for list in lists(3, 91) {
        submitted(&gateway, &list).await;
    }
    gateway
        .batch(
            "UPDATE settlement_lists SET setl_ym = '202311'
             WHERE setl_id = (SELECT MIN(setl_id) FROM settlement_lists);
             INSERT INTO outbox (message_id, operation, subject, payload, state, next_at,
                                 created_at, settled_at)
             SELECT state || n, 'groupings.revoke', 'S', '', state, '2025-01-01', '2025-01-01',
                    CASE WHEN state IN ('waiting', 'dead') THEN NULL
                         ELSE '2026-01-01'::timestamptz + n * interval '300 days' END
             FROM unnest(ARRAY['waiting', 'dead', 'delivered', 'dropped']) AS state,
                  generate_series(0, 1) AS n",
        )
        .await;
    // The job itself ran at the start and found nothing; now it would find one list, and
    // the messages that were settled more than 90 days ago.
    let now = day("2026-11-22");
    while retention::purge(&gateway.app, now).await.unwrap() {}
    for table in ["settlement_lists", "qc_results", "groupings"] {
        assert_eq!(gateway.count(table).await, 2, "{table}");
    }
    let left = "SELECT message_id FROM outbox ORDER BY message_id";
    assert_eq!(
        gateway.sql(left).await,
        [
            "dead0",
            "dead1",
            "delivered1",
            "dropped1",
            "waiting0",
            "waiting1"
        ]
    );
    let purges = "SELECT subject FROM audit_records WHERE operation = 'retention.purge'";
    assert_eq!(gateway.sql(purges).await, ["outbox 2, lists 1"]);
    assert_eq!(audit::verify(&gateway.app.store).await.unwrap().1, []);
    gateway.stop().await;
}
