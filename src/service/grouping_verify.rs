//! `groupings.verify`: regroup stored lists under the stated scheme and compare.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use crate::{
    app::App,
    caller::Role,
    catalogue::Catalogue,
    error::Refusal,
    operations::{
        groupings_verify::{VerifiedItem, VerifyAnswer, VerifyItem, VerifyRequest},
        items::Item,
    },
    service::{
        checkup::{self, Grouping},
        exactly_once::{Done, exactly_once},
        stored_list,
    },
    session::Session,
    store::{
        Tx, TxError,
        lists::{self, Bodies, ListHead, ListKeys},
        reported_groupings::{self, REVOKED, Reported},
        settlement_records,
    },
};

/// Verifies the results of the call.
///
/// # Errors
/// Those of [`exactly_once`].
pub async fn run(session: &Session, request: &VerifyRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        let items = verify(tx, session, request).await?;
        let subject = match items.as_slice() {
            [one] => one.setl_id.clone(),
            many => format!("{} results", many.len()),
        };
        Ok(Done {
            answer: VerifyAnswer { items },
            subject,
        })
    })
    .await
}

async fn verify(
    tx: &Tx<'_>,
    session: &Session,
    request: &VerifyRequest,
) -> Result<Vec<VerifiedItem>, TxError> {
    let items = || request.items.iter().filter_map(|item| item.as_ref().ok());
    let keys: ListKeys = items()
        .map(|item| (item.fixmedins_code.as_str(), item.setl_id.as_str()))
        .collect();
    let cases = Cases::read(tx, &keys).await?;
    let seen_all = session.caller.role == Role::City;
    let catalogue = session.app.catalogue.current();
    let mut answers: Vec<_> = request
        .items
        .iter()
        .map(|item| before_regrouping(&catalogue, item, &cases, seen_all))
        .collect();
    let tasks: Vec<_> = answers
        .iter()
        .enumerate()
        .filter_map(|(place, answer)| match answer {
            Verdict::Regroup(task) => Some((place, task.clone())),
            Verdict::Final(_) => None,
        })
        .collect();
    for (place, found) in regroup(tx, session, catalogue, tasks).await? {
        if let Some(answer) = answers.get_mut(place) {
            answer.compare(found, &cases);
        }
    }
    let mut answers: Vec<_> = answers.into_iter().map(Verdict::into_item).collect();
    move_states(tx, session, &mut answers, &cases).await?;
    Ok(answers.into_iter().map(|answer| answer.item).collect())
}

/// Lists and last reports of the cases asked for.
struct Cases {
    heads: HashMap<(String, String), ListHead>,
    reported: HashMap<(String, String), Reported>,
}

impl Cases {
    async fn read(tx: &Tx<'_>, keys: &ListKeys) -> Result<Cases, TxError> {
        let key = |code: &str, id: &str| (code.to_owned(), id.to_owned());
        let heads = lists::heads(tx, keys).await?;
        let heads = heads.into_iter();
        // In the order of their sequences: the last one stays.
        let reported = reported_groupings::of_cases(tx, keys).await?.into_iter();
        Ok(Cases {
            heads: heads
                .map(|head| (key(&head.fixmedins_code, &head.setl_id), head))
                .collect(),
            reported: reported
                .map(|one| (key(&one.fixmedins_code, &one.setl_id), one))
                .collect(),
        })
    }

    fn reported(&self, item: &VerifiedItem) -> Option<&Reported> {
        let key = (item.fixmedins_code.clone(), item.setl_id.clone());
        self.reported.get(&key)
    }
}

/// A list to be regrouped.
#[derive(Clone)]
struct Task {
    item: VerifyItem,
    head: ListHead,
}

/// An answer, or what it still takes.
enum Verdict {
    Final(Box<Moved>),
    Regroup(Box<Task>),
}

/// An answer with what it means for the state: passed, failed, or nothing.
struct Moved {
    item: VerifiedItem,
    passed: Option<bool>,
}

impl Verdict {
    fn into_item(self) -> Moved {
        match self {
            Verdict::Final(moved) => *moved,
            // Every task is regrouped; were one not, nothing may be claimed about it.
            Verdict::Regroup(task) => unmoved(&task.item, "UNKNOWN"),
        }
    }

    fn compare(&mut self, found: Grouping, cases: &Cases) {
        let Verdict::Regroup(task) = self else {
            return;
        };
        let mut moved = unmoved(&task.item, "MATCH");
        let reported = cases.reported(&moved.item);
        // National and local group may differ: each is compared under its own scheme.
        let under_scheme = reported.and_then(|reported| match &task.item.grp_ver {
            scheme if *scheme == reported.grp_ver => Some(&reported.drg_code),
            scheme if *scheme == reported.place_grp_ver => Some(&reported.place_drg_codg),
            _ => None,
        });
        let claimed = &task.item.drg_code;
        let other = under_scheme.filter(|code| *code != claimed && !code.is_empty());
        let matches = found.drg_code == *claimed && other.is_none();
        if reported.is_some_and(|reported| reported.grp_ver == task.item.grp_ver) {
            moved.passed = Some(matches);
        }
        if !matches {
            moved.item.result = "MISMATCH";
            moved.item.reported_drg_code = other.cloned();
            moved.item.regrouped = Some(found);
        }
        *self = Verdict::Final(Box::new(moved));
    }
}

