//! Grouping results of uploaded lists, and the sums over them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Tx, TxError, lists::ListKeys};

/// A grouping result as it is stored.
#[derive(Debug)]
pub struct GroupingRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Settlement id.
    pub setl_id: String,
    /// Settlement month, yyyyMM.
    pub setl_ym: String,
    /// Whether the case has a group (1) or not (0): grp_rslt.
    pub grouped: bool,
    /// grouped, ambiguous, ungrouped, invalid.
    pub status: String,
    /// Code of the reason, if any.
    pub reason: Option<String>,
    /// Major diagnostic category.
    pub mdc_codg: String,
    /// Core group.
    pub adrg_code: String,
    /// Group: the DRG, or the DIP combination.
    pub drg_code: String,
    /// Its name.
    pub drg_name: String,
    /// Gravest complication that counts: MCC, CC or empty.
    pub ccmcc: String,
    /// Scheme id.
    pub grp_ver: String,
    /// Weight of the group in the scheme, if it has one.
    pub weight: Option<Decimal>,
    /// Points that the estimate settles, ten-thousandths; none without points.
    pub points_e4: Option<i64>,
    /// Total cost, fen.
    pub medfee_fen: i64,
    /// Estimated payment standard, fen; none when the case could not be priced.
    pub pay_std_fen: Option<i64>,
    /// Profile that priced it.
    pub profile: String,
    /// When.
    pub grp_time: DateTime<Utc>,
    /// What DIP knows beside that; none for DRG.
    pub dip: Option<DipRow>,
}

/// What DIP knows of a case, as it is stored; empty where the case has no combination.
#[derive(Debug, Default)]
pub struct DipRow {
    /// Insurance type.
    pub insutype: String,
    /// Part of the catalogue.
    pub stage: String,
    /// Diagnoses that define the combination.
    pub grp_diag_code: String,
    /// Their names.
    pub grp_diag_name: String,
    /// Procedures that define it.
    pub oprn_grp_code: String,
    /// Their names.
    pub oprn_grp_name: String,
    /// Levels in the auxiliary catalogue.
    pub asst_list_detl: String,
    /// Score of the combination.
    pub score: Option<Decimal>,
    /// Coefficient of the auxiliary catalogue.
    pub auxiliary: Option<Decimal>,
}

/// Which cases a summary covers; `None` leaves a condition out.
#[derive(Debug, Clone, Copy)]
pub struct SummaryScope<'a> {
    /// Settlement month, yyyyMM.
    pub setl_ym: &'a str,
    /// Institution.
    pub fixmedins_code: Option<&'a str>,
    /// Group.
    pub drg_code: Option<&'a str>,
    /// This one case.
    pub setl_id: Option<&'a str>,
    /// `drg` or `dip`.
    pub grp_type: Option<&'a str>,
    /// Rows to leave out before the page.
    pub offset: i64,
    /// Rows of the page.
    pub limit: i64,
}

/// Over what a summary adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One row per institution.
    Hospital,
    /// One row per institution and group.
    Group,
    /// One row per case.
    Case,
}

/// One row of a summary; sums in fen.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    /// Institution.
    pub fixmedins_code: String,
    /// Case, on case level.
    pub setl_id: Option<String>,
    /// Group, below hospital level.
    pub drg_code: Option<String>,
    /// Its name.
    pub drg_name: Option<String>,
    /// Weight: of the group, or the sum over the cases on hospital level.
    pub weight: Option<Decimal>,
    /// Number of cases.
    pub cases: i64,
    /// Sum of total costs, fen.
    pub medfee_fen: i64,
    /// Sum of payment standards, fen; none when no case of the row was priced.
    pub pay_std_fen: Option<i64>,
    /// Cases of the row that were priced.
    pub priced: i64,
    /// Number of groups, on hospital level.
    pub groups: Option<i64>,
    /// The group of the case, on case level.
    pub case: Option<CaseGroup>,
}

/// What 3605 tells of one case beyond its group's code and name.
#[derive(Debug, Clone)]
pub struct CaseGroup {
    /// Major diagnostic category.
    pub mdc_codg: String,
    /// Core group.
    pub adrg_code: String,
    /// Gravest complication.
    pub ccmcc: String,
    /// 1 grouped, 0 not.
    pub grp_rslt: i16,
    /// Scheme.
    pub grp_ver: String,
    /// When.
    pub grp_time: DateTime<Utc>,
}

