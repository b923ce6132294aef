//! Uploaded settlement lists. The list itself and its person are sealed; keys, month,
//! state and digests stand in the open.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio_postgres::Row;

use super::{Tx, TxError};

/// State and keys of a stored list.
#[derive(Debug, Clone)]
pub struct ListHead {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Serial number given at the first upload (setl_list_id).
    pub setl_list_id: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// 0 not submitted, 1 submitted, 2 passed, 3 failed.
    pub stas_type: i16,
    /// How often the list was uploaded.
    pub revision: i32,
    /// Whether it came without person and fees.
    pub thin: bool,
    /// Digest of what grouping looks at; empty on rows of the first release.
    pub input_digest: String,
    /// HMAC-SM3 of psn_no, where the list has one.
    pub psn_no_hash: Option<String>,
    /// Whether its monthly batch is frozen.
    pub frozen: bool,
    /// When it was uploaded last.
    pub uploaded_at: DateTime<Utc>,
}

/// An upload.
#[derive(Debug)]
pub struct ListUpload {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Serial number to use if the list is new.
    pub setl_list_id: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// When the case was settled, China time.
    pub settled_at: NaiveDateTime,
    /// The list, sealed.
    pub body: Vec<u8>,
    /// Whether it came without person and fees.
    pub thin: bool,
    /// What follows from the list, joined with its settlement record.
    pub facts: ListFacts,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// What is kept beside a list so that queries need not open it.
#[derive(Debug, Clone)]
pub struct ListFacts {
    /// The person, sealed.
    pub person: Vec<u8>,
    /// HMAC-SM3 of psn_no, where there is one.
    pub psn_no_hash: Option<String>,
    /// Digest of what grouping looks at.
    pub input_digest: String,
}

/// What a stored upload got from the row it came into.
#[derive(Debug)]
pub struct Kept {
    /// Serial number: of the upload if the list is new, else of its first one.
    pub setl_list_id: String,
    /// How often the list was uploaded.
    pub revision: i32,
}

impl ListUpload {
    /// The head of the list as this upload left it.
    pub fn head(&self, kept: Kept) -> ListHead {
        ListHead {
            fixmedins_code: self.fixmedins_code.clone(),
            setl_id: self.setl_id.clone(),
            setl_list_id: kept.setl_list_id,
            setl_ym: self.setl_ym.clone(),
            stas_type: 0,
            revision: kept.revision,
            thin: self.thin,
            input_digest: self.facts.input_digest.clone(),
            psn_no_hash: self.facts.psn_no_hash.clone(),
            frozen: false,
            uploaded_at: self.uploaded_at,
        }
    }
}

macro_rules! head_columns {
    () => {
        "l.fixmedins_code, l.setl_id, l.setl_list_id, l.setl_ym, l.stas_type, l.revision,
         l.layout = 'thin', l.input_digest, l.psn_no_hash, l.frozen_batch IS NOT NULL, l.uploaded_at"
    };
}

/// Stores uploads as the first or the next revision, in state 0, and locks them; gives what
/// became of each, in their order: nothing where the stored list takes no upload (state 1 or
/// 2, or frozen). No list may be there twice. Only what the caller does not know comes back
/// from the database.
///
/// Two first uploads of one list at the same time meet in the primary key: the second
/// waits for the first and then sees the state the first one left. The order of the keys
/// keeps two calls over the same lists from a deadlock.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, uploads: &[&ListUpload]) -> Result<Vec<Option<Kept>>, TxError> {
    fn column<'a, T>(uploads: &[&'a ListUpload], of: impl Fn(&'a ListUpload) -> T) -> Vec<T> {
        uploads.iter().copied().map(of).collect()
    }
    let rows = tx
        .query(
            "INSERT INTO settlement_lists AS l (fixmedins_code, setl_id, setl_list_id, setl_ym,
                 body, uploaded_at, layout, person, psn_no_hash, input_digest, settled_at,
                 stas_type, revision)
             SELECT *, 0, 1
             FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[],
                         $6::timestamptz[], $7::text[], $8::bytea[], $9::text[], $10::text[],
                         $11::timestamp[]) AS u (f, s)
             ORDER BY f, s
             ON CONFLICT (fixmedins_code, setl_id) DO UPDATE SET
                 setl_ym = excluded.setl_ym, stas_type = 0, revision = l.revision + 1,
                 body = excluded.body, uploaded_at = excluded.uploaded_at,
                 layout = excluded.layout, person = excluded.person,
                 psn_no_hash = excluded.psn_no_hash, input_digest = excluded.input_digest,
                 settled_at = excluded.settled_at
             WHERE l.stas_type IN (0, 3) AND l.frozen_batch IS NULL
             RETURNING l.fixmedins_code, l.setl_id, l.setl_list_id, l.revision",
            &[
                &column(uploads, |upload| &upload.fixmedins_code),
                &column(uploads, |upload| &upload.setl_id),
                &column(uploads, |upload| &upload.setl_list_id),
                &column(uploads, |upload| &upload.setl_ym),
                &column(uploads, |upload| &upload.body),
                &column(uploads, |upload| upload.uploaded_at),
                &column(uploads, |upload| if upload.thin { "thin" } else { "full" }),
                &column(uploads, |upload| &upload.facts.person),
                &column(uploads, |upload| upload.facts.psn_no_hash.as_ref()),
                &column(uploads, |upload| &upload.facts.input_digest),
                &column(uploads, |upload| upload.settled_at),
            ],
        )
        .await?;
    let mut kept: HashMap<(&str, &str), Kept> = HashMap::with_capacity(rows.len());
    for row in &rows {
        let of_row = Kept {
            setl_list_id: row.try_get(2)?,
            revision: row.try_get(3)?,
        };
        kept.insert((row.try_get(0)?, row.try_get(1)?), of_row);
    }
    Ok(uploads
        .iter()
        .map(|upload| kept.remove(&(upload.fixmedins_code.as_str(), upload.setl_id.as_str())))
        .collect())
}

