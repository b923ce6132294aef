//! 3 质控结果查询服务 (`qc.results`): the valid QC results of a month, page by page, in the
//! names of transactions 3607 and 4104.

mod transactions;

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Operation, transaction::Transaction};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

/// The operation.
#[derive(Debug)]
pub struct QcResults;

/// A query.
#[derive(Debug, Deserialize)]
pub struct QcResultsRequest {
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// This one list.
    pub setl_id: Option<String>,
    /// Lists of this person.
    pub psn_no: Option<String>,
    /// Institution; a hospital's own without being said.
    pub fixmedins_code: Option<String>,
    /// Results of this level only: 0 none, 1 info, 2 warning, 3 error.
    pub err_lv: Option<String>,
    /// 1: returned lists only, 0: the others.
    pub retn_flag: Option<String>,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
    /// Goes on behind this row (`next` of the page before) instead of counting pages.
    pub after: Option<After>,
}

/// The last row of a page.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct After {
    /// Its institution.
    pub fixmedins_code: String,
    /// Its settlement id.
    pub setl_id: String,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

/// Answer of `qc.results`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"rows": [{"fixmedins_code": "H61040100001", "fixmedins_name": "测试医院甲（模拟）",
    "setl_ym": "202610", "setl_id": "S000000030000000", "psn_no": "P000000030000000",
    "psn_name": "样例庚丑", "psn_cert_type": "01", "cert_no": "990101200302018618",
    "qltctrl_rslt": "0", "err_lv": "3", "retn_flag": "1", "qltctrl_ver": "…", "grp_stas": "0",
    "qltctrl_time": "2026-11-22 08:00:00", "detl_list": [{"exam_data_fld": "setlinfo.gend",
        "qltctrl_chk_rslt": "性别必填", "err_lv": "3", "retn_flag": "1", "init_val": "",
        "rule_id": "QC-INT-012"}]}],
    "page_num": 1, "page_size": 100}))]
pub struct QcResultsAnswer {
    /// Rows of the page, by institution and settlement id.
    pub rows: Vec<QcResultRow>,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<After>,
}

/// The valid result of one list. The national value lists of qltctrl_rslt, err_lv and
/// retn_flag are not published; these are the project's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct QcResultRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    pub fixmedins_name: String,
    /// Settlement month.
    pub setl_ym: String,
    /// Settlement id.
    pub setl_id: String,
    /// Person.
    pub psn_no: String,
    /// Name.
    pub psn_name: String,
    /// Kind of certificate.
    pub psn_cert_type: String,
    /// Its number.
    pub cert_no: String,
    /// 1 pass, 0 fail.
    pub qltctrl_rslt: String,
    /// Gravest finding: 0 none, 1 info, 2 warning, 3 error.
    pub err_lv: String,
    /// 1 returned to the hospital, 0 not.
    pub retn_flag: String,
    /// Digest of the rule set.
    pub qltctrl_ver: String,
    /// 1 in a group, 0 not.
    pub grp_stas: String,
    /// When, China time.
    pub qltctrl_time: String,
    /// The findings.
    pub detl_list: Vec<QcDetail>,
}

/// One finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct QcDetail {
    /// The field examined, e.g. `setlinfo.gend`, `diseinfo[2].diag_code`.
    pub exam_data_fld: String,
    /// What is wrong.
    pub qltctrl_chk_rslt: String,
    /// 1 info, 2 warning, 3 error.
    pub err_lv: String,
    /// As the list's.
    pub retn_flag: String,
    /// The value, masked where it is personal.
    pub init_val: String,
    /// Rule of the catalogue.
    pub rule_id: String,
}

impl Operation for QcResults {
    const ID: &'static str = "qc.results";
    const TITLE: &'static str = "质控结果查询服务 / query of QC results";
    const PATH: &'static str = "/qc/results";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City];
    const TRANSACTIONS: &'static [Transaction] = transactions::TRANSACTIONS;
    type Request = QcResultsRequest;

    fn schema() -> Value {
        let key = json!({"type": "string", "minLength": 1, "maxLength": 30});
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "setl_id": key,
                "psn_no": key,
                "fixmedins_code": key,
                "err_lv": {"enum": ["0", "1", "2", "3"]},
                "retn_flag": {"enum": ["0", "1"]},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
                "after": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["fixmedins_code", "setl_id"],
                    "properties": {"fixmedins_code": key, "setl_id": key},
                },
            },
        })
    }

    fn parse(data: Value) -> Result<QcResultsRequest, Vec<FieldError>> {
        super::request(data)
    }

    async fn run(session: &Session, request: &QcResultsRequest) -> Result<Value, Refusal> {
        service::qc_results::run(session, request).await
    }
}

/// 质控结果查询服务 / query of QC results
///
/// 分页返回一个结算月的有效质控结果；深层分页用 after 续查。Valid QC results of a month; far
/// pages are reached with `after`. JSON Schema: `/schemas/qc.results.json`.
#[utoipa::path(
    tag = "qc", operation_id = "qc.results",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 QcResultsAnswer / sealed answer holding QcResultsAnswer", body = SealedAnswer<QcResultsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/qc/results")]
pub(crate) async fn handler(call: Call<QcResults>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_takes_its_defaults() {
        let query = QcResults::parse(json!({"setl_ym": "202610"})).unwrap();
        assert_eq!((query.page_num, query.page_size), (1, 100));
    }
}
