//! What the summary tells of DIP cases beside DRG's columns, in the names of 3606 and 3609.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A DIP combination as its catalogue defines it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DipGroupColumns {
    /// Code; absent where the case has no combination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dip_dise_grp_code: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dip_dise_grp_name: Option<String>,
    /// Diagnoses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grp_diag_code: Option<String>,
    /// Their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grp_diag_name: Option<String>,
    /// Procedures: `-` conservative treatment, `*` whatever was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oprn_grp_code: Option<String>,
    /// Their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oprn_grp_name: Option<String>,
    /// 1 core, 2 comprehensive; the national values are not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dise_list_type: Option<&'static str>,
    /// The part of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dise_list_type_name: Option<&'static str>,
    /// Score of the combination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub grp_dise_sco: Option<Value>,
}

/// A DIP case.
#[derive(Debug, Serialize, ToSchema)]
pub struct DipCaseColumns {
    /// 0: the list is uploaded; only such cases have a group.
    pub nuld_flag: &'static str,
    /// 1 grouped, 0 not.
    pub grp_stas: &'static str,
    /// Insurance type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insutype: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insutype_name: Option<String>,
    /// Day of settlement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setl_time: Option<String>,
    /// The clearing office: the gateway's own pooling area.
    pub clr_optins: String,
    /// Level of the institution (dictionary hosp_lv), where it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixmedins_lv: Option<String>,
    /// 1 where the auxiliary catalogue gives the case a coefficient, else 0.
    pub asst_list_flag: &'static str,
    /// Its levels in the auxiliary catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asst_list_detl: Option<String>,
    /// Points settled: those frozen with the month, before those of the estimate; absent
    /// where the case is paid an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub act_setl_sco: Option<Value>,
    /// 0 estimated, 1 frozen with the month, 2 billed; values of our own.
    pub sco_stas: &'static str,
    /// The same in words.
    pub sco_stas_name: &'static str,
    /// Why the case has no group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}
