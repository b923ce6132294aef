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
