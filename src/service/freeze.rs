//! `reconciliation.freeze`: a hospital's month is checked, priced and frozen, with its
//! special cases bound, in one transaction.

mod away;
mod facts;
mod special;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    catalogue::Catalogue,
    error::{ErrorCode, FieldError, Refusal},
    operations::reconciliation_freeze::{
        FreezeAnswer, FreezeRequest, FrozenAway, FrozenBatch, LeftOut,
    },
    service::{
        cross_region,
        exactly_once::{Done, exactly_once},
        reconciliation::refused,
        scope,
        settlement_ids::{self, Named},
        stored_list,
    },
    session::Session,
    store::{
        Tx, TxError,
        cross_region::AwayCase,
        frozen_cases::{self, Candidate, FrozenCase},
        lists::{self, ListHead, ListKeys},
        month_applications::{self, Application},
        monthly_batches::{self, Batch, BatchKey},
        publications,
        settlement_months::{self, Month, MonthState},
    },
    wire,
};
use chs_settlement::{Profile, states::BatchState};
use facts::{Basis, Institution};

/// Lists opened at a time: what is sealed is some 20 KB each.
const CHUNK: usize = 500;

/// Carries out the decision of the call.
///
/// # Errors
/// No application, something of the month that is not done, another county's institution,
/// and those of [`exactly_once`].
pub async fn run(session: &Session, request: &FreezeRequest) -> Result<Value, Refusal> {
    scope::oversees(session, &request.fixmedins_code, "/fixmedins_code")?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: decided(tx, session, request).await?,
            subject: format!("{} {}", request.setl_ym, request.fixmedins_code),
        })
    })
    .await
}

async fn decided(
    tx: &Tx<'_>,
    session: &Session,
    request: &FreezeRequest,
) -> Result<FreezeAnswer, TxError> {
    let (code, setl_ym) = (&request.fixmedins_code, &request.setl_ym);
    month_applications::hold(tx, code, setl_ym).await?;
    let application = month_applications::last(tx, code, setl_ym)
        .await?
        .ok_or_else(|| refused(ErrorCode::ApplicationUnknown, "/setl_ym"))?;
    if application.state != "APPLIED" {
        return Err(refused(ErrorCode::MonthState, "/setl_ym").into());
    }
    if request.decision == "RETURN" {
        let reason = request.reason.as_deref();
        let reason = reason.ok_or_else(|| refused(ErrorCode::StepIncomplete, "/reason"))?;
        settle(tx, session, request, &application, ("RETURNED", reason)).await?;
        return Ok(answer(request, application, "RETURNED"));
    }
    let catalogue = session.app.catalogue.current();
    let (month, profile) = month_of(tx, session, &catalogue, setl_ym).await?;
    in_order(tx, session, request).await?;
    let basis = Basis {
        catalogue: &catalogue,
        profile,
    };
    let mut answered = freeze(tx, session, request, &application, basis).await?;
    answered.example = Some(month.example);
    settle(tx, session, request, &application, ("FROZEN", "")).await?;
    Ok(answered)
}

fn answer(request: &FreezeRequest, application: Application, state: &'static str) -> FreezeAnswer {
    FreezeAnswer {
        clr_appy_evt_id: application.clr_appy_evt_id,
        fixmedins_code: request.fixmedins_code.clone(),
        setl_ym: request.setl_ym.clone(),
        state,
        example: None,
        batches: Vec::new(),
        cross_region: Vec::new(),
        left_out: Vec::new(),
        special_bound: Vec::new(),
        special_over_quota: Vec::new(),
    }
}

async fn settle(
    tx: &Tx<'_>,
    session: &Session,
    request: &FreezeRequest,
    application: &Application,
    decision: (&str, &str),
) -> Result<(), TxError> {
    let key = (
        request.fixmedins_code.as_str(),
        request.setl_ym.as_str(),
        application.number,
    );
    let by = (session.meta.received_at, session.caller.app_id.as_str());
    month_applications::decide(tx, key, decision, by).await
}

