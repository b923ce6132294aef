//! States of a special case, a monthly batch, a yearly clearing and a negotiation: closed sets, moved
//! along a table only, each move by the roles that may make it.
//!
//! Who signs, which key makes a move repeatable and where events are kept is the
//! caller's; here is what may follow what.

mod batch;
mod clearing;
mod negotiation;
mod special_case;

pub use batch::{BatchAction, BatchState};
pub use clearing::{ClearingAction, ClearingState};
pub use negotiation::{PositionState, RoundAction, RoundState};
pub use special_case::{SpecialAction, SpecialState};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The hospital's insurance office or finance.
    Hospital,
    /// 县区经办.
    County,
    /// 市级经办.
    City,
    /// An expert of a review panel.
    Expert,
    /// Fund finance (基金财务).
    Finance,
    /// The pooling area's settlement system, by callback.
    Core,
}

/// A move that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Nothing leads there from this state.
    #[error("当前状态 {state} 不能执行 {action} / {action} does not follow the state {state}")]
    NotFromHere {
        /// The state.
        state: &'static str,
        /// The action.
        action: &'static str,
    },
    /// The move is somebody else's.
    #[error("{action} 不由该角色执行 / {action} is not this role's to take")]
    NotYours {
        /// The action.
        action: &'static str,
    },
}

/// One row of a table: from, action, to, and who may.
type Row<S, A> = (S, A, S, &'static [Role]);

fn step<S: Copy + PartialEq, A: Copy + PartialEq>(
    table: &[Row<S, A>],
    (state, action, role): (S, A, Role),
    names: (&'static str, &'static str),
) -> Result<S, StateError> {
    let found = table
        .iter()
        .find(|(from, by, _, _)| *from == state && *by == action);
    match found {
        Some((_, _, to, roles)) if roles.contains(&role) => Ok(*to),
        Some(_) => Err(StateError::NotYours { action: names.1 }),
        None => Err(StateError::NotFromHere {
            state: names.0,
            action: names.1,
        }),
    }
}

/// A closed enum with wire names.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $wire:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Its name in messages and records.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $wire,)+ }
            }

            /// From its name; `None` for another text.
            #[must_use]
            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.as_str() == name)
            }
        }
    };
}
use named;

#[cfg(test)]
mod tests;
