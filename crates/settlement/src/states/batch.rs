//! The monthly batch (月结批次).

use super::{Role, Row, StateError, named, step};

named! {
    /// State of a monthly batch.
    BatchState {
        /// 已固化: cases checked and frozen, special cases bound.
        Frozen = "BATCH_FROZEN",
        /// 已提交核心系统.
        Submitted = "CORE_SUBMITTED",
        /// 核心系统已受理.
        Accepted = "CORE_ACCEPTED",
        /// 退回.
        Returned = "RETURNED",
        /// 对账中.
        Reconciling = "RECONCILING",
        /// 有差异待处理.
        DifferencePending = "DIFFERENCE_PENDING",
        /// 已对平.
        Reconciled = "RECONCILED",
        /// 已申请拨付.
        PaymentRequested = "PAYMENT_REQUESTED",
        /// 已拨付.
        Paid = "PAID",
        /// 拨付失败, before a new request.
        PaymentFailed = "PAYMENT_FAILED",
        /// 已关闭.
        Closed = "CLOSED",
    }
}

named! {
    /// What moves a batch.
    BatchAction {
        /// Submit to the core system.
        Submit = "submit",
        /// The core system accepts.
        Accept = "accept",
        /// The core system returns it.
        Return = "return",
        /// Submit again, with a correction digest and a new request id.
        Resubmit = "resubmit",
        /// Begin to reconcile.
        Reconcile = "reconcile",
        /// Amounts are equal.
        Equal = "equal",
        /// A difference is recorded: whole fen, not zero, with a reason.
        Differ = "differ",
        /// Two different people, of the hospital and the insurer, signed one amount.
        Resolve = "resolve",
        /// Ask for payment.
        RequestPayment = "request_payment",
        /// The core system's receipt, of the reconciled amount.
        ReceivePayment = "receive_payment",
        /// The core system reports a failed payment.
        FailPayment = "fail_payment",
        /// Close with a voucher number.
        Close = "close",
    }
}

use BatchAction as A;
use BatchState as S;

const BOTH: &[Role] = &[Role::Hospital, Role::City];

const TABLE: &[Row<S, A>] = &[
    (S::Frozen, A::Submit, S::Submitted, &[Role::City]),
    (S::Submitted, A::Accept, S::Accepted, &[Role::Core]),
    (S::Submitted, A::Return, S::Returned, &[Role::Core]),
    (S::Returned, A::Resubmit, S::Submitted, &[Role::City]),
    (S::Accepted, A::Reconcile, S::Reconciling, &[Role::City]),
    (S::Reconciling, A::Equal, S::Reconciled, BOTH),
    (S::Reconciling, A::Differ, S::DifferencePending, BOTH),
    (S::DifferencePending, A::Resolve, S::Reconciled, BOTH),
    (
        S::Reconciled,
        A::RequestPayment,
        S::PaymentRequested,
        &[Role::City],
    ),
    (
        S::PaymentRequested,
        A::ReceivePayment,
        S::Paid,
        &[Role::Core],
    ),
    (
        S::PaymentRequested,
        A::FailPayment,
        S::PaymentFailed,
        &[Role::Core],
    ),
    (
        S::PaymentFailed,
        A::RequestPayment,
        S::PaymentRequested,
        &[Role::City],
    ),
    (S::Paid, A::Close, S::Closed, &[Role::Finance]),
];

impl BatchState {
    /// Failures after which a person decides instead of another request.
    pub const MOST_PAYMENT_FAILURES: u32 = 3;

    /// The state after an action.
    ///
    /// # Errors
    /// The action does not follow this state, or is another role's.
    pub fn after(self, action: BatchAction, role: Role) -> Result<BatchState, StateError> {
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

    /// Whether the batch may enter a yearly clearing.
    #[must_use]
    pub fn clearable(self) -> bool {
        matches!(self, S::Paid | S::Closed)
    }
}
