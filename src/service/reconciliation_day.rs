//! `reconciliation.day` and `reconciliation.day-result` (3211, 3212): settlements of some days
//! by the msgid they were sent under, and a file for each kind of difference.
//!
//! The published form is asynchronous; here the outcome is there when 3211 answers.

use chs_settlement::matching::{Amounts, Difference, Record, differences};
use serde_json::Value;

use crate::{
    error::{ErrorCode, Refusal},
    exchange::{
        archive,
        detail::{self, Told},
        written,
    },
    operations::{
        reconciliation_day::{DayAnswer, DayRequest},
        reconciliation_day_result::{DayResultAnswer, DayResultRequest},
    },
    service::{
        exactly_once::{Done, exactly_once},
        files::{self, Packed, bad_archive, beside, own},
        our_settlements,
        reconciliation::refused,
        reconciliation_details::bad_lines,
        reconciliation_totals::check_days,
        settlement_ids::{self, Named},
    },
    session::Session,
    store::{
        Tx,
        day_reconciliations::{self, DayReconciliation, Outcome},
        settled_amounts::Span,
    },
};

type Unlike = Difference<String, String, Told>;

/// Lines of the three files: amounts differ, centre only, hospital only.
type Kinds = [Vec<[String; 4]>; 3];

fn offered(session: &Session) -> Result<(), Refusal> {
    if session.app.config.files.by_day {
        return Ok(());
    }
    Err(Refusal::new(ErrorCode::ByDayOff))
}

/// Compares the file of the call with the centre's records.
///
/// # Errors
/// Switched off here; no such file, lines that do not fit, more records than are compared at
/// once, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &DayRequest) -> Result<Value, Refusal> {
    offered(session)?;
    let institution = own(session)?;
    let made = made(session, request, institution).await;
    let ids = [&*session.caller.app_id, &*session.meta.request_id];
    let task_key = settlement_ids::of(Named::Task, &ids);
    exactly_once(session, async |tx: &Tx<'_>| {
        let (outcome, packed) = made.as_ref().map_err(Clone::clone)?;
        files::keep(tx, session, institution, packed).await?;
        let row = DayReconciliation {
            fixmedins_code: institution,
            task_key: &task_key,
            days: (request.clr_begin_ymd, request.clr_end_ymd),
            file_qury_no: &request.file_qury_no,
            outcome,
            finished_at: session.meta.received_at,
        };
        day_reconciliations::put(tx, &row).await?;
        Ok(Done {
            answer: DayAnswer {
                task_key: task_key.clone(),
            },
            subject: task_key.clone(),
        })
    })
    .await
}

async fn made(
    session: &Session,
    request: &DayRequest,
    institution: &str,
) -> Result<(Outcome, Vec<Packed>), Refusal> {
    let days = (request.clr_begin_ymd, request.clr_end_ymd);
    check_days(days, "/clr_end_ymd")?;
    let theirs = theirs(session, request, institution).await?;
    our_settlements::read_earlier(session, institution).await?;
    let span = Span {
        fixmedins_code: institution,
        days,
        insutype: None,
        clr_type: None,
        refunded: None,
    };
    let ours = our_settlements::records(session, &span).await?;
    // A record without a msgid cannot be matched, and the hospital could not name it either.
    let ours: Vec<_> = ours
        .into_iter()
        .filter(|one| !one.medins_setl_id.is_empty())
        .map(|one| Record {
            key: one.medins_setl_id,
            amounts: one.amounts,
            of: one.setl_id,
        })
        .collect();
    let unlike = beside(move || Ok(differences(ours, theirs).collect::<Vec<Unlike>>())).await?;
    let kinds = kinds(session, institution, unlike).await?;
    packed(session, institution, request, kinds).await
}

async fn theirs(
    session: &Session,
    request: &DayRequest,
    institution: &str,
) -> Result<Vec<Record<String, Told>>, Refusal> {
    let file = files::opened(session, institution, &request.file_qury_no).await?;
    let limits = &session.app.config.files;
    let (bytes, rows) = (limits.inflated_bytes, limits.most_rows);
    let pointer = "/file_qury_no";
    beside(move || {
        archive::read(&file, bytes, |text| detail::messages(text, rows))
            .map_err(|error| bad_archive(&error, pointer))?
            .map_err(|faults| bad_lines(&faults, pointer))
    })
    .await
}

