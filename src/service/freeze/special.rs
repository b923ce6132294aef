//! Special cases at the freeze: none may be open, and those approved are bound within the
//! quota, which is looked at a second time here.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use chs_model::Money;
use chs_settlement::{
    Profile,
    books::{ExcessCase, within_quota},
    states::{Role, SpecialAction, SpecialState},
};

use crate::{
    error::Refusal,
    operations::reconciliation_freeze::FreezeRequest,
    service::special_cases::{self, state_of},
    session::Session,
    store::{
        Tx, TxError,
        special_cases::{self as stored, SpecialCase},
    },
};

/// What was bound.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// Approved amounts by settlement id, fen.
    pub(super) decided: HashMap<String, i64>,
    /// Ids of the bound cases.
    pub(super) ids: Vec<String>,
    /// Ids of approved cases beyond the quota.
    pub(super) over_quota: Vec<String>,
}

/// Cases of the month that are not decided; a rejection is not until the days for an
/// appeal are over.
pub(super) async fn undecided(
    tx: &Tx<'_>,
    session: &Session,
    fixmedins_code: &str,
    setl_ym: &str,
) -> Result<usize, TxError> {
    let days = TimeDelta::days(i64::from(session.app.config.settlement.appeal_days));
    let now = session.meta.received_at;
    let mut open = 0;
    for case in stored::of_month(tx, fixmedins_code, setl_ym).await? {
        let decided = match state_of(&case)? {
            SpecialState::Approved | SpecialState::FinallyRejected | SpecialState::BoundToBatch => {
                true
            }
            SpecialState::Rejected => case.decided_at.is_some_and(|at| at + days <= now),
            _ => false,
        };
        open += usize::from(!decided);
    }
    Ok(open)
}

/// Binds the approved cases of the month, those with the greatest excess first where the
/// quota does not hold all.
pub(super) async fn bind(
    tx: &Tx<'_>,
    session: &Session,
    request: &FreezeRequest,
    profile: &Profile,
    discharges: usize,
) -> Result<Bound, TxError> {
    let cases = stored::of_month(tx, &request.fixmedins_code, &request.setl_ym).await?;
    let approved: Vec<SpecialCase> = cases
        .into_iter()
        .filter(|case| case.state == SpecialState::Approved.as_str())
        .collect();
    let ranked = approved
        .iter()
        .map(excess)
        .collect::<Result<_, Refusal>>()?;
    let discharges = u64::try_from(discharges).map_err(Refusal::internal)?;
    let share = special_cases::share(&session.app, profile);
    let within: BTreeSet<String> = within_quota(ranked, discharges, share)
        .into_iter()
        .map(|case| case.id)
        .collect();
    let mut bound = Bound::default();
    let role = match session.caller.role {
        crate::caller::Role::County => Role::County,
        _ => Role::City,
    };
    for mut case in approved {
        let id = case.appy_chk_setl_list_id.clone();
        let Some(amount) = case.approved_fen.filter(|_| within.contains(&id)) else {
            bound.over_quota.push(id);
            continue;
        };
        let setl_id = case.setl_id.clone();
        special_cases::moved(tx, session, &mut case, (SpecialAction::Bind, role), "").await?;
        bound.decided.insert(setl_id, amount);
        bound.ids.push(id);
    }
    Ok(bound)
}

fn excess(case: &SpecialCase) -> Result<ExcessCase, Refusal> {
    let standard = Money::from_fen(case.pay_std_fen.unwrap_or_default());
    let excess = Money::from_fen(case.cost_fen).checked_sub(standard);
    Ok(ExcessCase {
        id: case.appy_chk_setl_list_id.clone(),
        excess: excess.map_err(Refusal::internal)?,
        standard,
    })
}
