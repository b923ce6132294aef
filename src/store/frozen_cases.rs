//! Cases frozen with a month: priced once, never rewritten.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Tx, TxError, bill_pages::BillPage, lists::ListKeys, monthly_batches::BatchKey};

/// A case that may be frozen: a submitted or passed list with its valid group.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Settlement id.
    pub setl_id: String,
    /// Whether the list came without person and fees.
    pub thin: bool,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Scheme that grouped it.
    pub grp_ver: String,
    /// Weight of the group.
    pub weight: Option<Decimal>,
    /// Coefficient of DIP's auxiliary catalogue.
    pub auxiliary: Option<Decimal>,
    /// Total cost, fen.
    pub cost_fen: i64,
}

/// Locks the lists of an institution's month that are submitted or passed, grouped and not
/// frozen, in the order of their ids.
///
/// # Errors
/// [`TxError::Database`].
pub async fn candidates(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<Vec<Candidate>, TxError> {
    let rows = tx
        .query(
            "SELECT l.setl_id, l.layout = 'thin', g.drg_code, g.drg_name, g.grp_ver, g.weight,
                    g.auxiliary, g.medfee_fen
             FROM settlement_lists l
             JOIN groupings g ON g.fixmedins_code = l.fixmedins_code AND g.setl_id = l.setl_id
                  AND g.vali_flag = 1
             WHERE l.fixmedins_code = $1 AND l.setl_ym = $2 AND l.stas_type IN (1, 2)
               AND l.frozen_batch IS NULL
             ORDER BY l.setl_id FOR UPDATE OF l",
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    let candidate = |row: &Row| -> Result<Candidate, tokio_postgres::Error> {
        Ok(Candidate {
            setl_id: row.try_get(0)?,
            thin: row.try_get(1)?,
            drg_code: row.try_get(2)?,
            drg_name: row.try_get(3)?,
            grp_ver: row.try_get(4)?,
            weight: row.try_get(5)?,
            auxiliary: row.try_get(6)?,
            cost_fen: row.try_get(7)?,
        })
    };
    Ok(rows.iter().map(candidate).collect::<Result<_, _>>()?)
}

/// A frozen case.
#[derive(Debug, Clone)]
pub struct FrozenCase {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Month.
    pub setl_ym: String,
    /// Insurance type.
    pub insutype: String,
    /// Division of the institution.
    pub district: String,
    /// Department of discharge.
    pub department: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Scheme.
    pub grp_ver: String,
    /// Profile.
    pub profile: String,
    /// Version of the parameters.
    pub version: String,
    /// Payment method.
    pub method: String,
    /// Formula.
    pub formula: String,
    /// low, normal, high, extreme.
    pub case_type: String,
    /// Weight of the group.
    pub weight: Option<Decimal>,
    /// Points, ten-thousandths; none when the amount is fixed.
    pub points_e4: Option<i64>,
    /// Fixed amount, fen; none when it depends on the value of a point.
    pub fixed_fen: Option<i64>,
    /// Total cost, fen.
    pub cost_fen: i64,
    /// Paid by the patient and other payers, fen.
    pub others_fen: i64,
    /// Whether the amount is a special case's decision.
    pub special: bool,
    /// Day of settlement.
    pub setl_date: NaiveDate,
    /// Days in hospital, where they are known.
    pub days: Option<i32>,
    /// The calculation, JSON.
    pub ledger: String,
    /// What it is worth, once billed, fen.
    pub payable_fen: Option<i64>,
}

/// Freezes cases: keeps them, and marks their lists as passed and frozen. `batches` names
/// the batch of each.
///
/// # Errors
/// [`TxError::Database`].
pub async fn freeze(tx: &Tx<'_>, cases: &[FrozenCase], batches: &[String]) -> Result<(), TxError> {
    let text = |of: fn(&FrozenCase) -> &String| cases.iter().map(of).collect::<Vec<_>>();
    let weights: Vec<_> = cases.iter().map(|case| case.weight).collect();
    let points: Vec<_> = cases.iter().map(|case| case.points_e4).collect();
    let fixed: Vec<_> = cases.iter().map(|case| case.fixed_fen).collect();
    let costs: Vec<_> = cases.iter().map(|case| case.cost_fen).collect();
    let others: Vec<_> = cases.iter().map(|case| case.others_fen).collect();
    let special: Vec<_> = cases.iter().map(|case| case.special).collect();
    let dates: Vec<_> = cases.iter().map(|case| case.setl_date).collect();
    let days: Vec<_> = cases.iter().map(|case| case.days).collect();
    tx.execute(
        "INSERT INTO frozen_cases (fixmedins_code, setl_id, setl_ym, insutype, district,
             department, drg_code, drg_name, grp_ver, profile, version, method, formula,
             case_type, ledger, weight, points_e4, fixed_fen, cost_fen, others_fen, special,
             setl_date, days)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
             $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::text[], $15::text[], $16::numeric[], $17::bigint[],
             $18::bigint[], $19::bigint[], $20::bigint[], $21::boolean[], $22::date[],
             $23::integer[])",
        &[
            &text(|case| &case.fixmedins_code),
            &text(|case| &case.setl_id),
            &text(|case| &case.setl_ym),
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
            &fixed,
            &costs,
            &others,
            &special,
            &dates,
            &days,
        ],
    )
    .await?;
    let keys: ListKeys = cases
        .iter()
        .map(|case| (case.fixmedins_code.as_str(), case.setl_id.as_str()))
        .collect();
    mark_lists(tx, &keys, batches).await
}

