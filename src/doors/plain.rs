//! Plain GET endpoints for operation: no seal, no patient data.

use actix_web::{HttpResponse, get, web};
use serde_json::Value;

use crate::{
    app::App,
    catalogue::Version,
    error::{ErrorCode, Refusal},
};

/// 进程是否存活 / whether the process runs
#[utoipa::path(tag = "plain", responses((status = 200, description = "进程存活 / alive")))]
#[get("/healthz")]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// 能否受理请求 / whether requests can be served
#[utoipa::path(tag = "plain", responses(
    (status = 200, description = "可受理 / ready"),
    (status = 503, description = "数据库不可用 / database not available", body = crate::error::Problem, content_type = "application/problem+json"),
))]
#[get("/readyz")]
pub(crate) async fn readyz(app: web::Data<App>) -> Result<&'static str, Refusal> {
    app.store.ping().await.map_err(|error| Refusal {
        cause: Some(error.to_string()),
        retry_after: Some(2),
        ..Refusal::new(ErrorCode::DatabaseUnavailable)
    })?;
    Ok("ready\n")
}

/// 运行指标 / metrics in Prometheus text form
#[utoipa::path(tag = "plain", responses((status = 200, description = "Prometheus text format")))]
#[get("/metrics")]
pub(crate) async fn metrics(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(app.metrics.render())
}

/// 版本与方案摘要 / release and digests
#[utoipa::path(tag = "plain", responses((status = 200, description = "版本 / version", body = Version)))]
#[get("/version")]
pub(crate) async fn version(app: web::Data<App>) -> web::Json<Version> {
    web::Json(app.catalogue.current().version())
}

/// OpenAPI 文档 / this document
#[utoipa::path(tag = "plain", responses((status = 200, description = "OpenAPI 3.1")))]
#[get("/openapi.json")]
pub(crate) async fn openapi(document: web::Data<utoipa::openapi::OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.get_ref())
}

/// 业务数据的 JSON Schema / JSON Schema of an operation's data
#[utoipa::path(tag = "plain",
    params(("operation" = String, Path, description = "操作标识加 .json / operation id with .json")),
    responses(
        (status = 200, description = "JSON Schema 2020-12"),
        (status = 404, description = "无此操作 / no such operation", body = crate::error::Problem, content_type = "application/problem+json"),
    )
)]
#[get("/schemas/{operation}")]
pub(crate) async fn schema(
    app: web::Data<App>,
    operation: web::Path<String>,
) -> Result<web::Json<Value>, Refusal> {
    operation
        .strip_suffix(".json")
        .and_then(|id| app.schemas.document(id))
        .map(|schema| web::Json(schema.clone()))
        .ok_or_else(|| Refusal::new(ErrorCode::PathUnknown))
}
