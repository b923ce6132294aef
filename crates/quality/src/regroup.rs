//! The grouper as the rules see it: the caller groups, the rules say what to change.

use chs_model::{Field, Node};
use rust_decimal::Decimal;
use serde::Serialize;

/// A change to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A row taken out of a node.
    Remove {
        /// The node.
        node: Node,
        /// Its row, from 0.
        row: usize,
    },
    /// Another value of a field.
    Set {
        /// The field, which names its node.
        field: Field,
        /// The row, from 0; 0 for `setlinfo`.
        row: usize,
        /// The value.
        value: String,
    },
}

/// The group that a list falls into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Regrouped {
    /// `grouped`, `ambiguous`, `ungrouped` or `invalid`.
    pub status: String,
    /// DRG, or the code that stands for none.
    pub drg_code: String,
    /// Name of the DRG.
    pub drg_name: String,
    /// Weight, where the scheme gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Decimal>,
}

/// Groups the list of one check anew.
pub trait Regroup {
    /// The group after the changes, all of them made to the list as it was sent, so that
    /// row numbers are those of the list; with none, the group as it is. `None` where
    /// the list cannot be grouped at all.
    fn regroup(&self, changes: &[Change]) -> Option<Regrouped>;
}

/// What a finding means for the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupEffect {
    /// The group of the list as it was sent.
    pub before: Regrouped,
    /// The group after the mend, where there is only one way to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Regrouped>,
    /// Weight after less weight before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_difference: Option<Decimal>,
    /// What the change of group means for the payment, where the caller prices it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentEffect>,
}

/// Estimated payment before and after a mend, yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentEffect {
    /// Of the group as the list was sent.
    pub before: Decimal,
    /// Of the group after the mend.
    pub after: Decimal,
    /// After less before.
    pub difference: Decimal,
}

impl PaymentEffect {
    /// The effect of two estimates; nothing where their difference is out of range.
    #[must_use]
    pub fn of(before: Decimal, after: Decimal) -> Option<Self> {
        Some(Self {
            before,
            after,
            difference: after.checked_sub(before)?,
        })
    }
}

impl GroupEffect {
    pub(crate) fn new(before: Regrouped, after: Option<Regrouped>) -> Self {
        let weights = after
            .as_ref()
            .and_then(|after| after.weight.zip(before.weight));
        Self {
            weight_difference: weights.and_then(|(after, before)| after.checked_sub(before)),
            before,
            after,
            payment: None,
        }
    }
}
