//! From syntax tree to a checked tree that evaluates without a name left in it.
//!
//! Every field is looked up in the field table of `chs_model`, every function in
//! a closed list, every table and setting in the registry; what is not there
//! refuses the rule file. Types are checked from the outside in: a function says
//! what it wants, and the same field answers as text, number or moment.

mod arguments;
mod compare;
mod compiler;
mod functions;
mod leads;
mod names;
mod pattern;
mod question;
mod rows;
mod tree;
mod visit;

pub(crate) use compiler::Compiler;
pub(crate) use rows::{RowSet, Rows, Source};
pub(crate) use tree::{
    Arithmetic, Cond, FieldRef, Lookup, LookupTable, Moment, Nesting, Number, Place, Text,
};
pub(crate) use visit::{Mention, external_inputs, fields_of, gates};
