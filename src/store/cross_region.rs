//! Cases of patients insured elsewhere: frozen once, acknowledged and decided by others.

mod pages;

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{
    Tx, TxError,
    frozen_cases::{self, FrozenCase},
    lists::ListKeys,
};

pub use pages::{AreaBill, AreaCase, AreaPage, bills, cases};

/// A case whose patient is insured elsewhere.
#[derive(Debug, Clone)]
pub struct AwayCase {
    /// Division of the insured area.
    pub insu_admdvs: String,
    /// What it is worth at the value of that area, fen.
    pub payable_fen: i64,
    /// The case as it was priced.
    pub case: FrozenCase,
}

/// Freezes cases and marks their lists; `batches` names the bill of each.
///
/// # Errors
/// [`TxError::Database`].
pub async fn freeze(tx: &Tx<'_>, cases: &[AwayCase], batches: &[String]) -> Result<(), TxError> {
    let text = |of: fn(&FrozenCase) -> &String| {
        let texts = cases.iter().map(|away| of(&away.case));
        texts.collect::<Vec<_>>()
    };
    let number = |of: fn(&AwayCase) -> i64| cases.iter().map(of).collect::<Vec<_>>();
    let areas: Vec<_> = cases.iter().map(|away| &away.insu_admdvs).collect();
    let weights: Vec<_> = cases.iter().map(|away| away.case.weight).collect();
    let points: Vec<_> = cases.iter().map(|away| away.case.points_e4).collect();
    let special: Vec<_> = cases.iter().map(|away| away.case.special).collect();
    let dates: Vec<_> = cases.iter().map(|away| away.case.setl_date).collect();
    tx.execute(
        "INSERT INTO cross_region_cases (state, reason, fixmedins_code, setl_id, setl_ym,
             insu_admdvs, insutype, district, department, drg_code, drg_name, grp_ver, profile,
             version, method, formula, case_type, ledger, weight, points_e4, payable_fen, cost_fen,
             others_fen, special, setl_date)
         SELECT 'FROZEN', '', k.* FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[],
             $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::numeric[],
             $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::boolean[],
             $23::date[]) AS k",
        &[
            &text(|case| &case.fixmedins_code),
            &text(|case| &case.setl_id),
            &text(|case| &case.setl_ym),
            &areas,
            &text(|case| &case.insutype),
            &text(|case| &case.district),
            &text(|case| &case.department),
            &text(|case| &case.drg_code),
            &text(|case| &case.drg_name),
            &text(|case| &case.grp_ver),
            &text(|case| &case.profile),
            &text(|case| &case.version),
            &text(|case| &case.method),
            &text(|case| &case.formula),
            &text(|case| &case.case_type),
            &text(|case| &case.ledger),
            &weights,
            &points,
            &number(|away| away.payable_fen),
            &number(|away| away.case.cost_fen),
            &number(|away| away.case.others_fen),
            &special,
            &dates,
        ],
    )
    .await?;
    let keys: ListKeys = cases
        .iter()
        .map(|AwayCase { case, .. }| (case.fixmedins_code.as_str(), case.setl_id.as_str()))
        .collect();
    frozen_cases::mark_lists(tx, &keys, batches).await
}

/// What the provincial system answered to cases of an institution: settlement ids, whether
/// each was taken, and why not. A case that is decided stays so.
///
/// # Errors
/// [`TxError::Database`].
pub async fn acknowledge(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    (setl_ids, taken, reasons): (&[String], &[bool], &[String]),
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE cross_region_cases c
         SET state = CASE WHEN k.taken THEN 'ACKNOWLEDGED' ELSE 'NOT_TAKEN' END,
             reason = k.reason
         FROM UNNEST($2::text[], $3::boolean[], $4::text[]) AS k (setl_id, taken, reason)
         WHERE c.fixmedins_code = $1 AND c.setl_id = k.setl_id AND c.decided_at IS NULL",
        &[&fixmedins_code, &setl_ids, &taken, &reasons],
    )
    .await
}

/// A case as it stands before a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Its state.
    pub state: String,
    /// The fund's part, payable − others, fen.
    pub fund_fen: i64,
    /// What was agreed, fen.
    pub agreed_fen: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Locks these cases, in the order of their keys.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock(tx: &Tx<'_>, keys: &ListKeys) -> Result<Vec<Standing>, TxError> {
    let rows = tx
        .query(
            "SELECT c.fixmedins_code, c.setl_id, c.state, c.payable_fen - c.others_fen,
                    c.agreed_fen, c.reason
             FROM cross_region_cases c
             JOIN UNNEST($1::text[], $2::text[]) AS k (f, s)
               ON c.fixmedins_code = k.f AND c.setl_id = k.s
             ORDER BY c.fixmedins_code, c.setl_id FOR UPDATE OF c",
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    let standing = |row: &Row| -> Result<Standing, tokio_postgres::Error> {
        Ok(Standing {
            fixmedins_code: row.try_get(0)?,
            setl_id: row.try_get(1)?,
            state: row.try_get(2)?,
            fund_fen: row.try_get(3)?,
            agreed_fen: row.try_get(4)?,
            reason: row.try_get(5)?,
        })
    };
    Ok(rows.iter().map(standing).collect::<Result<_, _>>()?)
}

/// Keeps decisions on locked cases: state, agreed amount and reason of each.
///
/// # Errors
/// [`TxError::Database`].
pub async fn decide(
    tx: &Tx<'_>,
    decided: &[Standing],
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    let text = |of: fn(&Standing) -> &String| decided.iter().map(of).collect::<Vec<_>>();
    let agreed: Vec<_> = decided.iter().map(|one| one.agreed_fen).collect();
    tx.execute(
        "UPDATE cross_region_cases c SET state = k.state, agreed_fen = k.agreed,
             reason = k.reason, decided_at = $6, decided_by = $7
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
             AS k (code, setl_id, state, agreed, reason)
         WHERE c.fixmedins_code = k.code AND c.setl_id = k.setl_id",
        &[
            &text(|one| &one.fixmedins_code),
            &text(|one| &one.setl_id),
            &text(|one| &one.state),
            &agreed,
            &text(|one| &one.reason),
            &at,
            &by,
        ],
    )
    .await
}
