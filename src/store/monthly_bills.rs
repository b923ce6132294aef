//! Bills of the month, their lines, and the entries beside them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Tx, TxError, monthly_batches::BatchKey};

/// A bill; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Cases.
    pub cases: i64,
    /// Value of a point.
    pub value: Option<Decimal>,
    /// Points, ten-thousandths.
    pub points_e4: i64,
    /// Amounts that did not depend on the value.
    pub fixed_fen: i64,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by patients and other payers.
    pub others_fen: i64,
    /// What the cases are worth.
    pub payable_fen: i64,
    /// The fund's part.
    pub booked_fen: i64,
    /// Deductions.
    pub deductions_fen: i64,
    /// Corrections of earlier months, positive in favour of the hospital.
    pub differences_fen: i64,
    /// Owed from earlier months.
    pub carried_in_fen: i64,
    /// Kept until the assessment.
    pub deposit_fen: i64,
    /// Set off against the advance.
    pub offset_fen: i64,
    /// To be transferred.
    pub transfer_fen: i64,
    /// Owed into the next month; not positive.
    pub carried_fen: i64,
    /// When.
    pub billed_at: DateTime<Utc>,
}

/// Sums of a bill's cases by department and group; amounts in fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// Department.
    pub department: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Cases.
    pub cases: i64,
    /// Points, ten-thousandths.
    pub points_e4: i64,
    /// Fixed amounts.
    pub fixed_fen: i64,
    /// Total cost.
    pub cost_fen: i64,
    /// Paid by others.
    pub others_fen: i64,
    /// What the cases are worth.
    pub payable_fen: i64,
}

/// A bill that was just made.
#[derive(Debug, Clone, Copy)]
pub struct NewBill<'a> {
    /// The batch that it is of.
    pub key: &'a BatchKey,
    /// The bill.
    pub bill: &'a Bill,
    /// Its lines.
    pub lines: &'a [BillLine],
}

/// Keeps bills with their lines.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, bills: &[NewBill<'_>]) -> Result<(), TxError> {
    let codes: Vec<_> = bills.iter().map(|new| &new.key.fixmedins_code).collect();
    let months: Vec<_> = bills.iter().map(|new| &new.key.setl_ym).collect();
    let insutypes: Vec<_> = bills.iter().map(|new| &new.key.insutype).collect();
    let values: Vec<_> = bills.iter().map(|new| new.bill.value).collect();
    let moments: Vec<_> = bills.iter().map(|new| new.bill.billed_at).collect();
    let number = |of: fn(&Bill) -> i64| {
        let numbers = bills.iter().map(|new| of(new.bill));
        numbers.collect::<Vec<_>>()
    };
    let transfers = number(|bill| bill.transfer_fen);
    tx.execute(
        "INSERT INTO monthly_bills (fixmedins_code, setl_ym, insutype, value, billed_at, cases,
             points_e4, fixed_fen, cost_fen, others_fen, payable_fen, booked_fen, deductions_fen,
             differences_fen, carried_in_fen, deposit_fen, offset_fen, transfer_fen, carried_fen)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::numeric[],
             $5::timestamptz[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
             $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
             $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[])",
        &[
            &codes,
            &months,
            &insutypes,
            &values,
            &moments,
            &number(|bill| bill.cases),
            &number(|bill| bill.points_e4),
            &number(|bill| bill.fixed_fen),
            &number(|bill| bill.cost_fen),
            &number(|bill| bill.others_fen),
            &number(|bill| bill.payable_fen),
            &number(|bill| bill.booked_fen),
            &number(|bill| bill.deductions_fen),
            &number(|bill| bill.differences_fen),
            &number(|bill| bill.carried_in_fen),
            &number(|bill| bill.deposit_fen),
            &number(|bill| bill.offset_fen),
            &transfers,
            &number(|bill| bill.carried_fen),
        ],
    )
    .await?;
    put_lines(tx, bills).await?;
    // Beside the bill, the batch knows what it has to transfer.
    tx.execute(
        "UPDATE monthly_batches b SET due_fen = k.due
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bigint[])
             AS k (code, setl_ym, insutype, due)
         WHERE b.fixmedins_code = k.code AND b.setl_ym = k.setl_ym AND b.insutype = k.insutype",
        &[&codes, &months, &insutypes, &transfers],
    )
    .await
}

