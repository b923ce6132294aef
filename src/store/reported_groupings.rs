//! Official grouping results as the city reported them: one row for each case and
//! sequence, of which at most one is in force (not revoked). The case's list is the lock:
//! whoever reports or revokes holds its row.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use tokio_postgres::Row;

use super::{Tx, TxError, lists::ListKeys};

/// State of a revoked result.
pub const REVOKED: &str = "REVOKED";

/// A reported result.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Running number of the case's reports, from 1.
    pub sequence: i32,
    /// Scheme of the national group.
    pub grp_ver: String,
    /// Scheme of the local group; may be empty.
    pub place_grp_ver: String,
    /// National group.
    pub drg_code: String,
    /// Local group; may be empty.
    pub place_drg_codg: String,
    /// Digest of the list as reported.
    pub input_digest: String,
    /// REPORTED, VERIFIED, VERIFY_FAILED or REVOKED.
    pub state: String,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// When and by whom it was revoked, and why.
    pub revoked: Option<Revocation>,
}

/// A revocation.
#[derive(Debug, Clone)]
pub struct Revocation {
    /// When.
    pub at: DateTime<Utc>,
    /// Application id of who did it.
    pub by: String,
    /// 1 list corrected, 2 wrong scheme, 3 objection upheld, 4 special review, 9 other.
    pub reason_code: i16,
    /// The reason in words.
    pub reason: String,
}

/// A result to be stored.
#[derive(Debug)]
pub struct NewReport {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Running number of the case's reports.
    pub sequence: i32,
    /// Serial number of the list.
    pub setl_list_sn: String,
    /// Major diagnostic category.
    pub mdc_codg: String,
    /// Core group.
    pub adrg_code: String,
    /// Group.
    pub drg_code: String,
    /// Its name in the scheme.
    pub drg_name: String,
    /// Local group; may be empty.
    pub place_drg_codg: String,
    /// Complications; may be empty.
    pub ccmcc: String,
    /// Whether the case has a group.
    pub grouped: bool,
    /// When it was grouped.
    pub grp_time: DateTime<Utc>,
    /// Digest of the list.
    pub input_digest: String,
    /// Weight of the group in the scheme.
    pub weight: Option<Decimal>,
}

/// What the results of one message share.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Number of the batch.
    pub batch_no: &'a str,
    /// Settlement month.
    pub setl_ym: &'a str,
    /// Scheme of the national group.
    pub grp_ver: &'a str,
    /// Version of the grouping specification.
    pub grp_spec_ver: &'a str,
    /// Scheme of the local group.
    pub place_grp_ver: &'a str,
    /// Application id of the reporter.
    pub app_id: &'a str,
    /// SM3 of the message's canonical data.
    pub digest: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

macro_rules! reported_columns {
    () => {
        "r.fixmedins_code, r.setl_id, r.sequence, r.grp_ver, r.place_grp_ver, r.drg_code,
         r.place_drg_codg, r.input_digest, r.state, r.reported_at, r.revoked_at, r.revoked_by,
         r.reason_code, r.reason"
    };
}

/// All results of cases, in the order of their sequences.
///
/// # Errors
/// [`TxError::Database`].
pub async fn of_cases(tx: &Tx<'_>, keys: &ListKeys) -> Result<Vec<Reported>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                reported_columns!(),
                " FROM reported_groupings r
                  JOIN (SELECT DISTINCT f, s FROM UNNEST($1::text[], $2::text[]) AS k (f, s)) AS k
                    ON r.fixmedins_code = k.f AND r.setl_id = k.s
                  ORDER BY r.fixmedins_code, r.setl_id, r.sequence"
            ),
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    Ok(rows.iter().map(reported).collect::<Result<_, _>>()?)
}

