//! The audit chain finds what was changed, taken out, reordered or cut off.

use chs_gateway::audit;
use serde_json::json;

use crate::harness::Gateway;

#[actix_web::test]
async fn tampering_is_found_and_named() {
    let gateway = Gateway::start().await;
    // The registration of the development callers.
    let before = u64::try_from(gateway.count("audit_records").await).unwrap();
    let query = json!({"setl_ym": "202610", "level": "hospital"});
    // The lane comes from the requestId; one id prefix would scatter, so many calls.
    for number in 0..60 {
        let id = format!("audit-{number}");
        gateway
            .call_as("hospital-a", "/groupings/fee-summary", &query, &id)
            .await;
    }
    let verify = async || audit::verify(&gateway.app.store).await.unwrap();
    assert_eq!(verify().await, (before + 60, Vec::new()));
    let lane = gateway
        .sql("SELECT lane::text FROM audit_records GROUP BY lane HAVING COUNT(*) >= 3 LIMIT 1")
        .await
        .remove(0);

    let tampers = [
        (
            "UPDATE audit_records SET outcome = 'x' WHERE sequence = 2 AND lane = LANE",
            2,
        ),
        (
            "DELETE FROM audit_records WHERE sequence = 2 AND lane = LANE",
            2,
        ),
        (
            "UPDATE audit_records SET sequence = CASE sequence WHEN 1 THEN -2 ELSE -1 END
             WHERE sequence IN (1, 2) AND lane = LANE;
             UPDATE audit_records SET sequence = -sequence WHERE sequence < 0 AND lane = LANE",
            1,
        ),
        (
            "DELETE FROM audit_records WHERE lane = LANE
             AND sequence = (SELECT sequence FROM audit_lanes WHERE lane = LANE)",
            0,
        ),
    ];
    gateway
        .batch("CREATE TABLE keep AS SELECT * FROM audit_records")
        .await;
    for (sql, sequence) in tampers {
        gateway.batch(&sql.replace("LANE", &lane)).await;
        let (_, faults) = verify().await;
        assert_eq!(faults.len(), 1, "{sql}");
        assert_eq!(faults[0].lane.to_string(), lane);
        if sequence > 0 {
            assert_eq!(faults[0].sequence, sequence, "{sql}");
        }
        gateway
            .batch("DELETE FROM audit_records; INSERT INTO audit_records SELECT * FROM keep")
            .await;
        assert_eq!(verify().await, (before + 60, Vec::new()));
    }
    gateway.stop().await;
}
