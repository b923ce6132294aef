//! 对总账 (`reconciliation.totals`, transaction 3201): a hospital's totals against the centre's.

use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::matching::Sums;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Operation, request,
    transaction::{self, Edition, Transaction, only},
};
use crate::{
    caller::Role,
    doors::sealed::{Call, SealedAnswer, SealedMessage},
    error::{FieldError, Refusal},
    service,
    session::Session,
    wire::yuan,
};

/// The operation.
#[derive(Debug)]
pub struct Totals;

/// The period and the hospital's totals.
#[derive(Debug, Deserialize)]
pub struct TotalsRequest {
    /// Insurance type (dictionary insutype).
    pub insutype: String,
    /// Clearing type (dictionary clr_type).
    pub clr_type: String,
    /// Office that settles; told again.
    pub setl_optins: String,
    /// First day of settlement.
    #[serde(deserialize_with = "day")]
    pub stmt_begndate: NaiveDate,
    /// Last day of settlement.
    #[serde(deserialize_with = "day")]
    pub stmt_enddate: NaiveDate,
    /// Total cost, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub medfee_sumamt: Money,
    /// Paid by funds, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub fund_pay_sumamt: Money,
    /// Paid from accounts, yuan.
    #[serde(deserialize_with = "crate::wire::amount")]
    pub acct_pay: Money,
    /// Number of settlements.
    pub fixmedins_setl_cnt: i64,
    /// 0 or 1: only settlements that are no refunds, or only refunds.
    pub refd_setl_flag: Option<String>,
}

/// A day (`yyyy-MM-dd`) of a request.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    chs_model::parse_date(&text).ok_or_else(|| serde::de::Error::custom("no day (yyyy-MM-dd)"))
}

/// Number and amounts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Figures {
    /// Number of settlements.
    pub fixmedins_setl_cnt: i64,
    /// Total cost, yuan.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by funds, yuan.
    #[schema(value_type = f64)]
    pub fund_pay_sumamt: Value,
    /// Paid from accounts, yuan.
    #[schema(value_type = f64)]
    pub acct_pay: Value,
}

impl From<Sums> for Figures {
    fn from(sums: Sums) -> Figures {
        Figures {
            fixmedins_setl_cnt: sums.count,
            medfee_sumamt: yuan(sums.amounts.total),
            fund_pay_sumamt: yuan(sums.amounts.fund),
            acct_pay: yuan(sums.amounts.account),
        }
    }
}

/// Answer of `reconciliation.totals`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"setl_optins": "610400", "stmt_rslt": "1",
    "stmt_rslt_dscr": "中心3笔、总费用300元、基金200元、账户10元；医药机构2笔、总费用200元、基金150元、账户10元",
    "centre": {"fixmedins_setl_cnt": 3, "medfee_sumamt": 300, "fund_pay_sumamt": 200, "acct_pay": 10},
    "difference": {"fixmedins_setl_cnt": 1, "medfee_sumamt": 100, "fund_pay_sumamt": 50, "acct_pay": 0},
    "untyped": 0}))]
pub struct TotalsAnswer {
    /// As it was sent.
    pub setl_optins: String,
    /// Result (dictionary stmt_rslt of the caller's edition).
    pub stmt_rslt: &'static str,
    /// What it rests on.
    pub stmt_rslt_dscr: String,
    /// The centre's totals.
    pub centre: Figures,
    /// The centre's less the hospital's.
    pub difference: Figures,
    /// Settlements of the period that tell no insurance type and are not counted.
    pub untyped: i64,
}

/// The data of a reconciliation: numbers that come as text become numbers.
pub(super) fn of_totals(input: Value) -> Value {
    let mut asked = transaction::query(input);
    if let Some(Value::String(text)) = asked.get("fixmedins_setl_cnt")
        && let Ok(count) = text.trim().parse::<i64>()
    {
        asked.insert("fixmedins_setl_cnt".to_owned(), count.into());
    }
    Value::Object(asked)
}

fn as_3201(mut answer: Value, _: Edition) -> Value {
    if let Some(members) = answer.as_object_mut() {
        only(members, &["setl_optins", "stmt_rslt", "stmt_rslt_dscr"]);
    }
    json!({"stmtinfo": answer})
}