/// Claims batch_no for a message: true if it is new, or was used by the same content.
///
/// # Errors
/// [`TxError::Database`].
pub async fn claim_batch(tx: &Tx<'_>, batch: &Batch<'_>, accepted: i32) -> Result<bool, TxError> {
    let row = tx
        .query_one(
            "WITH claimed AS (
                 INSERT INTO grouping_batches (app_id, setl_ym, batch_no, digest, accepted,
                                               reported_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1)
             SELECT EXISTS (SELECT 1 FROM claimed) OR EXISTS (
                 SELECT 1 FROM grouping_batches
                 WHERE app_id = $1 AND setl_ym = $2 AND batch_no = $3 AND digest = $4)",
            &[
                &batch.app_id,
                &batch.setl_ym,
                &batch.batch_no,
                &batch.digest,
                &accepted,
                &batch.at,
            ],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Stores results in state REPORTED, in one statement, with the cost and, for the same
/// group, the estimate of the gateway's own grouping.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, batch: &Batch<'_>, rows: &[NewReport]) -> Result<(), TxError> {
    let text = |of: fn(&NewReport) -> &String| rows.iter().map(of).collect::<Vec<_>>();
    let sequences: Vec<_> = rows.iter().map(|row| row.sequence).collect();
    let grouped: Vec<_> = rows.iter().map(|row| i16::from(row.grouped)).collect();
    let times: Vec<_> = rows.iter().map(|row| row.grp_time).collect();
    let weights: Vec<_> = rows.iter().map(|row| row.weight).collect();
    tx.execute(
        "INSERT INTO reported_groupings (fixmedins_code, setl_id, sequence, setl_ym, batch_no,
             setl_list_sn, grp_ver, grp_spec_ver, place_grp_ver, mdc_codg, adrg_code, drg_code,
             drg_name, place_drg_codg, ccmcc, grp_rslt, grp_time, input_digest, weight, medfee_fen,
             pay_std_fen, state, reported_at, reported_by)
         SELECT f, s, t.sequence, $15, $16, sn, $17, $18, $19, mdc, adrg, drg, name, place, t.ccmcc,
                rslt, t.at, digest, t.weight, COALESCE(g.medfee_fen, 0),
                CASE WHEN g.drg_code = drg AND g.grp_ver = $17 THEN g.pay_std_fen END,
                'REPORTED', $20, $21
         FROM UNNEST($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::text[], $9::text[], $10::text[], $11::smallint[],
                     $12::timestamptz[], $13::text[], $14::numeric[])
              AS t (f, s, sequence, sn, mdc, adrg, drg, name, place, ccmcc, rslt, at, digest, weight)
         LEFT JOIN groupings g ON g.fixmedins_code = f AND g.setl_id = s AND g.vali_flag = 1",
        &[
            &text(|row| &row.fixmedins_code),
            &text(|row| &row.setl_id),
            &sequences,
            &text(|row| &row.setl_list_sn),
            &text(|row| &row.mdc_codg),
            &text(|row| &row.adrg_code),
            &text(|row| &row.drg_code),
            &text(|row| &row.drg_name),
            &text(|row| &row.place_drg_codg),
            &text(|row| &row.ccmcc),
            &grouped,
            &times,
            &text(|row| &row.input_digest),
            &weights,
            &batch.setl_ym,
            &batch.batch_no,
            &batch.grp_ver,
            &batch.grp_spec_ver,
            &batch.place_grp_ver,
            &batch.at,
            &batch.app_id,
        ],
    )
    .await
}

/// Revokes the results of cases that are in force; gives those revoked.
///
/// # Errors
/// [`TxError::Database`].
pub async fn revoke(
    tx: &Tx<'_>,
    keys: &ListKeys,
    revocation: &Revocation,
) -> Result<Vec<Reported>, TxError> {
    let rows = tx
        .query(
            concat!(
                "UPDATE reported_groupings r SET state = 'REVOKED', revoked_at = $3,
                     revoked_by = $4, reason_code = $5, reason = $6
                 FROM UNNEST($1::text[], $2::text[]) AS k (f, s)
                 WHERE r.fixmedins_code = k.f AND r.setl_id = k.s AND r.state <> 'REVOKED'
                 RETURNING ",
                reported_columns!()
            ),
            &[
                &keys.fixmedins_codes,
                &keys.setl_ids,
                &revocation.at,
                &revocation.by,
                &revocation.reason_code,
                &revocation.reason,
            ],
        )
        .await?;
    Ok(rows.iter().map(reported).collect::<Result<_, _>>()?)
}

/// Moves reported results by the outcome of their verification: VERIFIED or
/// VERIFY_FAILED. One that is no longer REPORTED stays as it is.
///
/// # Errors
/// [`TxError::Database`].
pub async fn verified(
    tx: &Tx<'_>,
    outcomes: &[(&Reported, bool)],
    (at, by): (DateTime<Utc>, &str),
) -> Result<(), TxError> {
    let column = |of: fn(&Reported) -> &String| {
        let all = outcomes.iter().map(|(reported, _)| of(reported));
        all.collect::<Vec<_>>()
    };
    let sequences: Vec<_> = outcomes.iter().map(|(r, _)| r.sequence).collect();
    let passed: Vec<_> = outcomes.iter().map(|(_, passed)| *passed).collect();
    tx.execute(
        "UPDATE reported_groupings r
         SET state = CASE WHEN k.passed THEN 'VERIFIED' ELSE 'VERIFY_FAILED' END,
             verified_at = $5, verified_by = $6
         FROM UNNEST($1::text[], $2::text[], $3::integer[], $4::boolean[])
              AS k (f, s, sequence, passed)
         WHERE r.fixmedins_code = k.f AND r.setl_id = k.s AND r.sequence = k.sequence
           AND r.state = 'REPORTED'",
        &[
            &column(|reported| &reported.fixmedins_code),
            &column(|reported| &reported.setl_id),
            &sequences,
            &passed,
            &at,
            &by,
        ],
    )
    .await
}

fn reported(row: &Row) -> Result<Reported, tokio_postgres::Error> {
    let revoked_at: Option<DateTime<Utc>> = row.try_get(10)?;
    let revoked = match revoked_at {
        None => None,
        Some(at) => Some(Revocation {
            at,
            by: row.try_get(11)?,
            reason_code: row.try_get(12)?,
            reason: row.try_get(13)?,
        }),
    };
    Ok(Reported {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        sequence: row.try_get(2)?,
        grp_ver: row.try_get(3)?,
        place_grp_ver: row.try_get(4)?,
        drg_code: row.try_get(5)?,
        place_drg_codg: row.try_get(6)?,
        input_digest: row.try_get(7)?,
        state: row.try_get(8)?,
        reported_at: row.try_get(9)?,
        revoked,
    })
}
