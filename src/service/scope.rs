//! Whose data a caller may see.

use crate::{
    caller::{Caller, Role},
    error::{ErrorCode, Refusal},
    session::Session,
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

/// Divisions whose institutions a caller sees, as the beginning of their codes: a county
/// its own, everybody else all of the pooling area.
pub fn division(caller: &Caller) -> &str {
    match caller.role {
        // An office registered with the city's own division serves the whole city.
        Role::County if caller.admdvs.ends_with("00") => caller.admdvs.get(..4).unwrap_or_default(),
        Role::County => &caller.admdvs,
        _ => "",
    }
}

/// Lets a county office act on the institutions of its own division only; `pointer` names
/// the field that leads to the institution.
///
/// # Errors
/// [`ErrorCode::ForeignData`] for another county's institution.
pub fn oversees(session: &Session, fixmedins_code: &str, pointer: &str) -> Result<(), Refusal> {
    let caller: &Caller = &session.caller;
    let register = session.app.register.current();
    let registered = register.institution(fixmedins_code);
    let own =
        registered.is_some_and(|institution| institution.admdvs.starts_with(division(caller)));
    if caller.role != Role::County || own {
        return Ok(());
    }
    Err(Refusal::field(
        ErrorCode::ForeignData,
        pointer,
        "不是本县区机构的数据",
        "the data is of another county's institution",
    ))
}