/// The month, open and kept so, and the profile that prices it.
async fn month_of<'a>(
    tx: &Tx<'_>,
    session: &Session,
    catalogue: &'a Catalogue,
    setl_ym: &str,
) -> Result<(Month, &'a Profile), TxError> {
    let config = &session.app.config;
    let profile = catalogue.profile(&config.profile);
    let profile =
        profile.ok_or_else(|| Refusal::internal("the gateway's profile is not installed"))?;
    let wanted = Month {
        setl_ym: setl_ym.to_owned(),
        state: MonthState::Open,
        profile: profile.id().to_owned(),
        profile_digest: profile.digest().to_owned(),
        example: profile.example(),
        deposit: config.settlement.deposit,
        pays_monthly: config.settlement.pays_monthly,
    };
    let month = settlement_months::held_open(tx, &wanted).await?;
    if month.state != MonthState::Open {
        return Err(refused(ErrorCode::MonthState, "/setl_ym").into());
    }
    if month.profile_digest != wanted.profile_digest {
        return Err(refused(ErrorCode::ProfileChanged, "/setl_ym").into());
    }
    Ok((month, profile))
}

/// Whether everything that comes before the freeze is done.
async fn in_order(tx: &Tx<'_>, session: &Session, request: &FreezeRequest) -> Result<(), TxError> {
    let (code, setl_ym) = (&request.fixmedins_code, &request.setl_ym);
    let mut errors = Vec::new();
    let now = session.meta.received_at;
    let round = publications::last(tx, setl_ym).await?;
    if round.is_none_or(|round| now < round.closes_at) {
        errors.push(FieldError::new(
            "/setl_ym",
            "该月尚未公示，或异议期未结束",
            "the month is not published, or its window is open",
        ));
    }
    let objections = month_applications::open_objections(tx, code, setl_ym).await?;
    if objections > 0 {
        errors.push(FieldError::new(
            "/fixmedins_code",
            format!("有 {objections} 条异议未处理"),
            format!("{objections} objections are open"),
        ));
    }
    let undecided = special::undecided(tx, session, code, setl_ym).await?;
    if undecided > 0 {
        errors.push(FieldError::new(
            "/fixmedins_code",
            format!("有 {undecided} 件特病单议未审结"),
            format!("{undecided} special cases are not decided"),
        ));
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(ErrorCode::MonthOrder)
        .with_errors(errors)
        .into())
}

async fn freeze(
    tx: &Tx<'_>,
    session: &Session,
    request: &FreezeRequest,
    application: &Application,
    basis: Basis<'_>,
) -> Result<FreezeAnswer, TxError> {
    let app = &session.app;
    let register = app.register.current();
    let registered = register.institution(&request.fixmedins_code);
    let institution = Institution {
        fixmedins_code: &request.fixmedins_code,
        district: registered.map_or(app.config.admdvs.as_str(), |known| &known.admdvs),
        hosp_lv: registered.and_then(|known| known.hosp_lv.as_deref()),
    };
    let candidates =
        frozen_cases::candidates(tx, &request.fixmedins_code, &request.setl_ym).await?;
    let bound = special::bind(tx, session, request, basis.profile, candidates.len()).await?;
    let mut answered = answer(request, application.clone(), "FROZEN");
    let mut batches: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut away: Vec<AwayCase> = Vec::new();
    for chunk in candidates.chunks(CHUNK) {
        let mut cases = Vec::with_capacity(chunk.len());
        for (candidate, joined) in opened(tx, session, request, chunk).await? {
            let decided = bound.decided.get(&candidate.setl_id).copied();
            let now = session.meta.received_at;
            let priced = away::insured(&app.config, &joined).and_then(|area| {
                let case = facts::case(app, basis, institution, candidate, &joined, decided, now);
                case.map(|(case, worth)| (area, case, worth))
            });
            match priced {
                Ok((area, case, worth)) => {
                    let case = FrozenCase {
                        setl_ym: request.setl_ym.clone(),
                        ..case
                    };
                    match area {
                        None => cases.push(case),
                        Some(insu_admdvs) => away.push(AwayCase {
                            insu_admdvs,
                            payable_fen: worth.fen(),
                            case,
                        }),
                    }
                }
                Err(reason) => answered.left_out.push(LeftOut {
                    setl_id: candidate.setl_id.clone(),
                    code: reason.code,
                    message: reason.message,
                    message_en: reason.message_en,
                }),
            }
        }
        let ids: Vec<String> = cases
            .iter()
            .map(|case| batch_id(&case.fixmedins_code, &case.setl_ym, &case.insutype))
            .collect();
        frozen_cases::freeze(tx, &cases, &ids).await?;
        for case in &cases {
            let sums = batches.entry(case.insutype.clone()).or_default();
            sums.0 += 1;
            sums.1 = sums.1.checked_add(case.cost_fen).ok_or_else(too_much)?;
        }
    }
    cross_region::enqueue(
        tx,
        session,
        (&request.fixmedins_code, &request.setl_ym),
        &away,
    )
    .await?;
    answered.cross_region = sums_of(&away)?;
    answered.special_bound = bound.ids;
    answered.special_over_quota = bound.over_quota;
    for (insutype, (cases, cost_fen)) in batches {
        let key = BatchKey {
            fixmedins_code: request.fixmedins_code.clone(),
            setl_ym: request.setl_ym.clone(),
            insutype,
        };
        let batch = Batch {
            batch_id: batch_id(&key.fixmedins_code, &key.setl_ym, &key.insutype),
            clr_appy_evt_id: application.clr_appy_evt_id.clone(),
            district: institution.district.to_owned(),
            state: BatchState::Frozen.as_str().to_owned(),
            version: 0,
            failures: 0,
            due_fen: None,
            reconciled_fen: None,
            frozen_at: session.meta.received_at,
            key,
        };
        monthly_batches::put(tx, &batch, &session.caller.app_id).await?;
        answered.batches.push(FrozenBatch {
            insutype: batch.key.insutype,
            fee_clr_id: batch.batch_id,
            setl_psntime: cases,
            medfee_sumamt: wire::yuan_of_fen(cost_fen),
        });
    }
    Ok(answered)
}

