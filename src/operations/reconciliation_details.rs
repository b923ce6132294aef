//! 对明细账 (`reconciliation.details`, transaction 3202): a hospital's detail file against the
//! centre's records, with the exact records that differ and what mends them.

use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use chs_model::Money;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation,
    reconciliation_totals::{Figures, day, of_totals, schema_of},
    request,
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
pub struct Details;

/// The period, the file and its totals.
#[derive(Debug, Deserialize)]
pub struct DetailsRequest {
    /// The detail file.
    pub file_qury_no: String,
    /// Clearing type; none: all.
    pub clr_type: Option<String>,
    /// First day of settlement.
    #[serde(deserialize_with = "day")]
    pub stmt_begndate: NaiveDate,
    /// Last day of settlement.
    #[serde(deserialize_with = "day")]
    pub stmt_enddate: NaiveDate,
    /// Total cost of the file, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub medfee_sumamt: Money,
    /// Paid by funds, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub fund_pay_sumamt: Money,
    /// Lines of the file.
    pub fixmedins_setl_cnt: i64,
    /// 0 or 1: only settlements that are no refunds, or only refunds.
    pub refd_setl_flag: Option<String>,
}

/// One step of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Step {
    /// Transaction to send; empty: nothing is sent.
    pub infno: &'static str,
    /// What is done, in Chinese.
    pub zh: &'static str,
    /// What is done, in English.
    pub en: &'static str,
}

/// A record that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Repair {
    /// CENTRE_ONLY, HOSPITAL_ONLY or AMOUNTS.
    pub kind: &'static str,
    /// Settlement id.
    pub setl_id: String,
    /// Whether it takes a settlement back, 0 or 1.
    pub refd_setl_flag: &'static str,
    /// Line of the detail file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Result (dictionary stmt_rslt of the caller's edition).
    pub stmt_rslt: &'static str,
    /// The centre's amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<Figures>,
    /// The hospital's amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hospital: Option<Figures>,
    /// What mends it, in this order.
    pub plan: Vec<Step>,
}

/// Answer of `reconciliation.details`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"file_qury_no": "F0123456789ABCDEF0123456789ABC",
    "filename": "details-20261001-20261031.zip", "dld_endtime": "2026-12-22 08:00:00", "stmt_rslt": "1",
    "centre": {"fixmedins_setl_cnt": 1, "medfee_sumamt": 100, "fund_pay_sumamt": 80, "acct_pay": 0},
    "hospital": {"fixmedins_setl_cnt": 0, "medfee_sumamt": 0, "fund_pay_sumamt": 0, "acct_pay": 0},
    "centre_only": {"fixmedins_setl_cnt": 1, "medfee_sumamt": 100, "fund_pay_sumamt": 80, "acct_pay": 0},
    "hospital_only": {"fixmedins_setl_cnt": 0, "medfee_sumamt": 0, "fund_pay_sumamt": 0, "acct_pay": 0},
    "unequal": {"fixmedins_setl_cnt": 0, "medfee_sumamt": 0, "fund_pay_sumamt": 0, "acct_pay": 0},
    "repairs": [{"kind": "CENTRE_ONLY", "setl_id": "S1", "refd_setl_flag": "0", "stmt_rslt": "1",
        "centre": {"fixmedins_setl_cnt": 1, "medfee_sumamt": 100, "fund_pay_sumamt": 80, "acct_pay": 0},
        "plan": [{"infno": "5203", "zh": "查询中心结算记录核实", "en": "look the centre's record up"}]}]}))]
pub struct DetailsAnswer {
    /// The file with the result.
    pub file_qury_no: String,
    /// Its name.
    pub filename: String,
    /// Until when it can be fetched, China time.
    pub dld_endtime: String,
    /// Result as a whole (dictionary stmt_rslt of the caller's edition).
    pub stmt_rslt: &'static str,
    /// The centre's totals.
    pub centre: Figures,
    /// The file's totals.
    pub hospital: Figures,
    /// What only the centre has.
    pub centre_only: Figures,
    /// What only the hospital has.
    pub hospital_only: Figures,
    /// Records of both with other amounts: how many, and the centre's less the hospital's.
    pub unequal: Figures,
    /// The first differences; the file has all of them.
    pub repairs: Vec<Repair>,
}

fn as_3202(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        only(members, &["file_qury_no", "filename", "dld_endtime"]);
    }
    json!({"fileinfo": answer})
}

impl Operation for Details {
    const ID: &'static str = "reconciliation.details";
    const TITLE: &'static str = "对明细账 / reconciliation in detail";
    const PATH: &'static str = "/reconciliation/details";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370183"),
        Transaction::query("3202", of_totals, as_3202),
    ];
    type Request = DetailsRequest;

    fn schema() -> Value {
        let names = [
            "setl_optins",
            "stmt_begndate",
            "stmt_enddate",
            "medfee_sumamt",
            "fund_pay_sumamt",
            "cash_payamt",
            "fixmedins_setl_cnt",
            "clr_type",
            "refd_setl_flag",
            "fixmedins_refd_setl_flag",
        ];
        let number = json!({"file_qury_no": {"type": "string", "minLength": 1, "maxLength": 30}});
        let required = [
            "setl_optins",
            "file_qury_no",
            "stmt_begndate",
            "stmt_enddate",
            "medfee_sumamt",
            "fund_pay_sumamt",
            "cash_payamt",
            "fixmedins_setl_cnt",
        ];
        schema_of(&names, &number, &required)
    }

    fn parse(data: Value) -> Result<DetailsRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &DetailsRequest) -> Result<Value, Refusal> {
        service::reconciliation_details::run(session, request).await
    }
}

/// 对明细账 / reconciliation in detail
///
/// 医院上传的明细与中心结算记录逐条比对：只有一方有的、金额不同的，逐条列出并附处理办法，全部差异在结果文件中。The detail file against the centre's records: each difference by kind, with what mends it; the result file has all of them.
/// JSON Schema: `/schemas/reconciliation.details.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.details",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 DetailsAnswer / sealed answer holding DetailsAnswer", body = SealedAnswer<DetailsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/details")]
pub(crate) async fn handler(call: Call<Details>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_3202_fits_the_schema_in_both_editions() {
        let validator = jsonschema::validator_for(&Details::schema()).unwrap();
        let mut data = json!({"setl_optins": "610400", "file_qury_no": "F1",
            "stmt_begndate": "2026-10-01", "stmt_enddate": "2026-10-31", "medfee_sumamt": 300,
            "fund_pay_sumamt": 200, "cash_payamt": "100", "fixmedins_setl_cnt": "3",
            "clr_type": "21", "refd_setl_flag": "0", "fixmedins_refd_setl_flag": "0"});
        let asked = of_totals(json!({"data": data}));
        assert!(validator.is_valid(&asked), "{asked}");
        assert_eq!(
            Details::parse(asked).unwrap().clr_type.as_deref(),
            Some("21")
        );
        for name in ["clr_type", "refd_setl_flag", "fixmedins_refd_setl_flag"] {
            data.as_object_mut().unwrap().shift_remove(name);
        }
        assert!(validator.is_valid(&of_totals(json!({"data": data}))));
        data.as_object_mut().unwrap().shift_remove("file_qury_no");
        assert!(!validator.is_valid(&of_totals(json!({"data": data}))));
    }
}
