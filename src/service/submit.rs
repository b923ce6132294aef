//! `reports.submit`: keep a list, and judge it when it is submitted; keep a settlement
//! record.

use chrono::{DateTime, Utc};
use chs_model::{SettlementList, fields::setlinfo};
use serde_json::Value;

use crate::{
    app::App,
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
    keys::SealedAs,
    operations::reports_submit::{SubmitAnswer, SubmitRequest},
    service::{
        assessment::{self, Assessment, Basis, Phase},
        exactly_once::{Done, exactly_once},
    },
    session::Session,
    store::{
        Tx, TxError,
        groupings::{self, GroupingRow},
        lists::{self, ListUpload},
        qc_results::{self, QcRun},
        settlement_records::{self, SettlementRecord},
    },
};

/// Largest amount of one case, fen (a thousand million yuan): sums over a month stay exact.
const MOST_FEN: i64 = 100_000_000_000;
/// State 1: submitted.
const SUBMITTED: i16 = 1;
/// State 3: failed.
const FAILED: i16 = 3;

/// Takes the report of the call.
///
/// # Errors
/// Another institution's list, a list in a state that takes no upload, a report kind that
/// is not the caller's, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &SubmitRequest) -> Result<Value, Refusal> {
    let (app, caller, meta) = (&*session.app, &*session.caller, &session.meta);
    match (request, caller.role) {
        (SubmitRequest::List { list, submit }, Role::Hospital) => {
            let keys = ListKeys::of(list, caller)?;
            exactly_once(session, async |tx: &Tx<'_>| {
                let answer =
                    upload(tx, app, caller, list, &keys, *submit, meta.received_at).await?;
                Ok(Done {
                    answer,
                    subject: keys.setl_id.to_owned(),
                })
            })
            .await
        }
        (SubmitRequest::Settlement { setlinfo, record }, Role::Core | Role::Hospital) => {
            exactly_once(session, async |tx: &Tx<'_>| {
                let answer =
                    settlement(tx, app, caller, setlinfo, record, meta.received_at).await?;
                Ok(Done {
                    subject: answer.setl_id.clone(),
                    answer,
                })
            })
            .await
        }
        // 4101 is the hospitals' report.
        (SubmitRequest::List { .. }, _) | (SubmitRequest::Settlement { .. }, _) => {
            Err(Refusal::new(ErrorCode::RoleNotAllowed))
        }
        (SubmitRequest::NotTaken, _) => Err(Refusal::field(
            ErrorCode::ReportNotTaken,
            "/report",
            "当前版本不受理此类信息",
            "this release does not take this kind of report",
        )),
    }
}

/// Refuses a settlement id that could not be stored and audited: it is the caller's text,
/// and a longer one neither fits an index nor belongs in an audit record.
fn check_setl_id(text: &str) -> Result<(), Refusal> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=30).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(Refusal::field(
        ErrorCode::SchemaViolation,
        "/input/setlinfo/setl_id",
        "结算ID应为1至30位字母、数字、“-”或“_”",
        "setl_id must be 1 to 30 letters, digits, '-' or '_'",
    ))
}

/// What a stored list is found by.
struct ListKeys<'a> {
    fixmedins_code: &'a str,
    setl_id: &'a str,
    setl_ym: String,
}

impl<'a> ListKeys<'a> {
    fn of(list: &'a SettlementList, caller: &'a Caller) -> Result<ListKeys<'a>, Refusal> {
        let info = list.setlinfo();
        let text = |field| {
            info.text(field)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let missing = |field: &str, zh: &str| {
            Refusal::field(
                ErrorCode::SchemaViolation,
                format!("/input/setlinfo/{field}"),
                zh,
                "required for an upload",
            )
        };
        let own = caller
            .fixmedins_code
            .as_deref()
            .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))?;
        if text(setlinfo::FIXMEDINS_CODE).is_some_and(|code| code != own) {
            return Err(Refusal::field(
                ErrorCode::ForeignData,
                "/input/setlinfo/fixmedins_code",
                "不是本机构的清单",
                "the list is another institution's",
            ));
        }
        let setl_id =
            text(setlinfo::SETL_ID).ok_or_else(|| missing("setl_id", "上传清单必须填写结算ID"))?;
        check_setl_id(setl_id)?;
        if list
            .total_cost()
            .is_some_and(|cost| cost.fen().abs() > MOST_FEN)
        {
            return Err(Refusal::field(
                ErrorCode::SchemaViolation,
                "/input/iteminfo",
                "费用合计超出上限",
                "the sum of the amounts is beyond the limit",
            ));
        }
        let settled_on = info
            .date(setlinfo::SETL_END_DATE)
            .or_else(|| info.date(setlinfo::DSCG_TIME))
            .ok_or_else(|| missing("setl_end_date", "无法确定结算月份"))?;
        Ok(ListKeys {
            fixmedins_code: own,
            setl_id,
            setl_ym: settled_on.format("%Y%m").to_string(),
        })
    }
}