/// Locks lists in the order of their keys, so that two calls over the same lists cannot
/// deadlock; lists that do not exist are left out.
///
/// # Errors
/// [`TxError::Database`].
pub async fn lock(tx: &Tx<'_>, keys: &ListKeys) -> Result<Vec<ListHead>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                head_columns!(),
                " FROM settlement_lists l
                  JOIN UNNEST($1::text[], $2::text[]) AS k (f, s)
                    ON l.fixmedins_code = k.f AND l.setl_id = k.s
                  ORDER BY l.fixmedins_code, l.setl_id FOR UPDATE OF l"
            ),
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    Ok(rows.iter().map(head).collect::<Result<_, _>>()?)
}

/// The heads of lists, without a lock.
///
/// # Errors
/// [`TxError::Database`].
pub async fn heads(tx: &Tx<'_>, keys: &ListKeys) -> Result<Vec<ListHead>, TxError> {
    let rows = tx
        .query(
            concat!(
                "SELECT ",
                head_columns!(),
                " FROM settlement_lists l
                  JOIN (SELECT DISTINCT f, s FROM UNNEST($1::text[], $2::text[]) AS k (f, s)) AS k
                    ON l.fixmedins_code = k.f AND l.setl_id = k.s"
            ),
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    Ok(rows.iter().map(head).collect::<Result<_, _>>()?)
}

/// Whether rows are read to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Others may change them meanwhile.
    Free,
    /// They are locked until the transaction ends.
    Locking,
}

macro_rules! by_setl_id {
    ($lock:literal) => {
        concat!(
            "SELECT ",
            head_columns!(),
            " FROM settlement_lists l
              WHERE l.setl_id = $1 AND ($2::text IS NULL OR l.fixmedins_code = $2)
              ORDER BY l.fixmedins_code LIMIT 2",
            $lock
        )
    };
}

/// The lists with a settlement id, of one institution or of whichever has it; two at most.
///
/// # Errors
/// [`TxError::Database`].
pub async fn by_setl_id(
    tx: &Tx<'_>,
    setl_id: &str,
    fixmedins_code: Option<&str>,
    reading: Reading,
) -> Result<Vec<ListHead>, TxError> {
    let statement = match reading {
        Reading::Free => by_setl_id!(""),
        Reading::Locking => by_setl_id!(" FOR UPDATE"),
    };
    let rows = tx.query(statement, &[&setl_id, &fixmedins_code]).await?;
    Ok(rows.iter().map(head).collect::<Result<_, _>>()?)
}

