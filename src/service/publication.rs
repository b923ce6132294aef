//! `publication.publish` and `publication.query`: a month's results before its hospitals.

use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    operations::{
        publication_publish::{PublishAnswer, PublishRequest},
        publication_query::{ObjectionView, PublishedAnswer, PublishedRequest, PublishedRow},
        qc_results::After,
    },
    service::{
        exactly_once::{Done, exactly_once},
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        publications::{self, Objection, Publication, PublishedCase, PublishedPage},
    },
    wire,
};

/// Publishes the month of the call.
///
/// # Errors
/// A month whose window is open, and those of [`exactly_once`].
pub async fn publish(session: &Session, request: &PublishRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: open(tx, session, request).await?,
            subject: request.setl_ym.clone(),
        })
    })
    .await
}

async fn open(
    tx: &Tx<'_>,
    session: &Session,
    request: &PublishRequest,
) -> Result<PublishAnswer, TxError> {
    let row = ErrorCode::ObjectionState.row();
    let already = || Refusal::field(ErrorCode::ObjectionState, "/setl_ym", row.zh, row.en);
    let now = session.meta.received_at;
    let before = publications::last(tx, &request.setl_ym).await?;
    if before.as_ref().is_some_and(|round| now < round.closes_at) {
        return Err(already().into());
    }
    let publication = Publication {
        round: before.map_or(0, |round| round.round) + 1,
        opened_at: now,
        closes_at: now + TimeDelta::days(i64::from(request.days)),
    };
    let app_id = &session.caller.app_id;
    if !publications::open(tx, &request.setl_ym, &publication, app_id).await? {
        return Err(already().into());
    }
    Ok(PublishAnswer {
        setl_ym: request.setl_ym.clone(),
        round: publication.round,
        opened_at: wire::china_time(publication.opened_at),
        closes_at: wire::china_time(publication.closes_at),
        setl_psntime: publications::count(tx, &request.setl_ym, now).await?,
    })
}

/// Answers the query of the call.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn query(session: &Session, request: &PublishedRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, request.fixmedins_code.as_deref())?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: published(tx, session, request, institution).await?,
            subject: request.setl_ym.clone(),
        })
    })
    .await
}

async fn published(
    tx: &Tx<'_>,
    session: &Session,
    request: &PublishedRequest,
    institution: Option<&str>,
) -> Result<PublishedAnswer, TxError> {
    let now = session.meta.received_at;
    let Some(round) = publications::last(tx, &request.setl_ym).await? else {
        return Ok(PublishedAnswer {
            setl_ym: request.setl_ym.clone(),
            round: None,
            opened_at: None,
            closes_at: None,
            open: false,
            rows: Vec::new(),
            next: None,
        });
    };
    let after = request.after.as_ref();
    let page = PublishedPage {
        setl_ym: &request.setl_ym,
        opened_at: round.opened_at,
        fixmedins_code: institution,
        objected: request.objected,
        after: after.map_or(("", ""), |after| (&after.fixmedins_code, &after.setl_id)),
        // One more than asked for tells whether there is a next page.
        limit: i64::from(request.page_size) + 1,
    };
    let mut cases = publications::page(tx, &page).await?;
    let size = usize::try_from(request.page_size).map_err(Refusal::internal)?;
    let more = cases.len() > size;
    cases.truncate(size);
    let next = cases.last().filter(|_| more).map(|case| After {
        fixmedins_code: case.fixmedins_code.clone(),
        setl_id: case.setl_id.clone(),
    });
    Ok(PublishedAnswer {
        setl_ym: request.setl_ym.clone(),
        round: Some(round.round),
        opened_at: Some(wire::china_time(round.opened_at)),
        closes_at: Some(wire::china_time(round.closes_at)),
        open: now < round.closes_at,
        rows: cases.into_iter().map(written).collect(),
        next,
    })
}

fn written(case: PublishedCase) -> PublishedRow {
    PublishedRow {
        fixmedins_code: case.fixmedins_code,
        setl_id: case.setl_id,
        drg_code: case.drg_code,
        drg_name: case.drg_name,
        grp_ver: case.grp_ver,
        medfee_sumamt: wire::yuan_of_fen(case.medfee_fen),
        pay_std: case.pay_std_fen.map(wire::yuan_of_fen),
        objection: case.objection.map(|objection: Objection| ObjectionView {
            number: objection.number,
            state: objection.state,
            reason: objection.reason,
            wanted_drg_code: objection.wanted_drg_code,
            raised_at: wire::china_time(objection.raised_at),
            opinion: objection.opinion,
        }),
    }
}
