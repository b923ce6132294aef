//! 5 分组费用摘要结果查询 (`groupings.fee-summary`): sums of grouped cases of a month by
//! hospital, by group, or case by case.

mod dip;
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

pub use dip::{DipCaseColumns, DipGroupColumns};

/// The operation.
#[derive(Debug)]
pub struct FeeSummary;

/// How cases were grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupType {
    /// By a DRG scheme.
    Drg,
    /// By a DIP catalogue.
    Dip,
}

impl GroupType {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            GroupType::Drg => "drg",
            GroupType::Dip => "dip",
        }
    }
}

/// Over what to add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SummaryLevel {
    /// Per institution.
    Hospital,
    /// Per institution and group.
    Group,
    /// Per case.
    Case,
}

/// A query.
#[derive(Debug, Deserialize)]
pub struct FeeSummaryRequest {
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Over what to add up.
    pub level: SummaryLevel,
    /// One institution only.
    pub fixmedins_code: Option<String>,
    /// One group only.
    pub drg_code: Option<String>,
    /// Cases of DRG or of DIP only; of DIP the rows also tell what 3606 and 3609 do.
    pub grp_type: Option<GroupType>,
    /// One DIP combination only, whose code may be longer than that of a DRG.
    pub dip_dise_grp_code: Option<String>,
    /// This one case, on case level.
    pub setl_id: Option<String>,
    /// Compares all institutions of the pooling area under pseudonyms, as transactions 3610
    /// and 3611 do; fixmedins_code is then such a pseudonym.
    #[serde(default)]
    pub compare: bool,
    /// Page, from 1.
    #[serde(default = "first_page")]
    pub page_num: u32,
    /// Rows of a page.
    #[serde(default = "page_size")]
    pub page_size: u32,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    100
}

/// One row of the summary; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "fixmedins_code": "H61040100001",
    "fixmedins_name": "测试医院甲（模拟）", "drg_code": "BR23", "drg_name": "…", "weight": 0.83,
    "setl_psntime": 12, "medfee_sumamt": 98765.4, "ave_medfee_sumamt": 8230.45,
    "pay_std_sum": 91234.5, "priced_psntime": 12, "admdvs": "610400"}))]
pub struct FeeSummaryRow {
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Settlement id, on case level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_id: Option<String>,
    /// Group, below hospital level: the DRG, or the DIP combination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drg_code: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drg_name: Option<String>,
    /// Weight of the group; on hospital level the sum over the cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub weight: Option<Value>,
    /// Number of cases.
    pub setl_psntime: i64,
    /// Sum of total costs, yuan.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Mean total cost, yuan, rounded to the fen.
    #[schema(value_type = f64)]
    pub ave_medfee_sumamt: Value,
    /// Sum of estimated payment standards, yuan; absent when no case was priced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub pay_std_sum: Option<Value>,
    /// Cases that entered pay_std_sum.
    pub priced_psntime: i64,
    /// Number of groups, on hospital level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grp_sum: Option<i64>,
    /// Administrative division of the institution, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admdvs: Option<String>,
    /// The grouping of the case, on case level.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseColumns>,
    /// The combination, of DIP rows where `grp_type` asks for them.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub dip_group: Option<DipGroupColumns>,
    /// What DIP settles of the case, likewise on case level.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub dip_case: Option<DipCaseColumns>,
}

/// What 3605 tells of one case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseColumns {
    /// Major diagnostic category.
    pub mdc_codg: String,
    /// Core group.
    pub adrg_code: String,
    /// Gravest complication: MCC, CC or empty.
    pub ccmcc: String,
    /// 1 grouped, 0 not.
    pub grp_rslt: String,
    /// Scheme.
    pub grp_ver: String,
    /// When, China time.
    pub grp_time: String,
}

/// Answer of `groupings.fee-summary`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeSummaryAnswer {
    /// Rows of the page.
    pub rows: Vec<FeeSummaryRow>,
    /// Rows of all pages.
    pub total: i64,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

