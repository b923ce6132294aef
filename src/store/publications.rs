//! Publication of a month's grouping results, and the objections to them.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::{Tx, TxError, lists::ListHead};

/// A round of publication.
#[derive(Debug, Clone)]
pub struct Publication {
    /// How often the month was published.
    pub round: i32,
    /// When the window opened.
    pub opened_at: DateTime<Utc>,
    /// When it closes.
    pub closes_at: DateTime<Utc>,
}

/// The last round of a month.
///
/// # Errors
/// [`TxError::Database`].
pub async fn last(tx: &Tx<'_>, setl_ym: &str) -> Result<Option<Publication>, TxError> {
    let row = tx
        .query_opt(
            "SELECT round, opened_at, closes_at FROM publications WHERE setl_ym = $1
             ORDER BY round DESC LIMIT 1",
            &[&setl_ym],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Publication {
        round: row.try_get(0)?,
        opened_at: row.try_get(1)?,
        closes_at: row.try_get(2)?,
    }))
}

/// Opens a round; false if another call opened the same one.
///
/// # Errors
/// [`TxError::Database`].
pub async fn open(
    tx: &Tx<'_>,
    setl_ym: &str,
    publication: &Publication,
    app_id: &str,
) -> Result<bool, TxError> {
    let row = tx
        .query_opt(
            "INSERT INTO publications (setl_ym, round, opened_at, closes_at, app_id)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1",
            &[
                &setl_ym,
                &publication.round,
                &publication.opened_at,
                &publication.closes_at,
                &app_id,
            ],
        )
        .await?;
    Ok(row.is_some())
}

/// What is published: valid groups of submitted or passed lists, made before the window
/// opened.
macro_rules! published {
    () => {
        " FROM groupings g
          JOIN settlement_lists l ON l.fixmedins_code = g.fixmedins_code
              AND l.setl_id = g.setl_id AND l.stas_type IN (1, 2)
          WHERE g.vali_flag = 1 AND g.setl_ym = $1 AND g.grp_time <= $2 "
    };
}

