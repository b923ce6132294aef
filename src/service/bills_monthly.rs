//! `bills.monthly`: the frozen month, as the caller may see it.

mod public;

pub(super) use public::billed_here;

use serde_json::Value;

use crate::{
    app::App,
    caller::Role,
    error::Refusal,
    operations::bills_monthly::{
        BillDetail, BillLevel, BillRow as BillView, BillsAnswer, BillsQuery, MonthlyRequest,
    },
    service::{
        bills_run::pool_view,
        exactly_once::{Done, exactly_once},
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        bill_pages::{self, BillPage, BillRow, BillVersions, LineLevel, LineRow},
        frozen_cases::{self, FrozenCase},
        settlement_months,
    },
    wire,
};

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &MonthlyRequest) -> Result<Value, Refusal> {
    match request {
        MonthlyRequest::Own(query) => own(session, query).await,
        MonthlyRequest::Summary(query) => public::summary(session, query).await,
        MonthlyRequest::Details(query) => public::details(session, query).await,
    }
}

/// The institution that a query is limited to; a county's has to be one of its own.
fn institution<'a>(
    session: &'a Session,
    asked: Option<&'a str>,
    pointer: &str,
) -> Result<Option<&'a str>, Refusal> {
    let institution = scope::institution(&session.caller, asked)?;
    if let Some(code) = asked {
        scope::oversees(session, code, pointer)?;
    }
    Ok(institution)
}

async fn own(session: &Session, query: &BillsQuery) -> Result<Value, Refusal> {
    let asked = query.fixmedins_code.as_deref();
    let institution = institution(session, asked, "/fixmedins_code")?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: answer(tx, session, query, institution).await?,
            subject: query.setl_ym.clone(),
        })
    })
    .await
}

async fn answer(
    tx: &Tx<'_>,
    session: &Session,
    query: &BillsQuery,
    institution: Option<&str>,
) -> Result<BillsAnswer, TxError> {
    let month = settlement_months::found(tx, &query.setl_ym).await?;
    let pools = match session.caller.role {
        Role::City => settlement_months::pools(tx, &query.setl_ym).await?,
        _ => Vec::new(),
    };
    let (rows, total) = rows(tx, session, query, institution).await?;
    Ok(BillsAnswer {
        setl_ym: query.setl_ym.clone(),
        state: month.as_ref().map(|month| month.state.as_str()),
        example: month.as_ref().map(|month| month.example),
        profile_digest: month.as_ref().map(|month| month.profile_digest.clone()),
        profile: month.map(|month| month.profile),
        pools: pools.into_iter().map(pool_view).collect(),
        rows,
        total,
        page_num: query.page_num,
        page_size: query.page_size,
    })
}

async fn rows(
    tx: &Tx<'_>,
    session: &Session,
    query: &BillsQuery,
    institution: Option<&str>,
) -> Result<(Vec<BillView>, i64), TxError> {
    let size = i64::from(query.page_size);
    let page = BillPage {
        setl_ym: &query.setl_ym,
        fixmedins_code: institution,
        division: scope::division(&session.caller),
        insutype: query.insutype.as_deref(),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    };
    let level = match query.level {
        BillLevel::City => LineLevel::City,
        BillLevel::District => LineLevel::District,
        BillLevel::Department => LineLevel::Department,
        BillLevel::Group => LineLevel::Group,
        BillLevel::Hospital => {
            let (bills, total) = bill_pages::bills(tx, &page).await?;
            let mut codes: Vec<&str> = bills.iter().map(|bill| &*bill.fixmedins_code).collect();
            codes.dedup();
            let versions = bill_pages::versions(tx, &query.setl_ym, &codes).await?;
            let rows = bills.into_iter().map(|bill| {
                let own = versions.iter().find(|versions| {
                    versions.fixmedins_code == bill.fixmedins_code
                        && versions.insutype == bill.insutype
                });
                bill_view(&session.app, bill, own)
            });
            return Ok((rows.collect(), total));
        }
        BillLevel::Case => {
            let (cases, total) = frozen_cases::page(tx, &page).await?;
            let rows = cases.into_iter().map(|case| case_view(&session.app, case));
            return Ok((rows.collect::<Result<_, _>>()?, total));
        }
    };
    let (lines, total) = bill_pages::lines(tx, level, &page).await?;
    let rows = lines
        .into_iter()
        .map(|line| line_view(&session.app, level, line));
    Ok((rows.collect(), total))
}