/// Members that the totals of 3201 and of 3202 have in common.
pub(super) fn common_members() -> Value {
    let amount =
        json!({"type": ["number", "string"], "pattern": "^-?[0-9]{1,14}(\\.[0-9]{1,2})?$"});
    let day =
        json!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"});
    let flag = json!({"enum": ["0", "1"]});
    json!({
        "clr_type": {"type": "string", "pattern": "^[0-9]{2,6}$"},
        "setl_optins": {"type": "string", "pattern": "^[0-9]{6}$"},
        "stmt_begndate": day,
        "stmt_enddate": day,
        "medfee_sumamt": amount,
        "fund_pay_sumamt": amount,
        "fixmedins_setl_cnt": {"type": "integer", "minimum": 0, "maximum": 9_999_999_999_i64},
        "refd_setl_flag": flag,
        "fixmedins_refd_setl_flag": {"enum": ["0", "1"],
            "description": "V1.1.27 要求填写，含义未公布，不参与比较 / required by V1.1.27; what it means is not published, it is not compared"},
        "acct_pay": amount,
        "cash_payamt": amount,
        "insutype": {"type": "string", "pattern": "^[0-9]{3,6}$"},
    })
}

/// An object of some of the common members.
pub(super) fn schema_of(names: &[&str], more: &Value, required: &[&str]) -> Value {
    let mut properties = common_members();
    if let Some(members) = properties.as_object_mut() {
        members.retain(|name, _| names.contains(&name.as_str()));
        for (name, member) in more.as_object().into_iter().flatten() {
            members.insert(name.clone(), member.clone());
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

impl Operation for Totals {
    const ID: &'static str = "reconciliation.totals";
    const TITLE: &'static str = "对总账 / reconciliation in total";
    const PATH: &'static str = "/reconciliation/totals";
    const ROLES: &'static [Role] = &[Role::Hospital];
    const TRANSACTIONS: &'static [Transaction] = &[
        Transaction::own("370182"),
        Transaction::query("3201", of_totals, as_3201),
    ];
    type Request = TotalsRequest;

    fn schema() -> Value {
        let names = [
            "insutype",
            "clr_type",
            "setl_optins",
            "stmt_begndate",
            "stmt_enddate",
            "medfee_sumamt",
            "fund_pay_sumamt",
            "acct_pay",
            "fixmedins_setl_cnt",
            "refd_setl_flag",
            "fixmedins_refd_setl_flag",
        ];
        let required = names.get(..9).unwrap_or_default();
        schema_of(&names, &json!({}), required)
    }

    fn parse(data: Value) -> Result<TotalsRequest, Vec<FieldError>> {
        request(data)
    }

    async fn run(session: &Session, request: &TotalsRequest) -> Result<Value, Refusal> {
        service::reconciliation_totals::run(session, request).await
    }
}

/// 对总账 / reconciliation in total
///
/// 医院一段时间内某险种、某清算类别的合计与中心比对，容差 0 分。The hospital's totals of an insurance and a clearing type over a period against the centre's, tolerance 0 fen.
/// JSON Schema: `/schemas/reconciliation.totals.json`.
#[utoipa::path(
    tag = "settlement", operation_id = "reconciliation.totals",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 TotalsAnswer / sealed answer holding TotalsAnswer", body = SealedAnswer<TotalsAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/reconciliation/totals")]
pub(crate) async fn handler(call: Call<Totals>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_3201_fits_the_schema_in_both_editions() {
        let validator = jsonschema::validator_for(&Totals::schema()).unwrap();
        let mut data = json!({"insutype": "310", "clr_type": "21", "setl_optins": "610400",
            "stmt_begndate": "2026-10-01", "stmt_enddate": "2026-10-31", "medfee_sumamt": "300.00",
            "fund_pay_sumamt": 200, "acct_pay": "10", "fixmedins_setl_cnt": "3",
            "refd_setl_flag": "", "fixmedins_refd_setl_flag": "0"});
        for edition in ["v1.1.27", "v8.1"] {
            let asked = of_totals(json!({"data": data}));
            assert!(validator.is_valid(&asked), "{edition}: {asked}");
            let asked = Totals::parse(asked).unwrap();
            assert_eq!(asked.medfee_sumamt, Money::from_fen(30_000));
            assert_eq!((asked.fixmedins_setl_cnt, asked.refd_setl_flag), (3, None));
            data.as_object_mut()
                .unwrap()
                .shift_remove("fixmedins_refd_setl_flag");
        }
        for (name, bad) in [("stmt_enddate", "2026-02-30"), ("stmt_enddate", "20261031")] {
            data[name] = json!(bad);
            let asked = of_totals(json!({"data": data}));
            let taken = validator.is_valid(&asked) && Totals::parse(asked).is_ok();
            assert!(!taken, "{bad}");
        }
    }

    #[test]
    fn the_output_has_the_published_members() {
        let answer = json!({"setl_optins": "610400", "stmt_rslt": "0", "stmt_rslt_dscr": "平",
            "centre": {}, "untyped": 0});
        assert_eq!(
            as_3201(answer, Edition::default()),
            json!({"stmtinfo": {"setl_optins": "610400", "stmt_rslt": "0", "stmt_rslt_dscr": "平"}})
        );
    }
}
