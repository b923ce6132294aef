//! From the files of a catalogue to its compiled form; all faults are gathered.

use super::auxiliary::{AuxiliaryTables, DiagnosisFacts};
use super::cell::{self, Diagnosis, Lists, Procedure, Procedures};
use super::error::{CatalogueError, Fault};
use super::group::DipGroup;
use super::lines::{bad, group, of, px_cell, span};
use super::lint::{DipLint, DipLintKind};
use super::prefix_map::PrefixMap;
use super::procedures::ProcedureTable;
use super::row::{Asked, Row};
use super::settings::{self, Settings, Stage};
use super::table::{Line, Table};
use super::treatment::Treatment;
use super::{Catalogue, CatalogueSource, StageRows};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Reads and compiles a catalogue.
pub(super) fn load(source: &CatalogueSource) -> Result<Catalogue, CatalogueError> {
    let catalogue = load_unfinished(source)?;
    if catalogue.groups.is_empty() {
        let (zh, en) = ("目录中没有任何病种", "the catalogue has no groups");
        return Err(CatalogueError {
            faults: vec![Fault::new(Stage::Core.file(), 0, zh, en)],
        });
    }
    Ok(Catalogue {
        digest: digest(source),
        ..catalogue
    })
}

/// SHA-256 over name and text of each file that is there, in hexadecimal: the texts say
/// what groups a case, wherever they lie.
fn digest(source: &CatalogueSource) -> String {
    let mut hash = Sha256::new();
    for (name, text) in source.files() {
        let text = text.replace("\r\n", "\n");
        hash.update(format!("{name}\t{}\n", text.len()));
        hash.update(text);
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The same for a catalogue that is being built and may have no groups yet.
pub(super) fn load_unfinished(source: &CatalogueSource) -> Result<Catalogue, CatalogueError> {
    let settings =
        Settings::read(source.text(settings::FILE)).map_err(|faults| CatalogueError { faults })?;
    let mut loader = Loader::new(source, settings);
    loader.lists();
    loader.exclusions();
    loader.procedure_types();
    let facts = loader.auxiliary();
    for stage in Stage::RULED {
        loader.ruled(stage);
    }
    loader.comprehensive();
    loader.finish(facts)
}

/// Principal diagnoses not grouped, whole codes.
pub(super) type Exclusions = HashSet<Box<str>, foldhash::fast::FixedState>;

/// The area's tables alone: exclusions and types of procedures.
pub(super) fn tables(
    source: &CatalogueSource,
) -> Result<(Exclusions, ProcedureTable), CatalogueError> {
    let mut loader = Loader::new(source, Settings::default());
    loader.exclusions();
    loader.procedure_types();
    if loader.faults.is_empty() {
        let loaded = loader.loaded;
        Ok((loaded.excluded_diagnoses, loaded.procedures))
    } else {
        Err(CatalogueError {
            faults: loader.faults,
        })
    }
}

struct Loader<'s> {
    source: &'s CatalogueSource,
    faults: Vec<Fault>,
    lists: Lists,
    loaded: Catalogue,
}

impl<'s> Loader<'s> {
    fn new(source: &'s CatalogueSource, settings: Settings) -> Self {
        Self {
            source,
            faults: Vec::new(),
            lists: Lists::new(),
            loaded: Catalogue {
                settings,
                groups: Vec::new(),
                places: HashMap::new(),
                rows: Vec::new(),
                by_diagnosis: PrefixMap::default(),
                anywhere: StageRows::default(),
                comprehensive: PrefixMap::default(),
                chapters: PrefixMap::default(),
                excluded_diagnoses: HashSet::default(),
                procedures: ProcedureTable::default(),
                auxiliary: AuxiliaryTables::default(),
                noted: Vec::new(),
                digest: String::new(),
            },
        }
    }

    /// Hands every line of a file to `each` until too many are at fault.
    fn each(
        &mut self,
        file: &'static str,
        required: &[&str],
        mut each: impl FnMut(&mut Self, Line<'_>) -> Result<(), Fault>,
    ) {
        match Table::read(file, self.source.text(file), required) {
            Ok(table) => {
                for line in table.lines() {
                    if self.faults.len() >= CatalogueError::MOST {
                        return;
                    }
                    if let Err(fault) = each(self, line) {
                        self.faults.push(fault);
                    }
                }
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn lists(&mut self) {
        self.each("lists.csv", &["list", "code"], |loader, line| {
            let (list, code) = (line.get("list"), line.get("code"));
            if list.is_empty() || code.is_empty() {
                return Err(line.fault("list、code 不能为空", "list and code must not be empty"));
            }
            let codes = loader.lists.entry(list.to_owned()).or_default();
            codes.push(code.to_owned());
            Ok(())
        });
    }

    fn exclusions(&mut self) {
        const DIAGNOSES: &str = "excluded_diagnoses.csv";
        self.each(DIAGNOSES, &["code"], |loader, line| {
            let code = line.get("code");
            if code.is_empty() {
                return Err(line.fault("编码为空", "the code is empty"));
            }
            if !loader.loaded.excluded_diagnoses.insert(code.into()) {
                loader.note(DipLintKind::RepeatedCode, DIAGNOSES, line.number, code);
            }
            Ok(())
        });
        const PROCEDURES: &str = "excluded_procedures.csv";
        self.each(PROCEDURES, &["code"], |loader, line| {
            let code = line.get("code");
            let procedure = cell::procedure(code).map_err(|wrong| of(line, wrong))?;
            let entry = loader.loaded.procedures.entry(&procedure);
            if std::mem::replace(&mut entry.excluded, true) {
                loader.note(DipLintKind::RepeatedCode, PROCEDURES, line.number, code);
            }
            Ok(())
        });
    }

    fn procedure_types(&mut self) {
        self.each("procedure_types.csv", &["px", "type"], |loader, line| {
            let code = line.get("px");
            let procedure = cell::procedure(code).map_err(|wrong| of(line, wrong))?;
            let kind = Treatment::parse(line.get("type"));
            let kind = kind.filter(|kind| *kind != Treatment::Mixed);
            let kind = kind.ok_or_else(|| bad(line, "type"))?;
            let entry = loader.loaded.procedures.entry(&procedure);
            match entry.treatment.replace(kind) {
                Some(before) if before != kind => Err(line.fault(
                    format!("{code} 已列为{}", before.zh()),
                    format!("{code} stands as {} already", before.as_str()),
                )),
                _ => Ok(()),
            }
        });
    }

    fn auxiliary(&mut self) -> PrefixMap<DiagnosisFacts> {
        let mut facts = PrefixMap::<DiagnosisFacts>::default();
        self.each("auxiliary.csv", &["table", "dx"], |loader, line| {
            let weight = match line.get("table") {
                "cci" => Some(
                    line.get("weight")
                        .parse()
                        .map_err(|_| bad(line, "weight"))?,
                ),
                "failure" | "damage" | "cc" | "mcc" => None,
                _ => return Err(bad(line, "table")),
            };
            for key in loader.keys(line, "dx")? {
                let facts = facts.entry(&key);
                match line.get("table") {
                    "failure" => facts.failure = true,
                    "damage" => facts.damage = true,
                    "cc" => facts.cc = true,
                    "mcc" => facts.mcc = true,
                    _ => facts.cci = weight,
                }
            }
            Ok(())
        });
        facts
    }

    fn ruled(&mut self, stage: Stage) {
        self.each(stage.file(), &["code", "name"], |loader, line| {
            let keys = loader.keys(line, "dx")?;
            let other_dx = loader.diagnosis_test(line, "other_dx")?;
            let any_dx = loader.diagnosis_test(line, "any_dx")?;
            let combinations = loader.combinations(stage, line)?;
            let conservative = matches!(combinations.as_slice(), [Asked::Conservative]);
            let mut group = group(stage, line)?;
            if conservative {
                group.treatment.get_or_insert(Treatment::Conservative);
            }
            let principal = match line.get("px_scope") {
                "principal" => true,
                "any" => false,
                "" => match stage {
                    Stage::FirstStage => true,
                    _ => loader.loaded.settings.principal_must_match,
                },
                _ => return Err(bad(line, "px_scope")),
            };
            let (days, years) = (span(line, "age_days")?, span(line, "age_years")?);
            let birth_weight = span(line, "birth_weight")?;
            let also = format!(
                "{principal}{:?}{:?}",
                loader.keys(line, "other_dx")?,
                loader.keys(line, "any_dx")?
            );
            let group = loader.place(group, line)?;
            loader.defined(group, line.get("dx"), px_cell(stage, line));
            for asked in combinations {
                let place = loader.loaded.rows.len();
                for key in &keys {
                    loader.loaded.by_diagnosis.entry(key).push(stage, place);
                }
                if keys.is_empty() {
                    loader.loaded.anywhere.push(stage, place);
                }
                loader.loaded.rows.push(Row {
                    group,
                    stage,
                    line: line.number,
                    keys: keys.clone(),
                    other_dx: other_dx.clone(),
                    any_dx: any_dx.clone(),
                    asked,
                    principal,
                    age_days: days,
                    age_years: years,
                    birth_weight,
                    also: also.clone(),
                });
            }
            Ok(())
        });
    }

    fn comprehensive(&mut self) {
        const STAGE: Stage = Stage::Comprehensive;
        self.each(STAGE.file(), &["code", "name", "dx"], |loader, line| {
            let items = loader.diagnoses(line, "dx")?;
            if items.is_empty() {
                return Err(line.fault("dx 为空", "dx is empty"));
            }
            let group = group(STAGE, line)?;
            let kind = group.treatment;
            let group = loader.place(group, line)?;
            loader.defined(group, line.get("dx"), "");
            let loaded = &mut loader.loaded;
            for item in items {
                let (map, keys) = match item {
                    Diagnosis::Prefix(key) => (&mut loaded.comprehensive, vec![key]),
                    Diagnosis::Range(keys) => (&mut loaded.chapters, keys),
                    Diagnosis::Whole(code) => {
                        return Err(line.fault(
                            format!("综合病种不能用完整编码 {code}"),
                            format!("a comprehensive group by a whole code, {code}"),
                        ));
                    }
                };
                for key in keys {
                    let kinds = &mut map.entry(&key).0;
                    if kinds.iter().any(|(known, _)| *known == kind) {
                        return Err(line.fault(
                            format!("{key} 的同类综合病种已存在"),
                            format!("{key} has a comprehensive group of that type already"),
                        ));
                    }
                    kinds.push((kind, group));
                }
            }
            Ok(())
        });
    }

    /// The place of the line's group: a new one, or the one of that code.
    fn place(&mut self, group: DipGroup, line: Line<'_>) -> Result<usize, Fault> {
        let groups = &mut self.loaded.groups;
        let Some(place) = self.loaded.places.get(&group.code) else {
            let place = groups.len();
            self.loaded.places.insert(group.code.clone(), place);
            groups.push(group);
            return Ok(place);
        };
        let same = groups.get(*place).is_some_and(|known| {
            let says = (known.stage, known.score, known.mean_cost, known.treatment);
            let now = (group.stage, group.score, group.mean_cost, group.treatment);
            known.name == group.name && known.basic == group.basic && says == now
        });
        if same {
            Ok(*place)
        } else {
            Err(line.fault(
                format!("{} 已存在且名称、类型、分值或均费不同", group.code),
                format!(
                    "{} exists already with another name, type, score or mean cost",
                    group.code
                ),
            ))
        }
    }

    /// Keeps how a row defines its group, as the file writes it.
    fn defined(&mut self, group: usize, diagnoses: &str, procedures: &str) {
        let Some(group) = self.loaded.groups.get_mut(group) else {
            return;
        };
        for (texts, cell) in [
            (&mut group.diagnoses, diagnoses),
            (&mut group.procedures, procedures),
        ] {
            if cell.is_empty() || texts.split('|').any(|known| known == cell) {
                continue;
            }
            if !texts.is_empty() {
                texts.push('|');
            }
            texts.push_str(cell);
        }
    }

    fn diagnoses(&self, line: Line<'_>, column: &str) -> Result<Vec<Diagnosis>, Fault> {
        cell::diagnoses(line.get(column), &self.lists).map_err(|wrong| of(line, wrong))
    }

    /// The prefixes and whole codes of a cell, each once.
    fn keys(&self, line: Line<'_>, column: &str) -> Result<Vec<String>, Fault> {
        let items = self.diagnoses(line, column)?.into_iter();
        let keys = items.flat_map(|item| match item {
            Diagnosis::Prefix(key) | Diagnosis::Whole(key) => vec![key],
            Diagnosis::Range(keys) => keys,
        });
        let mut keys: Vec<String> = keys.collect();
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    fn diagnosis_test(&self, line: Line<'_>, column: &str) -> Result<Option<PrefixMap<()>>, Fault> {
        let keys = self.keys(line, column)?;
        let mut map = PrefixMap::default();
        for key in &keys {
            map.entry(key);
        }
        Ok((!keys.is_empty()).then_some(map))
    }

    /// What the line asks of the procedures, one a row. An empty cell is conservative
    /// treatment in the files of core groups and nothing asked in the others.
    fn combinations(&mut self, stage: Stage, line: Line<'_>) -> Result<Vec<Asked>, Fault> {
        let asked =
            cell::procedures(px_cell(stage, line), &self.lists).map_err(|wrong| of(line, wrong))?;
        let combinations = match asked {
            Procedures::Any => return Ok(vec![Asked::Any]),
            Procedures::Conservative => return Ok(vec![Asked::Conservative]),
            Procedures::Combinations(combinations) => combinations,
        };
        let mut patterns = |codes: Vec<Procedure>| {
            let table = &mut self.loaded.procedures;
            let patterns = codes.iter().map(|code| table.pattern(code));
            let mut patterns: Vec<u32> = patterns.collect();
            patterns.sort_unstable();
            patterns.into_boxed_slice()
        };
        let combinations = combinations.into_iter();
        let asked = combinations.map(|parts| {
            let parts = parts.into_iter().map(&mut patterns);
            Asked::Parts(parts.collect())
        });
        Ok(asked.collect())
    }

    fn note(&mut self, kind: DipLintKind, file: &str, line: u64, subject: &str) {
        self.loaded.noted.push(DipLint {
            kind,
            file: file.to_owned(),
            line,
            subject: subject.to_owned(),
        });
    }

    fn finish(mut self, facts: PrefixMap<DiagnosisFacts>) -> Result<Catalogue, CatalogueError> {
        if !self.faults.is_empty() {
            self.faults.truncate(CatalogueError::MOST);
            return Err(CatalogueError {
                faults: self.faults,
            });
        }
        let settings = &self.loaded.settings.auxiliary;
        self.loaded.auxiliary = AuxiliaryTables::new(settings, facts);
        Ok(self.loaded)
    }
}
