//! 7 月结账单查询 (`bills.monthly`): the bills of a month by area, district, hospital,
//! department, group or case; and in the names of 9201 (summary) and 9204 (details).

mod answers;

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Operation, request,
    transaction::{Transaction, as_it_is, node},
};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
};

pub use answers::{
    BillDetail, BillRow, BillsAnswer, MonthlyAnswer, PageAnswer, PageResult, SlipView, SummaryView,
};

/// The operation.
#[derive(Debug)]
pub struct Monthly;

/// A query in one of its three forms.
#[derive(Debug)]
pub enum MonthlyRequest {
    /// The gateway's own.
    Own(BillsQuery),
    /// 9201.
    Summary(SummaryQuery),
    /// 9204.
    Details(DetailsQuery),
}

/// A query of our own.
#[derive(Debug, Deserialize)]
pub struct BillsQuery {
    /// Month, yyyyMM.
    pub setl_ym: String,
    /// Over what to add up.
    pub level: BillLevel,
    /// One institution only.
    pub fixmedins_code: Option<String>,
    /// One insurance type only.
    pub insutype: Option<String>,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

/// Over what bills are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BillLevel {
    /// Insurance types.
    City,
    /// Divisions.
    District,
    /// Institutions: their bills.
    Hospital,
    /// Departments of institutions.
    Department,
    /// Groups of institutions.
    Group,
    /// Cases.
    Case,
}

/// A query of 9201.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SummaryQuery {
    /// Month, yyyyMM.
    pub clr_ym: String,
    /// Office that clears.
    pub clr_optins: String,
    /// 1: valid data; there is no other here.
    pub vali_flag: String,
    /// Institution.
    pub fixmedins_code: String,
    /// 2: the institution itself; other places are not billed here.
    pub pay_loc: String,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// A query of 9204.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DetailsQuery {
    /// Institution.
    pub fixmedins_code: String,
    /// Id of the batch, from 9201.
    pub fee_clr_id: String,
    /// Id of the application, from 9201.
    pub clr_appy_evt_id: Option<String>,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

impl Operation for Monthly {
    const ID: &'static str = "bills.monthly";
    const TITLE: &'static str = "月结账单查询 / monthly bills";
    const PATH: &'static str = "/bills/monthly";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::County, Role::City];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370107"),
        Transaction::query("9201", node, as_it_is),
        Transaction::query("9204", node, as_it_is),
    ];
    type Request = MonthlyRequest;

    fn schema() -> Value {
        let page = |name: &str, size: &str| {
            json!({
                name: {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                size: {"type": "integer", "minimum": 1, "maximum": 1_000},
            })
        };
        let month = json!({"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"});
        let id = json!({"type": "string", "minLength": 1, "maxLength": 30});
        let form = |required: &[&str], properties: Value, paging: Value| {
            let mut all = properties.as_object().cloned().unwrap_or_default();
            all.extend(paging.as_object().cloned().unwrap_or_default());
            json!({"type": "object", "additionalProperties": false, "required": required,
                "properties": all})
        };
        let own = form(
            &["setl_ym", "level"],
            json!({
                "setl_ym": month, "fixmedins_code": id,
                "level": {"enum": ["city", "district", "hospital", "department", "group", "case"]},
                "insutype": {"type": "string", "pattern": "^[0-9]{3,5}$"},
            }),
            page("page_num", "page_size"),
        );
        let text = |length: u32| json!({"type": "string", "minLength": 1, "maxLength": length});
        // The rest of 9201's page fields are what an answer holds; a caller that sends one
        // back is not refused for it.
        let echoed = json!({"type": ["number", "string", "boolean"]});
        let summary = form(
            &[
                "clrYm",
                "clrOptins",
                "valiFlag",
                "fixmedinsCode",
                "payLoc",
                "pageNum",
                "pageSize",
            ],
            json!({
                "clrYm": month, "fixmedinsCode": id, "valiFlag": text(3), "payLoc": text(6),
                "clrOptins": {"type": "string", "pattern": "^[0-9]{6}$"},
                "size": echoed, "startRow": echoed, "endRow": echoed, "pages": echoed,
                "recordCounts": echoed, "prePage": echoed, "nextPage": echoed,
                "isFirstPage": echoed, "isLastPage": echoed, "orderField": echoed,
                "orderType": echoed,
            }),
            page("pageNum", "pageSize"),
        );
        let details = form(
            &["fixmedinsCode", "feeClrId", "pageNum", "pageSize"],
            json!({"fixmedinsCode": id, "feeClrId": id, "clrAppyEvtId": id}),
            page("pageNum", "pageSize"),
        );
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "anyOf": [own, summary, details],
        })
    }

    fn parse(data: Value) -> Result<MonthlyRequest, Vec<FieldError>> {
        if data.get("feeClrId").is_some() {
            request(data).map(MonthlyRequest::Details)
        } else if data.get("clrYm").is_some() {
            request(data).map(MonthlyRequest::Summary)
        } else {
            request(data).map(MonthlyRequest::Own)
        }
    }

    async fn run(session: &Session, request: &MonthlyRequest) -> Result<Value, Refusal> {
        service::bills_monthly::run(session, request).await
    }
}

/// 月结账单查询 / monthly bills
///
/// 自有形式（setl_ym、level）应答 BillsAnswer；9201、9204 的形式应答 pageResult。The gateway's own form
/// answers BillsAnswer; in the names of 9201 and 9204 it answers pageResult.
/// JSON Schema: `/schemas/bills.monthly.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "bills.monthly",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 BillsAnswer 或 pageResult / sealed answer holding BillsAnswer or pageResult", body = SealedAnswer<MonthlyAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/bills/monthly")]
pub(crate) async fn handler(call: Call<Monthly>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_becomes_its_query() {
        let validator = jsonschema::validator_for(&Monthly::schema()).unwrap();
        let own = json!({"setl_ym": "202610", "level": "group"});
        let summary = json!({"clrYm": "202610", "clrOptins": "610400", "valiFlag": "1",
            "fixmedinsCode": "H1", "payLoc": "2", "pageNum": 1, "pageSize": 10});
        let details =
            json!({"fixmedinsCode": "H1", "feeClrId": "B1", "pageNum": 1, "pageSize": 10});
        for form in [&own, &summary, &details] {
            assert!(validator.is_valid(form), "{form}");
        }
        assert!(matches!(Monthly::parse(own), Ok(MonthlyRequest::Own(_))));
        assert!(matches!(
            Monthly::parse(summary),
            Ok(MonthlyRequest::Summary(_))
        ));
        assert!(matches!(
            Monthly::parse(details),
            Ok(MonthlyRequest::Details(_))
        ));
        let mixed = json!({"setl_ym": "202610", "level": "group", "clrYm": "202610"});
        assert!(!validator.is_valid(&mixed));
    }
}
