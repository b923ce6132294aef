//! A clearing as the caller may see it.

use std::collections::BTreeMap;

use chs_settlement::{books::ClearingStage, states::ClearingState};
use serde_json::{Value, json};

use crate::{
    app::App,
    caller::Role,
    error::ErrorCode,
    operations::clearing_query::{
        ClearedAnswer, ClearedLevel, ClearedQuery, ClearedRow, FundView, YearView,
    },
    service::{reconciliation::refused, scope},
    session::Session,
    store::{
        Tx, TxError,
        clearing_books::{self, Fund, LineRow, YearPage, YearRow},
        clearings::{self, Confirmation},
    },
    wire::{self, yuan_of_fen},
};

pub(super) async fn answer(
    tx: &Tx<'_>,
    session: &Session,
    query: &ClearedQuery,
    institution: Option<&str>,
) -> Result<ClearedAnswer, TxError> {
    let unknown = || refused(ErrorCode::ClearingUnknown, "/year");
    let last = clearings::last(tx, &query.year, query.stage).await?;
    let clearing = last.ok_or_else(unknown)?;
    let role = session.caller.role;
    let draft = clearing.state == ClearingState::Prepared.as_str();
    if draft && role == Role::Hospital {
        return Err(unknown().into());
    }
    let funds = match role {
        Role::City | Role::Finance if clearing.prepared => {
            clearing_books::funds(tx, &clearing.key).await?
        }
        _ => Vec::new(),
    };
    let size = i64::from(query.page_size);
    let page = YearPage {
        key: &clearing.key,
        fixmedins_code: institution,
        division: scope::division(&session.caller),
        insutype: query.insutype.as_deref(),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    };
    let (rows, total) = match query.level {
        // Half-made sums tell nothing.
        _ if !clearing.prepared => (Vec::new(), 0),
        ClearedLevel::Fund => (Vec::new(), 0),
        level => rows(tx, &session.app, level, &page).await?,
    };
    let state = if clearing.prepared {
        clearing.state
    } else {
        "PREPARING".to_owned()
    };
    Ok(ClearedAnswer {
        year: clearing.key.year,
        stage: clearing.key.stage.as_str(),
        number: clearing.key.number,
        state,
        version: clearing.version,
        example: clearing.example,
        digest: clearing.digest,
        funds: funds.into_iter().map(fund_view).collect(),
        rows,
        total,
        page_num: query.page_num,
        page_size: query.page_size,
    })
}

/// State, digest and funds of the last clearing.
pub(super) async fn shown(tx: &Tx<'_>, year: &str, stage: ClearingStage) -> Result<Value, TxError> {
    let last = clearings::last(tx, year, stage).await?;
    let clearing = last.ok_or_else(|| refused(ErrorCode::ClearingUnknown, "/year"))?;
    let funds = clearing_books::funds(tx, &clearing.key).await?;
    let funds: Vec<FundView> = funds.into_iter().map(fund_view).collect();
    Ok(json!({
        "number": clearing.key.number, "state": clearing.state, "example": clearing.example,
        "prepared": clearing.prepared, "digest": clearing.digest, "funds": funds,
    }))
}

async fn rows(
    tx: &Tx<'_>,
    app: &App,
    level: ClearedLevel,
    page: &YearPage<'_>,
) -> Result<(Vec<ClearedRow>, i64), TxError> {
    Ok(match level {
        ClearedLevel::Group => {
            let (lines, total) = clearing_books::lines(tx, page).await?;
            let rows = lines.into_iter().map(|line| line_view(app, line));
            (rows.collect(), total)
        }
        ClearedLevel::District => {
            let (rows, total) = clearing_books::by_district(tx, page).await?;
            let rows = rows.into_iter().map(|row| year_view(app, row, None));
            (rows.collect(), total)
        }
        ClearedLevel::Hospital | ClearedLevel::Fund => {
            let (rows, total) = clearing_books::hospitals(tx, page).await?;
            let confirmations = clearings::confirmations(tx, page.key).await?;
            let confirmations: BTreeMap<&str, &Confirmation> = confirmations
                .iter()
                .map(|one| (one.fixmedins_code.as_str(), one))
                .collect();
            let view = |row: YearRow| {
                let confirmation = confirmations.get(row.fixmedins_code.as_str()).copied();
                year_view(app, row, confirmation)
            };
            (rows.into_iter().map(view).collect(), total)
        }
    })
}

