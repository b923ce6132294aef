//! A proposal: what enters, what it is given beside the bills, and the values of the year.

use std::collections::{BTreeMap, BTreeSet};

use chs_model::Money;
use chs_settlement::{
    books::{BookError, ClearingStage, Line, Points},
    states::{BatchState, ClearingState},
};
use rust_decimal::Decimal;

use super::{Actor, rules::Rules};
use crate::{
    config::Settlement,
    error::{ErrorCode, FieldError, Refusal},
    operations::clearing_propose::{
        AdjustmentKind, ProposeAnswer, ProposeRequest, YearBudget, YearValue,
    },
    service::reconciliation::refused,
    store::{
        Tx, TxError,
        clearing_books::{self, Fund, Given, YearNumbers},
        clearings::{self, ClearingKey, NotDone},
    },
    wire,
};

/// Keeps the proposal and opens the books of every institution that enters.
pub(super) async fn proposed(
    tx: &Tx<'_>,
    settings: &Settlement,
    request: &ProposeRequest,
    actor: &Actor<'_>,
) -> Result<ProposeAnswer, TxError> {
    let (year, stage) = (&request.year, request.stage);
    clearings::hold(tx, year).await?;
    let last = clearings::last(tx, year, stage).await?;
    let published = last
        .as_ref()
        .is_some_and(|last| last.state != ClearingState::Prepared.as_str());
    // A forecast may be made as often as one likes.
    if published && stage == ClearingStage::Clearing {
        return Err(refused(ErrorCode::ClearingState, "/stage").into());
    }
    let states: Vec<&str> = BatchState::ALL
        .iter()
        .filter(|state| state.clearable())
        .map(|state| state.as_str())
        .collect();
    let (open, left_out) = clearings::not_done(tx, year, &states).await?;
    if stage == ClearingStage::Clearing && left_out > 0 {
        return Err(not_paid(&open).into());
    }
    let key = ClearingKey {
        year: year.clone(),
        stage,
        number: last.map_or(0, |last| last.key.number) + 1,
    };
    let rules = Rules::of(settings);
    let example = clearings::example(tx, year).await?;
    let state = ClearingState::Prepared.as_str();
    let by = (actor.at, actor.app_id, request.opter_id.as_str());
    clearings::put(tx, &key, (state, &rules.text()?, example), by).await?;
    clearings::enter(tx, &key, &states).await?;
    clearings::open_confirmations(tx, &key).await?;
    clearing_books::open(tx, &key, &given(request)?).await?;
    known(tx, &key, request, &rules).await?;
    let sums = clearing_books::by_fund(tx, &key).await?;
    let mut batches = 0;
    let mut values = Vec::new();
    for fund in funds(request, &rules, &sums)? {
        clearing_books::put_fund(tx, &key, &fund).await?;
        values.push(YearValue {
            insutype: fund.insutype,
            value: fund.value.map(wire::decimal),
        });
    }
    for (_, numbers) in &sums {
        batches += numbers.months;
    }
    Ok(ProposeAnswer {
        year: key.year.clone(),
        stage: stage.as_str(),
        number: key.number,
        state: "PREPARING",
        example,
        hospitals: clearings::confirmations(tx, &key).await?.len(),
        batches,
        left_out,
        values,
    })
}

fn not_paid(open: &[NotDone]) -> Refusal {
    let errors = open.iter().map(|one| {
        let NotDone {
            fixmedins_code,
            setl_ym,
            state,
        } = one;
        FieldError::new(
            "/year",
            format!("{fixmedins_code} {setl_ym} 尚未拨付（{state}）"),
            format!("{fixmedins_code} {setl_ym} is not paid ({state})"),
        )
    });
    Refusal::new(ErrorCode::MonthOrder).with_errors(errors.collect())
}

/// Scores and adjustments, one row an institution (and insurance type).
fn given(request: &ProposeRequest) -> Result<Given, Refusal> {
    let mut given = Given::default();
    let mut scored = BTreeSet::new();
    for (assessment, at) in request.assessments.iter().zip(0..) {
        if !scored.insert(&assessment.fixmedins_code) {
            let pointer = format!("/assessments/{at}");
            return Err(refused(ErrorCode::ClearingParty, &pointer));
        }
        given.scored.push(assessment.fixmedins_code.clone());
        given.scores.push(assessment.score);
    }
    let mut sums: BTreeMap<(&str, &str), [Money; 4]> = BTreeMap::new();
    for adjustment in &request.adjustments {
        let key = (
            adjustment.fixmedins_code.as_str(),
            adjustment.insutype.as_str(),
        );
        let [special, tcm, new_technology, violations] =
            sums.entry(key).or_insert([Money::ZERO; 4]);
        let place = match adjustment.kind {
            AdjustmentKind::Special => special,
            AdjustmentKind::Tcm => tcm,
            AdjustmentKind::NewTechnology => new_technology,
            AdjustmentKind::Violation => violations,
        };
        *place = place
            .checked_add(adjustment.amount)
            .map_err(Refusal::internal)?;
    }
    for ((code, insutype), amounts) in sums {
        given.adjusted.push(code.to_owned());
        given.insutypes.push(insutype.to_owned());
        for (column, amount) in given.amounts.iter_mut().zip(amounts) {
            column.push(amount.fen());
        }
    }
    Ok(given)
}

