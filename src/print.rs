//! What is printed. Monthly bills: from answers of `bills.monthly` to a workbook or a PDF, without
//! a database, so that a hospital prints what it was answered.
//!
//! [`answers`] reads, [`bill`] and [`city`] say what stands on a [`sheet::Sheet`],
//! [`workbook`] and [`pdf`] draw it. An [`article`] is text to be read, as a page or a PDF.

pub mod answers;
pub mod article;
pub mod bill;
pub mod city;
pub mod pdf;
pub mod sheet;
pub mod workbook;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use answers::{Answers, AnswersError};

/// Names that the answers do not hold: administrative divisions by their code.
pub type Names = BTreeMap<String, String>;

/// The sheets of a month: the area's sums where its pools were told, then every bill.
///
/// # Errors
/// Lines that do not add up to their bill, a month that is not billed.
pub fn sheets(answers: &Answers, names: &Names) -> Result<Vec<sheet::Sheet>, AnswersError> {
    answers.complete()?;
    let mut sheets = Vec::new();
    sheets.extend(city::sheet(answers, names)?);
    for row in &answers.hospitals {
        sheets.push(bill::sheet(answers, row, names)?);
    }
    Ok(sheets)
}
