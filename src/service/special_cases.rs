//! Special-case review (特病单议, 3601–3604): declared within the quota, screened, decided
//! by two experts of other institutions, appealed once with new evidence.

mod panel;
mod query;

use chrono::TimeDelta;
use chs_settlement::{
    Profile,
    books::quota,
    states::{Role as StateRole, SpecialAction, SpecialState, StateError},
};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    app::App,
    error::{ErrorCode, Refusal},
    operations::{
        special_cases_change::{Change, ChangeRequest},
        special_cases_declare::{DeclareRequest, SpecialAnswer},
        special_cases_review::{ReviewAction, ReviewRequest},
    },
    service::{
        bills_step::state_role,
        exactly_once::{Done, exactly_once},
        one_list,
        reconciliation::refused,
        scope,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx, TxError, month_applications,
        special_cases::{self as stored, Opinion, SpecialCase},
    },
};

pub use query::{list, opinions};

/// The share of a month's discharges that may be reviewed.
pub(super) fn share(app: &App, profile: &Profile) -> Decimal {
    let dip = profile
        .parameter_versions()
        .iter()
        .any(|parameters| parameters.method.name().starts_with("dip"));
    let settlement = &app.config.settlement;
    if dip {
        settlement.special_share_dip
    } else {
        settlement.special_share_drg
    }
}

/// The state of a stored case.
pub(super) fn state_of(case: &SpecialCase) -> Result<SpecialState, Refusal> {
    SpecialState::from_name(&case.state)
        .ok_or_else(|| Refusal::internal("a special case in an unknown state"))
}

/// Moves a locked case along its states and records what was said.
pub(super) async fn moved(
    tx: &Tx<'_>,
    session: &Session,
    case: &mut SpecialCase,
    (action, role): (SpecialAction, StateRole),
    opnn: &str,
) -> Result<(), TxError> {
    let to = state_of(case)?.after(action, role);
    let to = to.map_err(|error| match error {
        StateError::NotFromHere { .. } => refused(ErrorCode::SpecialCaseState, "/action"),
        StateError::NotYours { .. } => refused(ErrorCode::RoleNotAllowed, "/action"),
    })?;
    to.as_str().clone_into(&mut case.state);
    if matches!(
        to,
        SpecialState::Approved | SpecialState::Rejected | SpecialState::FinallyRejected
    ) {
        case.decided_at = Some(session.meta.received_at);
    }
    said(tx, session, case, (action.as_str(), None), opnn).await
}

/// Records what was said on a locked case and writes the case.
async fn said(
    tx: &Tx<'_>,
    session: &Session,
    case: &mut SpecialCase,
    (action, amount_fen): (&str, Option<i64>),
    opnn: &str,
) -> Result<(), TxError> {
    case.version += 1;
    case.updt_time = session.meta.received_at;
    let caller = &session.caller;
    let opinion = Opinion {
        number: case.version,
        round: case.round,
        // A panel's decision is the office's record; its members' words stand apart.
        role: match caller.role {
            crate::caller::Role::Expert => "panel".to_owned(),
            role => role.as_str().to_owned(),
        },
        app_id: caller.app_id.clone(),
        institution: String::new(),
        action: action.to_owned(),
        amount_fen,
        opnn: opnn.to_owned(),
        at: session.meta.received_at,
    };
    stored::put_opinion(tx, case, &opinion).await?;
    stored::put(tx, case).await
}

fn answer(case: SpecialCase) -> SpecialAnswer {
    SpecialAnswer {
        code: "0",
        message: "",
        appy_chk_setl_list_id: case.appy_chk_setl_list_id,
        setl_id: case.setl_id,
        state: case.state,
        version: case.version,
        vali_flag: case.vali_flag.to_string(),
    }
}

/// Declares the case of the call.
///
/// # Errors
/// No such list, a frozen or ungrouped one, one declared already, a used-up quota, and
/// those of [`exactly_once`].
pub async fn declare(session: &Session, request: &DeclareRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, None)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        Ok(Done {
            answer: answer(declared(tx, session, request, institution).await?),
            subject: request.setl_id.clone(),
        })
    })
    .await
}