/// Voids earlier results of the lists and stores these under the next sequences, all in
/// one statement. The lists' rows are locked by the caller.
///
/// # Errors
/// [`TxError::Database`].
pub async fn put(tx: &Tx<'_>, rows: &[GroupingRow]) -> Result<(), TxError> {
    let text = |of: fn(&GroupingRow) -> &String| rows.iter().map(of).collect::<Vec<_>>();
    let grouped: Vec<_> = rows.iter().map(|row| i16::from(row.grouped)).collect();
    let reasons: Vec<_> = rows.iter().map(|row| row.reason.as_deref()).collect();
    let weights: Vec<_> = rows.iter().map(|row| row.weight).collect();
    let costs: Vec<_> = rows.iter().map(|row| row.medfee_fen).collect();
    let standards: Vec<_> = rows.iter().map(|row| row.pay_std_fen).collect();
    let times: Vec<_> = rows.iter().map(|row| row.grp_time).collect();
    let points: Vec<_> = rows.iter().map(|row| row.points_e4).collect();
    let types = rows
        .iter()
        .map(|row| row.dip.as_ref().map_or("drg", |_| "dip"));
    let types: Vec<&str> = types.collect();
    let dip = |of: fn(&DipRow) -> &String| {
        let texts = rows.iter().map(|row| row.dip.as_ref().map(of));
        texts.collect::<Vec<Option<&String>>>()
    };
    let number = |of: fn(&DipRow) -> Option<Decimal>| {
        let numbers = rows.iter().map(|row| row.dip.as_ref().and_then(of));
        numbers.collect::<Vec<_>>()
    };
    tx.execute(
        "WITH t AS (
             SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[],
                 $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                 $12::text[], $13::numeric[], $14::bigint[], $15::bigint[], $16::text[],
                 $17::timestamptz[], $18::bigint[], $19::text[], $20::text[], $21::text[],
                 $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::numeric[],
                 $28::numeric[])
             AS t (f, s, setl_ym, rslt, status, reason, mdc, adrg, drg, name, ccmcc, ver, weight,
                   cost, pay_std, profile, at, points, type, insutype, stage, diag, diag_name, oprn,
                   oprn_name, asst, score, auxiliary)),
         voided AS (
             UPDATE groupings g SET vali_flag = 0 FROM t
             WHERE g.fixmedins_code = t.f AND g.setl_id = t.s AND g.vali_flag = 1)
         INSERT INTO groupings (fixmedins_code, setl_id, sequence, setl_ym, grp_rslt, status,
             reason, mdc_codg, adrg_code, drg_code, drg_name, ccmcc, grp_ver, weight, medfee_fen,
             pay_std_fen, profile, vali_flag, grp_time, points_e4, grp_type, insutype, stage,
             grp_diag_code, grp_diag_name, oprn_grp_code, oprn_grp_name, asst_list_detl, score,
             auxiliary)
         SELECT f, s, 1 + COALESCE((SELECT MAX(sequence) FROM groupings m
                    WHERE m.fixmedins_code = f AND m.setl_id = s), 0),
                setl_ym, rslt, status, reason, mdc, adrg, drg, name, ccmcc, ver, weight, cost,
                pay_std, profile, 1, at, points, type, insutype, stage, diag, diag_name, oprn,
                oprn_name, asst, score, auxiliary
         FROM t",
        &[
            &text(|row| &row.fixmedins_code),
            &text(|row| &row.setl_id),
            &text(|row| &row.setl_ym),
            &grouped,
            &text(|row| &row.status),
            &reasons,
            &text(|row| &row.mdc_codg),
            &text(|row| &row.adrg_code),
            &text(|row| &row.drg_code),
            &text(|row| &row.drg_name),
            &text(|row| &row.ccmcc),
            &text(|row| &row.grp_ver),
            &weights,
            &costs,
            &standards,
            &text(|row| &row.profile),
            &times,
            &points,
            &types,
            &dip(|dip| &dip.insutype),
            &dip(|dip| &dip.stage),
            &dip(|dip| &dip.grp_diag_code),
            &dip(|dip| &dip.grp_diag_name),
            &dip(|dip| &dip.oprn_grp_code),
            &dip(|dip| &dip.oprn_grp_name),
            &dip(|dip| &dip.asst_list_detl),
            &number(|dip| dip.score),
            &number(|dip| dip.auxiliary),
        ],
    )
    .await
}

/// Voids all results of lists.
///
/// # Errors
/// [`TxError::Database`].
pub async fn void(tx: &Tx<'_>, keys: &ListKeys) -> Result<(), TxError> {
    tx.execute(
        "UPDATE groupings g SET vali_flag = 0
         FROM UNNEST($1::text[], $2::text[]) AS k (f, s)
         WHERE g.fixmedins_code = k.f AND g.setl_id = k.s AND g.vali_flag = 1",
        &[&keys.fixmedins_codes, &keys.setl_ids],
    )
    .await
}

/// A statement over the cases that count: what it selects, whence, and what follows.
macro_rules! cases {
    ($head:literal, $from:literal, $tail:literal) => {
        concat!(
            $head,
            $from,
            " AND setl_ym = $1 AND ($2::text IS NULL OR fixmedins_code = $2)
              AND ($3::text IS NULL OR drg_code = $3)
              AND ($4::text IS NULL OR setl_id = $4) ",
            $tail
        )
    };
}