/// Whether all that is given belongs to an institution that entered, and every deposit
/// that a score releases has one.
async fn known(
    tx: &Tx<'_>,
    key: &ClearingKey,
    request: &ProposeRequest,
    rules: &Rules,
) -> Result<(), TxError> {
    let parties = clearing_books::parties(tx, key).await?;
    if parties.is_empty() {
        return Err(refused(ErrorCode::MonthOrder, "/year").into());
    }
    let codes: BTreeSet<&str> = parties
        .iter()
        .map(|party| party.fixmedins_code.as_str())
        .collect();
    let pairs: BTreeSet<(&str, &str)> = parties
        .iter()
        .map(|party| (party.fixmedins_code.as_str(), party.insutype.as_str()))
        .collect();
    for (assessment, at) in request.assessments.iter().zip(0..) {
        if !codes.contains(assessment.fixmedins_code.as_str()) {
            let pointer = format!("/assessments/{at}");
            return Err(refused(ErrorCode::ClearingParty, &pointer).into());
        }
    }
    for (adjustment, at) in request.adjustments.iter().zip(0..) {
        let pair = (
            adjustment.fixmedins_code.as_str(),
            adjustment.insutype.as_str(),
        );
        if !pairs.contains(&pair) {
            let pointer = format!("/adjustments/{at}");
            return Err(refused(ErrorCode::ClearingParty, &pointer).into());
        }
    }
    // A forecast releases what nobody has scored yet.
    let scored = !rules.assesses() || key.stage == ClearingStage::PreClearing;
    match parties.iter().find(|party| !scored && party.unscored) {
        None => Ok(()),
        Some(party) => {
            let code = &party.fixmedins_code;
            Err(Refusal::field(
                ErrorCode::ScoreNeeded,
                "/assessments",
                format!("机构 {code} 没有考核得分"),
                format!("institution {code} has no score"),
            )
            .into())
        }
    }
}

/// The fund of every insurance type that has bills, with the value of its points; each
/// must have a budget, and nothing else may.
fn funds(
    request: &ProposeRequest,
    rules: &Rules,
    sums: &[(String, YearNumbers)],
) -> Result<Vec<Fund>, Refusal> {
    let mut budgets: BTreeMap<&str, &YearBudget> = BTreeMap::new();
    for budget in &request.budgets {
        let known = sums
            .iter()
            .any(|(insutype, _)| *insutype == budget.insutype);
        if !known || budgets.insert(&budget.insutype, budget).is_some() {
            return Err(budget_refused(&budget.insutype));
        }
    }
    sums.iter()
        .map(|(insutype, numbers)| {
            let budget = budgets.get(insutype.as_str());
            let budget = budget.ok_or_else(|| budget_refused(insutype))?;
            let mut fund = Fund {
                insutype: insutype.clone(),
                budget_fen: budget.budget.fen(),
                reserve_fen: budget.reserve.fen(),
                cross_region_fen: budget.cross_region.fen(),
                ..Fund::default()
            };
            fund.value = value(rules, request.stage, &fund, numbers)?;
            Ok(fund)
        })
        .collect()
}

fn value(
    rules: &Rules,
    stage: ClearingStage,
    fund: &Fund,
    numbers: &YearNumbers,
) -> Result<Option<Decimal>, Refusal> {
    let line = Line {
        points: Points::from_ten_thousandths(numbers.points_e4),
        fixed: Money::from_fen(numbers.fixed_fen),
        others: Money::from_fen(numbers.others_fen),
        ..Line::default()
    };
    match rules.of_fund(stage, fund)?.value(&line) {
        Ok(value) => Ok(value),
        Err(BookError::NoValue(_)) => Err(budget_refused(&fund.insutype)),
        Err(error) => Err(Refusal::internal(error)),
    }
}

fn budget_refused(insutype: &str) -> Refusal {
    Refusal::field(
        ErrorCode::YearBudgetNeeded,
        "/budgets",
        format!("险种 {insutype} 缺少年度预算、重复、不足，或没有其账单"),
        format!("insurance type {insutype} has no sufficient budget, two, or no bill"),
    )
}
