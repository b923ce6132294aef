//! The audit chain finds what was changed, taken out, reordered, added or cut off, and
//! names the record.

use std::process::Output;

use chs_gateway::audit;
use serde_json::{Value, json};

use crate::harness::{Gateway, lists, setl_id, submitted};

/// A gateway with 60 records on its chain; a lane with at least four of them.
async fn gateway_with_records() -> (Gateway, String) {
    let gateway = Gateway::start().await;
    let query = json!({"setl_ym": "202610", "level": "hospital"});
    for number in 0..60 {
        let id = format!("audit-{number}");
        gateway
            .call_as("hospital-a", "/groupings/fee-summary", &query, &id)
            .await;
    }
    let lanes = "SELECT lane::text FROM audit_records GROUP BY lane HAVING COUNT(*) >= 4 LIMIT 1";
    let lane = gateway.sql(lanes).await.remove(0);
    (gateway, lane)
}

/// A fault: number of the record, the other number, the English of it.
type Told = (i64, Option<i64>, &'static str);

/// What `verify` says of a lane.
async fn found(gateway: &Gateway, lane: &str) -> Vec<Told> {
    let (_, faults) = audit::verify(&gateway.app.store).await.unwrap();
    let told = |fault: audit::Fault| {
        assert_eq!(fault.lane.to_string(), lane);
        let english = fault.what.split(" / ").nth(1).unwrap();
        (fault.sequence, fault.other, english)
    };
    faults.into_iter().map(told).collect()
}

#[actix_web::test]
async fn tampering_is_found_and_named() {
    let (gateway, lane) = gateway_with_records().await;
    // Development callers were registered in the same chain.
    let (records, faults) = audit::verify(&gateway.app.store).await.unwrap();
    assert!(records >= 60 && faults.is_empty(), "{faults:?}");
    let head = format!("SELECT sequence FROM audit_lanes WHERE lane = {lane}");
    let head: i64 = gateway.sql(&head).await[0].parse().unwrap();
    const CHANGED: &str = "the record was changed";
    const FOLLOWS: &str = "does not follow the record before it";
    let tampers: [(&str, Vec<Told>); 8] = [
        (
            "UPDATE audit_records SET outcome = 'x' WHERE sequence = 2 AND lane = LANE",
            vec![(2, None, CHANGED)],
        ),
        (
            "UPDATE audit_records SET at = at + interval '1 second' WHERE sequence = 3 AND lane = LANE",
            vec![(3, None, CHANGED)],
        ),
        (
            "DELETE FROM audit_records WHERE sequence = 2 AND lane = LANE",
            vec![(2, Some(2), "records are missing")],
        ),
        (
            "DELETE FROM audit_records WHERE sequence IN (1, 2) AND lane = LANE",
            vec![(1, Some(2), "records are missing")],
        ),
        (
            "UPDATE audit_records SET sequence = CASE sequence WHEN 1 THEN -2 ELSE -1 END
             WHERE sequence IN (1, 2) AND lane = LANE;
             UPDATE audit_records SET sequence = -sequence WHERE sequence < 0 AND lane = LANE",
            vec![
                (1, Some(2), "the record was moved"),
                (2, Some(1), "the record was moved"),
            ],
        ),
        (
            "DELETE FROM audit_records WHERE lane = LANE
             AND sequence = (SELECT sequence FROM audit_lanes WHERE lane = LANE)",
            vec![(head, Some(head), "the tail is missing")],
        ),
        // Someone who knows the hash function, but not the key.
        (
            "UPDATE audit_records SET hash = repeat('a', 64) WHERE sequence = 2 AND lane = LANE",
            vec![
                (2, None, "the hash has no key, though earlier ones have"),
                (3, None, FOLLOWS),
            ],
        ),
        (
            "INSERT INTO audit_records SELECT lane, sequence + 1, at, app_id, role, operation,
                 request_id, subject, outcome, hash, hash FROM audit_records WHERE lane = LANE
             AND sequence = (SELECT sequence FROM audit_lanes WHERE lane = LANE)",
            vec![(head + 1, None, "a record beyond the head")],
        ),
    ];
    gateway
        .batch("CREATE TABLE keep AS SELECT * FROM audit_records")
        .await;
    for (sql, faults) in tampers {
        gateway.batch(&sql.replace("LANE", &lane)).await;
        assert_eq!(found(&gateway, &lane).await, faults, "{sql}");
        gateway
            .batch("DELETE FROM audit_records; INSERT INTO audit_records SELECT * FROM keep")
            .await;
        assert_eq!(audit::verify(&gateway.app.store).await.unwrap().1, []);
    }
    gateway.stop().await;
}

fn command(gateway: &Gateway, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .arg("audit")
        .args(arguments)
        .arg("--data")
        .arg(gateway.data())
        .output()
        .unwrap()
}

#[actix_web::test]
async fn a_chain_that_is_cut_back_is_found_by_heads_noted_down_before() {
    let (gateway, lane) = gateway_with_records().await;
    let heads = command(&gateway, &["heads"]);
    let file = gateway.data().join("heads.json");
    std::fs::write(&file, &heads.stdout).unwrap();
    let file = file.display().to_string();
    assert!(
        command(&gateway, &["verify", "--heads", &file])
            .status
            .success()
    );
    // Both the last record and the head: the chain itself is whole again.
    gateway
        .batch(
            &"DELETE FROM audit_records WHERE lane = LANE
                  AND sequence = (SELECT sequence FROM audit_lanes WHERE lane = LANE);
              UPDATE audit_lanes SET sequence = r.sequence, hash = r.hash
              FROM (SELECT sequence, hash FROM audit_records WHERE lane = LANE
                    ORDER BY sequence DESC LIMIT 1) AS r WHERE lane = LANE"
                .replace("LANE", &lane),
        )
        .await;
    assert!(command(&gateway, &["verify"]).status.success());
    let verified = command(&gateway, &["verify", "--heads", &file]);
    assert_eq!(verified.status.code(), Some(1));
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(said.contains(&format!("lane {lane} ")), "{said}");
    gateway.stop().await;
}

#[actix_web::test]
async fn every_record_is_exported_and_the_export_itself_recorded() {
    let (gateway, _) = gateway_with_records().await;
    let before = gateway.count("audit_records").await;
    let exported = command(&gateway, &["export"]);
    assert!(exported.status.success());
    let text = String::from_utf8(exported.stdout).unwrap();
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let records = usize::try_from(before).unwrap();
    assert!(
        rows.len() == records || rows.len() == records + 1,
        "{}",
        rows.len()
    );
    let queries = rows
        .iter()
        .filter(|row| row["operation"] == "groupings.fee-summary")
        .count();
    assert_eq!(queries, 60);
    let steps = "SELECT operation FROM audit_records WHERE role = 'operator'
                 AND operation = 'audit.export'";
    assert_eq!(gateway.sql(steps).await.len(), 1);
    let none = command(&gateway, &["export", "--to", "2020-01-01"]);
    assert!(none.stdout.is_empty());
    gateway.stop().await;
}

#[actix_web::test]
async fn every_query_of_patient_data_leaves_a_record_of_who_asked_for_what() {
    let gateway = Gateway::start().await;
    let list = lists(1, 61).remove(0);
    let id = setl_id(&list);
    submitted(&gateway, &list).await;
    let month = json!({"setl_ym": "202610"});
    let queries = [
        (
            "hospital-a",
            "/qc/results",
            "qc.results",
            month.clone(),
            "202610",
        ),
        (
            "city",
            "/qc/results",
            "qc.results",
            json!({"setl_ym": "202610", "setl_id": id}),
            &id,
        ),
        (
            "county",
            "/settlement-lists/uploads",
            "lists.uploads",
            json!({"setl_id": id}),
            &id,
        ),
        (
            "city",
            "/groupings/fee-summary",
            "groupings.fee-summary",
            json!({"setl_ym": "202610", "level": "case"}),
            "202610",
        ),
        (
            "hospital-a",
            "/qc/pre-check",
            "qc.pre-check",
            list.clone(),
            &id,
        ),
    ];
    for (caller, path, operation, query, subject) in queries {
        let request_id = chs_gateway::client::unique();
        let answer = gateway.call_as(caller, path, &query, &request_id).await;
        let app_id = gateway.caller(caller).app_id;
        let outcome = if answer.code == "0" {
            "done"
        } else {
            &answer.code
        };
        let record = gateway
            .sql(&format!(
                "SELECT concat_ws(' ', app_id, operation, subject, outcome)
                 FROM audit_records WHERE request_id = '{request_id}'"
            ))
            .await;
        let subject = if answer.code == "0" { subject } else { "" };
        assert_eq!(
            record,
            [format!("{app_id} {operation} {subject} {outcome}")],
            "{path}"
        );
    }
    gateway.stop().await;
}
