//! The one list that a settlement id names.

use crate::{
    error::{ErrorCode, Refusal},
    store::{
        Tx, TxError,
        lists::{self, ListHead, Reading},
    },
};

/// Locks the list with a settlement id, of the institution if one is named; nothing if
/// there is none.
///
/// # Errors
/// [`ErrorCode::InstitutionNeeded`] when several institutions use the id.
pub async fn locked(
    tx: &Tx<'_>,
    setl_id: &str,
    fixmedins_code: Option<&str>,
) -> Result<Option<ListHead>, TxError> {
    only(lists::by_setl_id(tx, setl_id, fixmedins_code, Reading::Locking).await?)
}

/// As [`locked`], without a lock.
///
/// # Errors
/// As [`locked`].
pub async fn found(
    tx: &Tx<'_>,
    setl_id: &str,
    fixmedins_code: Option<&str>,
) -> Result<Option<ListHead>, TxError> {
    only(lists::by_setl_id(tx, setl_id, fixmedins_code, Reading::Free).await?)
}

fn only(mut found: Vec<ListHead>) -> Result<Option<ListHead>, TxError> {
    if found.len() > 1 {
        return Err(Refusal::field(
            ErrorCode::InstitutionNeeded,
            "/fixmedins_code",
            "多家机构使用该结算ID，须注明机构",
            "several institutions use this setl_id: name the institution",
        )
        .into());
    }
    Ok(found.pop())
}
