//! 文件下载 (`files.download`, transaction 9102): a hospital fetches a file of its own.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{Transaction, as_it_is},
};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct Download;

/// Which file.
#[derive(Debug, Deserialize)]
pub struct DownloadRequest {
    /// Its number.
    pub file_qury_no: String,
    /// Institution.
    pub fixmedins_code: String,
}

/// Answer of `files.download`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"file_qury_no": "F0123456789ABCDEF0123456789ABC", "filename": "202610.zip",
    "byte_count": 2, "sm3": "db37b8f1e44e62c2de3ccd18ba2d4b8ecb2bb8ad5f0ce7e5f4a5b6f2c3c34d05",
    "dld_endtime": "2026-12-22 08:00:00", "in": "UEs="}))]
pub struct DownloadAnswer {
    /// Its number.
    pub file_qury_no: String,
    /// Its name.
    pub filename: String,
    /// Its bytes.
    pub byte_count: i64,
    /// SM3 of the file, lower-case hex.
    pub sm3: String,
    /// Until when it is kept, China time.
    pub dld_endtime: String,
    /// The file, Base64.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// The members of the node `fsDownloadIn`, or of the input where that node is left out.
fn of_9102(mut input: Value) -> Value {
    let node = input.as_object_mut().filter(|members| members.len() == 1);
    node.and_then(|members| members.shift_remove("fsDownloadIn"))
        .unwrap_or(input)
}

impl Operation for Download {
    const ID: &'static str = "files.download";
    const TITLE: &'static str = "文件下载 / file download";
    const PATH: &'static str = "/files/download";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370181"),
        Transaction {
            infno: "9102",
            at: "/input/fsDownloadIn",
            data: of_9102,
            output: as_it_is,
            file: true,
        },
    ];
    type Request = DownloadRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["file_qury_no", "filename", "fixmedins_code"],
            "properties": {
                "file_qury_no": {"type": "string", "minLength": 1, "maxLength": 30},
                "filename": {"type": "string", "minLength": 1, "maxLength": 200,
                    "description": "不比较：3212 只给出文件查询号 / not compared, for 3212 tells numbers only"},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<DownloadRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DownloadRequest) -> Result<Value, Refusal> {
        service::files::download(session, request).await
    }
}

/// 文件下载 / file download
///
/// 下载本机构的文件：上传的明细或对账结果，过期不再提供。A file of the institution itself: a detail file it sent, or the result of a reconciliation.
/// JSON Schema: `/schemas/files.download.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "files.download",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DownloadAnswer / sealed answer holding DownloadAnswer", body = SealedAnswer<DownloadAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/files/download")]
pub(crate) async fn handler(call: Call<Download>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_9102_names_number_and_name() {
        let validator = jsonschema::validator_for(&Download::schema()).unwrap();
        let node = json!({"file_qury_no": "F1", "filename": "a.zip", "fixmedins_code": "H1"});
        assert!(validator.is_valid(&of_9102(json!({"fsDownloadIn": node}))));
        assert!(!validator.is_valid(&of_9102(json!({"file_qury_no": "F1"}))));
    }
}
