//! A grouping scheme: loaded, compiled, ready to group.

mod about;
mod builtin;
mod codes;
mod complications;
pub mod diff;
mod digest;
mod error;
mod interner;
mod lint;
mod load;
mod lookup;
mod table;

pub(crate) use codes::{Bit, CodeSpace, CodeState, Entry, MAX_WORDS};
pub(crate) use complications::ComplicationKind;
pub use complications::{Complication, Severity};
pub use diff::SchemeDiff;
pub use error::SchemeError;
pub(crate) use interner::Interner;
pub use lint::{Lint, LintDisagreement, LintFault, LintKind, LintReport, LintSeverity};
pub use table::{AdrgRow, Drg, Mdc};

use crate::case::Case;
use crate::engine::{Facts, decide};
use crate::outcome::Outcome;
use crate::source::Manifest;
use crate::trace::{Trace, Tracer};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A grouping scheme, compiled.
///
/// A scheme never changes once loaded and is shared freely between threads.
pub struct Scheme {
    pub(crate) manifest: Manifest,
    pub(crate) mdcs: Vec<Mdc>,
    pub(crate) rows: Vec<AdrgRow>,
    pub(crate) drgs: Vec<Drg>,
    pub(crate) drg_places: HashMap<String, usize>,
    pub(crate) diagnoses: CodeSpace,
    pub(crate) procedures: CodeSpace,
    pub(crate) set_names: Vec<String>,
    pub(crate) exclusion_names: Vec<String>,
    pub(crate) kinds: Vec<ComplicationKind>,
    /// Ids of complications, sorted by code, with their kinds' places.
    pub(crate) complications: Vec<(u32, u16)>,
    pub(crate) repeated: Vec<(String, String)>,
    pub(crate) digest: OnceLock<String>,
}

impl std::fmt::Debug for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheme")
            .field("id", &self.manifest.id)
            .field("counts", &self.manifest.counts)
            .finish_non_exhaustive()
    }
}

impl Scheme {
    /// SHA-256 in lower-case hex over the scheme in its normal form, the base
    /// filled in: two schemes that group alike row by row have the same digest
    /// however their files are laid out.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| digest::of(self))
    }

    /// Groups a case. Nothing is allocated.
    #[must_use]
    pub fn group(&self, case: &Case<'_>) -> Outcome<'_> {
        match case.invalid() {
            Some(reason) => Outcome::invalid(reason),
            None => decide(self, &Facts::new(self, case), &mut ()),
        }
    }

    /// Groups a case and tells how it came to the outcome.
    #[must_use]
    pub fn group_traced(&self, case: &Case<'_>) -> (Outcome<'_>, Trace) {
        let mut tracer = Tracer::new(self, case);
        let outcome = match case.invalid() {
            Some(reason) => Outcome::invalid(reason),
            None => decide(self, &Facts::new(self, case), &mut tracer),
        };
        (outcome, tracer.finish(&outcome))
    }
}
