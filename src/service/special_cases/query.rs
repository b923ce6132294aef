//! 3601 and 3604: the list of cases, and what was said on one.

use serde_json::Value;

use super::{locked, refused};
use crate::{
    caller::Role,
    error::{ErrorCode, Refusal},
    operations::{
        special_cases_list::{ListAnswer, ListRequest, SpecialRow},
        special_cases_opinions::{OpinionView, OpinionsAnswer, OpinionsRequest, PreSettlement},
    },
    service::{
        exactly_once::{Done, exactly_once},
        scope,
    },
    session::Session,
    store::{
        Tx, TxError,
        special_cases::{self as stored, Opinion, SpecialCase, SpecialPage},
    },
    wire,
};

/// Answers the list of the call: a hospital's own cases, an expert's panels.
///
/// # Errors
/// Another institution's data, and those of [`exactly_once`].
pub async fn list(session: &Session, request: &ListRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, request.fixmedins_code.as_deref())?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let size = i64::from(request.page_size);
        let page = SpecialPage {
            fixmedins_code: institution,
            setl_id: request.setl_id.as_deref(),
            id: request.appy_chk_setl_list_id.as_deref(),
            setl_ym: request.setl_ym.as_deref(),
            expert: expert(session),
            offset: (i64::from(request.page_num) - 1) * size,
            limit: size,
        };
        let rows = stored::page(tx, &page).await?;
        Ok(Done {
            answer: ListAnswer {
                rows: rows.into_iter().map(|case| row(session, case)).collect(),
                page_num: request.page_num,
                page_size: request.page_size,
            },
            subject: request.setl_id.clone().unwrap_or_default(),
        })
    })
    .await
}

/// An expert sees the cases of its panels only.
fn expert(session: &Session) -> Option<&str> {
    (session.caller.role == Role::Expert).then_some(session.caller.app_id.as_str())
}

fn row(session: &Session, case: SpecialCase) -> SpecialRow {
    SpecialRow {
        fixmedins_name: session.app.institution_name(&case.fixmedins_code),
        appy_chk_setl_list_id: case.appy_chk_setl_list_id,
        setl_id: case.setl_id,
        setl_ym: case.setl_ym,
        fixmedins_code: case.fixmedins_code,
        appy_exit_type: case.exit_type,
        exit_rea: case.exit_rea,
        evidence: case.evidence,
        drg_codg: case.drg_codg,
        drg_name: case.drg_name,
        pay_std_amt: case.pay_std_fen.map(wire::yuan_of_fen),
        medfee_sumamt: wire::yuan_of_fen(case.cost_fen),
        exit_fund_payamt: wire::yuan_of_fen(case.asked_fen),
        approved_amt: case.approved_fen.map(wire::yuan_of_fen),
        state: case.state,
        version: case.version,
        vali_flag: case.vali_flag.to_string(),
        crte_time: wire::china_time(case.declared_at),
        updt_time: wire::china_time(case.updt_time),
    }
}

/// Answers what was said on the case of the call. The experts' names stay with the city.
///
/// # Errors
/// No such case that the caller may see, and those of [`exactly_once`].
pub async fn opinions(session: &Session, request: &OpinionsRequest) -> Result<Value, Refusal> {
    let institution = scope::institution(&session.caller, None)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let case = found(tx, session, request, institution).await?;
        let opinions = stored::opinions(tx, &case).await?;
        Ok(Done {
            subject: case.setl_id.clone(),
            answer: OpinionsAnswer {
                pre_settlement: vec![PreSettlement {
                    appy_chk_setl_list_id: case.appy_chk_setl_list_id.clone(),
                    setl_id: case.setl_id.clone(),
                    drg_fund_payamt: case.pay_std_fen.map(wire::yuan_of_fen),
                    exit_fund_payamt: case.approved_fen.map(wire::yuan_of_fen),
                    exit_type: case.exit_type.clone(),
                    exit_rea: case.exit_rea.clone(),
                    vali_flag: case.vali_flag.to_string(),
                }],
                opinions: opinions
                    .into_iter()
                    .filter(|opinion| !opinion.action.is_empty())
                    .map(|opinion| view(session, &case, opinion))
                    .collect(),
            },
        })
    })
    .await
}

async fn found(
    tx: &Tx<'_>,
    session: &Session,
    request: &OpinionsRequest,
    institution: Option<&str>,
) -> Result<SpecialCase, TxError> {
    if let (Some(id), None) = (&request.appy_chk_setl_list_id, expert(session)) {
        return locked(tx, id, institution).await;
    }
    let page = SpecialPage {
        fixmedins_code: institution,
        setl_id: request.setl_id.as_deref(),
        id: request.appy_chk_setl_list_id.as_deref(),
        setl_ym: None,
        expert: expert(session),
        offset: 0,
        limit: 1,
    };
    let cases = stored::page(tx, &page).await?;
    let unknown = || refused(ErrorCode::SpecialCaseUnknown, "/appy_chk_setl_list_id");
    Ok(cases.into_iter().next().ok_or_else(unknown)?)
}

fn view(session: &Session, case: &SpecialCase, opinion: Opinion) -> OpinionView {
    let of_expert = matches!(opinion.role.as_str(), "expert" | "panel");
    let named = !of_expert || session.caller.role == Role::City;
    OpinionView {
        appy_chk_setl_list_id: case.appy_chk_setl_list_id.clone(),
        setl_id: case.setl_id.clone(),
        number: opinion.number,
        round: opinion.round,
        role: opinion.role,
        drg_dip_exit_opnn_type: opinion.action,
        amount: opinion.amount_fen.map(wire::yuan_of_fen),
        opnn: opinion.opnn,
        opnn_time: wire::china_time(opinion.at),
        opnn_resper_id: named.then_some(opinion.app_id),
    }
}