fn bill_view(app: &App, row: BillRow, versions: Option<&BillVersions>) -> BillView {
    let bill = row.bill;
    BillView {
        fixmedins_name: app.institution_name(&row.fixmedins_code),
        insutype: row.insutype,
        admdvs: row.district,
        fixmedins_code: row.fixmedins_code,
        setl_id: None,
        dscg_caty: None,
        drg_code: String::new(),
        drg_name: String::new(),
        setl_psntime: bill.cases,
        points: wire::points(bill.points_e4),
        medfee_sumamt: wire::yuan_of_fen(bill.cost_fen),
        others: wire::yuan_of_fen(bill.others_fen),
        payable: wire::yuan_of_fen(bill.payable_fen),
        booked: wire::yuan_of_fen(bill.booked_fen),
        bill: Some(BillDetail {
            fee_clr_id: row.batch_id,
            state: row.state,
            version: row.version,
            schemes: versions.map_or_else(Vec::new, |versions| versions.schemes.clone()),
            parameters: versions.map_or_else(Vec::new, |versions| versions.parameters.clone()),
            value: bill.value.map(wire::decimal),
            deductions: wire::yuan_of_fen(bill.deductions_fen),
            differences: wire::yuan_of_fen(bill.differences_fen),
            carried_in: wire::yuan_of_fen(bill.carried_in_fen),
            deposit: wire::yuan_of_fen(bill.deposit_fen),
            offset: wire::yuan_of_fen(bill.offset_fen),
            transfer: wire::yuan_of_fen(bill.transfer_fen),
            carried: wire::yuan_of_fen(bill.carried_fen),
            reconciled: row.reconciled_fen.map(wire::yuan_of_fen),
        }),
        pricing: None,
    }
}

fn line_view(app: &App, level: LineLevel, line: LineRow) -> BillView {
    BillView {
        fixmedins_name: app.institution_name(&line.fixmedins_code),
        insutype: line.insutype,
        admdvs: line.district,
        fixmedins_code: line.fixmedins_code,
        setl_id: None,
        dscg_caty: (level == LineLevel::Department).then_some(line.department),
        drg_code: line.drg_code,
        drg_name: line.drg_name,
        setl_psntime: line.cases,
        points: wire::points(line.points_e4),
        medfee_sumamt: wire::yuan_of_fen(line.cost_fen),
        others: wire::yuan_of_fen(line.others_fen),
        payable: wire::yuan_of_fen(line.payable_fen),
        // Sums of held amounts; what a bill holds its lines hold.
        booked: wire::yuan_of_fen(line.payable_fen.saturating_sub(line.others_fen)),
        bill: None,
        pricing: None,
    }
}

fn case_view(app: &App, case: FrozenCase) -> Result<BillView, Refusal> {
    let terms: Value = serde_json::from_str(&case.ledger).map_err(Refusal::internal)?;
    let payable = case.payable_fen;
    let pricing = serde_json::json!({
        "grp_ver": case.grp_ver, "profile": case.profile, "version": case.version,
        "method": case.method, "formula": case.formula, "case_type": case.case_type,
        "weight": case.weight.map(wire::decimal), "special": case.special, "terms": terms,
    });
    Ok(BillView {
        fixmedins_name: app.institution_name(&case.fixmedins_code),
        insutype: case.insutype,
        admdvs: case.district,
        fixmedins_code: case.fixmedins_code,
        setl_id: Some(case.setl_id),
        dscg_caty: Some(case.department),
        drg_code: case.drg_code,
        drg_name: case.drg_name,
        setl_psntime: 1,
        points: wire::points(case.points_e4.unwrap_or_default()),
        medfee_sumamt: wire::yuan_of_fen(case.cost_fen),
        others: wire::yuan_of_fen(case.others_fen),
        payable: payable.map_or(Value::Null, wire::yuan_of_fen),
        booked: payable.map_or(Value::Null, |payable| {
            wire::yuan_of_fen(payable.saturating_sub(case.others_fen))
        }),
        bill: None,
        pricing: Some(pricing),
    })
}
