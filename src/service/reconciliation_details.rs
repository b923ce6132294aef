//! `reconciliation.details` (3202): a detail file against the centre's records, record by
//! record; the result is a file of the institution's (9102).
//!
//! Everything is read and compared before the transaction of the call, which only keeps the
//! result: nobody waits for the comparison of another.

mod plan;
mod result;

use std::sync::Arc;

use chs_settlement::matching::{Difference, Record, Sums, Tally, differences};
use serde_json::Value;

use self::result::Found;
use crate::{
    error::{ErrorCode, FieldError, Refusal},
    exchange::{
        archive,
        detail::{self, Faults, SettlementKey, Told},
    },
    operations::reconciliation_details::{DetailsAnswer, DetailsRequest},
    service::{
        exactly_once::{Done, exactly_once},
        files::{self, Packed, bad_archive, beside, own},
        our_settlements,
        reconciliation::out_of_range,
        reconciliation_totals::{check_days, refunded, stmt_rslt},
    },
    session::Session,
    store::{
        Tx,
        lists::{self, ListKeys},
        settled_amounts::Span,
    },
};

/// Differences that are told in the answer; the file has all.
const MOST_TOLD: usize = 100;

/// What the centre knows of a record beside what is compared.
#[derive(Debug, Clone)]
struct Ours {
    medins_setl_id: String,
}

type Unlike = Difference<SettlementKey, Ours, Told>;

/// Compares the file of the call with the centre's records.
///
/// # Errors
/// No such file, lines that do not fit, totals that are not the file's, more records than are
/// compared at once, and those of [`exactly_once`].
pub async fn run(session: &Session, request: &DetailsRequest) -> Result<Value, Refusal> {
    let institution = own(session)?;
    let made = made(session, request, institution).await;
    exactly_once(session, async |tx: &Tx<'_>| {
        let (answer, packed) = made.as_ref().map_err(Clone::clone)?;
        files::keep(tx, session, institution, std::slice::from_ref(packed)).await?;
        Ok(Done {
            answer: answer.clone(),
            subject: request.file_qury_no.clone(),
        })
    })
    .await
}

async fn made(
    session: &Session,
    request: &DetailsRequest,
    institution: &str,
) -> Result<(DetailsAnswer, Packed), Refusal> {
    let days = (request.stmt_begndate, request.stmt_enddate);
    check_days(days, "/stmt_enddate")?;
    let refunded = refunded(session, request.refd_setl_flag.as_deref());
    let theirs = theirs(session, request, institution, refunded).await?;
    let hospital = check_totals(request, &theirs)?;
    our_settlements::read_earlier(session, institution).await?;
    let span = Span {
        fixmedins_code: institution,
        days,
        insutype: None,
        clr_type: request.clr_type.as_deref(),
        refunded,
    };
    let ours = our_settlements::records(session, &span).await?;
    let ours: Vec<_> = ours
        .into_iter()
        .map(|one| Record {
            key: (one.setl_id, one.refunded),
            amounts: one.amounts,
            of: Ours {
                medins_setl_id: one.medins_setl_id,
            },
        })
        .collect();
    let centre = sums(&ours)?;
    let unlike = beside(move || Ok(differences(ours, theirs).collect::<Vec<Unlike>>())).await?;
    let tally = unlike
        .iter()
        .try_fold(Tally::default(), |tally, one| tally.with(one))
        .map_err(out_of_range)?;
    let found = Arc::new(found(session, request, institution, unlike).await?);
    let written = Arc::clone(&found);
    let stem = format!(
        "details-{}-{}",
        days.0.format("%Y%m%d"),
        days.1.format("%Y%m%d")
    );
    let text = format!("{stem}.txt");
    let bytes = beside(move || result::file(&text, &written)).await?;
    let name = format!("{stem}.zip");
    let packed = files::pack(session, institution, ("GATEWAY", "1"), name, bytes.into()).await?;
    let edition = session.caller.transaction.edition;
    let answer = DetailsAnswer {
        file_qury_no: packed.file_qury_no.clone(),
        filename: packed.filename.clone(),
        dld_endtime: packed.dld_endtime(),
        stmt_rslt: stmt_rslt(result::verdict(&tally), edition),
        centre: centre.into(),
        hospital: hospital.into(),
        centre_only: tally.only_ours.into(),
        hospital_only: tally.only_theirs.into(),
        unequal: tally.unequal.into(),
        repairs: found.repairs(MOST_TOLD),
    };
    Ok((answer, packed))
}

