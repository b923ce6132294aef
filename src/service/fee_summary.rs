//! `groupings.fee-summary`: sums over a month's grouped lists, within the caller's scope.

use rust_decimal::Decimal;

use serde_json::Value;

use crate::{
    app::App,
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
    operations::groupings_fee_summary::{
        FeeSummaryAnswer, FeeSummaryRequest, FeeSummaryRow, SummaryLevel,
    },
    service::exactly_once::{Done, exactly_once},
    session::Session,
    store::{
        Tx,
        groupings::{self, Level, SummaryRow, SummaryScope},
    },
    wire,
};

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &FeeSummaryRequest) -> Result<Value, Refusal> {
    let (app, caller, query) = (&*session.app, &*session.caller, request);
    let fixmedins_code = institution(caller, query)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        // Province and nation see what was reported to them; nothing is, before
        // groupings.report reports it.
        let (rows, total) = if caller.role == Role::Province {
            (Vec::new(), 0)
        } else {
            groupings::summary(tx, level(query.level), &scope(query, fixmedins_code)).await?
        };
        let answer = FeeSummaryAnswer {
            rows: rows
                .into_iter()
                .map(|row| written(app, query, row))
                .collect(),
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

/// A hospital sees itself only, whether it says so or not.
fn institution<'a>(
    caller: &'a Caller,
    query: &'a FeeSummaryRequest,
) -> Result<Option<&'a str>, Refusal> {
    let asked = query.fixmedins_code.as_deref();
    if caller.role != Role::Hospital {
        return Ok(asked);
    }
    let own = caller.fixmedins_code.as_deref();
    if asked.is_some() && asked != own {
        return Err(Refusal::field(
            ErrorCode::ForeignData,
            "/fixmedins_code",
            "只能查询本机构数据",
            "only the caller's own institution",
        ));
    }
    own.map(Some)
        .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))
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
        drg_code: query.drg_code.as_deref(),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    }
}

fn written(app: &App, query: &FeeSummaryRequest, row: SummaryRow) -> FeeSummaryRow {
    FeeSummaryRow {
        setl_ym: query.setl_ym.clone(),
        fixmedins_name: app
            .registry
            .institution_name(&row.fixmedins_code)
            .map(str::to_owned),
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
