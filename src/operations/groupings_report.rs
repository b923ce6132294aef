//! 8 DRG 分组结果上报 (`groupings.report`): the city reports the official grouping results
//! of a month, at most 1,000 a message, each answered for itself.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation,
    items::{self, Item},
    transaction::Transaction,
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
pub struct Report;

/// A batch of results.
#[derive(Debug)]
pub struct ReportRequest {
    /// Number of the batch, unique per reporter and month.
    pub batch_no: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Installed scheme of the national groups.
    pub grp_ver: String,
    /// Grouping specification, as an installed scheme; empty if not told.
    pub grp_spec_ver: String,
    /// Installed scheme of the local groups; empty if not told.
    pub place_grp_ver: String,
    /// The results.
    pub items: Vec<Item<ReportItem>>,
}

/// One result.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct ReportItem {
    /// Settlement id.
    pub setl_id: String,
    /// Serial number of the list (setl_list_id of its upload).
    #[serde(default)]
    pub setl_list_sn: String,
    /// Person.
    #[serde(default)]
    pub psn_no: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Major diagnostic category.
    #[serde(default)]
    pub mdc_codg: String,
    /// Core group.
    #[serde(default)]
    pub adrg_code: String,
    /// Group.
    pub drg_code: String,
    /// Local group.
    #[serde(default)]
    pub place_drg_codg: String,
    /// Complications.
    #[serde(default)]
    pub ccmcc: String,
    /// 1 grouped, 0 not.
    #[serde(deserialize_with = "super::whole")]
    pub grp_rslt: i16,
    /// When it was grouped, `yyyy-MM-dd HH:mm:ss`, China time.
    pub grp_time: String,
    /// 1, 2, … per setl_id.
    pub sequence: i32,
    /// SM3 of what grouping looks at, lower-case hex.
    pub input_digest: String,
}

/// Answer of `groupings.report`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"batch_no": "B20261122-01", "setl_ym": "202610", "accepted": 1, "items": [
    {"setl_id": "S1", "sequence": 1, "result": "ACCEPTED", "accepted": true, "state": "REPORTED",
        "reported_at": "2026-11-22 08:00:00"},
    {"setl_id": "S2", "sequence": 3, "result": "SEQUENCE_GAP", "accepted": false,
        "message": "序号不连续，或上一序号尚未撤销",
        "message_en": "the sequence skips one, or the one before is not revoked"}]}))]
pub struct ReportAnswer {
    /// Number of the batch.
    pub batch_no: String,
    /// Settlement month.
    pub setl_ym: String,
    /// Results taken by this message.
    pub accepted: usize,
    /// An answer for each item, in their order.
    pub items: Vec<ReportedItem>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedItem {
    /// Settlement id.
    pub setl_id: String,
    /// Sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i32>,
    /// ACCEPTED, DUPLICATE (the first answer again), SEQUENCE_STALE, SEQUENCE_GAP,
    /// LIST_UNKNOWN, DIGEST_MISMATCH, SCHEME_NOT_INSTALLED, GROUP_UNKNOWN, FROZEN or
    /// ITEM_INVALID.
    pub result: &'static str,
    /// Whether the result is on record, by this message or an earlier one.
    pub accepted: bool,
    /// State of the case's official result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When it was accepted first, China time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<String>,
    /// Digest of the stored list, for DIGEST_MISMATCH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_digest: Option<String>,
    /// The cause in Chinese.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub message: &'static str,
    /// The cause in English.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub message_en: &'static str,
    /// The fields of an ITEM_INVALID.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

fn item_schema() -> Value {
    let text = |most: u32| json!({"type": "string", "maxLength": most});
    let key = |most: u32| json!({"type": "string", "minLength": 1, "maxLength": most});
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["setl_id", "fixmedins_code", "drg_code", "grp_rslt", "grp_time", "sequence",
            "input_digest"],
        "properties": {
            "setl_id": key(30),
            "setl_list_sn": text(50),
            "psn_no": text(30),
            "fixmedins_code": key(30),
            "mdc_codg": text(40),
            "adrg_code": text(50),
            "drg_code": key(50),
            "place_drg_codg": text(50),
            "ccmcc": text(200),
            "grp_rslt": {"enum": ["0", "1", 0, 1]},
            "grp_time": {"type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"},
            "sequence": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
            "input_digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
    })
}

impl Operation for Report {
    const ID: &'static str = "groupings.report";
    const TITLE: &'static str = "DRG 分组结果上报 / report of official grouping results";
    const PATH: &'static str = "/groupings/report";
    const ROLES: &'static [Role] = &[Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[Transaction::own("370108")];
    type Request = ReportRequest;

    fn schema() -> Value {
        let scheme = json!({"type": "string", "maxLength": 50});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["batch_no", "setl_ym", "grp_ver", "items"],
            "properties": {
                "batch_no": {"type": "string", "minLength": 1, "maxLength": 40},
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "grp_ver": {"type": "string", "minLength": 1, "maxLength": 50},
                "grp_spec_ver": scheme,
                "place_grp_ver": scheme,
                "items": items::schema(&item_schema()),
            },
        })
    }

    fn parse(data: Value) -> Result<ReportRequest, Vec<FieldError>> {
        let text = |name: &str| {
            let text = data.get(name).and_then(Value::as_str).unwrap_or_default();
            text.to_owned()
        };
        let items = data.get("items").unwrap_or(&Value::Null);
        Ok(ReportRequest {
            batch_no: text("batch_no"),
            setl_ym: text("setl_ym"),
            grp_ver: text("grp_ver"),
            grp_spec_ver: text("grp_spec_ver"),
            place_grp_ver: text("place_grp_ver"),
            items: items::parse(items, &item_schema())?,
        })
    }

    async fn run(session: &Session, request: &ReportRequest) -> Result<Value, Refusal> {
        service::grouping_report::run(session, request).await
    }
}

/// DRG 分组结果上报 / report of official grouping results
///
/// 每批至多 1,000 条，逐条答复，一条有误不影响其他。At most 1,000 results a message; one bad
/// item never rejects its neighbours. JSON Schema: `/schemas/groupings.report.json`.
#[utoipa::path(
    tag = "groupings", operation_id = "groupings.report",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 ReportAnswer / sealed answer holding ReportAnswer", body = SealedAnswer<ReportAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/groupings/report")]
pub(crate) async fn handler(call: Call<Report>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_item_does_not_refuse_the_message() {
        let good = json!({"setl_id": "S1", "fixmedins_code": "H1", "drg_code": "BR21", "grp_rslt": 1,
            "grp_time": "2026-11-01 00:00:00", "sequence": 1, "input_digest": "0".repeat(64)});
        let mut bad = good.clone();
        bad["sequence"] = json!("one");
        let data = json!({"batch_no": "B1", "setl_ym": "202610", "grp_ver": "chs-drg-2.0",
            "items": [good, bad]});
        let validator = jsonschema::validator_for(&Report::schema()).unwrap();
        assert!(validator.is_valid(&data));
        let request = Report::parse(data).unwrap();
        assert_eq!(request.items[0].as_ref().unwrap().sequence, 1);
        let bad = request.items[1].as_ref().unwrap_err();
        assert_eq!(bad.errors[0].pointer, "/items/1/sequence");
    }
}
