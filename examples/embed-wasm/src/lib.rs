//! The grouper for WebAssembly: texts go in and out by way of the module's own memory, so
//! no glue but `chs-grouper.mjs` is needed.
//!
//! A call: `input(n)` makes room for n bytes and says where; the host writes a text there
//! in UTF-8; `open()` or `group(scheme)` reads it and leaves its answer where `output()`
//! says, `output_length()` bytes long, until the next call.

use std::cell::RefCell;

use chs_grouper::{Columns, Outcome, Scheme};
use serde::Deserialize;

/// What a negative answer of [`open`] and [`group`] means: the output is the reason.
const FAILED: i32 = -1;

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

#[derive(Default)]
struct Memory {
    input: Vec<u8>,
    output: Vec<u8>,
    schemes: Vec<&'static Scheme>,
}

/// A case; what is missing is absent or empty.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Row {
    sex: String,
    age: String,
    age_days: String,
    birth_weight: String,
    dept: String,
    los: String,
    discharge: String,
    dx: String,
    px: String,
}

/// Makes room for an input of so many bytes; where it begins.
#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    MEMORY.with_borrow_mut(|memory| {
        memory.input.clear();
        memory.input.resize(length, 0);
        memory.input.as_mut_ptr()
    })
}

/// Where the output begins.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    MEMORY.with_borrow(|memory| memory.output.as_ptr())
}

/// How many bytes the output has.
#[unsafe(no_mangle)]
pub extern "C" fn output_length() -> usize {
    MEMORY.with_borrow(|memory| memory.output.len())
}

/// Opens the built-in scheme whose id is the input; its number, or −1.
#[unsafe(no_mangle)]
pub extern "C" fn open() -> i32 {
    answer(|memory| {
        let id = str::from_utf8(&memory.input).map_err(|error| error.to_string())?;
        let scheme = Scheme::builtin(id).map_err(|error| error.to_string())?;
        let number = i32::try_from(memory.schemes.len()).map_err(|error| error.to_string())?;
        memory.schemes.push(scheme);
        Ok((number, String::new()))
    })
}

/// Groups the case that the input is, a JSON object of texts; 0 and the outcome as JSON, or
/// −1 where the scheme has no such number or the input is no such object. Bad data in a
/// case give an outcome: invalid, with its reason.
#[unsafe(no_mangle)]
pub extern "C" fn group(scheme: u32) -> i32 {
    answer(|memory| {
        let scheme = usize::try_from(scheme).ok();
        let scheme = scheme.and_then(|number| memory.schemes.get(number));
        let scheme = scheme.ok_or("没有这个方案 / there is no such scheme")?;
        let row: Row = serde_json::from_slice(&memory.input).map_err(|error| error.to_string())?;
        let columns = Columns {
            sex: &row.sex,
            age: &row.age,
            age_days: &row.age_days,
            birth_weight: &row.birth_weight,
            dept: &row.dept,
            los: &row.los,
            discharge: &row.discharge,
            dx: &row.dx,
            px: &row.px,
        };
        let case = columns.case();
        let outcome = match &case {
            Ok(case) => scheme.group(case),
            Err(reason) => Outcome::invalid(*reason),
        };
        let outcome = serde_json::to_string(&outcome).map_err(|error| error.to_string())?;
        Ok((0, outcome))
    })
}

/// Leaves the text, or the reason of the failure, as the output.
fn answer(work: impl FnOnce(&mut Memory) -> Result<(i32, String), String>) -> i32 {
    MEMORY.with_borrow_mut(|memory| {
        let (number, text) = work(memory).unwrap_or_else(|reason| (FAILED, reason));
        memory.output = text.into_bytes();
        number
    })
}
