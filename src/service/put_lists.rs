//! Keeping uploaded lists that are not submitted, one or many, and what is answered to an
//! upload.

use crate::{
    operations::reports_submit::{SubmitAnswer, SubmitOutcome},
    service::{assessment::Assessment, exactly_once::Done},
    store::{
        Tx, TxError, groupings,
        lists::{self, Kept, ListHead, ListKeys, ListUpload},
        qc_results,
    },
};

/// Stores uploads and voids what was found on the lists they replace. Gives what became of
/// each, in their order; nothing for a list that takes no upload.
///
/// # Errors
/// The database.
pub async fn unsubmitted(
    tx: &Tx<'_>,
    uploads: &[&ListUpload],
) -> Result<Vec<Option<Kept>>, TxError> {
    let all = lists::put(tx, uploads).await?;
    // A list that was not there before has no results.
    let replaced: ListKeys = uploads
        .iter()
        .zip(&all)
        .filter(|(_, kept)| kept.as_ref().is_some_and(|kept| kept.revision > 1))
        .map(|(upload, _)| (&*upload.fixmedins_code, &*upload.setl_id))
        .collect();
    if !replaced.setl_ids.is_empty() {
        tokio::try_join!(
            qc_results::void(tx, &replaced),
            groupings::void(tx, &replaced)
        )?;
    }
    Ok(all)
}

/// What is answered for a list that was kept.
pub fn answered(upload: &ListUpload, kept: Kept) -> Done<SubmitAnswer> {
    done(&upload.setl_id, kept, 0, None)
}

/// What is answered for a list that was kept and judged.
pub fn judged(head: ListHead, stas_type: i16, assessment: Assessment) -> Done<SubmitAnswer> {
    let kept = Kept {
        setl_list_id: head.setl_list_id,
        revision: head.revision,
    };
    done(&head.setl_id, kept, stas_type, Some(assessment))
}

fn done(
    setl_id: &str,
    kept: Kept,
    stas_type: i16,
    assessment: Option<Assessment>,
) -> Done<SubmitAnswer> {
    Done {
        subject: setl_id.to_owned(),
        answer: SubmitAnswer::One(Box::new(SubmitOutcome {
            setl_id: setl_id.to_owned(),
            setl_list_id: Some(kept.setl_list_id),
            stas_type: Some(stas_type.to_string()),
            revision: Some(kept.revision),
            assessment,
            ..SubmitOutcome::default()
        })),
    }
}
