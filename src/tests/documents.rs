//! What the gateway serves about itself.

use chs_gateway::{operations::TABLE, router};
use serde_json::Value;

use crate::harness::Gateway;

#[actix_web::test]
async fn plain_endpoints_answer() {
    let gateway = Gateway::start().await;
    let get = async |path: &str| {
        let response = gateway
            .http
            .get(format!("{}{path}", gateway.url))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    };
    assert_eq!(get("/healthz").await, "ok\n");
    assert_eq!(get("/readyz").await, "ready\n");
    let version: Value = serde_json::from_str(&get("/version").await).unwrap();
    let schemes: Vec<_> = version["schemes"].as_array().unwrap().iter().collect();
    assert!(
        schemes.iter().any(|scheme| scheme["id"] == "chs-drg-2.0"
            && scheme["digest"].as_str().unwrap().len() == 64)
    );
    assert!(get("/docs/").await.contains("swagger"));
    for row in TABLE {
        let schema: Value =
            serde_json::from_str(&get(&format!("/schemas/{}.json", row.id)).await).unwrap();
        assert_eq!(schema, (row.schema)());
    }
    let query = serde_json::json!({"setl_ym": "202610", "level": "hospital"});
    gateway.call("city", "/groupings/fee-summary", &query).await;
    let metrics = get("/metrics").await;
    assert!(metrics.contains(r#"chs_calls_total{operation="groupings.fee-summary",code="0"}"#));
    gateway.stop().await;
}

#[test]
fn every_operation_of_the_table_is_mounted_and_documented() {
    let document = serde_json::to_value(router::document()).unwrap();
    for row in TABLE {
        let operation = &document["paths"][format!("/api/v1{}", row.path)]["post"];
        assert_eq!(operation["operationId"], row.id);
        for status in ["200", "4XX", "5XX"] {
            assert!(
                operation["responses"][status].is_object(),
                "{} {status}",
                row.id
            );
        }
    }
    let documented = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|path| path.starts_with("/api/"));
    assert_eq!(documented.count(), TABLE.len());
}