/// The rows of the file that are compared.
async fn theirs(
    session: &Session,
    request: &DetailsRequest,
    institution: &str,
    refunded: Option<bool>,
) -> Result<Vec<Record<SettlementKey, Told>>, Refusal> {
    let file = files::opened(session, institution, &request.file_qury_no).await?;
    let limits = &session.app.config.files;
    let (bytes, rows) = (limits.inflated_bytes, limits.most_rows);
    let pointer = "/file_qury_no";
    let mut lines = beside(move || {
        archive::read(&file, bytes, |text| detail::settlements(text, rows))
            .map_err(|error| bad_archive(&error, pointer))?
            .map_err(|faults| bad_lines(&faults, pointer))
    })
    .await?;
    lines.retain(|line| refunded.is_none_or(|refunded| line.key.1 == refunded));
    Ok(lines)
}

/// Lines that do not fit, at the field that led to them.
pub(super) fn bad_lines(faults: &Faults, pointer: &str) -> Refusal {
    let errors = faults.iter().map(|fault| {
        let (line, column) = (fault.line, fault.column);
        FieldError::new(
            pointer,
            format!("第 {line} 行 {column}：{}", fault.zh),
            format!("line {line} {column}: {}", fault.en),
        )
    });
    Refusal::new(ErrorCode::FileLines).with_errors(errors.collect())
}

fn sums<T>(records: &[Record<SettlementKey, T>]) -> Result<Sums, Refusal> {
    records
        .iter()
        .try_fold(Sums::default(), |sums, record| sums.with(record.amounts))
        .map_err(out_of_range)
}

/// The totals of the message must be those of its file. The file has no cash_payamt, and the
/// message no acct_pay.
fn check_totals(
    request: &DetailsRequest,
    lines: &[Record<SettlementKey, Told>],
) -> Result<Sums, Refusal> {
    let sums = sums(lines)?;
    let mut errors = Vec::new();
    if request.fixmedins_setl_cnt != sums.count {
        errors.push(FieldError::new(
            "/fixmedins_setl_cnt",
            format!("明细文件为 {} 笔", sums.count),
            format!("the file has {} settlements", sums.count),
        ));
    }
    for (name, stated, of_file) in [
        ("medfee_sumamt", request.medfee_sumamt, sums.amounts.total),
        (
            "fund_pay_sumamt",
            request.fund_pay_sumamt,
            sums.amounts.fund,
        ),
    ] {
        if stated != of_file {
            let amount = of_file.to_decimal();
            errors.push(FieldError::new(
                format!("/{name}"),
                format!("明细文件合计 {amount}"),
                format!("the file comes to {amount}"),
            ));
        }
    }
    if errors.is_empty() {
        Ok(sums)
    } else {
        Err(Refusal::new(ErrorCode::FileTotals).with_errors(errors))
    }
}

/// The differences with the persons and lists they concern.
async fn found(
    session: &Session,
    request: &DetailsRequest,
    institution: &str,
    unlike: Vec<Unlike>,
) -> Result<Found, Refusal> {
    let setl_ids = |ours: bool| -> Vec<String> {
        let mut ids: Vec<_> = unlike
            .iter()
            .filter(|one| !ours || !matches!(one, Difference::OnlyTheirs(_)))
            .map(|one| result::setl_id(one).to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let persons = our_settlements::persons(session, institution, &setl_ids(true)).await?;
    let ids = setl_ids(false);
    let keys: ListKeys = ids.iter().map(|id| (institution, id.as_str())).collect();
    let heads = session
        .worker
        .store
        .run_tx("details.lists", async |tx: &Tx<'_>| {
            lists::heads(tx, &keys).await
        })
        .await?;
    let lists = heads.into_iter().map(|head| {
        let state = plan::ListState::of(head.stas_type, head.frozen);
        (head.setl_id, state)
    });
    Ok(Found {
        lists: lists.collect(),
        persons,
        unlike,
        clr_type: request.clr_type.clone().unwrap_or_default(),
        edition: session.caller.transaction.edition,
    })
}
