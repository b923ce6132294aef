//! Bills of the month, their lines, and the entries beside them.

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

/// Keeps a bill with its lines.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(
    tx: &Tx<'_>,
    key: &BatchKey,
    bill: &Bill,
    lines: &[BillLine],
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO monthly_bills (fixmedins_code, setl_ym, insutype, cases, value, points_e4,
             fixed_fen, cost_fen, others_fen, payable_fen, booked_fen, deductions_fen,
             differences_fen, carried_in_fen, deposit_fen, offset_fen, transfer_fen, carried_fen,
             billed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19)",
        &[
            &key.fixmedins_code,
            &key.setl_ym,
            &key.insutype,
            &bill.cases,
            &bill.value,
            &bill.points_e4,
            &bill.fixed_fen,
            &bill.cost_fen,
            &bill.others_fen,
            &bill.payable_fen,
            &bill.booked_fen,
            &bill.deductions_fen,
            &bill.differences_fen,
            &bill.carried_in_fen,
            &bill.deposit_fen,
            &bill.offset_fen,
            &bill.transfer_fen,
            &bill.carried_fen,
            &bill.billed_at,
        ],
    )
    .await?;
    let text = |of: fn(&BillLine) -> &String| lines.iter().map(of).collect::<Vec<_>>();
    let number = |of: fn(&BillLine) -> i64| lines.iter().map(of).collect::<Vec<_>>();
    tx.execute(
        "INSERT INTO bill_lines (fixmedins_code, setl_ym, insutype, department, drg_code, drg_name,
             cases, points_e4, fixed_fen, cost_fen, others_fen, payable_fen)
         SELECT $1, $2, $3, * FROM UNNEST($4::text[], $5::text[], $6::text[], $7::bigint[],
             $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])",
        &[
            &key.fixmedins_code,
            &key.setl_ym,
            &key.insutype,
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
    .await?;
    // Beside the bill, the batch knows what it has to transfer.
    tx.execute(
        "UPDATE monthly_batches SET due_fen = $4
         WHERE fixmedins_code = $1 AND setl_ym = $2 AND insutype = $3",
        &[
            &key.fixmedins_code,
            &key.setl_ym,
            &key.insutype,
            &bill.transfer_fen,
        ],
    )
    .await
}

/// Whether a batch has its bill.
///
/// # Errors
/// [`TxError::Database`].
pub async fn exists(tx: &Tx<'_>, key: &BatchKey) -> Result<bool, TxError> {
    let row = tx
        .query_opt(
            "SELECT 1 FROM monthly_bills
             WHERE fixmedins_code = $1 AND setl_ym = $2 AND insutype = $3",
            &[&key.fixmedins_code, &key.setl_ym, &key.insutype],
        )
        .await?;
    Ok(row.is_some())
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

/// Takes the open entries of an institution and insurance type into a month's bill. The
/// batches of both are locked by the caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn take_entries(tx: &Tx<'_>, key: &BatchKey) -> Result<OpenEntries, TxError> {
    let row = tx
        .query_one(
            "WITH taken AS (
                 UPDATE bill_entries SET billed_ym = $2
                 WHERE fixmedins_code = $1 AND insutype = $3 AND billed_ym IS NULL
                   AND kind <> 'ADVANCE'
                 RETURNING kind, amount_fen)
             SELECT COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'DEDUCTION'), 0)::bigint,
                    COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'DIFFERENCE'), 0)::bigint,
                    COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'CARRIED'), 0)::bigint
             FROM taken",
            &[&key.fixmedins_code, &key.setl_ym, &key.insutype],
        )
        .await?;
    let advance = tx
        .query_one(
            "SELECT (COALESCE((SELECT SUM(amount_fen) FROM bill_entries
                     WHERE fixmedins_code = $1 AND insutype = $2 AND kind = 'ADVANCE'), 0)
                   - COALESCE((SELECT SUM(offset_fen) FROM monthly_bills
                     WHERE fixmedins_code = $1 AND insutype = $2), 0))::bigint",
            &[&key.fixmedins_code, &key.insutype],
        )
        .await?;
    Ok(OpenEntries {
        deductions_fen: row.try_get(0)?,
        differences_fen: row.try_get(1)?,
        carried_fen: row.try_get(2)?,
        advance_fen: advance.try_get(0)?,
    })
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
