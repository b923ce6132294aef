//! `cross-region.bills`: bills by insured area, or their cases, as the caller may see them.

use serde_json::Value;

use super::exchange::bill_id;
use crate::{
    app::App,
    error::Refusal,
    operations::cross_region_bills::{
        AreaBillView, AreaBillsAnswer, AreaBillsQuery, AreaCaseView, AreaLevel,
    },
    service::{
        exactly_once::{Done, exactly_once},
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        cross_region::{self, AreaBill, AreaCase, AreaPage},
        settlement_months,
    },
    wire,
};

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn run(session: &Session, query: &AreaBillsQuery) -> Result<Value, Refusal> {
    let asked = query.fixmedins_code.as_deref();
    let institution = scope::institution(&session.caller, asked)?;
    if let Some(code) = asked {
        scope::oversees(session, code, "/fixmedins_code")?;
    }
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
    query: &AreaBillsQuery,
    institution: Option<&str>,
) -> Result<AreaBillsAnswer, TxError> {
    let app = &session.app;
    let size = i64::from(query.page_size);
    let page = AreaPage {
        setl_ym: &query.setl_ym,
        fixmedins_code: institution,
        division: scope::division(&session.caller),
        insu_admdvs: query.insu_admdvs.as_deref(),
        insutype: query.insutype.as_deref(),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    };
    let (mut bills, mut cases) = (Vec::new(), Vec::new());
    let total = match query.level {
        AreaLevel::Bill => {
            let (rows, total) = cross_region::bills(tx, &page).await?;
            bills.extend(rows.into_iter().map(|row| bill(app, &query.setl_ym, row)));
            total
        }
        AreaLevel::Case => {
            let (rows, total) = cross_region::cases(tx, &page).await?;
            let views = rows.into_iter().map(|row| case(&query.setl_ym, row));
            cases = views.collect::<Result<_, _>>()?;
            total
        }
    };
    let month = settlement_months::found(tx, &query.setl_ym).await?;
    Ok(AreaBillsAnswer {
        setl_ym: query.setl_ym.clone(),
        example: month.map(|month| month.example),
        bills,
        cases,
        total,
        page_num: query.page_num,
        page_size: query.page_size,
    })
}

fn bill(app: &App, setl_ym: &str, row: AreaBill) -> AreaBillView {
    AreaBillView {
        fee_clr_id: bill_id(
            &row.fixmedins_code,
            setl_ym,
            &row.insu_admdvs,
            &row.insutype,
        ),
        fixmedins_name: app.institution_name(&row.fixmedins_code),
        fixmedins_code: row.fixmedins_code,
        admdvs: row.district,
        insu_admdvs: row.insu_admdvs,
        insutype: row.insutype,
        setl_psntime: row.cases,
        medfee_sumamt: wire::yuan_of_fen(row.cost_fen),
        others: wire::yuan_of_fen(row.others_fen),
        payable: wire::yuan_of_fen(row.payable_fen),
        booked: wire::yuan_of_fen(row.payable_fen.saturating_sub(row.others_fen)),
        agreed: wire::yuan_of_fen(row.agreed_fen),
        undecided: wire::yuan_of_fen(row.open_fen),
        undecided_psntime: row.open,
        refused_psntime: row.refused,
    }
}

fn case(setl_ym: &str, row: AreaCase) -> Result<AreaCaseView, Refusal> {
    Ok(AreaCaseView {
        fee_clr_id: bill_id(
            &row.fixmedins_code,
            setl_ym,
            &row.insu_admdvs,
            &row.insutype,
        ),
        fixmedins_code: row.fixmedins_code,
        setl_id: row.setl_id,
        insu_admdvs: row.insu_admdvs,
        insutype: row.insutype,
        admdvs: row.district,
        setl_date: row.setl_date.to_string(),
        drg_code: row.drg_code,
        drg_name: row.drg_name,
        method: row.method,
        param_ver: row.version,
        weight: row.weight.map(wire::decimal),
        points: row.points_e4.map(wire::points),
        ledger: serde_json::from_str(&row.ledger).map_err(Refusal::internal)?,
        medfee_sumamt: wire::yuan_of_fen(row.cost_fen),
        others: wire::yuan_of_fen(row.others_fen),
        payable: wire::yuan_of_fen(row.payable_fen),
        booked: wire::yuan_of_fen(row.payable_fen.saturating_sub(row.others_fen)),
        state: row.state,
        agreed: row.agreed_fen.map(wire::yuan_of_fen),
        reason: row.reason,
        decided_at: row.decided_at.map(wire::china_time),
    })
}
