//! The transaction door: the messages of 定点医药机构接口 (infno, input, output) behind CSB
//! or TIF gateway headers, as HIS software sends them today.
//!
//! Steps: headers → caller → address → time → signature → rate → form of the message →
//! transaction of the one table → input opened → institution → sign-in → role → schema.
//! Until the headers verify a refusal leaves as the published 401 body or RFC 9457; from
//! then on in the form of an answer, with infcode −1.

mod answer;
mod arrival;
mod body;
mod gateway;
mod refusals;

use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, post, web};

pub use answer::{GatewayRefusal, TransactionAnswer, TransactionMessage};

use crate::{
    app::App,
    doors::{call_log::Line, limits},
};
use arrival::Arrival;
use body::Body;

/// 交易报文入口 / the transaction door
///
/// 定点医药机构接口交易报文，交易编号取自报文 infno。A transaction message; its infno says
/// which transaction. 请求头为 CSB（_api_…，HMAC-SHA1）或 TIF（x-tif-…，SHA-256）；见
/// docs/TRANSACTION_DOOR.md。Headers of a CSB or TIF gateway.
#[utoipa::path(
    tag = "transaction", operation_id = "transaction.call",
    request_body = TransactionMessage,
    responses(
        (status = 200, description = "交易应答，infcode 为 0 或 -1 / an answer, infcode 0 or -1", body = TransactionAnswer),
        (status = 401, description = "请求头未通过 / refused at the headers", body = GatewayRefusal),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "infcode 为 -1 的应答 / an answer with infcode -1", body = TransactionAnswer),
    )
)]
#[post("/fsi/api/rsfComIfsService/callService")]
pub(crate) async fn call(request: HttpRequest, body: Body) -> HttpResponse {
    receive(&request, body, None).await
}

/// 交易报文入口，地址带交易编号 / the transaction door, the number in the path
///
/// 同上，路径中的编号须与报文 infno 一致。As above; the number in the path must be the
/// message's infno.
#[utoipa::path(
    tag = "transaction", operation_id = "transaction.call-by-number",
    params(("infno" = String, Path, description = "交易编号 / number of the transaction")),
    request_body = TransactionMessage,
    responses(
        (status = 200, description = "交易应答，infcode 为 0 或 -1 / an answer, infcode 0 or -1", body = TransactionAnswer),
        (status = 401, description = "请求头未通过 / refused at the headers", body = GatewayRefusal),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "infcode 为 -1 的应答 / an answer with infcode -1", body = TransactionAnswer),
    )
)]
#[post("/fsi/api/rsfComIfsService/callService/{infno}")]
pub(crate) async fn call_by_number(
    request: HttpRequest,
    infno: web::Path<String>,
    body: Body,
) -> HttpResponse {
    receive(&request, body, Some(&infno)).await
}

/// A path of `transaction.paths`, each for one transaction. They are a site's settings, so
/// the published document does not list them.
pub(crate) async fn call_by_path(
    request: HttpRequest,
    app: web::Data<App>,
    body: Body,
) -> HttpResponse {
    let infno = app.config.transaction.paths.get(request.path());
    receive(&request, body, infno.map(String::as_str)).await
}

async fn receive(request: &HttpRequest, body: Body, named: Option<&str>) -> HttpResponse {
    let line = Line::new("transaction", limits::request_id(request), Instant::now());
    match Arrival::of(request, body).await {
        Ok(arrival) => arrival.settle(named, line).await,
        Err(refusal) => {
            line.finish(Err(&refusal));
            answer::before(&refusal)
        }
    }
}
