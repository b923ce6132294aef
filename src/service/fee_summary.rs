//! `groupings.fee-summary`: sums over a month's grouped lists, within the caller's scope.

pub(super) mod dip;

use rust_decimal::Decimal;

use serde_json::Value;

use crate::{
    app::App,
    caller::Role,
    error::Refusal,
    operations::groupings_fee_summary::{
        CaseColumns, FeeSummaryAnswer, FeeSummaryRequest, FeeSummaryRow, GroupType, SummaryLevel,
    },
    service::{
        comparison,
        exactly_once::{Done, exactly_once},
        scope::institution,
    },
    session::Session,
    store::{
        Tx,
        groupings::{self, Level, Source, SummaryRow, SummaryScope},
    },
    wire,
};

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &FeeSummaryRequest) -> Result<Value, Refusal> {
    let (app, caller, query) = (&*session.app, &*session.caller, request);
    if query.compare {
        return comparison::run(session, query).await;
    }
    let fixmedins_code = institution(caller, query.fixmedins_code.as_deref())?;
    exactly_once(session, async |tx: &Tx<'_>| {
        // The province sees what was reported to it.
        let source = match caller.role {
            Role::Province => Source::Reported,
            _ => Source::Own,
        };
        let scope = scope(query, fixmedins_code);
        let level = level(query.level);
        let (rows, total) = groupings::summary(tx, source, level, &scope).await?;
        let mut page = dip::page(tx, query, level, &rows).await?;
        let rows = rows.into_iter().map(|row| {
            let mut row = written(app, query, row);
            page.add_to(app, &mut row);
            row
        });
        let answer = FeeSummaryAnswer {
            rows: rows.collect(),
            total,
            page_num: query.page_num,
            page_size: query.page_size,
        };
        Ok(Done {
            answer,
            subject: query.setl_ym.clone(),
        })
    })
    .await
}

fn level(level: SummaryLevel) -> Level {
    match level {
        SummaryLevel::Hospital => Level::Hospital,
        SummaryLevel::Group => Level::Group,
        SummaryLevel::Case => Level::Case,
    }
}

fn scope<'a>(query: &'a FeeSummaryRequest, fixmedins_code: Option<&'a str>) -> SummaryScope<'a> {
    let size = i64::from(query.page_size);
    SummaryScope {
        setl_ym: &query.setl_ym,
        fixmedins_code,
        drg_code: group(query),
        grp_type: query.grp_type.map(GroupType::as_str),
        setl_id: query.setl_id.as_deref(),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    }
}

/// The one group that is asked for.
pub(super) fn group(query: &FeeSummaryRequest) -> Option<&str> {
    let code = query.dip_dise_grp_code.as_ref().or(query.drg_code.as_ref());
    code.map(String::as_str)
}

/// A row as it is answered.
pub(super) fn written(app: &App, query: &FeeSummaryRequest, row: SummaryRow) -> FeeSummaryRow {
    let register = app.register.current();
    let institution = register.institution(&row.fixmedins_code);
    let admdvs = institution.map(|institution| institution.admdvs.clone());
    FeeSummaryRow {
        setl_ym: query.setl_ym.clone(),
        fixmedins_name: institution.and_then(|institution| institution.fixmedins_name.clone()),
        fixmedins_code: row.fixmedins_code,
        setl_id: row.setl_id,
        drg_code: row.drg_code,
        drg_name: row.drg_name,
        weight: row.weight.map(wire::decimal),
        setl_psntime: row.cases,
        medfee_sumamt: wire::yuan_of_fen(row.medfee_fen),
        ave_medfee_sumamt: mean(row.medfee_fen, row.cases),
        pay_std_sum: row.pay_std_fen.map(wire::yuan_of_fen),
        priced_psntime: row.priced,
        grp_sum: row.groups,
        admdvs,
        case: row.case.map(|case| CaseColumns {
            mdc_codg: case.mdc_codg,
            adrg_code: case.adrg_code,
            ccmcc: case.ccmcc,
            grp_rslt: case.grp_rslt.to_string(),
            grp_ver: case.grp_ver,
            grp_time: wire::china_time(case.grp_time),
        }),
        dip_group: None,
        dip_case: None,
    }
}

/// Mean in yuan, rounded to the fen, half away from zero.
fn mean(sum_fen: i64, cases: i64) -> serde_json::Value {
    Decimal::new(sum_fen, 2)
        .checked_div(Decimal::from(cases))
        .map_or(serde_json::Value::Null, |mean| {
            wire::decimal(
                mean.round_dp_with_strategy(
                    2,
                    rust_decimal::RoundingStrategy::MidpointAwayFromZero,
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_to_the_fen() {
        assert_eq!(mean(100, 3).to_string(), "0.33");
        assert_eq!(mean(5, 2).to_string(), "0.03");
    }
}