/// Marks lists as passed and frozen, each with its batch.
pub(super) async fn mark_lists(
    tx: &Tx<'_>,
    keys: &ListKeys,
    batches: &[String],
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_lists l SET stas_type = 2, frozen_batch = k.batch
         FROM UNNEST($1::text[], $2::text[], $3::text[]) AS k (f, s, batch)
         WHERE l.fixmedins_code = k.f AND l.setl_id = k.s",
        &[&keys.fixmedins_codes, &keys.setl_ids, &batches],
    )
    .await
}

macro_rules! case_columns {
    () => {
        "fixmedins_code, setl_id, setl_ym, insutype, district, department, drg_code, drg_name,
         grp_ver, profile, version, method, formula, case_type, weight, points_e4, fixed_fen,
         cost_fen, others_fen, special, setl_date, days, ledger, payable_fen"
    };
}

fn case(row: &Row) -> Result<FrozenCase, tokio_postgres::Error> {
    Ok(FrozenCase {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        setl_ym: row.try_get(2)?,
        insutype: row.try_get(3)?,
        district: row.try_get(4)?,
        department: row.try_get(5)?,
        drg_code: row.try_get(6)?,
        drg_name: row.try_get(7)?,
        grp_ver: row.try_get(8)?,
        profile: row.try_get(9)?,
        version: row.try_get(10)?,
        method: row.try_get(11)?,
        formula: row.try_get(12)?,
        case_type: row.try_get(13)?,
        weight: row.try_get(14)?,
        points_e4: row.try_get(15)?,
        fixed_fen: row.try_get(16)?,
        cost_fen: row.try_get(17)?,
        others_fen: row.try_get(18)?,
        special: row.try_get(19)?,
        setl_date: row.try_get(20)?,
        days: row.try_get(21)?,
        ledger: row.try_get(22)?,
        payable_fen: row.try_get(23)?,
    })
}

/// A page of frozen cases and the number there are altogether.
///
/// # Errors
/// [`TxError::Database`].
pub async fn page(tx: &Tx<'_>, page: &BillPage<'_>) -> Result<(Vec<FrozenCase>, i64), TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                case_columns!(),
                " FROM frozen_cases WHERE setl_ym = $1
                  AND ($2::text IS NULL OR fixmedins_code = $2) AND starts_with(district, $3)
                  AND ($4::text IS NULL OR insutype = $4)
                  ORDER BY fixmedins_code, setl_id LIMIT $5 OFFSET $6"
            ),
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    let total = tx
        .query_one(
            "SELECT COUNT(*) FROM frozen_cases WHERE setl_ym = $1
             AND ($2::text IS NULL OR fixmedins_code = $2) AND starts_with(district, $3)
             AND ($4::text IS NULL OR insutype = $4)",
            &[
                &page.setl_ym,
                &page.fixmedins_code,
                &page.division,
                &page.insutype,
            ],
        )
        .await?;
    let cases = rows.iter().map(case).collect::<Result<_, _>>()?;
    Ok((cases, total.try_get(0)?))
}