fn unmoved(item: &VerifyItem, result: &'static str) -> Moved {
    Moved {
        item: VerifiedItem {
            setl_id: item.setl_id.clone(),
            fixmedins_code: item.fixmedins_code.clone(),
            drg_code: item.drg_code.clone(),
            result,
            ..VerifiedItem::default()
        },
        passed: None,
    }
}

/// What can be said without regrouping. Province and nation see what was reported to them
/// and nothing else.
fn before_regrouping(
    catalogue: &Catalogue,
    item: &Item<VerifyItem>,
    cases: &Cases,
    sees_all: bool,
) -> Verdict {
    let item = match item {
        Ok(item) => item,
        Err(bad) => {
            let item = VerifiedItem {
                setl_id: bad.setl_id.clone(),
                result: "ITEM_INVALID",
                errors: bad.errors.clone(),
                ..VerifiedItem::default()
            };
            return Verdict::Final(Box::new(Moved { item, passed: None }));
        }
    };
    let key = (item.fixmedins_code.clone(), item.setl_id.clone());
    let reported = cases.reported.get(&key);
    let visible = sees_all || reported.is_some();
    let Some(head) = cases.heads.get(&key).filter(|_| visible) else {
        return Verdict::Final(Box::new(unmoved(item, "UNKNOWN")));
    };
    if reported.is_some_and(|reported| reported.state == REVOKED) {
        return Verdict::Final(Box::new(unmoved(item, "REVOKED")));
    }
    if catalogue.scheme(&item.grp_ver).is_none() {
        return Verdict::Final(Box::new(unmoved(item, "SCHEME_NOT_INSTALLED")));
    }
    let altered = |digest: &&String| **digest != head.input_digest;
    let since_report = reported.map(|one| &one.input_digest).filter(altered);
    let for_verifier = item.input_digest.as_ref().filter(altered);
    if let Some(digest) = since_report.or(for_verifier) {
        let mut moved = unmoved(item, "ALTERED");
        moved.item.reported_digest = Some(digest.clone());
        moved.item.stored_digest = Some(head.input_digest.clone());
        // A verifier with another list than the reporter's says nothing about the report.
        moved.passed = since_report.map(|_| false);
        return Verdict::Final(Box::new(moved));
    }
    Verdict::Regroup(Box::new(Task {
        item: item.clone(),
        head: head.clone(),
    }))
}

/// Opens and regroups the lists, away from the HTTP worker: a thousand take a while.
async fn regroup(
    tx: &Tx<'_>,
    session: &Session,
    catalogue: Arc<Catalogue>,
    tasks: Vec<(usize, Box<Task>)>,
) -> Result<Vec<(usize, Grouping)>, TxError> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let keys: ListKeys = tasks.iter().map(|(_, task)| &task.head).collect();
    let bodies = lists::bodies(tx, &keys).await?;
    let records = settlement_records::of_core(tx, &keys).await?;
    let app = Arc::clone(&session.app);
    let found = tokio::task::spawn_blocking(move || {
        let one = |(place, task): &(usize, Box<Task>)| {
            Ok((
                *place,
                regrouped(&app, &catalogue, task, &bodies, &records)?,
            ))
        };
        tasks.iter().map(one).collect::<Result<Vec<_>, Refusal>>()
    });
    Ok(found.await.map_err(Refusal::internal)??)
}

fn regrouped(
    app: &App,
    catalogue: &Catalogue,
    task: &Task,
    bodies: &Bodies,
    records: &Bodies,
) -> Result<Grouping, Refusal> {
    let joined = stored_list::open(app, &task.head, bodies, records)?;
    let scheme = catalogue
        .scheme(&task.item.grp_ver)
        .ok_or_else(|| Refusal::internal("a scheme is gone"))?;
    Ok(checkup::group(scheme, &joined.list, task.item.trace))
}

/// Moves the states by the outcomes, and tells each item where its case stands.
async fn move_states(
    tx: &Tx<'_>,
    session: &Session,
    answers: &mut [Moved],
    cases: &Cases,
) -> Result<(), TxError> {
    let mut outcomes: Vec<(&Reported, bool)> = Vec::new();
    for moved in answers.iter_mut() {
        if moved.item.result == "UNKNOWN" {
            continue;
        }
        let Some(reported) = cases.reported(&moved.item) else {
            continue;
        };
        let key = (
            moved.item.fixmedins_code.clone(),
            moved.item.setl_id.clone(),
        );
        let frozen = cases.heads.get(&key).is_some_and(|head| head.frozen);
        let earlier = outcomes
            .iter()
            .find(|(one, _)| std::ptr::eq(*one, reported))
            .map(|(_, passed)| *passed);
        let passed = match moved.passed {
            Some(passed) if reported.state == "REPORTED" && !frozen => {
                if earlier.is_none() {
                    outcomes.push((reported, passed));
                }
                earlier.or(Some(passed))
            }
            _ => earlier,
        };
        let state = match passed {
            _ if frozen => "FROZEN",
            Some(true) => "VERIFIED",
            Some(false) => "VERIFY_FAILED",
            None => &reported.state,
        };
        moved.item.state = Some(state.to_owned());
    }
    if outcomes.is_empty() {
        return Ok(());
    }
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    reported_groupings::verified(tx, &outcomes, by).await
}