/// Number of published cases.
///
/// # Errors
/// [`TxError::Database`].
pub async fn count(tx: &Tx<'_>, setl_ym: &str, opened_at: DateTime<Utc>) -> Result<i64, TxError> {
    let row = tx
        .query_one(
            concat!("SELECT COUNT(*)", published!()),
            &[&setl_ym, &opened_at],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Which published cases a page holds.
#[derive(Debug)]
pub struct PublishedPage<'a> {
    /// Settlement month.
    pub setl_ym: &'a str,
    /// When the window opened.
    pub opened_at: DateTime<Utc>,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Cases with an objection only.
    pub objected: bool,
    /// Begins behind this institution and settlement id.
    pub after: (&'a str, &'a str),
    /// Rows of the page.
    pub limit: i64,
}

/// A published case with its last objection.
#[derive(Debug)]
pub struct PublishedCase {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Group.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Scheme.
    pub grp_ver: String,
    /// Total cost, fen.
    pub medfee_fen: i64,
    /// Estimated payment standard, fen.
    pub pay_std_fen: Option<i64>,
    /// The last objection.
    pub objection: Option<Objection>,
}

/// An objection.
#[derive(Debug, Clone)]
pub struct Objection {
    /// Running number of the case's objections.
    pub number: i32,
    /// OPEN, UPHELD or REJECTED.
    pub state: String,
    /// Why.
    pub reason: String,
    /// The group that is wanted.
    pub wanted_drg_code: Option<String>,
    /// When.
    pub raised_at: DateTime<Utc>,
    /// The city's opinion.
    pub opinion: Option<String>,
}

/// The cases of a page, by institution and settlement id.
///
/// # Errors
/// [`TxError::Database`].
pub async fn page(tx: &Tx<'_>, page: &PublishedPage<'_>) -> Result<Vec<PublishedCase>, TxError> {
    let sql = concat!(
        "SELECT g.fixmedins_code, g.setl_id, g.drg_code, g.drg_name, g.grp_ver, g.medfee_fen,
                g.pay_std_fen, o.number, o.state, o.reason, o.wanted_drg_code, o.raised_at, o.opinion
         FROM (SELECT g.*",
        published!(),
        "  AND ($3::text IS NULL OR g.fixmedins_code = $3)
           AND (g.fixmedins_code, g.setl_id) > ($4, $5)
           AND (NOT $6 OR EXISTS (SELECT 1 FROM objections e WHERE e.setl_ym = $1
                AND e.fixmedins_code = g.fixmedins_code AND e.setl_id = g.setl_id))
           ORDER BY g.fixmedins_code, g.setl_id LIMIT $7) g
         LEFT JOIN LATERAL (
             SELECT * FROM objections o
             WHERE o.fixmedins_code = g.fixmedins_code AND o.setl_id = g.setl_id
             ORDER BY o.number DESC LIMIT 1) o ON true
         ORDER BY g.fixmedins_code, g.setl_id"
    );
    let (code, id) = page.after;
    let rows = tx
        .query(
            sql,
            &[
                &page.setl_ym,
                &page.opened_at,
                &page.fixmedins_code,
                &code,
                &id,
                &page.objected,
                &page.limit,
            ],
        )
        .await?;
    Ok(rows.iter().map(published_case).collect::<Result<_, _>>()?)
}

fn published_case(row: &Row) -> Result<PublishedCase, tokio_postgres::Error> {
    let number: Option<i32> = row.try_get(7)?;
    Ok(PublishedCase {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        drg_code: row.try_get(2)?,
        drg_name: row.try_get(3)?,
        grp_ver: row.try_get(4)?,
        medfee_fen: row.try_get(5)?,
        pay_std_fen: row.try_get(6)?,
        objection: match number {
            None => None,
            Some(number) => Some(Objection {
                number,
                state: row.try_get(8)?,
                reason: row.try_get(9)?,
                wanted_drg_code: row.try_get(10)?,
                raised_at: row.try_get(11)?,
                opinion: row.try_get(12)?,
            }),
        },
    })
}

/// The published group of a list, if it is published.
///
/// # Errors
/// [`TxError::Database`].
pub async fn published_group(
    tx: &Tx<'_>,
    list: &ListHead,
    opened_at: DateTime<Utc>,
) -> Result<Option<String>, TxError> {
    let row = tx
        .query_opt(
            concat!(
                "SELECT g.drg_code",
                published!(),
                "AND g.fixmedins_code = $3 AND g.setl_id = $4"
            ),
            &[
                &list.setl_ym,
                &opened_at,
                &list.fixmedins_code,
                &list.setl_id,
            ],
        )
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Number and state of a list's last objection. The list's row is locked by the caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn last_objection(
    tx: &Tx<'_>,
    list: &ListHead,
) -> Result<Option<(i32, String)>, TxError> {
    let row = tx
        .query_opt(
            "SELECT number, state FROM objections WHERE fixmedins_code = $1 AND setl_id = $2
             ORDER BY number DESC LIMIT 1",
            &[&list.fixmedins_code, &list.setl_id],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some((row.try_get(0)?, row.try_get(1)?)))
}

/// An objection to be kept.
#[derive(Debug)]
pub struct NewObjection<'a> {
    /// Running number of the case's objections.
    pub number: i32,
    /// Round of publication.
    pub round: i32,
    /// The published group.
    pub drg_code: &'a str,
    /// The group that is wanted.
    pub wanted_drg_code: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub raised_at: DateTime<Utc>,
}

/// Keeps an objection.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_objection(
    tx: &Tx<'_>,
    list: &ListHead,
    objection: &NewObjection<'_>,
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO objections (fixmedins_code, setl_id, number, setl_ym, round, drg_code,
                                 wanted_drg_code, reason, state, raised_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'OPEN', $9)",
        &[
            &list.fixmedins_code,
            &list.setl_id,
            &objection.number,
            &list.setl_ym,
            &objection.round,
            &objection.drg_code,
            &objection.wanted_drg_code,
            &objection.reason,
            &objection.raised_at,
        ],
    )
    .await
}

/// Decides an objection.
///
/// # Errors
/// [`TxError::Database`].
pub async fn decide(
    tx: &Tx<'_>,
    list: &ListHead,
    number: i32,
    (state, opinion): (&str, &str),
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE objections SET state = $4, opinion = $5, decided_at = $6, decided_by = $7
         WHERE fixmedins_code = $1 AND setl_id = $2 AND number = $3",
        &[
            &list.fixmedins_code,
            &list.setl_id,
            &number,
            &state,
            &opinion,
            &at,
            &by,
        ],
    )
    .await
}
