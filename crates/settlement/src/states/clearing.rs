//! The yearly clearing (年度清算).

use super::{Role, Row, StateError, named, step};

named! {
    /// State of a yearly clearing.
    ClearingState {
        /// 已编制, from batches that are paid or closed.
        Prepared = "PREPARED",
        /// 机构确认中: every institution confirms by itself.
        InstitutionConfirming = "INSTITUTION_CONFIRMING",
        /// 有争议待处理, bound to one institution.
        DisputePending = "DISPUTE_PENDING",
        /// 机构已确认.
        InstitutionConfirmed = "INSTITUTION_CONFIRMED",
        /// 已批准.
        ClearanceApproved = "CLEARANCE_APPROVED",
        /// 已记账.
        Posted = "POSTED",
        /// 已锁定.
        Locked = "LOCKED",
    }
}

named! {
    /// What moves a clearing.
    ClearingAction {
        /// Sent to the institutions.
        Publish = "publish",
        /// An institution disputes its amount.
        Dispute = "dispute",
        /// The dispute is settled; that institution confirms anew.
        Settle = "settle",
        /// The last institution confirmed and no dispute is open.
        Confirm = "confirm",
        /// The city approves.
        Approve = "approve",
        /// Fund finance posts it.
        Post = "post",
        /// Fund finance locks it.
        Lock = "lock",
    }
}

use ClearingAction as A;
use ClearingState as S;

const TABLE: &[Row<S, A>] = &[
    (
        S::Prepared,
        A::Publish,
        S::InstitutionConfirming,
        &[Role::City],
    ),
    (
        S::InstitutionConfirming,
        A::Dispute,
        S::DisputePending,
        &[Role::Hospital],
    ),
    (
        S::DisputePending,
        A::Settle,
        S::InstitutionConfirming,
        &[Role::City],
    ),
    (
        S::InstitutionConfirming,
        A::Confirm,
        S::InstitutionConfirmed,
        &[Role::Hospital],
    ),
    (
        S::InstitutionConfirmed,
        A::Approve,
        S::ClearanceApproved,
        &[Role::City],
    ),
    (S::ClearanceApproved, A::Post, S::Posted, &[Role::Finance]),
    (S::Posted, A::Lock, S::Locked, &[Role::Finance]),
];

impl ClearingState {
    /// The state after an action. Whether all institutions have confirmed is the
    /// caller's to know before `confirm`.
    ///
    /// # Errors
    /// The action does not follow this state, or is another role's.
    pub fn after(self, action: ClearingAction, role: Role) -> Result<ClearingState, StateError> {
        step(
            TABLE,
            (self, action, role),
            (self.as_str(), action.as_str()),
        )
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn terminal(self) -> bool {
        self == S::Locked
    }
}
