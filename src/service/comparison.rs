//! Comparison of institutions under pseudonyms (3608 to 3611): every hospital may see how
//! the others of the pooling area do, none which they are.
//!
//! A pseudonym is a keyed digest of month and institution: the same within a month, so
//! that a summary leads to its groups, another one in the next, so that nobody is followed.
//! Rows are ordered by pseudonym; the order of codes would tell them.

use serde_json::Value;

use crate::{
    app::App,
    caller::Role,
    error::{ErrorCode, Refusal},
    operations::groupings_fee_summary::{
        FeeSummaryAnswer, FeeSummaryRequest, FeeSummaryRow, GroupType, SummaryLevel,
    },
    service::{
        exactly_once::{Done, exactly_once},
        fee_summary::{dip, group, written},
    },
    session::Session,
    store::{
        Tx, TxError,
        groupings::{self, Level, Source, SummaryScope},
    },
};

/// Name of every institution in a comparison.
const ANONYMOUS: &str = "匿名 anonymous";
/// Length of a pseudonym: that of fixmedins_code in 3610.
const LENGTH: usize = 30;
/// Institutions compared at most; a pooling area has some hundreds.
const MOST_INSTITUTIONS: i64 = 10_000;

/// Answers a comparison.
///
/// # Errors
/// The province, which sees reported cases only; an unknown pseudonym; those of
/// [`exactly_once`].
pub(super) async fn run(session: &Session, query: &FeeSummaryRequest) -> Result<Value, Refusal> {
    if session.caller.role == Role::Province {
        return Err(Refusal::new(ErrorCode::RoleNotAllowed));
    }
    exactly_once(session, async |tx: &Tx<'_>| {
        let (rows, total) = match query.level {
            SummaryLevel::Hospital => institutions(tx, &session.app, query).await?,
            _ => groups(tx, &session.app, query).await?,
        };
        Ok(Done {
            answer: FeeSummaryAnswer {
                rows,
                total,
                page_num: query.page_num,
                page_size: query.page_size,
            },
            subject: query.setl_ym.clone(),
        })
    })
    .await
}

/// One row per institution, by pseudonym.
async fn institutions(
    tx: &Tx<'_>,
    app: &App,
    query: &FeeSummaryRequest,
) -> Result<(Vec<FeeSummaryRow>, i64), TxError> {
    let scope = SummaryScope {
        setl_ym: &query.setl_ym,
        fixmedins_code: None,
        drg_code: group(query),
        setl_id: None,
        grp_type: query.grp_type.map(GroupType::as_str),
        offset: 0,
        limit: MOST_INSTITUTIONS,
    };
    let (rows, total) = groupings::summary(tx, Source::Own, Level::Hospital, &scope).await?;
    let mut rows = rows
        .into_iter()
        .map(|row| {
            let pseudonym = pseudonym(app, &query.setl_ym, &row.fixmedins_code)?;
            Ok(disguised(written(app, query, row), &pseudonym))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    rows.sort_by(|one, other| one.fixmedins_code.cmp(&other.fixmedins_code));
    rows.retain(|row| {
        let asked = query.fixmedins_code.as_ref();
        asked.is_none_or(|asked| *asked == row.fixmedins_code)
    });
    let total = if query.fixmedins_code.is_some() {
        i64::try_from(rows.len()).map_err(Refusal::internal)?
    } else {
        total
    };
    let size = usize::try_from(query.page_size).map_err(Refusal::internal)?;
    let page = usize::try_from(query.page_num).map_err(Refusal::internal)?;
    let skipped = page.saturating_sub(1).saturating_mul(size);
    Ok((rows.into_iter().skip(skipped).take(size).collect(), total))
}

/// The groups of the institution behind a pseudonym.
async fn groups(
    tx: &Tx<'_>,
    app: &App,
    query: &FeeSummaryRequest,
) -> Result<(Vec<FeeSummaryRow>, i64), TxError> {
    let asked = query.fixmedins_code.as_deref().unwrap_or_default();
    let register = app.register.current();
    let mut found = None;
    for code in register.institutions() {
        if pseudonym(app, &query.setl_ym, code)? == asked {
            found = Some(code);
        }
    }
    let Some(code) = found else {
        return Ok((Vec::new(), 0));
    };
    let size = i64::from(query.page_size);
    let scope = SummaryScope {
        setl_ym: &query.setl_ym,
        fixmedins_code: Some(code),
        drg_code: group(query),
        setl_id: None,
        grp_type: query.grp_type.map(GroupType::as_str),
        offset: (i64::from(query.page_num) - 1) * size,
        limit: size,
    };
    let (rows, total) = groupings::summary(tx, Source::Own, Level::Group, &scope).await?;
    let mut page = dip::page(tx, query, Level::Group, &rows).await?;
    let rows = rows.into_iter().map(|row| {
        let mut row = written(app, query, row);
        page.add_to(app, &mut row);
        disguised(row, asked)
    });
    Ok((rows.collect(), total))
}

fn pseudonym(app: &App, setl_ym: &str, fixmedins_code: &str) -> Result<String, Refusal> {
    let value = format!("{setl_ym}|{fixmedins_code}");
    let digest = app.keys.master.digest("institution", &value);
    Ok(digest
        .map_err(Refusal::internal)?
        .chars()
        .take(LENGTH)
        .collect())
}

/// A row without what tells the institution: its code, name, and county.
fn disguised(row: FeeSummaryRow, pseudonym: &str) -> FeeSummaryRow {
    let city = |admdvs: String| format!("{}00", admdvs.get(..4).unwrap_or_default());
    FeeSummaryRow {
        fixmedins_code: pseudonym.to_owned(),
        fixmedins_name: Some(ANONYMOUS.to_owned()),
        admdvs: row.admdvs.map(city),
        ..row
    }
}