async fn put_lines(tx: &Tx<'_>, bills: &[NewBill<'_>]) -> Result<(), TxError> {
    let lines: Vec<(&BatchKey, &BillLine)> = bills
        .iter()
        .flat_map(|new| new.lines.iter().map(|line| (new.key, line)))
        .collect();
    let whose = |of: fn(&BatchKey) -> &String| {
        let texts = lines.iter().map(|(key, _)| of(key));
        texts.collect::<Vec<_>>()
    };
    let text = |of: fn(&BillLine) -> &String| {
        let texts = lines.iter().map(|(_, line)| of(line));
        texts.collect::<Vec<_>>()
    };
    let number = |of: fn(&BillLine) -> i64| {
        let numbers = lines.iter().map(|(_, line)| of(line));
        numbers.collect::<Vec<_>>()
    };
    tx.execute(
        "INSERT INTO bill_lines (fixmedins_code, setl_ym, insutype, department, drg_code, drg_name,
             cases, points_e4, fixed_fen, cost_fen, others_fen, payable_fen)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
             $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
             $12::bigint[])",
        &[
            &whose(|key| &key.fixmedins_code),
            &whose(|key| &key.setl_ym),
            &whose(|key| &key.insutype),
            &text(|line| &line.department),
            &text(|line| &line.drg_code),
            &text(|line| &line.drg_name),
            &number(|line| line.cases),
            &number(|line| line.points_e4),
            &number(|line| line.fixed_fen),
            &number(|line| line.cost_fen),
            &number(|line| line.others_fen),
            &number(|line| line.payable_fen),
        ],
    )
    .await
}

/// Batches of these institutions' month that have their bill.
///
/// # Errors
/// [`TxError::Database`].
pub async fn billed(
    tx: &Tx<'_>,
    setl_ym: &str,
    codes: &[&str],
) -> Result<BTreeSet<BatchKey>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, insutype FROM monthly_bills
             WHERE fixmedins_code = ANY($1) AND setl_ym = $2",
            &[&codes, &setl_ym],
        )
        .await?;
    let key = |row: &Row| key_of(row, setl_ym);
    Ok(rows.iter().map(key).collect::<Result<_, _>>()?)
}

/// The key of a row that begins with institution and insurance type.
fn key_of(row: &Row, setl_ym: &str) -> Result<BatchKey, tokio_postgres::Error> {
    Ok(BatchKey {
        fixmedins_code: row.try_get(0)?,
        setl_ym: setl_ym.to_owned(),
        insutype: row.try_get(1)?,
    })
}

/// A kind of [`Entry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Paid in advance, set off month by month.
    Advance,
    /// Against the hospital.
    Deduction,
    /// A correction of a frozen month, positive in favour of the hospital.
    Difference,
    /// What a bill left the hospital owing.
    Carried,
}

impl EntryKind {
    /// Its name in messages and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            EntryKind::Advance => "ADVANCE",
            EntryKind::Deduction => "DEDUCTION",
            EntryKind::Difference => "DIFFERENCE",
            EntryKind::Carried => "CARRIED",
        }
    }
}

/// An amount beside the cases.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Institution.
    pub fixmedins_code: &'a str,
    /// Its id.
    pub entry_id: &'a str,
    /// Insurance type.
    pub insutype: &'a str,
    /// What it is.
    pub kind: EntryKind,
    /// Amount, fen.
    pub amount_fen: i64,
    /// Code of the reason.
    pub reason_code: &'a str,
    /// The reason.
    pub reason: &'a str,
    /// The month it corrects.
    pub of_setl_ym: Option<&'a str>,
    /// The case it corrects.
    pub setl_id: Option<&'a str>,
    /// The month whose bill it stands in.
    pub billed_ym: Option<&'a str>,
}