async fn declared(
    tx: &Tx<'_>,
    session: &Session,
    request: &DeclareRequest,
    institution: Option<&str>,
) -> Result<SpecialCase, TxError> {
    let code = institution.unwrap_or_default();
    let found = one_list::found(tx, &request.setl_id, institution).await?;
    let found = found.ok_or_else(|| refused(ErrorCode::ListUnknown, "/setl_id"))?;
    // The month is held before the list: a freeze takes them in the same order.
    month_applications::hold(tx, code, &found.setl_ym).await?;
    let head = one_list::locked(tx, &request.setl_id, institution).await?;
    let head = head.filter(|head| head.setl_ym == found.setl_ym);
    let head = head.ok_or_else(|| refused(ErrorCode::ListUnknown, "/setl_id"))?;
    if head.frozen {
        return Err(refused(ErrorCode::ListFrozen, "/setl_id").into());
    }
    let group = stored::group_of(tx, code, &head.setl_id).await?;
    let group = group.filter(|_| matches!(head.stas_type, 1 | 2));
    let group = group.ok_or_else(|| refused(ErrorCode::ListState, "/setl_id"))?;
    let (before, valid) = stored::declared_for(tx, code, &head.setl_id).await?;
    if valid {
        return Err(refused(ErrorCode::SpecialCaseState, "/setl_id").into());
    }
    within_quota(tx, session, code, &head.setl_ym).await?;
    let parts = [code, &head.setl_id, &before.to_string()];
    let now = session.meta.received_at;
    let mut case = SpecialCase {
        fixmedins_code: code.to_owned(),
        appy_chk_setl_list_id: settlement_ids::of(Named::SpecialCase, &parts),
        setl_id: head.setl_id,
        setl_ym: head.setl_ym,
        vali_flag: 1,
        state: SpecialState::Declared.as_str().to_owned(),
        version: 0,
        round: 1,
        exit_type: request.appy_exit_type.clone(),
        exit_rea: request.exit_rea.clone(),
        evidence: request.evidence.to_lowercase(),
        drg_codg: group.drg_codg,
        drg_name: group.drg_name,
        pay_std_fen: group.pay_std_fen,
        cost_fen: group.cost_fen,
        asked_fen: request.exit_fund_payamt.fen(),
        approved_fen: None,
        declared_at: now,
        decided_at: None,
        updt_time: now,
    };
    let asked = Some(case.asked_fen);
    said(
        tx,
        session,
        &mut case,
        ("declare", asked),
        &request.exit_rea,
    )
    .await?;
    Ok(case)
}

/// The quota at declaration: of the discharges that the month has so far.
async fn within_quota(
    tx: &Tx<'_>,
    session: &Session,
    code: &str,
    setl_ym: &str,
) -> Result<(), TxError> {
    let app = &session.app;
    let catalogue = app.catalogue.current();
    let profile = catalogue.profile(&app.config.profile);
    let profile = profile.ok_or_else(|| Refusal::internal("no profile"))?;
    let discharges = month_applications::totals(tx, code, setl_ym).await?.psntime;
    let discharges = u64::try_from(discharges).map_err(Refusal::internal)?;
    let declared = stored::of_month(tx, code, setl_ym).await?.len();
    let declared = u64::try_from(declared).map_err(Refusal::internal)?;
    if declared >= quota(discharges, share(app, profile)) {
        return Err(refused(ErrorCode::QuotaExhausted, "/setl_id").into());
    }
    Ok(())
}

/// A case, locked behind its month, if the caller may act on it.
async fn locked(tx: &Tx<'_>, id: &str, institution: Option<&str>) -> Result<SpecialCase, TxError> {
    let unknown = || refused(ErrorCode::SpecialCaseUnknown, "/appy_chk_setl_list_id");
    let found = stored::locked(tx, id).await?;
    let found = found.filter(|case| case.vali_flag == 1);
    let own = found.filter(|case| institution.is_none_or(|code| code == case.fixmedins_code));
    Ok(own.ok_or_else(unknown)?)
}

