//! What the gateway serves about itself.

use chs_gateway::{error::ErrorCode, operations::TABLE, router};
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
        for (status, shared) in [("4XX", "Refused"), ("5XX", "Failed")] {
            let reference = &operation["responses"][status]["$ref"];
            assert_eq!(*reference, format!("#/components/responses/{shared}"));
        }
    }
    let documented = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|path| path.starts_with("/api/"));
    assert_eq!(documented.count(), TABLE.len());
}

/// Every operation of a document: its path, method and description.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((format!("{method} {path}"), operation));
        }
    }
    all
}

#[test]
fn the_document_leaves_nothing_out() {
    let document = serde_json::to_value(router::document()).unwrap();
    let schemes = &document["components"]["securitySchemes"];
    let example = |content: &Value| {
        let schema = content["schema"]["$ref"].as_str().unwrap_or_default();
        let named = document.pointer(schema.trim_start_matches('#'));
        let of_schema = named.is_some_and(|schema| schema["example"].is_object());
        of_schema || content["example"].is_object() || content["examples"].is_object()
    };
    for (name, operation) in operations(&document) {
        for member in ["operationId", "summary", "description"] {
            assert!(operation[member].is_string(), "{name} has no {member}");
        }
        assert!(operation["tags"][0].is_string(), "{name} has no tag");
        let secured = operation["security"].as_array().unwrap();
        assert_eq!(secured.is_empty(), name.starts_with("get "), "{name}");
        for scheme in secured
            .iter()
            .flat_map(|scheme| scheme.as_object().unwrap())
        {
            assert!(schemes[scheme.0].is_object(), "{name} {}", scheme.0);
        }
        for content in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            assert!(example(content.1), "{name} has no example of a request");
        }
        for content in operation["responses"]["200"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            assert!(example(content.1), "{name} has no example of an answer");
        }
        if name.starts_with("post /api/") {
            let opened = &operation["responses"]["200"]["content"]["application/json"]["example"];
            assert!(
                opened["data"].is_object(),
                "{name}: what does the answer open to?"
            );
        }
    }
}

#[test]
fn every_code_of_the_error_table_is_documented() {
    let document = serde_json::to_value(router::document()).unwrap();
    for code in ErrorCode::ALL {
        let row = code.row();
        let class = if row.status < 500 {
            "Refused"
        } else {
            "Failed"
        };
        let content = &document["components"]["responses"][class]["content"];
        let example = &content["application/problem+json"]["examples"][row.code]["value"];
        assert_eq!(example["code"], row.code);
        assert_eq!(example["status"], row.status);
    }
}

#[test]
fn a_flattened_part_may_be_left_out_and_alternatives_may_overlap() {
    let document = serde_json::to_value(router::document()).unwrap();
    let fits = |name: &str, answer: &Value| {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}"),
            "components": document["components"].clone()});
        jsonschema::validator_for(&schema).unwrap().is_valid(answer)
    };
    let stored = serde_json::json!({"setl_id": "S1", "stas_type": "0", "revision": 1});
    assert!(fits("SubmitAnswer", &stored));
    assert!(fits(
        "SubmitAnswer",
        &serde_json::json!({"results": [stored]})
    ));
    assert!(!fits("SubmitAnswer", &serde_json::json!({"setl_id": 1})));
    let month = serde_json::json!({"setl_ym": "202610", "fixmedins_code": "H1", "setl_psntime": 1,
        "medfee_sumamt": 1, "ave_medfee_sumamt": 1, "priced_psntime": 0});
    assert!(fits("FeeSummaryRow", &month));
    let page = serde_json::json!({"pageResult": {"pageNum": 1, "pageSize": 1, "size": 0,
        "startRow": 0, "endRow": 0, "pages": 0, "recordCounts": 0, "isFirstPage": true,
        "isLastPage": true, "Data": []}});
    assert!(fits("MonthlyAnswer", &page));
}

#[test]
fn a_failure_outside_a_sealed_answer_is_documented_as_a_problem() {
    let document = serde_json::to_value(router::document()).unwrap();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let problem = content["schema"]["$ref"] == "#/components/schemas/Problem";
                assert_eq!(
                    problem,
                    kind == "application/problem+json",
                    "{name} {status}"
                );
            }
        }
    }
}
