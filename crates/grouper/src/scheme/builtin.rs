//! The schemes that the binary carries, each unpacked and compiled on first use.

use super::{Scheme, SchemeError};
use crate::source::SchemeSource;
use std::sync::OnceLock;

/// One built-in scheme: packed by `build.rs`, loaded once.
struct Builtin {
    id: &'static str,
    packed: &'static [u8],
    loaded: OnceLock<Result<Scheme, SchemeError>>,
}

impl Builtin {
    const fn new(id: &'static str, packed: &'static [u8]) -> Self {
        Self {
            id,
            packed,
            loaded: OnceLock::new(),
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/builtin_table.rs"));

/// No scheme's text comes near this; a damaged stream may claim anything.
const MAX_UNPACKED: usize = 64 << 20;

/// Bases of bases; nobody needs more, and a circle must end.
const MAX_BASES: usize = 4;

impl Scheme {
    /// A built-in scheme by its id, loaded on first use and shared from then on.
    ///
    /// # Errors
    /// [`SchemeError::Unknown`] for another id.
    pub fn builtin(id: &str) -> Result<&'static Self, SchemeError> {
        let builtin = find(id)?;
        let loaded = builtin.loaded.get_or_init(|| load(builtin));
        loaded.as_ref().map_err(Clone::clone)
    }

    /// The ids of the built-in schemes.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|builtin| builtin.id)
    }

    /// How many bytes the built-in schemes take in the binary.
    #[must_use]
    pub fn builtin_bytes() -> usize {
        TABLE.iter().map(|builtin| builtin.packed.len()).sum()
    }
}

fn find(id: &str) -> Result<&'static Builtin, SchemeError> {
    TABLE
        .iter()
        .find(|builtin| builtin.id == id)
        .ok_or_else(|| {
            let known: Vec<&str> = Scheme::builtin_ids().collect();
            SchemeError::Unknown {
                id: id.to_owned(),
                known: known.join(", "),
            }
        })
}

fn load(builtin: &Builtin) -> Result<Scheme, SchemeError> {
    let mut sources = vec![unpack(builtin)?];
    while let Some(base) = sources
        .last()
        .map(SchemeSource::manifest)
        .transpose()?
        .and_then(|m| m.base)
    {
        if sources.len() > MAX_BASES {
            return Err(damaged(builtin));
        }
        sources.push(unpack(find(&base)?)?);
    }
    sources.reverse();
    Scheme::load(&sources)
}

/// Undoes `bundle` of `build.rs`.
fn unpack(builtin: &Builtin) -> Result<SchemeSource, SchemeError> {
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(builtin.packed, MAX_UNPACKED);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| damaged(builtin))?;
    let mut files = Vec::new();
    let mut rest = text.as_str();
    while let Some((name, file, after)) = next_file(rest) {
        files.push((name, file.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        return Err(damaged(builtin));
    }
    SchemeSource::new(files)
}

/// Splits `=== name bytes`, the file, and what follows.
fn next_file(text: &str) -> Option<(&str, &str, &str)> {
    let (heading, rest) = text.strip_prefix("=== ")?.split_once('\n')?;
    let (name, length) = heading.split_once(' ')?;
    let (file, after) = rest.split_at_checked(length.parse().ok()?)?;
    Some((name, file, after))
}

fn damaged(builtin: &Builtin) -> SchemeError {
    SchemeError::Packed {
        id: builtin.id.to_owned(),
    }
}
