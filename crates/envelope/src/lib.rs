#![doc = include_str!("../README.md")]

pub mod canonical;
pub mod certificate;
pub mod inspect;
pub mod sealed;
pub mod sm;
pub mod transaction;
