//! DIP columns of a page: 3606 of each case, 3609 of each group.

use std::collections::HashMap;

use chs_model::dictionary;

use crate::{
    app::App,
    operations::groupings_fee_summary::{
        DipCaseColumns, DipGroupColumns, FeeSummaryRequest, FeeSummaryRow, GroupType,
    },
    service::dip_grouping,
    store::{
        Tx, TxError,
        dip_groupings::{self, DipCase, DipGroup},
        groupings::{Level, SummaryRow},
    },
    wire,
};

/// What DIP knows of the rows of a page.
#[derive(Debug, Default)]
pub(in crate::service) struct DipPage {
    cases: HashMap<(String, String), DipCase>,
    groups: HashMap<(String, String), DipGroup>,
}

/// Reads what DIP knows of the rows, where the query asks for DIP.
///
/// # Errors
/// The database.
pub(in crate::service) async fn page(
    tx: &Tx<'_>,
    query: &FeeSummaryRequest,
    level: Level,
    rows: &[SummaryRow],
) -> Result<DipPage, TxError> {
    let mut page = DipPage::default();
    if query.grp_type != Some(GroupType::Dip) || rows.is_empty() {
        return Ok(page);
    }
    match level {
        Level::Hospital => {}
        Level::Group => page.groups = dip_groupings::groups(tx, &query.setl_ym, rows).await?,
        Level::Case => page.cases = dip_groupings::cases(tx, rows).await?,
    }
    Ok(page)
}

impl DipPage {
    /// Adds what DIP knows of a row, whose institution still has its own code.
    pub(in crate::service) fn add_to(&mut self, app: &App, row: &mut FeeSummaryRow) {
        let code = row.fixmedins_code.clone();
        if let Some(setl_id) = &row.setl_id {
            let Some(case) = self.cases.remove(&(code, setl_id.clone())) else {
                return;
            };
            let grouped = row.case.as_ref().is_some_and(|case| case.grp_rslt == "1");
            row.dip_group = Some(group_columns(row, grouped, case.group.clone()));
            row.dip_case = Some(case_columns(app, row, grouped, case));
        } else if let Some(drg_code) = &row.drg_code
            && let Some(group) = self.groups.remove(&(code, drg_code.clone()))
        {
            let grouped = !matches!(drg_code.as_str(), "" | "0000");
            row.dip_group = Some(group_columns(row, grouped, group));
        }
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn group_columns(row: &FeeSummaryRow, grouped: bool, group: DipGroup) -> DipGroupColumns {
    let stage = group.stage.filter(|_| grouped);
    let kind = stage.as_deref().map(dip_grouping::dise_list_type);
    DipGroupColumns {
        dip_dise_grp_code: row.drg_code.clone().filter(|_| grouped),
        dip_dise_grp_name: row.drg_name.clone().filter(|_| grouped),
        grp_diag_code: filled(group.grp_diag_code),
        grp_diag_name: filled(group.grp_diag_name),
        oprn_grp_code: filled(group.oprn_grp_code),
        oprn_grp_name: filled(group.oprn_grp_name),
        dise_list_type: kind.map(|(code, _)| code),
        dise_list_type_name: kind.map(|(_, name)| name),
        grp_dise_sco: group.score.map(wire::decimal),
    }
}

fn case_columns(app: &App, row: &FeeSummaryRow, grouped: bool, case: DipCase) -> DipCaseColumns {
    let register = app.register.current();
    let institution = register.institution(&row.fixmedins_code);
    let insutype = filled(case.insutype);
    let names = dictionary::get("insutype");
    let name = names.and_then(|names| names.name(insutype.as_deref()?));
    let (sco_stas, sco_stas_name) = match (case.frozen, case.billed) {
        (false, _) => ("0", "预估"),
        (true, false) => ("1", "已固化"),
        (true, true) => ("2", "已出账"),
    };
    DipCaseColumns {
        nuld_flag: "0",
        grp_stas: if grouped { "1" } else { "0" },
        insutype_name: name.map(str::to_owned),
        insutype,
        setl_time: case
            .settled_at
            .map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()),
        clr_optins: app.config.admdvs.clone(),
        fixmedins_lv: institution.and_then(|known| known.hosp_lv.clone()),
        asst_list_flag: if case.auxiliary.is_some() { "1" } else { "0" },
        asst_list_detl: filled(case.asst_list_detl),
        act_setl_sco: case.points_e4.map(wire::points),
        sco_stas,
        sco_stas_name,
        remarks: filled(case.reason),
    }
}