/// What a bill needs of a case; the calculation stays where it is.
#[derive(Debug, Clone)]
pub struct UnbilledCase {
    /// Settlement id.
    pub setl_id: String,
    /// Department of discharge.
    pub department: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Points, ten-thousandths.
    pub points_e4: Option<i64>,
    /// Fixed amount, fen.
    pub fixed_fen: Option<i64>,
    /// Total cost, fen.
    pub cost_fen: i64,
    /// Paid by others, fen.
    pub others_fen: i64,
}

/// The cases of these institutions' month by batch, each by settlement id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_batches(
    tx: &Tx<'_>,
    setl_ym: &str,
    codes: &[&str],
) -> Result<BTreeMap<BatchKey, Vec<UnbilledCase>>, TxError> {
    let rows = tx
        .query(
            "SELECT setl_id, department, drg_code, drg_name, points_e4, fixed_fen, cost_fen,
                    others_fen, fixmedins_code, insutype
             FROM frozen_cases
             WHERE fixmedins_code = ANY($1) AND setl_ym = $2
             ORDER BY fixmedins_code, insutype, setl_id",
            &[&codes, &setl_ym],
        )
        .await?;
    let case = |row: &Row| -> Result<UnbilledCase, tokio_postgres::Error> {
        Ok(UnbilledCase {
            setl_id: row.try_get(0)?,
            department: row.try_get(1)?,
            drg_code: row.try_get(2)?,
            drg_name: row.try_get(3)?,
            points_e4: row.try_get(4)?,
            fixed_fen: row.try_get(5)?,
            cost_fen: row.try_get(6)?,
            others_fen: row.try_get(7)?,
        })
    };
    let mut cases: BTreeMap<BatchKey, Vec<UnbilledCase>> = BTreeMap::new();
    for row in &rows {
        let key = BatchKey {
            fixmedins_code: row.try_get(8)?,
            setl_ym: setl_ym.to_owned(),
            insutype: row.try_get(9)?,
        };
        cases.entry(key).or_default().push(case(row)?);
    }
    Ok(cases)
}

/// What the points of a month rest on, of one case.
#[derive(Debug, Clone)]
pub struct CaseSums {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Insurance type.
    pub insutype: String,
    /// Points, ten-thousandths.
    pub points_e4: Option<i64>,
    /// Fixed amount, fen.
    pub fixed_fen: Option<i64>,
    /// Total cost, fen.
    pub cost_fen: i64,
    /// Paid by others, fen.
    pub others_fen: i64,
}

/// The next cases of a month behind an institution and settlement id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn sums_after(
    tx: &Tx<'_>,
    setl_ym: &str,
    (fixmedins_code, insutype, setl_id): (&str, &str, &str),
    limit: i64,
) -> Result<Vec<CaseSums>, TxError> {
    let rows = tx
        .query(
            "SELECT fixmedins_code, setl_id, insutype, points_e4, fixed_fen, cost_fen, others_fen
             FROM frozen_cases
             WHERE setl_ym = $1 AND (fixmedins_code, insutype, setl_id) > ($2, $3, $4)
             ORDER BY fixmedins_code, insutype, setl_id LIMIT $5",
            &[&setl_ym, &fixmedins_code, &insutype, &setl_id, &limit],
        )
        .await?;
    let sums = |row: &Row| -> Result<CaseSums, tokio_postgres::Error> {
        Ok(CaseSums {
            fixmedins_code: row.try_get(0)?,
            setl_id: row.try_get(1)?,
            insutype: row.try_get(2)?,
            points_e4: row.try_get(3)?,
            fixed_fen: row.try_get(4)?,
            cost_fen: row.try_get(5)?,
            others_fen: row.try_get(6)?,
        })
    };
    Ok(rows.iter().map(sums).collect::<Result<_, _>>()?)
}

/// Writes what cases are worth: institutions, settlement ids and amounts, one place each.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_payable(
    tx: &Tx<'_>,
    codes: &[&str],
    setl_ids: &[&str],
    payable_fen: &[i64],
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE frozen_cases c SET payable_fen = k.payable
         FROM UNNEST($1::text[], $2::text[], $3::bigint[]) AS k (code, setl_id, payable)
         WHERE c.fixmedins_code = k.code AND c.setl_id = k.setl_id AND c.payable_fen IS NULL",
        &[&codes, &setl_ids, &payable_fen],
    )
    .await
}
