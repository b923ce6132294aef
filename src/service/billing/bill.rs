//! One bill out of its frozen cases: pure, the same for the same cases.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chs_model::Money;
use chs_settlement::books::{BookedCase, Line, LineKey, MonthBills, Statement, StatementRules};
use rust_decimal::Decimal;

use crate::{
    error::Refusal,
    service::bills_run::settlement,
    store::{
        frozen_cases::UnbilledCase,
        monthly_bills::{Bill, BillLine, OpenEntries},
    },
};

/// What a bill rests on beside its cases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basis {
    /// Value of a point.
    pub(super) value: Option<Decimal>,
    /// Entries that it takes in.
    pub(super) entries: OpenEntries,
    /// Share kept as a deposit.
    pub(super) deposit: Decimal,
    /// Whether money moves monthly.
    pub(super) pays_monthly: bool,
}

/// A bill, its lines, and what each case is worth, in the order of the cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) bill: Bill,
    pub(super) lines: Vec<BillLine>,
    pub(super) payable_fen: Vec<i64>,
}

/// Makes the bill of a batch.
pub(super) fn of(
    insutype: &str,
    cases: &[UnbilledCase],
    basis: &Basis,
    now: DateTime<Utc>,
) -> Result<Made, Refusal> {
    // A pool has no value only where its cases come to no points.
    let pool: u16 = insutype.parse().map_err(Refusal::internal)?;
    let value = basis.value.unwrap_or(Decimal::ZERO);
    let mut books = MonthBills::new(BTreeMap::from([(pool, value)]));
    let departments = numbered(cases.iter().map(|case| case.department.as_str()))?;
    let groups = numbered(cases.iter().map(|case| case.drg_code.as_str()))?;
    let mut payable_fen = Vec::with_capacity(cases.len());
    for case in cases {
        let key = LineKey {
            insutype: pool,
            district: 0,
            hospital: 0,
            department: number_of(&departments, &case.department)?,
            group: number_of(&groups, &case.drg_code)?,
        };
        let booked = BookedCase {
            key,
            settlement: settlement(case.points_e4, case.fixed_fen)?,
            cost: Money::from_fen(case.cost_fen),
            others: Money::from_fen(case.others_fen),
        };
        payable_fen.push(books.add(&booked).map_err(Refusal::internal)?.fen());
    }
    let book = books.close(&BTreeMap::new()).map_err(Refusal::internal)?;
    let names: BTreeMap<&str, &str> = cases
        .iter()
        .map(|case| (case.drg_code.as_str(), case.drg_name.as_str()))
        .collect();
    let mut lines = Vec::new();
    for (key, line) in book.lines() {
        let department = name_of(&departments, key.department)?;
        let drg_code = name_of(&groups, key.group)?;
        let drg_name = names.get(drg_code).copied().unwrap_or_default();
        lines.push(line_row((department, drg_code, drg_name), line)?);
    }
    lines.sort_by(|a, b| (&a.department, &a.drg_code).cmp(&(&b.department, &b.drg_code)));
    let sums = book.by(|_| ()).map_err(Refusal::internal)?;
    let whole = sums.into_values().next().unwrap_or_default();
    Ok(Made {
        bill: bill(&whole, basis, now)?,
        lines,
        payable_fen,
    })
}

fn bill(line: &Line, basis: &Basis, now: DateTime<Utc>) -> Result<Bill, Refusal> {
    let entries = &basis.entries;
    let net = entries
        .deductions_fen
        .checked_sub(entries.differences_fen)
        .and_then(|net| net.checked_sub(entries.carried_fen))
        .ok_or_else(|| Refusal::internal("entries are out of range"))?;
    let rules = StatementRules {
        deposit: basis.deposit,
        pays_monthly: basis.pays_monthly,
    };
    let advance = Money::from_fen(entries.advance_fen.max(0));
    let statement =
        Statement::of(line, Money::from_fen(net), advance, &rules).map_err(Refusal::internal)?;
    Ok(Bill {
        cases: i64::try_from(line.cases).map_err(Refusal::internal)?,
        value: basis.value,
        points_e4: line.points.ten_thousandths(),
        fixed_fen: line.fixed.fen(),
        cost_fen: line.cost.fen(),
        others_fen: line.others.fen(),
        payable_fen: line.payable.fen(),
        booked_fen: statement.booked.fen(),
        deductions_fen: entries.deductions_fen,
        differences_fen: entries.differences_fen,
        carried_in_fen: entries
            .carried_fen
            .checked_neg()
            .ok_or_else(|| Refusal::internal("entries are out of range"))?,
        deposit_fen: statement.deposit.fen(),
        offset_fen: statement.offset.fen(),
        transfer_fen: statement.payable.fen(),
        carried_fen: statement.carried.fen(),
        billed_at: now,
    })
}

