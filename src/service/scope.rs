//! Whose data a caller may see.

use crate::{
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
};

/// The institution that a query is limited to: a hospital's own, whether it says so or
/// not; of the others the one they ask for, if any.
///
/// # Errors
/// [`ErrorCode::ForeignData`] when a hospital asks for another one.
pub fn institution<'a>(
    caller: &'a Caller,
    asked: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    if caller.role != Role::Hospital {
        return Ok(asked);
    }
    let own = caller.fixmedins_code.as_deref();
    if asked.is_some() && asked != own {
        return Err(Refusal::field(
            ErrorCode::ForeignData,
            "/fixmedins_code",
            "只能查询本机构数据",
            "only the caller's own institution",
        ));
    }
    own.map(Some)
        .ok_or_else(|| Refusal::internal("a hospital caller without fixmedins_code"))
}
