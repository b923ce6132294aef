//! The suite's data, carried inside the binary so that it runs anywhere.

use rust_embed::Embed;

/// Cases: `PROFILE/SUBJECT.toml`.
#[derive(Embed)]
#[folder = "cases/"]
pub(crate) struct Cases;

/// Settlement lists and other bodies that cases start from.
#[derive(Embed)]
#[folder = "fixtures/"]
pub(crate) struct Fixtures;

/// Rows that families of cases are repeated for.
#[derive(Embed)]
#[folder = "tables/"]
pub(crate) struct Tables;

/// Published vectors that prove the suite's own cryptography.
#[derive(Embed)]
#[folder = "vectors/"]
pub(crate) struct Vectors;

/// The refusals of the contract: status, code and form of each.
pub(crate) const REFUSALS: &str = include_str!("../refusals.toml");

/// Text of an embedded file, or `None` when there is no such file or it is not UTF-8.
pub(crate) fn text<E: Embed>(path: &str) -> Option<String> {
    E::get(path).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}
