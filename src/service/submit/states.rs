//! 4102: a hospital moves its lists. To 1 runs post-event QC and grouping, to 0 voids both
//! results and revokes what was reported. All records of a call move, or none.

use super::own_institution;
use crate::{
    error::{ErrorCode, FieldError, Refusal},
    operations::reports_submit::{StateChange, SubmitAnswer, SubmitOutcome},
    service::{
        exactly_once::Done,
        grouping_revoke, judge,
        list_states::{self, NOT_SUBMITTED, SUBMITTED},
        stored_list,
    },
    session::Session,
    store::{
        Tx, TxError, groupings,
        lists::{self, ListHead, ListKeys},
        qc_results,
    },
};

/// A change with the list it is about.
struct Step<'a> {
    head: &'a ListHead,
    to: i16,
}

pub(super) async fn run(
    tx: &Tx<'_>,
    session: &Session,
    changes: &[StateChange],
    at: &str,
) -> Result<Done<SubmitAnswer>, TxError> {
    let own = own_institution(&session.caller)?;
    let keys: ListKeys = changes
        .iter()
        .map(|change| (own, change.setl_id.as_str()))
        .collect();
    let heads = lists::lock(tx, &keys).await?;
    let steps = steps(session, changes, &heads, at)?;
    let mut outcomes: Vec<_> = submit(tx, session, &steps).await?;
    outcomes.extend(withdraw(tx, session, &steps).await?);
    // In the order in which they were asked for.
    outcomes.sort_by_key(|outcome| changes.iter().position(|c| c.setl_id == outcome.setl_id));
    let subject = match changes {
        [one] => one.setl_id.clone(),
        many => format!("{} lists", many.len()),
    };
    let answer = if outcomes.len() == 1 {
        outcomes
            .into_iter()
            .next()
            .map(Box::new)
            .map(SubmitAnswer::One)
    } else {
        Some(SubmitAnswer::Many { results: outcomes })
    };
    let answer = answer.ok_or_else(|| Refusal::internal("4102 without a record"))?;
    Ok(Done { answer, subject })
}

/// Every change with its list, or the records that cannot be carried out: the first cause
/// is the refusal's, with all records that share it.
fn steps<'a>(
    session: &Session,
    changes: &[StateChange],
    heads: &'a [ListHead],
    at: &str,
) -> Result<Vec<Step<'a>>, Refusal> {
    let catalogue = session.app.catalogue.current();
    let profile = catalogue.profile(&session.app.config.profile);
    let withdrawal = profile.is_some_and(chs_settlement::Profile::withdrawal_allowed);
    let (mut steps, mut faults) = (Vec::new(), Vec::<(ErrorCode, FieldError)>::new());
    for (index, change) in changes.iter().enumerate() {
        let mut fault = |code: ErrorCode, field: &str| {
            let row = code.row();
            faults.push((
                code,
                FieldError::new(format!("{at}/{index}/{field}"), row.zh, row.en),
            ));
        };
        let found = heads.iter().find(|head| head.setl_id == change.setl_id);
        let Some(head) = found else {
            fault(ErrorCode::ListUnknown, "setl_id");
            continue;
        };
        let person = stored_list::psn_no_hash(&session.app.keys.master, &change.psn_no)?;
        if head
            .psn_no_hash
            .as_ref()
            .is_some_and(|hash| *hash != person)
        {
            fault(ErrorCode::ListUnknown, "psn_no");
            continue;
        }
        match list_states::may_move(
            session.caller.role,
            head.stas_type,
            change.stas_type,
            head.frozen,
            withdrawal,
        ) {
            Ok(()) => steps.push(Step {
                head,
                to: change.stas_type,
            }),
            Err(code) => fault(code, "stas_type"),
        }
    }
    let Some((code, _)) = faults.first() else {
        return Ok(steps);
    };
    let code = *code;
    let same = faults.into_iter().filter(|(other, _)| *other == code);
    Err(Refusal::new(code).with_errors(same.map(|(_, error)| error).collect()))
}

async fn submit(
    tx: &Tx<'_>,
    session: &Session,
    steps: &[Step<'_>],
) -> Result<Vec<SubmitOutcome>, TxError> {
    let (app, now) = (&*session.app, session.meta.received_at);
    let heads: Vec<ListHead> = steps
        .iter()
        .filter(|step| step.to == SUBMITTED)
        .map(|step| step.head.clone())
        .collect();
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let keys: ListKeys = heads.iter().collect();
    let bodies = lists::bodies(tx, &keys).await?;
    let joined = stored_list::open_all(tx, app, &heads, &bodies).await?;
    let lists: Vec<_> = heads.iter().zip(&joined).collect();
    let judged = judge::submitted(tx, app, &session.caller, &lists, now).await?;
    let outcomes = heads
        .iter()
        .zip(judged)
        .map(|(head, judged)| SubmitOutcome {
            assessment: Some(judged.assessment),
            ..outcome(head, judged.stas_type)
        });
    Ok(outcomes.collect())
}

async fn withdraw(
    tx: &Tx<'_>,
    session: &Session,
    steps: &[Step<'_>],
) -> Result<Vec<SubmitOutcome>, TxError> {
    let heads: Vec<&ListHead> = steps
        .iter()
        .filter(|step| step.to == NOT_SUBMITTED)
        .map(|step| step.head)
        .collect();
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let keys: ListKeys = heads.iter().copied().collect();
    qc_results::void(tx, &keys).await?;
    groupings::void(tx, &keys).await?;
    grouping_revoke::withdrawn(tx, session, &keys).await?;
    lists::set_states(tx, &keys, &vec![NOT_SUBMITTED; heads.len()]).await?;
    Ok(heads
        .into_iter()
        .map(|head| outcome(head, NOT_SUBMITTED))
        .collect())
}

fn outcome(head: &ListHead, stas_type: i16) -> SubmitOutcome {
    SubmitOutcome {
        setl_id: head.setl_id.clone(),
        setl_list_id: Some(head.setl_list_id.clone()),
        stas_type: Some(stas_type.to_string()),
        revision: Some(head.revision),
        ..SubmitOutcome::default()
    }
}
