//! The books of a clearing: one transaction a chunk of institutions, then one that adds up
//! the funds. Whatever was committed stays, whatever was not is done again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chs_envelope::sm;
use chs_model::Money;
use chs_settlement::books::{Adjustments, ClearingRules, HospitalYear, Line, Points};
use rust_decimal::Decimal;

use super::{chunks, rules::Rules};
use crate::{
    audit::{self, Entry},
    error::Refusal,
    store::{
        Store, Tx, TxError,
        clearing_books::{self, Fund, YearLine, YearNumbers, YearRow},
        clearings::{self, Clearing, ClearingKey, Confirmation},
    },
};

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Institutions cleared.
    pub hospitals: usize,
    /// Whether the clearing is prepared now.
    pub prepared: bool,
}

/// Clears the institutions of a clearing that are not cleared yet, and adds up its funds.
///
/// # Errors
/// Cases that are not what their bills say, a sum out of range, the database.
pub async fn run(
    store: &Store,
    key: &ClearingKey,
    clock: fn() -> DateTime<Utc>,
) -> Result<Progress, Refusal> {
    let waiting = store
        .run_tx("clearing.waiting", async |tx: &Tx<'_>| {
            let confirmations = clearings::confirmations(tx, key).await?;
            let waiting = confirmations
                .into_iter()
                .filter(|one| one.digest.is_empty());
            let waiting: BTreeSet<_> = waiting.map(|one| one.fixmedins_code).collect();
            if !waiting.is_empty() {
                clearings::analyze(tx).await?;
            }
            Ok(waiting)
        })
        .await?;
    let hospitals = if waiting.is_empty() {
        0
    } else {
        chunks::clear(store, key, &waiting).await?
    };
    let prepared = prepare(store, key, clock()).await?;
    Ok(Progress {
        hospitals,
        prepared,
    })
}

/// The rules of a row's fund.
pub(super) fn fund_rules(
    rules: &Rules,
    key: &ClearingKey,
    funds: &[Fund],
    row: &YearRow,
) -> Result<ClearingRules, Refusal> {
    let fund = funds.iter().find(|fund| fund.insutype == row.insutype);
    let fund = fund.ok_or_else(|| Refusal::internal("a row without a fund"))?;
    rules.of_fund(key.stage, fund)
}

/// Sums the lines of a row's cases into it. They have to be the cases of its bills: the
/// year is the sum of its months.
pub(super) fn as_billed(row: &mut YearRow, lines: &[YearLine]) -> Result<(), Refusal> {
    let own = |of: fn(&YearLine) -> i64| {
        let mut own = lines.iter().filter(|line| line.insutype == row.insutype);
        own.try_fold(0_i64, |sum, line| sum.checked_add(of(line)))
            .ok_or_else(|| Refusal::internal("a sum is out of range"))
    };
    let numbers = &row.numbers;
    let billed = [
        (own(|line| line.cases)?, numbers.cases),
        (own(|line| line.points_e4)?, numbers.points_e4),
        (own(|line| line.fixed_fen)?, numbers.fixed_fen),
        (own(|line| line.cost_fen)?, numbers.cost_fen),
        (own(|line| line.others_fen)?, numbers.others_fen),
    ];
    if billed.iter().any(|(cases, bills)| cases != bills) {
        let YearRow {
            fixmedins_code,
            insutype,
            ..
        } = row;
        return Err(Refusal::internal(format!(
            "cases and bills of {fixmedins_code} {insutype} differ"
        )));
    }
    let (payable_fen, special_cases, special_bound_fen) = (
        own(|line| line.payable_fen)?,
        own(|line| line.special_cases)?,
        own(|line| line.special_fen)?,
    );
    row.numbers = YearNumbers {
        payable_fen,
        special_cases,
        special_bound_fen,
        ..row.numbers
    };
    Ok(())
}

/// Clears a row whose cases are worth `payable_fen`.
pub(super) fn settle(rules: &ClearingRules, row: &mut YearRow) -> Result<(), Refusal> {
    let numbers = row.numbers;
    let sum = |one: i64, other: i64| {
        let sum = Money::from_fen(one).checked_add(Money::from_fen(other));
        sum.map_err(Refusal::internal)
    };
    let [cost, others] = [numbers.cost_fen, numbers.others_fen].map(Money::from_fen);
    let year = HospitalYear {
        hospital: 0,
        line: Line {
            cases: u64::try_from(numbers.cases).map_err(Refusal::internal)?,
            points: Points::from_ten_thousandths(numbers.points_e4),
            fixed: Money::from_fen(numbers.fixed_fen),
            cost,
            others,
            payable: Money::from_fen(numbers.payable_fen),
        },
        by_item: cost.checked_sub(others).map_err(Refusal::internal)?,
        advances: Money::from_fen(numbers.advances_fen),
        paid: sum(numbers.paid_fen, numbers.carried_fen)?,
        deposit: Money::from_fen(numbers.deposit_fen),
        score: row.score.unwrap_or(Decimal::ZERO),
        adjustments: Adjustments {
            special: Money::from_fen(numbers.special_fen),
            tcm: Money::from_fen(numbers.tcm_fen),
            new_technology: Money::from_fen(numbers.new_technology_fen),
            differences: sum(numbers.differences_fen, numbers.settled_fen)?,
            violations: sum(numbers.violations_fen, numbers.deductions_fen)?,
        },
    };
    // Without a score (a forecast, or no deposit) nothing is withheld.
    let rules = match row.score {
        Some(_) => rules.clone(),
        None => ClearingRules {
            assessment: None,
            ..rules.clone()
        },
    };
    let cleared = rules.clear(&year).map_err(Refusal::internal)?;
    row.numbers = YearNumbers {
        due_fen: cleared.due.fen(),
        incentive_fen: cleared.incentive.fen(),
        withheld_fen: cleared.withheld.fen(),
        adjusted_fen: cleared.adjusted.fen(),
        final_fen: cleared.final_amount.fen(),
        transfer_fen: cleared.transfer.fen(),
        ..numbers
    };
    Ok(())
}