/// What is frozen of patients insured elsewhere, by insured area and insurance type.
fn sums_of(away: &[AwayCase]) -> Result<Vec<FrozenAway>, Refusal> {
    let mut sums: BTreeMap<(&str, &str), (i64, i64)> = BTreeMap::new();
    for one in away {
        let key = (one.insu_admdvs.as_str(), one.case.insutype.as_str());
        let (cases, cost_fen) = sums.entry(key).or_default();
        *cases += 1;
        *cost_fen = cost_fen
            .checked_add(one.case.cost_fen)
            .ok_or_else(too_much)?;
    }
    let frozen = sums
        .into_iter()
        .map(|((area, insutype), (cases, cost_fen))| FrozenAway {
            insu_admdvs: area.to_owned(),
            insutype: insutype.to_owned(),
            setl_psntime: cases,
            medfee_sumamt: wire::yuan_of_fen(cost_fen),
        });
    Ok(frozen.collect())
}

fn batch_id(fixmedins_code: &str, setl_ym: &str, insutype: &str) -> String {
    settlement_ids::of(Named::Batch, &[fixmedins_code, setl_ym, insutype])
}

fn too_much() -> Refusal {
    Refusal::internal("a sum is out of range")
}

/// The lists of candidates, opened and joined with their settlement records.
async fn opened<'a>(
    tx: &Tx<'_>,
    session: &Session,
    request: &FreezeRequest,
    chunk: &'a [Candidate],
) -> Result<Vec<(&'a Candidate, stored_list::JoinedList)>, TxError> {
    let code = request.fixmedins_code.as_str();
    let keys: ListKeys = chunk
        .iter()
        .map(|candidate| (code, candidate.setl_id.as_str()))
        .collect();
    let bodies = lists::bodies(tx, &keys).await?;
    let heads: Vec<ListHead> = lists::heads(tx, &keys).await?;
    let mut by_id: BTreeMap<String, stored_list::JoinedList> = heads
        .iter()
        .map(|head| head.setl_id.clone())
        .zip(stored_list::open_all(tx, &session.app, &heads, &bodies).await?)
        .collect();
    chunk
        .iter()
        .map(|candidate| {
            let joined = by_id.remove(&candidate.setl_id);
            let joined = joined.ok_or_else(|| Refusal::internal("a list is gone"))?;
            Ok((candidate, joined))
        })
        .collect()
}
