//! Special cases under review and what was said on them.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{Tx, TxError};

/// A special case; amounts in fen.
#[derive(Debug, Clone)]
pub struct SpecialCase {
    /// Institution.
    pub fixmedins_code: String,
    /// Its id.
    pub appy_chk_setl_list_id: String,
    /// Settlement id.
    pub setl_id: String,
    /// Month.
    pub setl_ym: String,
    /// 1, or 0 once withdrawn.
    pub vali_flag: i16,
    /// State of section 2.3.
    pub state: String,
    /// Number of its last opinion.
    pub version: i32,
    /// Round of the panel.
    pub round: i32,
    /// Type of the application (exit_type).
    pub exit_type: String,
    /// Why.
    pub exit_rea: String,
    /// Digest of the evidence.
    pub evidence: String,
    /// Group.
    pub drg_codg: String,
    /// Its name.
    pub drg_name: String,
    /// Payment standard.
    pub pay_std_fen: Option<i64>,
    /// Total cost.
    pub cost_fen: i64,
    /// What is asked for (exit_fund_payamt).
    pub asked_fen: i64,
    /// What was approved.
    pub approved_fen: Option<i64>,
    /// When it was declared.
    pub declared_at: DateTime<Utc>,
    /// When it was decided last.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it was changed last.
    pub updt_time: DateTime<Utc>,
}

macro_rules! columns {
    () => {
        "SELECT fixmedins_code, appy_chk_setl_list_id, setl_id, setl_ym, vali_flag, state, version,
                round, exit_type, exit_rea, evidence, drg_codg, drg_name, pay_std_fen, cost_fen,
                asked_fen, approved_fen, declared_at, decided_at, updt_time FROM special_cases"
    };
}

fn special(row: &Row) -> Result<SpecialCase, tokio_postgres::Error> {
    Ok(SpecialCase {
        fixmedins_code: row.try_get(0)?,
        appy_chk_setl_list_id: row.try_get(1)?,
        setl_id: row.try_get(2)?,
        setl_ym: row.try_get(3)?,
        vali_flag: row.try_get(4)?,
        state: row.try_get(5)?,
        version: row.try_get(6)?,
        round: row.try_get(7)?,
        exit_type: row.try_get(8)?,
        exit_rea: row.try_get(9)?,
        evidence: row.try_get(10)?,
        drg_codg: row.try_get(11)?,
        drg_name: row.try_get(12)?,
        pay_std_fen: row.try_get(13)?,
        cost_fen: row.try_get(14)?,
        asked_fen: row.try_get(15)?,
        approved_fen: row.try_get(16)?,
        declared_at: row.try_get(17)?,
        decided_at: row.try_get(18)?,
        updt_time: row.try_get(19)?,
    })
}

/// Keeps a declared case, or writes a locked one anew.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, case: &SpecialCase) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO special_cases (fixmedins_code, appy_chk_setl_list_id, setl_id, setl_ym,
             vali_flag, state, version, round, exit_type, exit_rea, evidence, drg_codg, drg_name,
             pay_std_fen, cost_fen, asked_fen, approved_fen, declared_at, decided_at, updt_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20)
         ON CONFLICT (fixmedins_code, appy_chk_setl_list_id) DO UPDATE SET
             vali_flag = $5, state = $6, version = $7, round = $8, exit_type = $9, exit_rea = $10,
             evidence = $11, asked_fen = $16, approved_fen = $17, decided_at = $19,
             updt_time = $20",
        &[
            &case.fixmedins_code,
            &case.appy_chk_setl_list_id,
            &case.setl_id,
            &case.setl_ym,
            &case.vali_flag,
            &case.state,
            &case.version,
            &case.round,
            &case.exit_type,
            &case.exit_rea,
            &case.evidence,
            &case.drg_codg,
            &case.drg_name,
            &case.pay_std_fen,
            &case.cost_fen,
            &case.asked_fen,
            &case.approved_fen,
            &case.declared_at,
            &case.decided_at,
            &case.updt_time,
        ],
    )
    .await
}

/// Locks the case with an id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn locked(tx: &Tx<'_>, id: &str) -> Result<Option<SpecialCase>, TxError> {
    let row = tx
        .query_opt(
            concat!(columns!(), " WHERE appy_chk_setl_list_id = $1 FOR UPDATE"),
            &[&id],
        )
        .await?;
    Ok(row.as_ref().map(special).transpose()?)
}

/// How many cases were declared for a list, withdrawn ones included.
///
/// # Errors
/// [`TxError::Database`].
pub async fn declared_for(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
) -> Result<(i64, bool), TxError> {
    let row = tx
        .query_one(
            "SELECT COUNT(*), COALESCE(bool_or(vali_flag = 1), false) FROM special_cases
             WHERE fixmedins_code = $1 AND setl_id = $2",
            &[&fixmedins_code, &setl_id],
        )
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Cases of an institution's month that are not withdrawn, locked, by their ids.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_month(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<Vec<SpecialCase>, TxError> {
    let rows = tx
        .query(
            concat!(
                columns!(),
                " WHERE fixmedins_code = $1 AND setl_ym = $2 AND vali_flag = 1
                  ORDER BY appy_chk_setl_list_id FOR UPDATE"
            ),
            &[&fixmedins_code, &setl_ym],
        )
        .await?;
    Ok(rows.iter().map(special).collect::<Result<_, _>>()?)
}

