//! What a pre-check answers on request beside the judgement: the group under another scheme,
//! and what would have given another group.

use chs_grouper::{Case, Change, NearMiss, Scheme};
use chs_model::SettlementList;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    catalogue::Catalogue,
    error::{ErrorCode, Refusal},
    grouped_by::GroupedBy,
    operations::qc_pre_check::PreCheckOptions,
    service::{
        checkup::{self, Grouping},
        dip_grouping,
    },
    wire,
};

/// The answers to what was asked for beside the judgement.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondLook {
    /// Grouping under `options.compare_scheme`, beside `grouping`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub grouping_compare: Option<Grouping>,
    /// Changes of the list that would give another group, with `options.near_misses`; of DRG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near_misses: Option<Vec<NearMissView>>,
}

/// One change of the list that would give another group under the same scheme. It says what
/// the rules would do, not what should be coded.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearMissView {
    /// `principal_procedure`, `principal_diagnosis`: `code` is the principal one instead;
    /// `complication`: one more diagnosis of `ccmcc` that the principal one does not exclude.
    pub change: &'static str,
    /// The other diagnosis or procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `MCC` or `CC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ccmcc: Option<&'static str>,
    /// MDC reached.
    pub mdc_codg: String,
    /// ADRG reached.
    pub adrg_code: String,
    /// DRG reached.
    pub drg_code: String,
    /// Name of the DRG reached.
    pub drg_name: String,
    /// Weight of the group reached less that of the list's own; null unless both have one.
    #[schema(value_type = Option<f64>)]
    pub weight_difference: Option<Value>,
    /// The same as a sentence, Chinese.
    pub message: String,
    /// The same as a sentence, English.
    pub message_en: String,
}

/// Answers what the options ask for; `scheme` is the one the list was judged by.
///
/// # Errors
/// [`ErrorCode::SchemeUnknown`] for the scheme to compare with.
pub fn look(
    catalogue: &Catalogue,
    scheme: &str,
    list: &SettlementList,
    options: &PreCheckOptions,
) -> Result<SecondLook, Refusal> {
    let compared = options.compare_scheme.as_deref().map(|id| {
        catalogue.grouped_by(id).ok_or_else(|| {
            Refusal::field(
                ErrorCode::SchemeUnknown,
                "/options/compare_scheme",
                "用于对比的分组方案未安装",
                "the scheme to compare with is not installed",
            )
        })
    });
    let compared = compared.transpose()?;
    let scheme = catalogue.scheme(scheme).filter(|_| options.near_misses);
    Ok(SecondLook {
        grouping_compare: compared.map(|other| match other {
            GroupedBy::Drg(scheme) => checkup::group(scheme, list, options.trace),
            GroupedBy::Dip(catalogue) => dip_grouping::group(catalogue, list, None, options.trace),
        }),
        near_misses: scheme.map(|scheme| near_misses(scheme, list)),
    })
}

/// None for a list that lacks what grouping needs; `grouping` says what.
fn near_misses(scheme: &Scheme, list: &SettlementList) -> Vec<NearMissView> {
    let case = Case::from_list(list);
    let found = case.map_or_else(|_| Vec::new(), |case| scheme.near_misses(&case));
    found.into_iter().map(NearMissView::from).collect()
}

impl From<NearMiss> for NearMissView {
    fn from(near: NearMiss) -> NearMissView {
        let (change, code, ccmcc) = match near.change {
            Change::PrincipalProcedure { code } => ("principal_procedure", Some(code), None),
            Change::PrincipalDiagnosis { code } => ("principal_diagnosis", Some(code), None),
            Change::Complication { severity } => ("complication", None, Some(severity.as_str())),
        };
        NearMissView {
            change,
            code,
            ccmcc,
            mdc_codg: near.mdc,
            adrg_code: near.adrg,
            drg_code: near.drg,
            drg_name: near.name,
            weight_difference: near.weight_difference.map(wire::decimal),
            message: near.text.zh,
            message_en: near.text.en,
        }
    }
}
