//! A round of negotiation (协商) over a change of groups, weights, coefficients or
//! parameters: the city proposes, every hospital answers for itself, the city closes.
//!
//! The rules of 按病组和病种分值付费 of 2024–2025 ask for negotiation with the hospitals; the
//! states are our own.

use super::{Role, Row, StateError, named, step};

named! {
    /// State of a round.
    RoundState {
        /// 协商中: hospitals answer.
        Open = "OPEN",
        /// 已结束.
        Closed = "CLOSED",
    }
}

named! {
    /// What moves a round, or is said in it.
    RoundAction {
        /// The city changes its proposal; every hospital answers anew.
        Revise = "revise",
        /// A hospital accepts the proposal as it stands.
        Accept = "accept",
        /// A hospital declines it.
        Decline = "decline",
        /// A hospital proposes something else.
        Counter = "counter",
        /// The city closes the round.
        Close = "close",
    }
}

named! {
    /// Where a hospital stands towards the proposal.
    PositionState {
        /// 未答复.
        Pending = "PENDING",
        /// 接受.
        Accepted = "ACCEPTED",
        /// 不接受.
        Declined = "DECLINED",
        /// 另提方案.
        Countered = "COUNTERED",
    }
}

use RoundAction as A;
use RoundState as S;

/// A hospital may answer again while the round is open: what it said before stays on the
/// record.
const TABLE: &[Row<S, A>] = &[
    (S::Open, A::Revise, S::Open, &[Role::City]),
    (S::Open, A::Accept, S::Open, &[Role::Hospital]),
    (S::Open, A::Decline, S::Open, &[Role::Hospital]),
    (S::Open, A::Counter, S::Open, &[Role::Hospital]),
    (S::Open, A::Close, S::Closed, &[Role::City]),
];

impl RoundState {
    /// The state after an action.
    ///
    /// # Errors
    /// The action does not follow this state, or is another role's.
    pub fn after(self, action: RoundAction, role: Role) -> Result<RoundState, StateError> {
        step(
            TABLE,
            (self, action, role),
            (self.as_str(), action.as_str()),
        )
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn terminal(self) -> bool {
        self == S::Closed
    }
}

impl RoundAction {
    /// Where a hospital stands after its answer; `None` for what the city does.
    #[must_use]
    pub fn position(self) -> Option<PositionState> {
        match self {
            A::Accept => Some(PositionState::Accepted),
            A::Decline => Some(PositionState::Declined),
            A::Counter => Some(PositionState::Countered),
            A::Revise | A::Close => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hospitals_answer_and_the_city_revises_and_closes() {
        let roles = [
            Role::Hospital,
            Role::County,
            Role::City,
            Role::Expert,
            Role::Finance,
            Role::Core,
        ];
        for action in RoundAction::ALL {
            for role in roles {
                let may = match action.position() {
                    Some(_) => role == Role::Hospital,
                    None => role == Role::City,
                };
                let after = RoundState::Open.after(*action, role);
                assert_eq!(after.is_ok(), may, "{action:?} {role:?}");
                assert!(RoundState::Closed.after(*action, role).is_err());
            }
            let name = action.as_str();
            assert_eq!(RoundAction::from_name(name), Some(*action));
        }
        let closed = RoundState::Open.after(A::Close, Role::City);
        assert_eq!(closed, Ok(RoundState::Closed));
        assert!(RoundState::Closed.terminal() && !RoundState::Open.terminal());
    }
}