/// The statements of a summary over one source.
macro_rules! summary_of {
    ($from:literal, hospital_page) => {
        cases!(
            "SELECT fixmedins_code, NULL::text, NULL::text, NULL::text, SUM(weight), COUNT(*),
                    SUM(medfee_fen)::bigint, SUM(pay_std_fen)::bigint, COUNT(pay_std_fen),
                    COUNT(DISTINCT drg_code), NULL::text",
            $from,
            "GROUP BY fixmedins_code ORDER BY fixmedins_code LIMIT $6 OFFSET $7"
        )
    };
    ($from:literal, hospital_count) => {
        cases!("SELECT COUNT(DISTINCT fixmedins_code)", $from, "")
    };
    ($from:literal, group_page) => {
        cases!(
            "SELECT fixmedins_code, NULL::text, drg_code, MAX(drg_name), MAX(weight), COUNT(*),
                    SUM(medfee_fen)::bigint, SUM(pay_std_fen)::bigint, COUNT(pay_std_fen),
                    NULL::bigint, NULL::text",
            $from,
            "GROUP BY fixmedins_code, drg_code ORDER BY fixmedins_code, drg_code LIMIT $6 OFFSET $7"
        )
    };
    ($from:literal, group_count) => {
        cases!(
            "SELECT COUNT(DISTINCT (fixmedins_code, drg_code))",
            $from,
            ""
        )
    };
    ($from:literal, case_page) => {
        cases!(
            "SELECT fixmedins_code, setl_id, drg_code, drg_name, weight, 1::bigint, medfee_fen,
                    pay_std_fen, (pay_std_fen IS NOT NULL)::integer::bigint, NULL::bigint,
                    mdc_codg, adrg_code, ccmcc, grp_rslt, grp_ver, grp_time",
            $from,
            "ORDER BY fixmedins_code, setl_id LIMIT $6 OFFSET $7"
        )
    };
    ($from:literal, case_count) => {
        cases!("SELECT COUNT(*)", $from, "")
    };
}

macro_rules! own {
    ($what:ident) => {
        summary_of!(
            " FROM groupings WHERE vali_flag = 1 AND ($5::text IS NULL OR grp_type = $5)",
            $what
        )
    };
}

// What is reported are DRG results alone.
macro_rules! reported {
    ($what:ident) => {
        summary_of!(
            " FROM reported_groupings
              WHERE state <> 'REVOKED' AND ($5::text IS NULL OR $5 = 'drg')",
            $what
        )
    };
}

/// Which results a summary adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The gateway's own valid groupings.
    Own,
    /// The official results that were reported and are in force.
    Reported,
}

/// One page of a summary and the number of rows there are altogether.
///
/// # Errors
/// [`TxError::Database`].
pub async fn summary(
    tx: &Tx<'_>,
    source: Source,
    level: Level,
    scope: &SummaryScope<'_>,
) -> Result<(Vec<SummaryRow>, i64), TxError> {
    let (page, count) = match (source, level) {
        (Source::Own, Level::Hospital) => (own!(hospital_page), own!(hospital_count)),
        (Source::Own, Level::Group) => (own!(group_page), own!(group_count)),
        (Source::Own, Level::Case) => (own!(case_page), own!(case_count)),
        (Source::Reported, Level::Hospital) => {
            (reported!(hospital_page), reported!(hospital_count))
        }
        (Source::Reported, Level::Group) => (reported!(group_page), reported!(group_count)),
        (Source::Reported, Level::Case) => (reported!(case_page), reported!(case_count)),
    };
    let rows = tx
        .query(
            page,
            &[
                &scope.setl_ym,
                &scope.fixmedins_code,
                &scope.drg_code,
                &scope.setl_id,
                &scope.grp_type,
                &scope.limit,
                &scope.offset,
            ],
        )
        .await?;
    let rows = rows
        .iter()
        .map(summary_row)
        .collect::<Result<_, tokio_postgres::Error>>()?;
    let total = tx
        .query_one(
            count,
            &[
                &scope.setl_ym,
                &scope.fixmedins_code,
                &scope.drg_code,
                &scope.setl_id,
                &scope.grp_type,
            ],
        )
        .await?;
    Ok((rows, total.try_get(0)?))
}

fn summary_row(row: &tokio_postgres::Row) -> Result<SummaryRow, tokio_postgres::Error> {
    Ok(SummaryRow {
        fixmedins_code: row.try_get(0)?,
        setl_id: row.try_get(1)?,
        drg_code: row.try_get(2)?,
        drg_name: row.try_get(3)?,
        weight: row.try_get(4)?,
        cases: row.try_get(5)?,
        medfee_fen: row.try_get(6)?,
        pay_std_fen: row.try_get(7)?,
        priced: row.try_get(8)?,
        groups: row.try_get(9)?,
        case: match row.try_get::<_, Option<String>>(10)? {
            None => None,
            Some(mdc_codg) => Some(CaseGroup {
                mdc_codg,
                adrg_code: row.try_get(11)?,
                ccmcc: row.try_get(12)?,
                grp_rslt: row.try_get(13)?,
                grp_ver: row.try_get(14)?,
                grp_time: row.try_get(15)?,
            }),
        },
    })
}