/// Withdraws or appeals the case of the call.
///
/// # Errors
/// No such case of the hospital, a state that has no such step, an appeal too late or
/// without new evidence, and those of [`exactly_once`].
pub async fn change(session: &Session, request: &ChangeRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, None)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let mut case = locked(tx, &request.appy_chk_setl_list_id, institution).await?;
        match request.action {
            Change::Withdraw => withdraw(tx, session, &mut case).await?,
            Change::Appeal => appeal(tx, session, request, &mut case).await?,
        }
        Ok(Done {
            subject: case.setl_id.clone(),
            answer: answer(case),
        })
    })
    .await
}

async fn withdraw(tx: &Tx<'_>, session: &Session, case: &mut SpecialCase) -> Result<(), TxError> {
    if state_of(case)? != SpecialState::Declared {
        return Err(refused(ErrorCode::SpecialCaseState, "/action").into());
    }
    case.vali_flag = 0;
    said(tx, session, case, ("withdraw", None), "").await
}

async fn appeal(
    tx: &Tx<'_>,
    session: &Session,
    request: &ChangeRequest,
    case: &mut SpecialCase,
) -> Result<(), TxError> {
    let days = TimeDelta::days(i64::from(session.app.config.settlement.appeal_days));
    let now = session.meta.received_at;
    if case.decided_at.is_none_or(|at| now >= at + days) {
        return Err(refused(ErrorCode::SpecialCaseState, "/action").into());
    }
    let evidence = request.evidence.as_deref().map(str::to_lowercase);
    let evidence = evidence.filter(|evidence| *evidence != case.evidence);
    case.evidence = evidence.ok_or_else(|| refused(ErrorCode::EvidenceNotNew, "/evidence"))?;
    case.round += 1;
    let opnn = request.exit_rea.as_deref().unwrap_or_default();
    moved(
        tx,
        session,
        case,
        (SpecialAction::Appeal, StateRole::Hospital),
        opnn,
    )
    .await
}

/// Takes the review step of the call.
///
/// # Errors
/// No such case, a state or role that has no such step, an unfit panel, and those of
/// [`exactly_once`].
pub async fn review(session: &Session, request: &ReviewRequest) -> Result<Value, Refusal> {
    exactly_once(session, async |tx: &Tx<'_>| {
        let mut case = locked(tx, &request.appy_chk_setl_list_id, None).await?;
        let role = state_role(session.caller.role)
            .ok_or_else(|| refused(ErrorCode::RoleNotAllowed, "/action"))?;
        let opnn = request.opnn.as_deref().unwrap_or_default();
        let action = match request.action {
            ReviewAction::Screen => SpecialAction::Screen,
            ReviewAction::Refuse => SpecialAction::Refuse,
            ReviewAction::Assign => SpecialAction::Assign,
            ReviewAction::Approve => SpecialAction::Approve,
            ReviewAction::Reject => SpecialAction::Reject,
            ReviewAction::Lapse => SpecialAction::Lapse,
        };
        match action {
            SpecialAction::Assign => panel::assign(tx, session, request, &mut case, role).await?,
            SpecialAction::Approve | SpecialAction::Reject => {
                panel::speak(tx, session, request, &mut case, (action, role)).await?;
            }
            SpecialAction::Lapse => {
                let days = session.app.config.settlement.appeal_days;
                let until = case
                    .decided_at
                    .map(|at| at + TimeDelta::days(i64::from(days)));
                if until.is_none_or(|until| session.meta.received_at < until) {
                    return Err(refused(ErrorCode::SpecialCaseState, "/action").into());
                }
                moved(tx, session, &mut case, (action, role), opnn).await?;
            }
            _ => moved(tx, session, &mut case, (action, role), opnn).await?,
        }
        Ok(Done {
            subject: case.setl_id.clone(),
            answer: answer(case),
        })
    })
    .await
}