/// Which cases a list of them holds; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct SpecialPage<'a> {
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Settlement id.
    pub setl_id: Option<&'a str>,
    /// Id of the case.
    pub id: Option<&'a str>,
    /// Month.
    pub setl_ym: Option<&'a str>,
    /// Cases whose panel this expert sits on.
    pub expert: Option<&'a str>,
    /// Rows to leave out.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// A page of cases, the newest first.
///
/// # Errors
/// [`TxError::Database`].
pub async fn page(tx: &Tx<'_>, page: &SpecialPage<'_>) -> Result<Vec<SpecialCase>, TxError> {
    let rows = tx
        .query(
            concat!(
                columns!(),
                " s WHERE ($1::text IS NULL OR fixmedins_code = $1)
                  AND ($2::text IS NULL OR setl_id = $2)
                  AND ($3::text IS NULL OR appy_chk_setl_list_id = $3)
                  AND ($4::text IS NULL OR setl_ym = $4)
                  AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM special_opinions o
                      WHERE o.fixmedins_code = s.fixmedins_code
                        AND o.appy_chk_setl_list_id = s.appy_chk_setl_list_id
                        AND o.app_id = $5 AND o.role = 'expert'))
                  ORDER BY declared_at DESC, fixmedins_code, appy_chk_setl_list_id
                  LIMIT $6 OFFSET $7"
            ),
            &[
                &page.fixmedins_code,
                &page.setl_id,
                &page.id,
                &page.setl_ym,
                &page.expert,
                &page.limit,
                &page.offset,
            ],
        )
        .await?;
    Ok(rows.iter().map(special).collect::<Result<_, _>>()?)
}

/// An opinion, or a seat on the panel that has not spoken yet.
#[derive(Debug, Clone)]
pub struct Opinion {
    /// Running number in the case.
    pub number: i32,
    /// Round of the panel.
    pub round: i32,
    /// hospital, city or expert.
    pub role: String,
    /// The caller.
    pub app_id: String,
    /// An expert's institution.
    pub institution: String,
    /// The action; empty until a panel member speaks.
    pub action: String,
    /// Amount that it is for, fen.
    pub amount_fen: Option<i64>,
    /// The words.
    pub opnn: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Everything said on a case, the first first.
///
/// # Errors
/// [`TxError::Database`].
pub async fn opinions(tx: &Tx<'_>, case: &SpecialCase) -> Result<Vec<Opinion>, TxError> {
    let rows = tx
        .query(
            "SELECT number, round, role, app_id, institution, drg_dip_exit_opnn_type, amount_fen,
                    opnn, opnn_time
             FROM special_opinions
             WHERE fixmedins_code = $1 AND appy_chk_setl_list_id = $2 ORDER BY number",
            &[&case.fixmedins_code, &case.appy_chk_setl_list_id],
        )
        .await?;
    let opinion = |row: &Row| -> Result<Opinion, tokio_postgres::Error> {
        Ok(Opinion {
            number: row.try_get(0)?,
            round: row.try_get(1)?,
            role: row.try_get(2)?,
            app_id: row.try_get(3)?,
            institution: row.try_get(4)?,
            action: row.try_get(5)?,
            amount_fen: row.try_get(6)?,
            opnn: row.try_get(7)?,
            at: row.try_get(8)?,
        })
    };
    Ok(rows.iter().map(opinion).collect::<Result<_, _>>()?)
}

/// Keeps an opinion, or what a panel member now says.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_opinion(
    tx: &Tx<'_>,
    case: &SpecialCase,
    opinion: &Opinion,
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO special_opinions (fixmedins_code, appy_chk_setl_list_id, number, round, role,
             app_id, institution, drg_dip_exit_opnn_type, amount_fen, opnn, opnn_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (fixmedins_code, appy_chk_setl_list_id, number) DO UPDATE SET
             drg_dip_exit_opnn_type = $8, amount_fen = $9, opnn = $10, opnn_time = $11",
        &[
            &case.fixmedins_code,
            &case.appy_chk_setl_list_id,
            &opinion.number,
            &opinion.round,
            &opinion.role,
            &opinion.app_id,
            &opinion.institution,
            &opinion.action,
            &opinion.amount_fen,
            &opinion.opnn,
            &opinion.at,
        ],
    )
    .await
}

/// The valid group of a list with its amounts, as a case under review shows it.
#[derive(Debug, Clone)]
pub struct GroupOf {
    /// Group.
    pub drg_codg: String,
    /// Its name.
    pub drg_name: String,
    /// Payment standard, fen.
    pub pay_std_fen: Option<i64>,
    /// Total cost, fen.
    pub cost_fen: i64,
}

/// The valid group of a list, if it has one.
///
/// # Errors
/// [`TxError::Database`].
pub async fn group_of(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
) -> Result<Option<GroupOf>, TxError> {
    let row = tx
        .query_opt(
            "SELECT drg_code, drg_name, pay_std_fen, medfee_fen FROM groupings
             WHERE fixmedins_code = $1 AND setl_id = $2 AND vali_flag = 1",
            &[&fixmedins_code, &setl_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(GroupOf {
        drg_codg: row.try_get(0)?,
        drg_name: row.try_get(1)?,
        pay_std_fen: row.try_get(2)?,
        cost_fen: row.try_get(3)?,
    }))
}
