//! A scheme with its base filled in: everything the files say, nothing compiled.

use super::SchemeSource;
use super::complications::Complications;
use super::lists::{Section, sections, sort_codes};
use super::rows::{self, AdrgRow, DrgRow, MdcRow};
use super::weights::{self, Weight};
use crate::scheme::{Interner, SchemeError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Codes by the name of their set, sorted as text; local schemes share their
/// base's lists.
pub(crate) type Sets = BTreeMap<String, Arc<[u32]>>;

/// A scheme with its base filled in. It owns what it says, codes as ids, so that
/// a base is read once however many schemes extend it.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) mdc: BTreeMap<String, MdcRow>,
    pub(crate) adrg: BTreeMap<(String, u32), AdrgRow>,
    pub(crate) drg: BTreeMap<String, DrgRow>,
    pub(crate) weights: BTreeMap<String, Weight>,
    pub(crate) diagnoses: Interner,
    pub(crate) procedures: Interner,
    pub(crate) sets: Sets,
    pub(crate) exclusions: Sets,
    pub(crate) complications: Complications,
    /// Codes that stand twice in one list: the list's name and the code.
    pub(crate) repeated: Vec<(String, String)>,
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            mdc: BTreeMap::new(),
            adrg: BTreeMap::new(),
            drg: BTreeMap::new(),
            weights: BTreeMap::new(),
            diagnoses: Interner::diagnoses(),
            procedures: Interner::procedures(),
            sets: Sets::new(),
            exclusions: Sets::new(),
            complications: Complications::default(),
            repeated: Vec::new(),
        }
    }
}

impl Definition {
    /// Reads a scheme over its base's definition (an empty one without a base).
    pub(crate) fn extend(mut self, source: &SchemeSource) -> Result<Self, SchemeError> {
        rows::read(source.text(MDC), &mut self.mdc)?;
        rows::read(source.text(ADRG), &mut self.adrg)?;
        rows::read(source.text(DRG), &mut self.drg)?;
        // A group that the local scheme dropped takes its inherited weight along.
        let Self { weights, drg, .. } = &mut self;
        weights.retain(|code, _| drg.contains_key(code));
        weights::read(source.text("weights.csv"), weights)?;
        if let Some(unknown) = weights.keys().find(|code| !drg.contains_key(*code)) {
            return Err(SchemeError::source(
                "weights.csv",
                0,
                format!("方案中没有病组 {unknown}"),
                format!("the scheme has no group {unknown}"),
            ));
        }
        self.read_sets(source)?;
        self.read_exclusions(source)?;
        self.complications
            .read(source, &mut self.diagnoses, &mut self.repeated)?;
        Ok(self)
    }

    /// A set is one of diagnoses or of procedures by the first letters of its name.
    fn read_sets(&mut self, source: &SchemeSource) -> Result<(), SchemeError> {
        const FILE: &str = "sets.txt";
        for mut section in sections(FILE, source.text(FILE))? {
            let name = section.heading.first().copied().unwrap_or_default();
            let side = if name.starts_with("DI") {
                &mut self.diagnoses
            } else if name.starts_with("OP") {
                &mut self.procedures
            } else {
                return Err(SchemeError::source(
                    FILE,
                    section.line,
                    format!("集合名 {name} 应以 DI 或 OP 开头"),
                    format!("the set {name} must begin with DI or OP"),
                ));
            };
            note_repeated(&mut section, name, &mut self.repeated);
            read_set(FILE, &section, &mut self.sets, side)?;
        }
        Ok(())
    }

    fn read_exclusions(&mut self, source: &SchemeSource) -> Result<(), SchemeError> {
        const FILE: &str = "exclusions.txt";
        for mut section in sections(FILE, source.text(FILE))? {
            let name = section.heading.first().copied().unwrap_or_default();
            if self.sets.contains_key(name) {
                return Err(SchemeError::source(
                    FILE,
                    section.line,
                    format!("集合名 {name} 重复"),
                    format!("the name {name} is a set's already"),
                ));
            }
            note_repeated(&mut section, name, &mut self.repeated);
            read_set(FILE, &section, &mut self.exclusions, &mut self.diagnoses)?;
        }
        Ok(())
    }
}

const MDC: &str = "mdc.csv";
const ADRG: &str = "adrg.csv";
const DRG: &str = "drg.csv";

fn read_set(
    file: &str,
    section: &Section<'_>,
    sets: &mut Sets,
    side: &mut Interner,
) -> Result<(), SchemeError> {
    let line = section.line;
    let name = section.heading.first().copied().unwrap_or_default();
    match (section.heading.as_slice(), sets.get_mut(name)) {
        ([_], Some(_)) => Err(SchemeError::source(
            file,
            line,
            format!("集合 {name} 已存在"),
            format!("the set {name} exists already"),
        )),
        ([_], None) => {
            sets.insert(name.to_owned(), side.intern_all(&section.codes));
            Ok(())
        }
        ([_, "+" | "-" | "removed"], None) => Err(not_there(file, line, name)),
        ([_, "removed"], Some(_)) if section.codes.is_empty() => {
            sets.remove(name);
            Ok(())
        }
        ([_, sign @ ("+" | "-")], Some(codes)) => {
            *codes = changed(codes, section, *sign == "+", side).map_err(|code| {
                let there = if *sign == "+" { "已在" } else { "不在" };
                SchemeError::source(
                    file,
                    line,
                    format!("编码 {code} {there}集合 {name} 中"),
                    format!("{code} cannot be changed in {name} by {sign}"),
                )
            })?;
            Ok(())
        }
        _ => Err(bad_heading(file, line)),
    }
}

/// A list with a section's codes added or removed; the first that does not fit is
/// the error.
fn changed<'a>(
    codes: &[u32],
    section: &Section<'a>,
    adding: bool,
    side: &mut Interner,
) -> Result<Arc<[u32]>, &'a str> {
    let mut codes = codes.to_vec();
    for code in &section.codes {
        let place = codes.binary_search_by(|id| side.code(*id).cmp(code));
        match (place, adding) {
            (Err(place), true) => codes.insert(place, side.intern(code)),
            (Ok(place), false) => {
                codes.remove(place);
            }
            _ => return Err(code),
        }
    }
    Ok(codes.into())
}

pub(super) fn note_repeated(
    section: &mut Section<'_>,
    name: &str,
    repeated: &mut Vec<(String, String)>,
) {
    for code in sort_codes(&mut section.codes) {
        repeated.push((name.to_owned(), code.to_owned()));
    }
}

pub(super) fn not_there(file: &str, line: u64, what: &str) -> SchemeError {
    SchemeError::source(
        file,
        line,
        format!("基础方案没有 {what}"),
        format!("the base has no {what}"),
    )
}

pub(super) fn bad_heading(file: &str, line: u64) -> SchemeError {
    SchemeError::source(
        file,
        line,
        "标题无法识别",
        "a heading that is not understood",
    )
}