async fn upload(
    tx: &Tx<'_>,
    app: &App,
    caller: &Caller,
    list: &SettlementList,
    keys: &ListKeys<'_>,
    submit: bool,
    now: DateTime<Utc>,
) -> Result<SubmitAnswer, TxError> {
    let text = list.to_json().to_string();
    let place = SealedAs::List(keys.fixmedins_code, keys.setl_id);
    let body = app
        .keys
        .master
        .seal(place, text.as_bytes())
        .map_err(Refusal::internal)?;
    let setl_list_id = uuid::Uuid::now_v7().simple().to_string();
    let upload = ListUpload {
        fixmedins_code: keys.fixmedins_code,
        setl_id: keys.setl_id,
        setl_list_id: &setl_list_id,
        setl_ym: &keys.setl_ym,
        digest: &chs_envelope::sm::sm3(&[text.as_bytes()]).to_hex(),
        body: &body,
        uploaded_at: now,
    };
    let Some(stored) = lists::put(tx, &upload).await? else {
        return Err(Refusal::field(
            ErrorCode::ListState,
            "/input/setlinfo/setl_id",
            "清单已提交或审核通过，不能再次上传",
            "the list is submitted or passed and takes no upload",
        )
        .into());
    };
    let (stas_type, assessment) = if submit {
        let (state, assessment) = judge(tx, app, caller, list, keys, now).await?;
        (state, Some(assessment))
    } else {
        qc_results::void(tx, keys.fixmedins_code, keys.setl_id).await?;
        groupings::void(tx, keys.fixmedins_code, keys.setl_id).await?;
        (stored.stas_type, None)
    };
    Ok(SubmitAnswer {
        setl_id: keys.setl_id.to_owned(),
        setl_list_id: Some(stored.setl_list_id),
        stas_type: Some(stas_type.to_string()),
        revision: Some(stored.revision),
        assessment,
    })
}

/// Post-event QC, then grouping and pricing, of a list that goes to state 1.
async fn judge(
    tx: &Tx<'_>,
    app: &App,
    caller: &Caller,
    list: &SettlementList,
    keys: &ListKeys<'_>,
    now: DateTime<Utc>,
) -> Result<(i16, Assessment), TxError> {
    let basis = Basis {
        profile: None,
        scheme: None,
        hosp_lv: caller.hosp_lv.as_deref(),
        today: now,
        trace: false,
        companions: None,
    };
    let assessment = assessment::assess(&app.catalogue, &app.config, Phase::Post, list, &basis)?;
    let run = QcRun {
        fixmedins_code: keys.fixmedins_code,
        setl_id: keys.setl_id,
        phase: "post",
        passed: assessment.passed(),
        findings: &serde_json::to_string(&assessment.findings).map_err(Refusal::internal)?,
        not_evaluated: &serde_json::to_string(&assessment.not_evaluated)
            .map_err(Refusal::internal)?,
        rules_ver: &assessment.versions.rules.digest,
        qltctrl_time: now,
    };
    qc_results::put(tx, &run).await?;
    let state = if assessment.grouping.is_none() {
        FAILED
    } else {
        SUBMITTED
    };
    lists::set_state(tx, keys.fixmedins_code, keys.setl_id, state).await?;
    match &assessment.grouping {
        Some(grouping) => {
            let row = GroupingRow {
                fixmedins_code: keys.fixmedins_code,
                setl_id: keys.setl_id,
                setl_ym: &keys.setl_ym,
                grouped: grouping.status == "grouped",
                status: grouping.status,
                reason: grouping.reason_code,
                mdc_codg: &grouping.mdc_codg,
                adrg_code: &grouping.adrg_code,
                drg_code: &grouping.drg_code,
                drg_name: &grouping.drg_name,
                grp_ver: &grouping.grp_ver,
                weight: assessment.weight(),
                medfee_fen: assessment.medfee_fen(),
                pay_std_fen: assessment.pay_std_fen(),
                profile: &assessment.versions.profile.id,
                grp_time: now,
            };
            groupings::put(tx, &row).await?;
        }
        None => groupings::void(tx, keys.fixmedins_code, keys.setl_id).await?,
    }
    Ok((state, assessment))
}

async fn settlement(
    tx: &Tx<'_>,
    app: &App,
    caller: &Caller,
    setlinfo: &Value,
    record: &Value,
    now: DateTime<Utc>,
) -> Result<SubmitAnswer, TxError> {
    let text = |name: &str| {
        setlinfo
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (fixmedins_code, setl_id) = (text("fixmedins_code"), text("setl_id"));
    check_setl_id(setl_id)?;
    if caller.role == Role::Hospital && caller.fixmedins_code.as_deref() != Some(fixmedins_code) {
        return Err(Refusal::field(
            ErrorCode::ForeignData,
            "/input/setlinfo/fixmedins_code",
            "不是本机构的结算记录",
            "the record is another institution's",
        )
        .into());
    }
    let amount = match setlinfo.get("medfee_sumamt") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let medfee = chs_model::Money::from_yuan_str(&amount)
        .ok()
        .filter(|amount| amount.fen().abs() <= MOST_FEN);
    let medfee = medfee.ok_or_else(|| {
        Refusal::field(
            ErrorCode::SchemaViolation,
            "/input/setlinfo/medfee_sumamt",
            "金额格式不正确",
            "not an amount in yuan with at most two decimals",
        )
    })?;
    let place = SealedAs::SettlementRecord(fixmedins_code, setl_id);
    let plain = record.to_string();
    let record = SettlementRecord {
        fixmedins_code,
        setl_id,
        source: if caller.role == Role::Core {
            "core"
        } else {
            "hospital"
        },
        medfee_fen: medfee.fen(),
        body: &app
            .keys
            .master
            .seal(place, plain.as_bytes())
            .map_err(Refusal::internal)?,
        received_at: now,
    };
    settlement_records::put(tx, &record).await?;
    Ok(SubmitAnswer {
        setl_id: setl_id.to_owned(),
        setl_list_id: None,
        stas_type: None,
        revision: None,
        assessment: None,
    })
}