/// Counts of a month.
#[derive(Debug)]
pub struct MonthCounts {
    /// Lists in state 0, 1, 2 and 3.
    pub by_state: [i64; 4],
    /// Lists due: the core's settlement records, and lists without one.
    pub due: i64,
}

/// Which settlements [`counts_between`] counts.
#[derive(Debug)]
pub struct Settlements<'a> {
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Settled at this moment or later, China time.
    pub from: NaiveDateTime,
    /// Settled at this moment or before.
    pub to: NaiveDateTime,
    /// Of these medical categories; none: of all. A list does not carry its category: it
    /// counts until a record of the core tells that it is of another one.
    pub med_types: &'a [String],
    /// Whether settlements with a negative amount count.
    pub refunds: bool,
}

/// Counts the lists and settlements of a span of time.
///
/// # Errors
/// [`TxError::Database`].
pub async fn counts_between(tx: &Tx<'_>, of: &Settlements<'_>) -> Result<MonthCounts, TxError> {
    let row = tx
        .query_one(
            "WITH cases AS (
                 SELECT l.stas_type, COALESCE(r.med_type, '') AS med_type,
                        COALESCE(r.medfee_fen, 0) AS fen
                 FROM settlement_lists l
                 LEFT JOIN settlement_records r ON r.fixmedins_code = l.fixmedins_code
                     AND r.setl_id = l.setl_id AND r.source = 'core'
                 WHERE l.settled_at BETWEEN $1 AND $2
                   AND ($3::text IS NULL OR l.fixmedins_code = $3)
                 UNION ALL
                 SELECT NULL, r.med_type, r.medfee_fen FROM settlement_records r
                 WHERE r.source = 'core' AND r.settled_at BETWEEN $1 AND $2
                   AND ($3::text IS NULL OR r.fixmedins_code = $3)
                   AND NOT EXISTS (
                       SELECT 1 FROM settlement_lists l
                       WHERE l.fixmedins_code = r.fixmedins_code AND l.setl_id = r.setl_id))
             SELECT COUNT(*) FILTER (WHERE stas_type = 0), COUNT(*) FILTER (WHERE stas_type = 1),
                    COUNT(*) FILTER (WHERE stas_type = 2), COUNT(*) FILTER (WHERE stas_type = 3),
                    COUNT(*)
             FROM cases
             WHERE (CARDINALITY($4::text[]) = 0 OR med_type = '' OR med_type = ANY($4))
               AND ($5 OR fen >= 0)",
            &[
                &of.from,
                &of.to,
                &of.fixmedins_code,
                &of.med_types,
                &of.refunds,
            ],
        )
        .await?;
    Ok(month_counts(&row)?)
}

fn month_counts(row: &Row) -> Result<MonthCounts, tokio_postgres::Error> {
    Ok(MonthCounts {
        by_state: [
            row.try_get(0)?,
            row.try_get(1)?,
            row.try_get(2)?,
            row.try_get(3)?,
        ],
        due: row.try_get(4)?,
    })
}

/// Counts a month's lists, of one institution or of all.
///
/// # Errors
/// [`TxError::Database`].
pub async fn counts(
    tx: &Tx<'_>,
    setl_ym: &str,
    fixmedins_code: Option<&str>,
) -> Result<MonthCounts, TxError> {
    let row = tx
        .query_one(
            "SELECT COUNT(*) FILTER (WHERE stas_type = 0), COUNT(*) FILTER (WHERE stas_type = 1),
                    COUNT(*) FILTER (WHERE stas_type = 2), COUNT(*) FILTER (WHERE stas_type = 3),
                    COUNT(*) + (
                        SELECT COUNT(*) FROM settlement_records r
                        WHERE r.source = 'core' AND r.setl_ym = $1
                          AND ($2::text IS NULL OR r.fixmedins_code = $2)
                          AND NOT EXISTS (
                              SELECT 1 FROM settlement_lists l
                              WHERE l.fixmedins_code = r.fixmedins_code AND l.setl_id = r.setl_id))
             FROM settlement_lists
             WHERE setl_ym = $1 AND ($2::text IS NULL OR fixmedins_code = $2)",
            &[&setl_ym, &fixmedins_code],
        )
        .await?;
    Ok(month_counts(&row)?)
}

