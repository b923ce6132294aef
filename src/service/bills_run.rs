//! `bills.run`: the month's value of a point, from all frozen cases; billing follows.

use std::collections::BTreeMap;

use chs_model::Money;
use chs_settlement::books::{BookedCase, LineKey, Points, Settlement, Survey};
use serde_json::Value;

use crate::{
    error::{ErrorCode, FieldError, Refusal},
    operations::bills_run::{PoolView, RunAnswer, RunRequest},
    service::{
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
    },
    session::Session,
    store::{
        Tx, TxError,
        frozen_cases::{self, CaseSums},
        month_applications, monthly_batches,
        settlement_months::{self, MonthState, Pool},
    },
    wire,
};

/// Cases read at a time.
const PAGE: i64 = 10_000;

/// Fixes the values of the month of the call.
///
/// # Errors
/// A month without frozen cases or with applications that wait, one that is valued, a pool
/// without a sufficient budget, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &RunRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: valued(tx, session, request).await?,
            subject: request.setl_ym.clone(),
        })
    })
    .await
}

async fn valued(
    tx: &Tx<'_>,
    session: &Session,
    request: &RunRequest,
) -> Result<RunAnswer, TxError> {
    let setl_ym = &request.setl_ym;
    let month = settlement_months::locked(tx, setl_ym).await?;
    let month = month
        .filter(|month| month.state == MonthState::Open)
        .ok_or_else(|| refused(ErrorCode::MonthState, "/setl_ym"))?;
    let waiting = month_applications::waiting(tx, setl_ym).await?;
    if !waiting.is_empty() {
        let errors = waiting.into_iter().map(|code| {
            FieldError::new(
                "/setl_ym",
                format!("机构 {code} 的对账申请待受理"),
                format!("the application of {code} waits for the county"),
            )
        });
        return Err(Refusal::new(ErrorCode::MonthOrder)
            .with_errors(errors.collect())
            .into());
    }
    let survey = surveyed(tx, setl_ym).await?;
    let budgets = budgets_of(request, &survey)?;
    let decimals = session.app.config.settlement.value_decimals;
    let values = survey
        .values(&budgets, decimals)
        .map_err(Refusal::internal)?;
    let mut pools = Vec::new();
    for (insutype, line) in survey.pools() {
        let value = values.get(&insutype).copied();
        if line.points > Points::ZERO && value.is_none() {
            return Err(no_budget(insutype).into());
        }
        pools.push(Pool {
            insutype: insutype.to_string(),
            budget_fen: budgets.get(&insutype).map_or(0, |budget| budget.fen()),
            value,
            cases: i64::try_from(line.cases).map_err(Refusal::internal)?,
            points_e4: line.points.ten_thousandths(),
            fixed_fen: line.fixed.fen(),
            cost_fen: line.cost.fen(),
            others_fen: line.others.fen(),
            payable_fen: None,
            residue_fen: None,
        });
    }
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    settlement_months::set_valued(tx, setl_ym, &pools, by).await?;
    Ok(RunAnswer {
        setl_ym: setl_ym.clone(),
        state: MonthState::Valued.as_str(),
        profile: month.profile,
        example: month.example,
        batches: monthly_batches::count(tx, setl_ym).await?,
        pools: pools.into_iter().map(pool_view).collect(),
    })
}

/// A pool on the wire.
pub(super) fn pool_view(pool: Pool) -> PoolView {
    PoolView {
        insutype: pool.insutype,
        budget: wire::yuan_of_fen(pool.budget_fen),
        value: pool.value.map(wire::decimal),
        setl_psntime: pool.cases,
        points: wire::points(pool.points_e4),
        medfee_sumamt: wire::yuan_of_fen(pool.cost_fen),
        payable: pool.payable_fen.map(wire::yuan_of_fen),
        residue: pool.residue_fen.map(wire::yuan_of_fen),
    }
}

async fn surveyed(tx: &Tx<'_>, setl_ym: &str) -> Result<Survey, TxError> {
    let mut survey = Survey::default();
    let mut after = (String::new(), String::new(), String::new());
    loop {
        let behind = (after.0.as_str(), after.1.as_str(), after.2.as_str());
        let page = frozen_cases::sums_after(tx, setl_ym, behind, PAGE).await?;
        for case in &page {
            survey.add(&booked(case)?).map_err(Refusal::internal)?;
        }
        match page.last() {
            Some(last) => {
                after = (
                    last.fixmedins_code.clone(),
                    last.insutype.clone(),
                    last.setl_id.clone(),
                );
            }
            None => return Ok(survey),
        }
    }
}

fn booked(case: &CaseSums) -> Result<BookedCase, Refusal> {
    Ok(BookedCase {
        // Pools are all that counts here.
        key: LineKey {
            insutype: case.insutype.parse().map_err(Refusal::internal)?,
            district: 0,
            hospital: 0,
            department: 0,
            group: 0,
        },
        settlement: settlement(case.points_e4, case.fixed_fen)?,
        cost: Money::from_fen(case.cost_fen),
        others: Money::from_fen(case.others_fen),
    })
}

/// What pricing left of a case.
pub(super) fn settlement(
    points_e4: Option<i64>,
    fixed_fen: Option<i64>,
) -> Result<Settlement, Refusal> {
    match (points_e4, fixed_fen) {
        (Some(points), None) => Ok(Settlement::Points(Points::from_ten_thousandths(points))),
        (None, Some(fen)) => Ok(Settlement::Amount(Money::from_fen(fen))),
        _ => Err(Refusal::internal("a frozen case without a price")),
    }
}

/// The budget of every pool; each must have one, and nothing else may.
fn budgets_of(request: &RunRequest, survey: &Survey) -> Result<BTreeMap<u16, Money>, Refusal> {
    let mut budgets = BTreeMap::new();
    for budget in &request.budgets {
        let number: Option<u16> = budget.insutype.parse().ok();
        let known = number.filter(|number| survey.pools().any(|(pool, _)| pool == *number));
        let fresh = known.is_some_and(|pool| budgets.insert(pool, budget.budget).is_none());
        if !fresh {
            return Err(Refusal::field(
                ErrorCode::BudgetNeeded,
                "/budgets",
                format!("险种 {} 重复，或该月没有其病例", budget.insutype),
                format!(
                    "insurance type {} stands twice or has no case",
                    budget.insutype
                ),
            ));
        }
    }
    match survey.pools().find(|(pool, _)| !budgets.contains_key(pool)) {
        Some((pool, _)) => Err(no_budget(pool)),
        None if budgets.is_empty() => Err(refused(ErrorCode::BudgetNeeded, "/budgets")),
        None => Ok(budgets),
    }
}

fn no_budget(insutype: u16) -> Refusal {
    Refusal::field(
        ErrorCode::BudgetNeeded,
        "/budgets",
        format!("险种 {insutype} 缺少预算或预算不足"),
        format!("insurance type {insutype} has no sufficient budget"),
    )
}