fn line_row(
    (department, drg_code, drg_name): (&str, &str, &str),
    line: &Line,
) -> Result<BillLine, Refusal> {
    Ok(BillLine {
        department: department.to_owned(),
        drg_code: drg_code.to_owned(),
        drg_name: drg_name.to_owned(),
        cases: i64::try_from(line.cases).map_err(Refusal::internal)?,
        points_e4: line.points.ten_thousandths(),
        fixed_fen: line.fixed.fen(),
        cost_fen: line.cost.fen(),
        others_fen: line.others.fen(),
        payable_fen: line.payable.fen(),
    })
}

/// Texts with numbers, in their own order.
fn numbered<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Vec<&'a str>, Refusal> {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    u32::try_from(texts.len()).map_err(Refusal::internal)?;
    Ok(texts)
}

fn number_of(texts: &[&str], text: &str) -> Result<u32, Refusal> {
    let at = texts.binary_search(&text);
    let at = at.map_err(|_| Refusal::internal("a text without a number"))?;
    u32::try_from(at).map_err(Refusal::internal)
}

fn name_of<'a>(texts: &[&'a str], number: u32) -> Result<&'a str, Refusal> {
    let at = usize::try_from(number).map_err(Refusal::internal)?;
    let text = texts.get(at).copied();
    text.ok_or_else(|| Refusal::internal("a number without a text"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case(n: usize, department: u8, group: u8, points: bool, amount: i64) -> UnbilledCase {
        UnbilledCase {
            setl_id: format!("S{n:05}"),
            department: format!("A{department}"),
            drg_code: format!("BR{group}"),
            drg_name: "测试病组".into(),
            points_e4: points.then_some(amount),
            fixed_fen: (!points).then_some(amount),
            cost_fen: amount,
            others_fen: amount / 3,
        }
    }

    proptest! {
        /// Σ cases = Σ lines = bill, and the statement adds up, to the fen.
        #[test]
        fn a_bill_adds_up(
            rows in prop::collection::vec((0u8..4, 0u8..6, any::<bool>(), 0i64..50_000_000), 1..60),
            value in 0i64..5_000_000, deposit in 0i64..=100,
            deductions in 0i64..90_000_000, differences in -90_000_000i64..90_000_000,
            carried in -90_000_000i64..=0, advance in 0i64..90_000_000,
        ) {
            let cases: Vec<UnbilledCase> = rows.iter().enumerate()
                .map(|(n, (d, g, points, amount))| case(n, *d, *g, *points, *amount)).collect();
            let entries = OpenEntries {
                deductions_fen: deductions, differences_fen: differences,
                carried_fen: carried, advance_fen: advance,
            };
            let basis = Basis {
                value: Some(Decimal::new(value, 4)), entries,
                deposit: Decimal::new(deposit, 2), pays_monthly: true,
            };
            let made = of("310", &cases, &basis, DateTime::UNIX_EPOCH).unwrap();
            let bill = &made.bill;
            let by_case: i64 = made.payable_fen.iter().sum();
            let by_line: i64 = made.lines.iter().map(|line| line.payable_fen).sum();
            prop_assert_eq!((by_case, by_line), (bill.payable_fen, bill.payable_fen));
            prop_assert_eq!(bill.booked_fen, bill.payable_fen - bill.others_fen);
            prop_assert_eq!(
                bill.booked_fen - bill.deductions_fen + bill.differences_fen - bill.carried_in_fen
                    - bill.deposit_fen - bill.offset_fen,
                bill.transfer_fen + bill.carried_fen
            );
            prop_assert!(bill.transfer_fen >= 0 && bill.carried_fen <= 0);
            prop_assert!(bill.offset_fen <= advance);
            // In whatever order the cases come, the bill is the same.
            let mut turned = cases;
            turned.reverse();
            let again = of("310", &turned, &basis, DateTime::UNIX_EPOCH).unwrap();
            prop_assert_eq!((&again.bill, &again.lines), (&made.bill, &made.lines));
        }
    }
}