impl Operation for FeeSummary {
    const ID: &'static str = "groupings.fee-summary";
    const TITLE: &'static str = "分组费用摘要结果查询 / grouping fee summary";
    const PATH: &'static str = "/groupings/fee-summary";
    const ROLES: &'static [Role] = &[Role::Hospital, Role::City, Role::Province];
    const TRANSACTIONS: &'static [Transaction] = transactions::TRANSACTIONS;
    type Request = FeeSummaryRequest;

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["setl_ym", "level"],
            "properties": {
                "setl_ym": {"type": "string", "pattern": "^[0-9]{4}(0[1-9]|1[0-2])$"},
                "level": {"enum": ["hospital", "group", "case"]},
                "fixmedins_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "drg_code": {"type": "string", "minLength": 1, "maxLength": 30},
                "grp_type": {"enum": ["drg", "dip"]},
                "dip_dise_grp_code": {"type": "string", "minLength": 1, "maxLength": 200},
                "setl_id": {"type": "string", "minLength": 1, "maxLength": 30},
                "compare": {"type": "boolean"},
                "page_num": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 1_000},
            },
        })
    }

    fn parse(data: Value) -> Result<FeeSummaryRequest, Vec<FieldError>> {
        let query: FeeSummaryRequest = super::request(data)?;
        let lacks = |pointer: &str, zh: &str, en: &str| Err(vec![FieldError::new(pointer, zh, en)]);
        if query.setl_id.is_some() && query.level != SummaryLevel::Case {
            return lacks("/setl_id", "仅按病例查询时可用", "on case level only");
        }
        if query.dip_dise_grp_code.is_some() && query.grp_type != Some(GroupType::Dip) {
            return lacks(
                "/dip_dise_grp_code",
                "仅在 grp_type 为 dip 时可用",
                "with grp_type dip only",
            );
        }
        match (query.compare, query.level) {
            (true, SummaryLevel::Case) => lacks(
                "/level",
                "对比只到机构与病组",
                "a comparison goes down to groups, not to cases",
            ),
            (true, SummaryLevel::Group) if query.fixmedins_code.is_none() => lacks(
                "/fixmedins_code",
                "按病组对比须给出匿名机构编码",
                "a comparison by group needs the pseudonym of an institution",
            ),
            _ => Ok(query),
        }
    }

    async fn run(session: &Session, request: &FeeSummaryRequest) -> Result<Value, Refusal> {
        service::fee_summary::run(session, request).await
    }
}

/// 分组费用摘要结果查询 / grouping fee summary
///
/// 按医院、病组或病例汇总一个结算月的已分组清单。Sums of a month's grouped lists; JSON
/// Schema of the query: `/schemas/groupings.fee-summary.json`.
#[utoipa::path(
    tag = "groupings", operation_id = "groupings.fee-summary",
    request_body = SealedMessage,
    responses(
        (status = 200, description = "密封应答，内含 FeeSummaryAnswer / sealed answer holding FeeSummaryAnswer", body = SealedAnswer<FeeSummaryAnswer>),
        (status = "4XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
        (status = "5XX", description = "见错误码表 / see the error table", body = crate::error::Problem),
    )
)]
#[post("/groupings/fee-summary")]
pub(crate) async fn handler(call: Call<FeeSummary>) -> HttpResponse {
    call.carry_out().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_takes_its_defaults() {
        let query = FeeSummary::parse(json!({"setl_ym": "202610", "level": "group"})).unwrap();
        assert_eq!((query.page_num, query.page_size), (1, 100));
    }

    #[test]
    fn a_combination_is_asked_for_among_dip_cases() {
        let query = |grp_type: &str| {
            FeeSummary::parse(
                json!({"setl_ym": "202610", "level": "group", "grp_type": grp_type,
                "dip_dise_grp_code": "K35.8:47.0100"}),
            )
        };
        assert_eq!(query("dip").unwrap().grp_type, Some(GroupType::Dip));
        assert_eq!(query("drg").unwrap_err()[0].pointer, "/dip_dise_grp_code");
    }

    #[test]
    fn months_are_months() {
        let validator = jsonschema::validator_for(&FeeSummary::schema()).unwrap();
        assert!(validator.is_valid(&json!({"setl_ym": "202612", "level": "case"})));
        assert!(!validator.is_valid(&json!({"setl_ym": "202613", "level": "case"})));
    }
}