/// A fund on the wire.
fn fund_view(fund: Fund) -> FundView {
    FundView {
        insutype: fund.insutype,
        budget: yuan_of_fen(fund.budget_fen),
        reserve: yuan_of_fen(fund.reserve_fen),
        cross_region: yuan_of_fen(fund.cross_region_fen),
        value: fund.value.map(wire::decimal),
        due: yuan_of_fen(fund.due_fen),
        incentive: yuan_of_fen(fund.incentive_fen),
        withheld: yuan_of_fen(fund.withheld_fen),
        adjusted: yuan_of_fen(fund.adjusted_fen),
        final_amount: yuan_of_fen(fund.final_fen),
        transfer: yuan_of_fen(fund.transfer_fen),
        residue: yuan_of_fen(fund.residue_fen),
        kept: yuan_of_fen(fund.kept_fen),
    }
}

fn line_view(app: &App, row: LineRow) -> ClearedRow {
    let line = row.line;
    ClearedRow {
        fixmedins_name: app.institution_name(&row.fixmedins_code),
        fixmedins_code: row.fixmedins_code,
        insutype: line.insutype,
        admdvs: row.district,
        drg_code: line.drg_code,
        drg_name: line.drg_name,
        setl_psntime: line.cases,
        points: wire::points(line.points_e4),
        medfee_sumamt: yuan_of_fen(line.cost_fen),
        others: yuan_of_fen(line.others_fen),
        payable: yuan_of_fen(line.payable_fen),
        // Sums of held amounts; what a fund holds its lines hold.
        due: yuan_of_fen(line.payable_fen.saturating_sub(line.others_fen)),
        year: None,
    }
}

fn year_view(app: &App, row: YearRow, confirmation: Option<&Confirmation>) -> ClearedRow {
    let numbers = row.numbers;
    ClearedRow {
        fixmedins_name: app.institution_name(&row.fixmedins_code),
        fixmedins_code: row.fixmedins_code,
        insutype: row.insutype,
        admdvs: row.district,
        drg_code: String::new(),
        drg_name: String::new(),
        setl_psntime: numbers.cases,
        points: wire::points(numbers.points_e4),
        medfee_sumamt: yuan_of_fen(numbers.cost_fen),
        others: yuan_of_fen(numbers.others_fen),
        payable: yuan_of_fen(numbers.payable_fen),
        due: yuan_of_fen(numbers.due_fen),
        year: Some(YearView {
            confirmation: confirmation.map(|one| one.state.clone()),
            digest: confirmation.map(|one| one.digest.clone()),
            months: numbers.months,
            score: row.score.map(wire::decimal),
            by_item: yuan_of_fen(numbers.cost_fen.saturating_sub(numbers.others_fen)),
            incentive: yuan_of_fen(numbers.incentive_fen),
            deposit: yuan_of_fen(numbers.deposit_fen),
            withheld: yuan_of_fen(numbers.withheld_fen),
            special_bound: yuan_of_fen(numbers.special_bound_fen),
            special_cases: numbers.special_cases,
            special: yuan_of_fen(numbers.special_fen),
            tcm: yuan_of_fen(numbers.tcm_fen),
            new_technology: yuan_of_fen(numbers.new_technology_fen),
            differences: yuan_of_fen(numbers.differences_fen),
            settled: yuan_of_fen(numbers.settled_fen),
            violations: yuan_of_fen(numbers.violations_fen),
            deductions: yuan_of_fen(numbers.deductions_fen),
            adjusted: yuan_of_fen(numbers.adjusted_fen),
            final_amount: yuan_of_fen(numbers.final_fen),
            advances: yuan_of_fen(numbers.advances_fen),
            paid: yuan_of_fen(numbers.paid_fen),
            carried: yuan_of_fen(numbers.carried_fen),
            transfer: yuan_of_fen(numbers.transfer_fen),
        }),
    }
}