/// Total, fund and account, joined as published.
fn triple(amounts: &Amounts) -> String {
    written::amounts(amounts).join("|")
}

async fn kinds(
    session: &Session,
    institution: &str,
    unlike: Vec<Unlike>,
) -> Result<Kinds, Refusal> {
    let centre: Vec<String> = unlike
        .iter()
        .filter_map(|one| match one {
            Difference::OnlyOurs(ours) => Some(ours.of.clone()),
            _ => None,
        })
        .collect();
    let persons = our_settlements::persons(session, institution, &centre).await?;
    let mut kinds = Kinds::default();
    let [unequal, centre_only, hospital_only] = &mut kinds;
    for one in unlike {
        match one {
            Difference::Amounts { ours, theirs } => unequal.push([
                theirs.of.psn_no,
                theirs.key,
                triple(&ours.amounts),
                triple(&theirs.amounts),
            ]),
            Difference::OnlyOurs(ours) => {
                let whose = persons.get(&ours.of).cloned().unwrap_or_default();
                let amounts = triple(&ours.amounts);
                centre_only.push([whose.psn_no, ours.key, amounts, String::new()]);
            }
            Difference::OnlyTheirs(theirs) => {
                let amounts = triple(&theirs.amounts);
                hospital_only.push([theirs.of.psn_no, theirs.key, amounts, String::new()]);
            }
        }
    }
    Ok(kinds)
}

/// One file for each kind that there is.
async fn packed(
    session: &Session,
    institution: &str,
    request: &DayRequest,
    kinds: Kinds,
) -> Result<(Outcome, Vec<Packed>), Refusal> {
    let flags = kinds
        .each_ref()
        .map(|lines| if lines.is_empty() { "0" } else { "1" });
    let mut outcome = Outcome {
        check_state: if flags.contains(&"1") {
            flags.join("|")
        } else {
            "1".to_owned()
        },
        ..Outcome::default()
    };
    let mut files = Vec::new();
    let places = [
        &mut outcome.unequal_file,
        &mut outcome.centre_file,
        &mut outcome.hospital_file,
    ];
    for ((part, place), lines) in ["1", "2", "3"].into_iter().zip(places).zip(kinds) {
        if lines.is_empty() {
            continue;
        }
        let [first, last] =
            [request.clr_begin_ymd, request.clr_end_ymd].map(|day| day.format("%Y%m%d"));
        let stem = format!("day-{part}-{first}-{last}");
        let text = format!("{stem}.txt");
        let bytes = beside(move || {
            written::zipped(&text, |to| {
                for line in &lines {
                    let line = line.each_ref().map(String::as_str);
                    // Only the first file has amounts of both sides.
                    let columns = line.get(..if part == "1" { 4 } else { 3 });
                    written::line(to, ',', columns.unwrap_or(&line))?;
                }
                Ok(())
            })
            .map_err(Refusal::internal)
        })
        .await?;
        let origin = ("GATEWAY", part);
        let file = files::pack(
            session,
            institution,
            origin,
            format!("{stem}.zip"),
            bytes.into(),
        );
        let file = file.await?;
        place.clone_from(&file.file_qury_no);
        files.push(file);
    }
    Ok((outcome, files))
}

/// Tells the outcome of a reconciliation of the call's institution.
///
/// # Errors
/// Switched off here; no such reconciliation, and those of [`exactly_once`].
pub async fn outcome(session: &Session, request: &DayResultRequest) -> Result<Value, Refusal> {
    offered(session)?;
    let institution = own(session)?;
    exactly_once(session, async |tx: &Tx<'_>| {
        let outcome = day_reconciliations::outcome(tx, institution, &request.task_key)
            .await?
            .ok_or_else(|| refused(ErrorCode::TaskUnknown, "/task_key"))?;
        Ok(Done {
            answer: DayResultAnswer {
                check_state: outcome.check_state,
                task_status: "3",
                file_qury_no1: outcome.unequal_file,
                file_qury_no2: outcome.centre_file,
                file_qury_no3: outcome.hospital_file,
            },
            subject: request.task_key.clone(),
        })
    })
    .await
}
