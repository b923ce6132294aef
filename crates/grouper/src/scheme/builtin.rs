//! The schemes that the binary carries, each unpacked and compiled on first use.

use super::load::build;
use super::{Scheme, SchemeError};
use crate::source::{Definition, Manifest, SchemeSource};
use std::sync::OnceLock;

/// One built-in scheme, packed by `build.rs`.
struct Builtin {
    id: &'static str,
    packed: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/builtin_table.rs"));

/// What is loaded of one built-in scheme.
struct Slot {
    scheme: OnceLock<Result<Scheme, SchemeError>>,
    /// Kept of national schemes: every local one begins with it.
    definition: OnceLock<Result<(Manifest, Definition), SchemeError>>,
}

static LOADED: [Slot; TABLE.len()] = [const { Slot::new() }; TABLE.len()];

/// No scheme's text comes near this; a damaged stream may claim anything.
const MAX_UNPACKED: usize = 64 << 20;

/// Bases of bases; nobody needs more, and a circle must end.
const MAX_BASES: usize = 4;

impl Slot {
    const fn new() -> Self {
        Self {
            scheme: OnceLock::new(),
            definition: OnceLock::new(),
        }
    }
}

impl Scheme {
    /// A built-in scheme by its id, loaded on first use and shared from then on.
    ///
    /// # Errors
    /// [`SchemeError::Unknown`] for another id.
    pub fn builtin(id: &str) -> Result<&'static Self, SchemeError> {
        let (builtin, slot) = find(id, &LOADED)?;
        let loaded = slot.scheme.get_or_init(|| load(builtin, &LOADED));
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

    /// Loads all built-in schemes once more, apart from the shared ones: what a process
    /// pays that uses them all, for benchmarks.
    ///
    /// # Errors
    /// None but of a damaged binary.
    #[doc(hidden)]
    pub fn load_builtins_anew() -> Result<Vec<Self>, SchemeError> {
        let slots = [const { Slot::new() }; TABLE.len()];
        let loaded = TABLE.iter().map(|builtin| load(builtin, &slots));
        loaded.collect()
    }
}

fn find<'a>(id: &str, slots: &'a [Slot]) -> Result<(&'static Builtin, &'a Slot), SchemeError> {
    let mut all = TABLE.iter().zip(slots);
    all.find(|(builtin, _)| builtin.id == id).ok_or_else(|| {
        let known: Vec<&str> = Scheme::builtin_ids().collect();
        SchemeError::Unknown {
            id: id.to_owned(),
            known: known.join(", "),
        }
    })
}

impl SchemeSource {
    /// The files of a built-in scheme.
    ///
    /// # Errors
    /// [`SchemeError::Unknown`] for another id.
    pub fn builtin(id: &str) -> Result<Self, SchemeError> {
        unpack(find(id, &LOADED)?.0)
    }
}

fn load(builtin: &Builtin, slots: &[Slot]) -> Result<Scheme, SchemeError> {
    let (manifest, definition) = define(builtin, slots, MAX_BASES)?;
    build(manifest, definition)
}

/// Reads a scheme over its base's definition.
fn define(
    builtin: &Builtin,
    slots: &[Slot],
    bases: usize,
) -> Result<(Manifest, Definition), SchemeError> {
    let (_, slot) = find(builtin.id, slots)?;
    if let Some(kept) = slot.definition.get() {
        return kept.clone();
    }
    let source = unpack(builtin)?;
    let manifest = source.manifest()?;
    let Some(base) = &manifest.base else {
        let read = || Ok((manifest, Definition::default().extend(&source)?));
        return slot.definition.get_or_init(read).clone();
    };
    let bases = bases.checked_sub(1).ok_or_else(|| damaged(builtin))?;
    let (base, _) = find(base, slots)?;
    let (_, definition) = define(base, slots, bases)?;
    Ok((manifest, definition.extend(&source)?))
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