/// Keeps an entry.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_entry(
    tx: &Tx<'_>,
    entry: &Entry<'_>,
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO bill_entries (fixmedins_code, entry_id, insutype, kind, amount_fen,
             reason_code, reason, of_setl_ym, setl_id, billed_ym, app_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            &entry.fixmedins_code,
            &entry.entry_id,
            &entry.insutype,
            &entry.kind.as_str(),
            &entry.amount_fen,
            &entry.reason_code,
            &entry.reason,
            &entry.of_setl_ym,
            &entry.setl_id,
            &entry.billed_ym,
            &by,
            &at,
        ],
    )
    .await
}

/// Sums of entries, fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenEntries {
    /// Deductions.
    pub deductions_fen: i64,
    /// Corrections.
    pub differences_fen: i64,
    /// Carried over, as they stand: not positive.
    pub carried_fen: i64,
    /// What is left of advances.
    pub advance_fen: i64,
}

/// Takes the open entries of these batches' institutions and insurance types into the
/// month's bills; batches without any are left out. The batches are locked by the caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn take_entries(
    tx: &Tx<'_>,
    setl_ym: &str,
    keys: &[&BatchKey],
) -> Result<BTreeMap<BatchKey, OpenEntries>, TxError> {
    let codes: Vec<_> = keys.iter().map(|key| &key.fixmedins_code).collect();
    let insutypes: Vec<_> = keys.iter().map(|key| &key.insutype).collect();
    let rows = tx
        .query(
            "WITH taken AS (
                 UPDATE bill_entries e SET billed_ym = $3
                 FROM UNNEST($1::text[], $2::text[]) AS k (code, insutype)
                 WHERE e.fixmedins_code = k.code AND e.insutype = k.insutype
                   AND e.billed_ym IS NULL AND e.kind <> 'ADVANCE'
                 RETURNING e.fixmedins_code, e.insutype, e.kind, e.amount_fen)
             SELECT fixmedins_code, insutype,
                    COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'DEDUCTION'), 0)::bigint,
                    COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'DIFFERENCE'), 0)::bigint,
                    COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'CARRIED'), 0)::bigint
             FROM taken GROUP BY fixmedins_code, insutype",
            &[&codes, &insutypes, &setl_ym],
        )
        .await?;
    let mut entries: BTreeMap<BatchKey, OpenEntries> = BTreeMap::new();
    for row in &rows {
        let of = entries.entry(key_of(row, setl_ym)?).or_default();
        of.deductions_fen = row.try_get(2)?;
        of.differences_fen = row.try_get(3)?;
        of.carried_fen = row.try_get(4)?;
    }
    // What was given in advance, and what the bills up to now have set off of it.
    let rows = tx
        .query(
            "SELECT fixmedins_code, insutype, SUM(amount_fen)::bigint FROM (
                 SELECT fixmedins_code, insutype, amount_fen FROM bill_entries
                 WHERE fixmedins_code = ANY($1) AND kind = 'ADVANCE'
                 UNION ALL
                 SELECT fixmedins_code, insutype, -offset_fen FROM monthly_bills
                 WHERE fixmedins_code = ANY($1)) AS moved
             GROUP BY fixmedins_code, insutype",
            &[&codes],
        )
        .await?;
    for row in &rows {
        let of = entries.entry(key_of(row, setl_ym)?).or_default();
        of.advance_fen = row.try_get(2)?;
    }
    Ok(entries)
}

pub(super) fn bill_of(row: &Row, at: usize) -> Result<Bill, tokio_postgres::Error> {
    Ok(Bill {
        cases: row.try_get(at)?,
        value: row.try_get(at + 1)?,
        points_e4: row.try_get(at + 2)?,
        fixed_fen: row.try_get(at + 3)?,
        cost_fen: row.try_get(at + 4)?,
        others_fen: row.try_get(at + 5)?,
        payable_fen: row.try_get(at + 6)?,
        booked_fen: row.try_get(at + 7)?,
        deductions_fen: row.try_get(at + 8)?,
        differences_fen: row.try_get(at + 9)?,
        carried_in_fen: row.try_get(at + 10)?,
        deposit_fen: row.try_get(at + 11)?,
        offset_fen: row.try_get(at + 12)?,
        transfer_fen: row.try_get(at + 13)?,
        carried_fen: row.try_get(at + 14)?,
        billed_at: row.try_get(at + 15)?,
    })
}
