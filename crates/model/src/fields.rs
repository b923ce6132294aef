//! The field table: one constant per field of the union of all layouts.
//!
//! Sources: Hunan interface specification for designated institutions V1.1.27
//! (2024-10), tables 206 to 213 (the provincial layout: types, lengths,
//! mandatory marks); NHSA interface specification V8.1 (2026-05), transaction
//! 4101A; the 2021 baseline of 4101. Where they differ in length the table holds
//! the longest; where they differ in spelling one name is written and the others
//! are aliases. `hi_type` names no dictionary: the filling rules and the provinces
//! use different codes.

use crate::field::Kind;

/// Declares the fields of one node as constants, with [`ALL`](setlinfo::ALL) in order.
macro_rules! field_table {
    (node $node:ident; $(
        $constant:ident = $name:literal $cn_name:literal $kind:ident ( $($argument:literal),* )
        $(of $dictionary:literal)? $(alias [$($alias:literal),*])?
        in [$($layout:ident),*] required [$($required:ident),*];
    )*) => {
        use crate::field::{Field, FieldDef, Layout};
        use crate::node::Node;

        /// Gives each field its place in the row without counting by hand.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "names of the constants")]
        enum Slot { $($constant),* }

        $(
            #[doc = concat!("`", $name, "`: ", $cn_name, ".")]
            pub const $constant: Field = Field(&FieldDef {
                node: Node::$node,
                name: $name,
                cn_name: $cn_name,
                kind: $crate::fields::$kind($($argument),*).0,
                length: $crate::fields::$kind($($argument),*).1,
                dictionary: $crate::fields::optional!($($dictionary)?),
                aliases: &[$($($alias),*)?],
                layouts: &[$(Layout::$layout),*],
                required: &[$(Layout::$required),*],
                // The only constant way from an enum to a number.
                slot: Slot::$constant as usize,
            });
        )*

        /// All fields of the node in the order of the table.
        pub const ALL: &[Field] = &[$($constant),*];
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

use field_table;
use optional;

const fn text(length: u16) -> (Kind, Option<u16>) {
    (Kind::Text, Some(length))
}

const fn number(integer: u8, scale: u8) -> (Kind, Option<u16>) {
    (Kind::Number { integer, scale }, None)
}

const fn date() -> (Kind, Option<u16>) {
    (Kind::Date, None)
}

const fn date_time() -> (Kind, Option<u16>) {
    (Kind::DateTime, None)
}

pub mod bldinfo;
pub mod diseinfo;
pub mod icuinfo;
pub mod iteminfo;
pub mod oprninfo;
pub mod opspdiseinfo;
pub mod payinfo;
pub mod setlinfo;