/// Keys of lists, as columns.
#[derive(Debug, Clone, Default)]
pub struct ListKeys {
    /// Institutions.
    pub fixmedins_codes: Vec<String>,
    /// Settlement ids, one for each institution.
    pub setl_ids: Vec<String>,
}

impl<'a> FromIterator<(&'a str, &'a str)> for ListKeys {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> ListKeys {
        let mut keys = ListKeys::default();
        for (fixmedins_code, setl_id) in pairs {
            keys.fixmedins_codes.push(fixmedins_code.to_owned());
            keys.setl_ids.push(setl_id.to_owned());
        }
        keys
    }
}

impl<'a> FromIterator<&'a ListHead> for ListKeys {
    fn from_iter<I: IntoIterator<Item = &'a ListHead>>(heads: I) -> ListKeys {
        heads
            .into_iter()
            .map(|head| (head.fixmedins_code.as_str(), head.setl_id.as_str()))
            .collect()
    }
}

/// Sealed bodies by institution and settlement id.
pub type Bodies = HashMap<(String, String), Vec<u8>>;

/// The sealed bodies of lists.
///
/// # Errors
/// [`TxError::Database`].
pub async fn bodies(tx: &Tx<'_>, keys: &ListKeys) -> Result<Bodies, TxError> {
    let rows = tx
        .query(
            "SELECT l.fixmedins_code, l.setl_id, l.body FROM settlement_lists l
             JOIN UNNEST($1::text[], $2::text[]) AS k (f, s)
               ON l.fixmedins_code = k.f AND l.setl_id = k.s",
            &[&keys.fixmedins_codes, &keys.setl_ids],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)))
        .collect()
}

fn head(row: &Row) -> Result<ListHead, tokio_postgres::Error> {
    Ok(ListHead {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        setl_list_id: row.try_get(2)?,
        setl_ym: row.try_get(3)?,
        stas_type: row.try_get(4)?,
        revision: row.try_get(5)?,
        thin: row.try_get(6)?,
        input_digest: row.try_get(7)?,
        psn_no_hash: row.try_get(8)?,
        frozen: row.try_get(9)?,
        uploaded_at: row.try_get(10)?,
    })
}

/// Moves lists to other states, one for each key.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_states(tx: &Tx<'_>, keys: &ListKeys, states: &[i16]) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_lists l SET stas_type = k.state
         FROM UNNEST($1::text[], $2::text[], $3::smallint[]) AS k (f, s, state)
         WHERE l.fixmedins_code = k.f AND l.setl_id = k.s",
        &[&keys.fixmedins_codes, &keys.setl_ids, &states],
    )
    .await
}

/// Brings what is kept beside a list up to date.
///
/// # Errors
/// [`TxError::Database`].
pub async fn set_facts(
    tx: &Tx<'_>,
    fixmedins_code: &str,
    setl_id: &str,
    facts: &ListFacts,
) -> Result<(), TxError> {
    tx.execute(
        "UPDATE settlement_lists SET person = $3, psn_no_hash = $4, input_digest = $5
         WHERE fixmedins_code = $1 AND setl_id = $2",
        &[
            &fixmedins_code,
            &setl_id,
            &facts.person,
            &facts.psn_no_hash,
            &facts.input_digest,
        ],
    )
    .await
}

/// Keeps a decision of county or city.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put_review(
    tx: &Tx<'_>,
    list: &ListHead,
    stas_type: i16,
    reason: &str,
    (app_id, role, at): (&str, &str, DateTime<Utc>),
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO list_reviews (fixmedins_code, setl_id, review, stas_type, reason, app_id,
                                   role, at)
         SELECT $1, $2, COALESCE(MAX(review), 0) + 1, $3, $4, $5, $6, $7
         FROM list_reviews WHERE fixmedins_code = $1 AND setl_id = $2",
        &[
            &list.fixmedins_code,
            &list.setl_id,
            &stas_type,
            &reason,
            &app_id,
            &role,
            &at,
        ],
    )
    .await
}
