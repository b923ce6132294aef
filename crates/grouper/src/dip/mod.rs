//! DIP grouping (按病种分值付费): cases to the groups of a catalogue that an area supplies.
//!
//! No national catalogue is published in a form that programs read, so a catalogue is data:
//! a folder of CSV files and `catalogue.toml` (`docs/DIP.md` of the project describes every
//! column and setting). One engine serves the order of 3.0 (医保发〔2026〕22号: exclusions,
//! first-stage groups, merged groups, diagnosis-assisted subdivision, base core groups,
//! comprehensive groups) and the 1.0 and 2.0 form (core, then comprehensive groups).
//!
//! ```
//! use chs_grouper::Case;
//! use chs_grouper::dip::{Catalogue, CatalogueSource, Extras};
//!
//! let source = CatalogueSource::new([
//!     ("catalogue.toml", r#"
//!         id = "example"
//!         title = "虚构示例"
//!         publisher = "无"
//!         document = "无"
//!         in_force_from = "2026-01-01"
//!         score_scale = 1000
//!         stages = ["core"]
//!         excluded_procedure = "remove"
//!     "#),
//!     ("core.csv", "code,name,dx,px,score\nJC1,阑尾切除,K35,47.0901/47.0100,812.5\n"),
//! ]);
//! let catalogue = Catalogue::load(&source)?;
//! let case = Case { dx: vec!["K35.800"], px: vec!["47.0100"], ..Case::default() };
//! assert_eq!(catalogue.group(&case, &Extras::default()).code(), "JC1");
//! # Ok::<(), chs_grouper::dip::CatalogueError>(())
//! ```

mod auxiliary;
pub mod build;
mod cell;
mod choose;
mod engine;
mod error;
mod group;
mod lines;
mod lint;
mod load;
mod outcome;
mod prefix_map;
mod procedures;
mod reason;
mod row;
mod settings;
mod source;
mod table;
mod trace;
mod treatment;

pub use auxiliary::{
    AgeBand, Auxiliary, AuxiliarySettings, DayBand, Dimension, Extras, Level, PointLevel,
    SeverityRule, SeveritySettings, TumourSettings,
};
pub use cell::Span;
pub use error::{CatalogueError, Fault};
pub use group::DipGroup;
pub use lint::{DipLint, DipLintKind};
pub use outcome::DipOutcome;
pub use reason::{DipNotes, DipReason};
pub use row::Miss;
pub use settings::{
    Choice, Criterion, ExcludedProcedure, Settings, Stage, TreatmentOf, UnknownType,
};
pub use source::CatalogueSource;
pub use trace::{Candidate, DipTrace, ProcedureFact, Rivals, StageFact};
pub use treatment::Treatment;

use crate::case::Case;
use auxiliary::AuxiliaryTables;
use prefix_map::PrefixMap;
use procedures::ProcedureTable;
use row::Row;
use std::collections::HashMap;

/// A catalogue, compiled. It never changes once loaded and is shared freely between
/// threads.
#[derive(Debug)]
pub struct Catalogue {
    settings: Settings,
    groups: Vec<DipGroup>,
    places: HashMap<String, usize>,
    rows: Vec<Row>,
    /// Rows by what they ask of the principal diagnosis.
    by_diagnosis: PrefixMap<StageRows>,
    /// Rows that ask nothing of it.
    anywhere: StageRows,
    comprehensive: PrefixMap<Kinds>,
    chapters: PrefixMap<Kinds>,
    excluded_diagnoses: load::Exclusions,
    procedures: ProcedureTable,
    auxiliary: AuxiliaryTables,
    /// What the loader saw and the lint reports.
    noted: Vec<DipLint>,
    digest: String,
}

/// Places of rows, by stage.
#[derive(Debug, Default)]
struct StageRows([Vec<usize>; Stage::RULED.len()]);

impl StageRows {
    fn of(&self, stage: Stage) -> &[usize] {
        let place = Stage::RULED.iter().position(|known| *known == stage);
        let rows = place.and_then(|place| self.0.get(place));
        rows.map_or(&[], Vec::as_slice)
    }

    fn push(&mut self, stage: Stage, row: usize) {
        let place = Stage::RULED.iter().position(|known| *known == stage);
        if let Some(rows) = place.and_then(|place| self.0.get_mut(place)) {
            rows.push(row);
        }
    }
}

/// Comprehensive groups of one diagnosis by kind of treatment.
#[derive(Debug, Default)]
struct Kinds(Vec<(Option<Treatment>, usize)>);

impl Kinds {
    /// The group of exactly that kind, else the one for any kind.
    fn of(&self, treatment: Treatment) -> Option<usize> {
        let of = |kind: Option<Treatment>| {
            let mut kinds = self.0.iter();
            kinds.find(|known| known.0 == kind).map(|known| known.1)
        };
        of(Some(treatment)).or_else(|| of(None))
    }
}

impl Catalogue {
    /// Reads and compiles a catalogue.
    ///
    /// # Errors
    /// The faults of its files, each with file and line.
    pub fn load(source: &CatalogueSource) -> Result<Self, CatalogueError> {
        load::load(source)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.settings.id
    }

    /// SHA-256 of its files, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where it comes from and how it groups.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The groups, in the order of stages and files.
    #[must_use]
    pub fn groups(&self) -> &[DipGroup] {
        &self.groups
    }

    /// The group of that code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&DipGroup> {
        self.groups.get(*self.places.get(code)?)
    }

    /// Groups a case. Age is asked for only by groups that hang on it.
    #[must_use]
    pub fn group(&self, case: &Case<'_>, extras: &Extras) -> DipOutcome<'_> {
        engine::decide(self, case, extras, &mut ())
    }

    /// Groups a case and tells what was tried.
    #[must_use]
    pub fn group_traced(&self, case: &Case<'_>, extras: &Extras) -> (DipOutcome<'_>, DipTrace) {
        let mut tracer = trace::Tracer::new(self, case);
        let outcome = engine::decide(self, case, extras, &mut tracer);
        (outcome, tracer.finish(&outcome))
    }

    /// The case's levels in the auxiliary catalogue.
    #[must_use]
    pub fn auxiliary(
        &self,
        case: &Case<'_>,
        extras: &Extras,
        group: Option<&DipGroup>,
    ) -> Auxiliary<'_> {
        let mean = group.and_then(DipGroup::mean_cost);
        self.auxiliary
            .levels(&self.settings.auxiliary, case, extras, mean)
    }

    fn candidates(&self, stage: Stage, principal: &str) -> impl Iterator<Item = usize> {
        let by_diagnosis = self.by_diagnosis.matches(principal);
        let rows = by_diagnosis.flat_map(move |rows| rows.of(stage));
        self.anywhere.of(stage).iter().chain(rows).copied()
    }
}
