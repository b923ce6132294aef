//! The database's schema and the program's.

use crate::harness::Gateway;

#[actix_web::test]
async fn a_schema_of_a_later_release_is_refused() {
    let gateway = Gateway::start().await;
    let store = &gateway.app.store;
    assert_eq!(store.migrate().await.unwrap(), 0, "it is up to date");
    gateway
        .batch(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
             VALUES (999, 'of_a_later_release', '2030-01-01T00:00:00Z', '1')",
        )
        .await;
    let refused = store.migrate().await.unwrap_err().to_string();
    assert!(refused.contains("of_a_later_release"), "{refused}");
    gateway.stop().await;
}

/// Tables that a cluster keeps in one place (reference or local): chains, queues and what
/// the whole pooling area shares.
const IN_ONE_PLACE: &[&str] = &[
    "audit_lanes",
    "audit_records",
    "caller_keys",
    "callers",
    "clearing_events",
    "clearing_funds",
    "clearings",
    "group_months",
    "negotiation_events",
    "negotiation_rounds",
    "outbox",
    "publications",
    "settlement_months",
    "settlement_pools",
];

/// Citus spreads rows by a column that stands in every key, and refuses triggers on such
/// tables: the institution for what belongs to one, the caller for its own.
#[actix_web::test]
async fn every_table_can_be_spread_by_institution_or_caller() {
    let gateway = Gateway::start().await;
    let triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal";
    assert_eq!(gateway.sql(triggers).await, Vec::<String>::new());

    // For each table: the columns of each of its unique indexes.
    let keys = gateway
        .sql(
            "SELECT t.relname || ' ' || string_agg(a.attname, ' ' ORDER BY k.ord)
             FROM pg_index i
             JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p')
             JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, ord)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
             WHERE i.indisunique AND t.relname <> 'refinery_schema_history'
             GROUP BY t.relname, i.indexrelid ORDER BY 1",
        )
        .await;
    assert!(keys.len() > 25, "{keys:?}");
    let misfits: Vec<&String> = keys
        .iter()
        .filter(|key| {
            let mut words = key.split(' ');
            let table = words.next().unwrap();
            let columns: Vec<&str> = words.collect();
            !IN_ONE_PLACE.contains(&table)
                && !columns.contains(&"fixmedins_code")
                && !columns.contains(&"app_id")
        })
        .collect();
    assert_eq!(misfits, Vec::<&String>::new());

    let tables = gateway
        .sql("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        .await;
    for table in IN_ONE_PLACE {
        assert!(tables.iter().any(|name| name == table), "{table} is gone");
    }
    gateway.stop().await;
}
