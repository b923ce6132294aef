//! The files of a built catalogue.

use super::candidates::Core;
use super::history::Tables;
use super::{BuildError, BuildSettings};
use crate::dip::procedures::Performed;
use crate::dip::settings::FILE;
use crate::dip::{
    AuxiliarySettings, CatalogueSource, Choice, Criterion, ExcludedProcedure, Fault, Settings,
    Stage, Treatment, TreatmentOf,
};
use crate::efficacy::Moments;
use chs_model::icd;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What was counted for a group.
pub(super) struct Figures {
    pub(super) score: Decimal,
    pub(super) mean: Decimal,
    pub(super) moments: Moments,
}

/// A comprehensive group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Comprehensive {
    pub(super) prefix: String,
    pub(super) treatment: Treatment,
}

/// Writes the files.
pub(super) struct Files<'b> {
    pub(super) tables: &'b Tables,
    pub(super) settings: &'b BuildSettings,
}

/// The code of a core group: `K35.8:47.0100+54.5100`, `K35.8:-` for conservative treatment.
pub(super) fn core_code((diagnosis, procedures): &Core<'_>) -> String {
    if procedures.is_empty() {
        format!("{diagnosis}:-")
    } else {
        format!("{diagnosis}:{}", joined(procedures))
    }
}

fn joined(procedures: &BTreeSet<&str>) -> String {
    let codes: Vec<&str> = procedures.iter().copied().collect();
    codes.join("+")
}

impl Files<'_> {
    /// The files without figures.
    pub(super) fn provisional(
        &self,
        cores: &BTreeSet<Core<'_>>,
        comprehensive: &[Comprehensive],
    ) -> Result<CatalogueSource, BuildError> {
        self.finished(cores, comprehensive, &|_| None)
    }

    /// The files; `figures` by the group's code.
    pub(super) fn finished(
        &self,
        cores: &BTreeSet<Core<'_>>,
        comprehensive: &[Comprehensive],
        figures: &dyn Fn(&str) -> Option<Figures>,
    ) -> Result<CatalogueSource, BuildError> {
        let settings = self.settings();
        let toml = toml::to_string(&settings).map_err(|error| broken(FILE, &error.to_string()))?;
        let mut files = BTreeMap::from([(FILE.to_owned(), toml)]);
        for (name, text) in self.tables.source.files() {
            files.insert(name.to_owned(), text.to_owned());
        }
        let core = cores.iter().map(|core| {
            let (diagnosis, procedures) = core;
            let px = if procedures.is_empty() {
                "-".to_owned()
            } else {
                joined(procedures)
            };
            let codes: Vec<&str> = procedures.iter().copied().collect();
            let treatment = Performed::new(&self.tables.procedures, &settings, &codes).treatment;
            let kind = treatment.map_or("", Treatment::as_str).to_owned();
            let name = core_name(core);
            [core_code(core), name, (*diagnosis).to_owned(), px, kind]
        });
        let head = ["code", "name", "dx", "px", "type"];
        files.insert(
            Stage::Core.file().to_owned(),
            table(&head, core, figures).map_err(|error| broken(Stage::Core.file(), &error))?,
        );
        let head = ["code", "name", "dx", "type"];
        let rest = comprehensive.iter().map(|group| {
            let (prefix, kind) = (&group.prefix, group.treatment);
            [
                format!("{prefix}:{}", kind.as_str()),
                format!("{prefix} {}", kind.zh()),
                prefix.clone(),
                kind.as_str().to_owned(),
            ]
        });
        let file = Stage::Comprehensive.file();
        files.insert(
            file.to_owned(),
            table(&head, rest, figures).map_err(|error| broken(file, &error))?,
        );
        Ok(CatalogueSource::new(files))
    }

    fn settings(&self) -> Settings {
        let of = self.settings;
        Settings {
            id: of.id.clone(),
            title: of.title.clone(),
            publisher: of.publisher.clone(),
            document: "由历史病例测算 built from past cases".to_owned(),
            in_force_from: of.in_force_from.clone(),
            in_force_until: None,
            score_scale: of.score_scale,
            stages: vec![Stage::Core, Stage::Comprehensive],
            excluded_procedure: ExcludedProcedure::Remove,
            excluded_hides_first_stage: true,
            // The counting takes the first procedure that is left for the principal one.
            promote_next_procedure: true,
            principal_must_match: false,
            treatment_of: TreatmentOf::All,
            unknown_procedure_type: of.unknown_type,
            fold: BTreeMap::new(),
            // By the codes alone: a choice by cost would hang on the means that the
            // choice itself makes.
            choice: Choice {
                first_stage: vec![Criterion::Listed],
                others: vec![
                    Criterion::ContainsPrincipal,
                    Criterion::Parts,
                    Criterion::Listed,
                ],
            },
            auxiliary: AuxiliarySettings::default(),
        }
    }
}

/// The name of the first diagnosis that begins so, and the procedures' names.
fn core_name((diagnosis, procedures): &Core<'_>) -> String {
    let codes = icd::diagnoses();
    let at = codes.partition_point(|known| known.code < *diagnosis);
    let first = codes
        .get(at)
        .filter(|known| known.code.starts_with(diagnosis));
    let name = first.map_or(*diagnosis, |known| known.name);
    if procedures.is_empty() {
        return format!("{name}：{}", Treatment::Conservative.zh());
    }
    let names = procedures.iter().map(|code| {
        let known = icd::procedure(code);
        known.map_or(*code, |known| known.name)
    });
    let names: Vec<&str> = names.collect();
    format!("{name}：{}", names.join("+"))
}

fn table<const N: usize>(
    head: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    figures: &dyn Fn(&str) -> Option<Figures>,
) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = head.iter().chain(&["score", "mean_cost", "cases", "cv"]);
    writer
        .write_record(head)
        .map_err(|error| error.to_string())?;
    for row in rows {
        let figures = row.first().and_then(|code| figures(code));
        let cells = figures.map_or_else(Default::default, |figures| {
            let cv = figures.moments.cv();
            [
                figures.score.to_string(),
                figures.mean.to_string(),
                figures.moments.cases().to_string(),
                cv.map(|cv| format!("{cv:.4}")).unwrap_or_default(),
            ]
        });
        let record = row.iter().chain(&cells);
        writer
            .write_record(record)
            .map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn broken(file: &str, error: &str) -> BuildError {
    BuildError::Catalogue(crate::dip::CatalogueError {
        faults: vec![Fault::new(
            file,
            0,
            format!("无法写出：{error}"),
            format!("cannot be written: {error}"),
        )],
    })
}