/// Adds up the funds once every institution is cleared; false when it is not so, or done.
async fn prepare(store: &Store, key: &ClearingKey, now: DateTime<Utc>) -> Result<bool, Refusal> {
    let subject = format!("{} {} {}", key.year, key.stage.as_str(), key.number);
    store
        .run_tx("clearing.prepare", async |tx: &Tx<'_>| {
            let lane = audit::lock(tx, &subject).await?;
            let clearing = clearings::locked(tx, key).await?;
            let Some(mut clearing) = clearing.filter(|clearing| !clearing.prepared) else {
                return Ok(false);
            };
            let confirmations = clearings::confirmations(tx, key).await?;
            if confirmations.iter().any(|one| one.digest.is_empty()) {
                return Ok(false);
            }
            total(tx, &mut clearing, &confirmations, now).await?;
            let entry = Entry {
                app_id: "gateway",
                role: "gateway",
                operation: "clearing.prepare",
                request_id: &subject,
                subject: &subject,
                outcome: "done",
            };
            audit::append(tx, lane, entry, now);
            Ok(true)
        })
        .await
}

/// Adds up the funds of a locked clearing and writes its digest.
pub(super) async fn total(
    tx: &Tx<'_>,
    clearing: &mut Clearing,
    confirmations: &[Confirmation],
    now: DateTime<Utc>,
) -> Result<(), TxError> {
    let key = &clearing.key;
    clearing_books::total_funds(tx, key).await?;
    let funds = clearing_books::funds(tx, key).await?;
    clearing.digest = whole_digest(clearing, &funds, confirmations);
    clearings::set_digest(tx, &clearing.key, &clearing.digest, now).await
}

/// SM3 over an institution's rows and lines: the same for the same amounts, whatever the
/// number of the proposal and the time.
pub(super) fn digest(rows: &[YearRow], lines: &[YearLine]) -> String {
    let mut text = Fields::default();
    for row in rows {
        text.add(&row.fixmedins_code);
        text.add(&row.insutype);
        text.add(&row.district);
        text.add(&number(row.score));
        for (name, value) in row.numbers.named() {
            text.add(name);
            text.add(&value.to_string());
        }
    }
    for line in lines {
        text.add(&line.insutype);
        text.add(&line.drg_code);
        text.add(&line.drg_name);
        for value in [
            line.cases,
            line.points_e4,
            line.fixed_fen,
            line.cost_fen,
            line.others_fen,
            line.payable_fen,
        ] {
            text.add(&value.to_string());
        }
    }
    text.sm3()
}

/// SM3 over the rules, the funds and the institutions of a clearing.
pub(super) fn whole_digest(
    clearing: &Clearing,
    funds: &[Fund],
    confirmations: &[Confirmation],
) -> String {
    let mut text = Fields::default();
    text.add(&clearing.key.year);
    text.add(clearing.key.stage.as_str());
    text.add(&clearing.rules);
    for fund in funds {
        text.add(&fund.insutype);
        text.add(&number(fund.value));
        for value in [
            fund.budget_fen,
            fund.reserve_fen,
            fund.cross_region_fen,
            fund.due_fen,
            fund.incentive_fen,
            fund.withheld_fen,
            fund.adjusted_fen,
            fund.final_fen,
            fund.transfer_fen,
            fund.residue_fen,
            fund.kept_fen,
        ] {
            text.add(&value.to_string());
        }
    }
    for confirmation in confirmations {
        text.add(&confirmation.fixmedins_code);
        text.add(&confirmation.digest);
    }
    text.sm3()
}

fn number(value: Option<Decimal>) -> String {
    value.map_or(String::new(), |value| value.normalize().to_string())
}

/// Texts one behind the other, each with its length before it.
#[derive(Debug, Default)]
struct Fields(String);

impl Fields {
    fn add(&mut self, text: &str) {
        self.0.push_str(&text.len().to_string());
        self.0.push(':');
        self.0.push_str(text);
    }

    fn sm3(&self) -> String {
        sm::sm3(&[self.0.as_bytes()]).to_hex()
    }
}
