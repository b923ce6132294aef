//! The condition language: text in, syntax tree out.
//!
//! This layer knows words, brackets and precedence only. Which names exist and
//! whether their types fit is decided in [`crate::typed`], so that a rule file
//! is refused for one reason at a time, with the place of the first fault.

pub(crate) mod ast;
mod fault;
mod lexer;
mod parser;

pub(crate) use fault::Fault;
pub(crate) use parser::parse;
