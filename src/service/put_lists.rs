//! Keeping uploaded lists that are not submitted, one or many, and what is answered to an
//! upload.

use crate::{
    operations::reports_submit::{SubmitAnswer, SubmitOutcome},
    service::{assessment::Assessment, exactly_once::Done},
    store::{
        Tx, TxError, groupings,
        lists::{self, ListHead, ListUpload},
        qc_results,
    },
};

/// Stores uploads and voids what was found on the lists they replace. Gives the heads of
/// the lists that take an upload, in the order of institution and settlement id.
///
/// # Errors
/// The database.
pub async fn unsubmitted(tx: &Tx<'_>, uploads: &[&ListUpload]) -> Result<Vec<ListHead>, TxError> {
    let heads = lists::put(tx, uploads).await?;
    // A list that was not there before has no results.
    let replaced: Vec<&ListHead> = heads.iter().filter(|head| head.revision > 1).collect();
    if !replaced.is_empty() {
        let keys = replaced.into_iter().collect();
        tokio::try_join!(qc_results::void(tx, &keys), groupings::void(tx, &keys))?;
    }
    Ok(heads)
}

/// What is answered for a list that was kept.
pub fn answered(head: ListHead) -> Done<SubmitAnswer> {
    let stas_type = head.stas_type;
    done(head, stas_type, None)
}

/// What is answered for a list that was kept and judged.
pub fn judged(head: ListHead, stas_type: i16, assessment: Assessment) -> Done<SubmitAnswer> {
    done(head, stas_type, Some(assessment))
}

fn done(head: ListHead, stas_type: i16, assessment: Option<Assessment>) -> Done<SubmitAnswer> {
    Done {
        subject: head.setl_id.clone(),
        answer: SubmitAnswer::One(Box::new(SubmitOutcome {
            setl_id: head.setl_id,
            setl_list_id: Some(head.setl_list_id),
            stas_type: Some(stas_type.to_string()),
            revision: Some(head.revision),
            assessment,
            ..SubmitOutcome::default()
        })),
    }
}
