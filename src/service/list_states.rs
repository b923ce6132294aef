//! The states of a settlement list, and who may move it where: 0 not submitted,
//! 1 submitted, 2 passed, 3 failed (transaction 4102, dictionary stas_type).

use crate::{caller::Role, error::ErrorCode};

/// State 0: not submitted.
pub const NOT_SUBMITTED: i16 = 0;
/// State 1: submitted.
pub const SUBMITTED: i16 = 1;
/// State 2: passed by the office.
pub const PASSED: i16 = 2;
/// State 3: failed, by quality control or by the office.
pub const FAILED: i16 = 3;

/// Whether a role may move a list from one state to another.
///
/// The hospital: 0→1, 3→0, 3→1, and 1→0 where the profile allows withdrawal. The offices:
/// 1→2, 1→3. State 2 and frozen lists are not touched.
///
/// # Errors
/// [`ErrorCode::ListFrozen`] and [`ErrorCode::ListState`].
pub fn may_move(
    role: Role,
    from: i16,
    to: i16,
    frozen: bool,
    withdrawal_allowed: bool,
) -> Result<(), ErrorCode> {
    if frozen {
        return Err(ErrorCode::ListFrozen);
    }
    let allowed = match role {
        Role::Hospital => match (from, to) {
            (NOT_SUBMITTED | FAILED, SUBMITTED) | (FAILED, NOT_SUBMITTED) => true,
            (SUBMITTED, NOT_SUBMITTED) => withdrawal_allowed,
            _ => false,
        },
        Role::County | Role::City => from == SUBMITTED && matches!(to, PASSED | FAILED),
        _ => false,
    };
    if allowed {
        Ok(())
    } else {
        Err(ErrorCode::ListState)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_every_role_is_decided() {
        let mut allowed = Vec::new();
        for role in [Role::Hospital, Role::County, Role::City, Role::Core] {
            for (from, to) in (0..4).flat_map(|from| (0..4).map(move |to| (from, to))) {
                for withdrawal in [false, true] {
                    assert_eq!(
                        may_move(role, from, to, true, withdrawal),
                        Err(ErrorCode::ListFrozen)
                    );
                    if may_move(role, from, to, false, withdrawal).is_ok() {
                        allowed.push((role.as_str(), from, to, withdrawal));
                    }
                }
            }
        }
        let both = |role, from, to| [(role, from, to, false), (role, from, to, true)];
        let mut wanted = both("hospital", 0, 1).to_vec();
        wanted.push(("hospital", 1, 0, true));
        wanted.extend(both("hospital", 3, 0));
        wanted.extend(both("hospital", 3, 1));
        for role in ["county", "city"] {
            wanted.extend(both(role, 1, 2));
            wanted.extend(both(role, 1, 3));
        }
        assert_eq!(allowed, wanted);
    }
}
