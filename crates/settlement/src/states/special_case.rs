//! Special-case review (特例单议).

use super::{Role, Row, StateError, named, step};

named! {
    /// State of a special case.
    SpecialState {
        /// 已申报.
        Declared = "DECLARED",
        /// 已初审.
        DeskScreened = "DESK_SCREENED",
        /// 专家评审.
        ExpertReview = "EXPERT_REVIEW",
        /// 通过.
        Approved = "APPROVED",
        /// 不通过, may be appealed once.
        Rejected = "REJECTED",
        /// 申诉, before a new panel.
        Appealed = "APPEALED",
        /// 终审不通过.
        FinallyRejected = "FINALLY_REJECTED",
        /// 已并入月结批次.
        BoundToBatch = "BOUND_TO_BATCH",
    }
}

named! {
    /// What moves a special case.
    SpecialAction {
        /// Desk screening passed.
        Screen = "screen",
        /// Desk screening refused.
        Refuse = "refuse",
        /// Two experts of other institutions named.
        Assign = "assign",
        /// The panel approves.
        Approve = "approve",
        /// The panel rejects.
        Reject = "reject",
        /// The hospital appeals with new evidence, inside the window.
        Appeal = "appeal",
        /// The window ended without an appeal.
        Lapse = "lapse",
        /// Bound to the batch of a month.
        Bind = "bind",
    }
}

use SpecialAction as A;
use SpecialState as S;

const TABLE: &[Row<S, A>] = &[
    (S::Declared, A::Screen, S::DeskScreened, &[Role::City]),
    (S::Declared, A::Refuse, S::Rejected, &[Role::City]),
    (S::DeskScreened, A::Assign, S::ExpertReview, &[Role::City]),
    (S::ExpertReview, A::Approve, S::Approved, &[Role::Expert]),
    (S::ExpertReview, A::Reject, S::Rejected, &[Role::Expert]),
    (S::Rejected, A::Appeal, S::Appealed, &[Role::Hospital]),
    (S::Rejected, A::Lapse, S::FinallyRejected, &[Role::City]),
    (S::Appealed, A::Approve, S::Approved, &[Role::Expert]),
    (S::Appealed, A::Reject, S::FinallyRejected, &[Role::Expert]),
    (
        S::Approved,
        A::Bind,
        S::BoundToBatch,
        &[Role::City, Role::County],
    ),
];

impl SpecialState {
    /// The state after an action. A panel decides when two experts agree; naming them,
    /// and none from the applying hospital, is the caller's to check
    /// ([`SpecialState::panel_fits`]).
    ///
    /// # Errors
    /// The action does not follow this state, or is another role's.
    pub fn after(self, action: SpecialAction, role: Role) -> Result<SpecialState, StateError> {
        step(
            TABLE,
            (self, action, role),
            (self.as_str(), action.as_str()),
        )
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn terminal(self) -> bool {
        matches!(self, S::FinallyRejected | S::BoundToBatch)
    }

    /// Whether a panel may sit: two experts at least, all different, none of the applying
    /// hospital, and none who sat on the panel before.
    #[must_use]
    pub fn panel_fits(hospital: &str, panel: &[(&str, &str)], before: &[&str]) -> bool {
        let different = panel
            .iter()
            .enumerate()
            .all(|(at, (expert, _))| panel.iter().skip(at + 1).all(|(other, _)| other != expert));
        let free = panel
            .iter()
            .all(|(expert, of)| *of != hospital && !before.contains(expert));
        panel.len() >= 2 && different && free
    }
}
