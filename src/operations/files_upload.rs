//! 文件上传 (`files.upload`, transaction 9101): a hospital sends a detail file.

use actix_web::{HttpResponse, post, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{Edition, Transaction, only},
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
pub struct Upload;

/// A file.
#[derive(Debug)]
pub struct UploadRequest {
    /// The file as it travels.
    pub file: web::Bytes,
    /// Its name.
    pub filename: String,
    /// Institution.
    pub fixmedins_code: String,
}

#[derive(Deserialize)]
struct Wire {
    r#in: String,
    filename: String,
    fixmedins_code: String,
}

/// Answer of `files.upload`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"file_qury_no": "F0123456789ABCDEF0123456789ABC", "filename": "202610.zip",
    "fixmedins_code": "H61040100001", "dld_endtime": "2026-12-22 08:00:00"}))]
pub struct UploadAnswer {
    /// Number by which other operations name the file.
    pub file_qury_no: String,
    /// Its name.
    pub filename: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Until when it is kept, China time.
    pub dld_endtime: String,
}

/// The members of the node `fsUploadIn`, or of the input where that node is left out.
fn of_9101(mut input: Value) -> Value {
    let node = input.as_object_mut().filter(|members| members.len() == 1);
    node.and_then(|members| members.shift_remove("fsUploadIn"))
        .unwrap_or(input)
}

fn as_9101(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        let names = ["file_qury_no", "filename", "fixmedins_code", "dld_endtime"];
        only(members, &names);
    }
    answer
}

impl Operation for Upload {
    const ID: &'static str = "files.upload";
    const TITLE: &'static str = "文件上传 / file upload";
    const PATH: &'static str = "/files/upload";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370180"),
        Transaction {
            infno: "9101",
            at: "/input/fsUploadIn",
            data: of_9101,
            output: as_9101,
            file: false,
        },
    ];
    type Request = UploadRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["in", "filename", "fixmedins_code"],
            "properties": {
                "in": {"type": "string", "minLength": 4, "contentEncoding": "base64",
                    "description": "文件，Base64 / the file, Base64"},
                "filename": {"type": "string", "minLength": 1, "maxLength": 200},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
            },
        })
    }

    fn parse(data: Value) -> Result<UploadRequest, Vec<FieldError>> {
        let wire: Wire = request(data)?;
        let file = STANDARD
            .decode(&wire.r#in)
            .map_err(|_| vec![FieldError::new("/in", "不是 Base64", "it is not Base64")])?;
        Ok(UploadRequest {
            file: file.into(),
            filename: wire.filename,
            fixmedins_code: wire.fixmedins_code,
        })
    }

    async fn run(session: &Session, request: &UploadRequest) -> Result<Value, Refusal> {
        service::files::upload(session, request).await
    }
}

/// 文件上传 / file upload
///
/// 上传对账明细文件：只含一个文本的 ZIP；应答的文件查询号供对账使用。A detail file, a ZIP of one text; its number is what reconciliation names it by.
/// JSON Schema: `/schemas/files.upload.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "files.upload",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 UploadAnswer / sealed answer holding UploadAnswer", body = SealedAnswer<UploadAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/files/upload")]
pub(crate) async fn handler(call: Call<Upload>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_9101_is_read_with_and_without_its_node() {
        let validator = jsonschema::validator_for(&Upload::schema()).unwrap();
        let node = json!({"in": "UEs=", "filename": "a.zip", "fixmedins_code": "H1"});
        for input in [json!({"fsUploadIn": node}), node] {
            let data = of_9101(input);
            assert!(validator.is_valid(&data), "{data}");
            assert_eq!(&*Upload::parse(data).unwrap().file, b"PK");
        }
        let bad = json!({"in": "UEs", "filename": "a.zip", "fixmedins_code": "H1"});
        assert_eq!(Upload::parse(bad).unwrap_err()[0].pointer, "/in");
        let answer = json!({"file_qury_no": "F1", "replayed": true});
        assert_eq!(
            as_9101(answer, Edition::default()),
            json!({"file_qury_no": "F1", "filename": "", "fixmedins_code": "", "dld_endtime": ""})
        );
    }
}
