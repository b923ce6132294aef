//! What `bills.monthly` answers in its three forms.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::operations::bills_run::PoolView;

/// A row of the bills; amounts in yuan. What the level does not tell is absent.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillRow {
    /// Insurance type.
    pub insutype: String,
    /// Administrative division.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub admdvs: String,
    /// Institution.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Settlement id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_id: Option<String>,
    /// Department of discharge (dictionary dept).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dscg_caty: Option<String>,
    /// Group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drg_code: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub drg_name: String,
    /// Cases.
    pub setl_psntime: i64,
    /// Points.
    #[schema(value_type = f64)]
    pub points: Value,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by patients and other payers.
    #[schema(value_type = f64)]
    pub others: Value,
    /// What the cases are worth.
    #[schema(value_type = f64)]
    pub payable: Value,
    /// The fund's part: payable less others.
    #[schema(value_type = f64)]
    pub booked: Value,
    /// The rest of the bill, on hospital level.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillDetail>,
    /// How the case was priced, on case level.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub pricing: Option<Value>,
}

/// From the fund's part to the transfer:
/// booked − deductions + differences − carried_in − deposit − offset = transfer + carried.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillDetail {
    /// Id of the batch.
    #[serde(rename = "feeClrId")]
    pub fee_clr_id: String,
    /// State of the batch.
    pub state: String,
    /// Its version.
    pub version: i32,
    /// Grouping schemes of its cases.
    pub schemes: Vec<String>,
    /// Versions of the profile's parameters that priced them.
    pub parameters: Vec<String>,
    /// Value of a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
    /// Deductions.
    #[schema(value_type = f64)]
    pub deductions: Value,
    /// Corrections of earlier months.
    #[schema(value_type = f64)]
    pub differences: Value,
    /// Owed from the bill before.
    #[schema(value_type = f64)]
    pub carried_in: Value,
    /// Kept until the assessment.
    #[schema(value_type = f64)]
    pub deposit: Value,
    /// Set off against the advance.
    #[schema(value_type = f64)]
    pub offset: Value,
    /// To be transferred.
    #[schema(value_type = f64)]
    pub transfer: Value,
    /// Owed into the next bill; not positive.
    #[schema(value_type = f64)]
    pub carried: Value,
    /// Reconciled amount, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub reconciled: Option<Value>,
}

/// Answer of `bills.monthly` in its own form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"setl_ym": "202610", "state": "BILLED", "profile": "xianyang",
    "example": true, "pools": [], "rows": [], "total": 0, "page_num": 1, "page_size": 100}))]
pub struct BillsAnswer {
    /// Month.
    pub setl_ym: String,
    /// OPEN, VALUED or BILLED; absent before the first freeze.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Profile that prices the month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// SHA-256 of the profile, from the first freeze on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_digest: Option<String>,
    /// Whether its values are examples, not a settlement notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<bool>,
    /// The funds with their residue lines, for the city.
    pub pools: Vec<PoolView>,
    /// Rows of the page.
    pub rows: Vec<BillRow>,
    /// Rows of all pages.
    pub total: i64,
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
}

/// Answer of `bills.monthly`, in the form of its question.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MonthlyAnswer {
    /// In the gateway's own form.
    Own(BillsAnswer),
    /// 9201: batches of an institution.
    Summary(PageAnswer<SummaryView>),
    /// 9204: cases of a batch.
    Details(PageAnswer<SlipView>),
}

/// Answer in the names of 9201 and 9204.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageAnswer<T> {
    /// The page.
    pub page_result: PageResult<T>,
}

/// A page as 9201 and 9204 answer it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageResult<T> {
    /// Page, from 1.
    pub page_num: u32,
    /// Rows of a page.
    pub page_size: u32,
    /// Rows of this page.
    pub size: i64,
    /// Number of its first row, from 1; 0 on an empty page.
    pub start_row: i64,
    /// Number of its last row.
    pub end_row: i64,
    /// Pages.
    pub pages: i64,
    /// Rows of all pages.
    pub record_counts: i64,
    /// Whether it is the first page.
    pub is_first_page: bool,
    /// Whether it is the last one.
    pub is_last_page: bool,
    /// Rows.
    #[serde(rename = "Data")]
    pub data: Vec<T>,
}

/// A row of 9201: one batch; amounts in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryView {
    /// Id of the batch.
    pub fee_clr_id: String,
    /// Id of the application.
    pub clr_appy_evt_id: String,
    /// Institution.
    pub fixmedins_code: String,
    /// Its name, where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_name: Option<String>,
    /// Its division.
    pub fix_blng_admdvs: String,
    /// Office that clears.
    pub clr_optins: String,
    /// Insurance type.
    pub insutype: String,
    /// 21: inpatient.
    pub clr_type: &'static str,
    /// Month.
    pub clr_ym: String,
    /// Cases.
    pub clr_psntime: i64,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// What the cases are worth by the payment method.
    #[schema(value_type = f64)]
    pub hi_agre_sumfee: Value,
    /// The fund's part by item: total cost less what others paid.
    #[schema(value_type = f64)]
    pub fund_appy_sum: Value,
    /// The fund's part by the payment method with differences, less what was carried in.
    #[schema(value_type = f64)]
    pub dfr_amt: Value,
    /// Deductions.
    #[schema(value_type = f64)]
    pub det_sumamt: Value,
    /// Deposit.
    #[schema(value_type = f64)]
    pub dpst_sumamt: Value,
    /// Paid, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub act_dfr_amt: Option<Value>,
    /// First day of the month.
    pub begndate: String,
    /// Last day of the month.
    pub enddate: String,
    /// 1.
    pub vali_flag: &'static str,
    /// When it was frozen, China time.
    pub crte_time: String,
    /// When it was billed, China time.
    pub updt_time: String,
    /// Pooling area.
    pub poolarea_no: String,
    /// State of the batch; the national values are not published.
    pub clr_stas: String,
}

/// A row of 9204: the settlement of one case; amounts in yuan, as they were settled by
/// item.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlipView {
    /// Name.
    pub psn_name: String,
    /// Certificate.
    pub certno: String,
    /// Number of the person.
    pub psn_no: String,
    /// Type of the certificate.
    pub psn_cert_type: String,
    /// Sex.
    pub gend: String,
    /// Date of birth.
    pub brdy: String,
    /// Insurance type.
    pub insutype: String,
    /// Begin of the settlement.
    pub begndate: String,
    /// End of the settlement.
    pub enddate: String,
    /// Settlement id.
    pub setl_id: String,
    /// Visit id.
    pub mdtrt_id: String,
    /// Id of the application; 9204 spells it so.
    pub clr_appr_evt_id: String,
    /// Total cost.
    #[schema(value_type = f64)]
    pub medfee_sumamt: Value,
    /// Paid by the pooled basic fund.
    #[schema(value_type = f64)]
    pub fund_pay_sumamt: Value,
    /// Paid by the patient and other payers.
    #[schema(value_type = f64)]
    pub psn_pay: Value,
    /// Paid from the personal account, where the list says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub acct_pay: Option<Value>,
    /// Paid in cash, where the list says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub cash_payamt: Option<Value>,
    /// Where the patient is insured.
    pub insu_admdvs: String,
    /// 2: the institution itself.
    pub pay_loc: &'static str,
    /// Institution.
    pub fixmedins_code: String,
    /// Its name.
    pub fixmedins_name: String,
    /// 21: inpatient.
    pub clr_type: &'static str,
    /// 40 DRG, 50 DIP (dictionary clr_way).
    pub clr_way: &'static str,
    /// Office that clears.
    pub clr_optins: String,
}
