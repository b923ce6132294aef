//! A scheme with its base filled in: everything the files say, nothing compiled.

use super::SchemeSource;
use super::lists::{Section, sections, sort_codes};
use super::rows::{self, AdrgRow, DrgRow, MdcRow};
use super::weights::{self, Weight};
use crate::scheme::SchemeError;
use std::collections::{BTreeMap, HashSet};

/// Codes by the name of their set, sorted.
pub(crate) type Sets<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// What `cc.txt` says of a diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Complication<'a> {
    /// MCC rather than CC.
    pub(crate) major: bool,
    /// Name of the set of principal diagnoses that exclude it.
    pub(crate) exclusions: &'a str,
}

/// A scheme with its base filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Definition<'a> {
    pub(crate) mdc: BTreeMap<String, MdcRow>,
    pub(crate) adrg: BTreeMap<(String, u32), AdrgRow>,
    pub(crate) drg: BTreeMap<String, DrgRow>,
    pub(crate) weights: BTreeMap<String, Weight>,
    pub(crate) sets: Sets<'a>,
    pub(crate) exclusions: Sets<'a>,
    pub(crate) complications: BTreeMap<&'a str, Complication<'a>>,
    /// Codes that stand twice in one list: the list's name and the code.
    pub(crate) repeated: Vec<(String, String)>,
}

impl<'a> Definition<'a> {
    /// Reads a scheme over its base's definition (an empty one without a base).
    pub(crate) fn extend(mut self, source: &'a SchemeSource) -> Result<Self, SchemeError> {
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
        let repeated = &mut self.repeated;
        read_sets("sets.txt", source, &mut self.sets, repeated)?;
        read_sets("exclusions.txt", source, &mut self.exclusions, repeated)?;
        self.read_complications(source)?;
        Ok(self)
    }

    fn read_complications(&mut self, source: &'a SchemeSource) -> Result<(), SchemeError> {
        const FILE: &str = "cc.txt";
        let mut assigned = HashSet::new();
        for mut section in sections(FILE, source.text(FILE))? {
            note_repeated(&mut section, "CC", &mut self.repeated);
            let line = section.line;
            match section.heading.as_slice() {
                ["removed"] => {
                    for code in section.codes {
                        if self.complications.remove(code).is_none() {
                            return Err(not_there(FILE, line, code));
                        }
                    }
                }
                [kind @ ("MCC" | "CC"), exclusions] => {
                    let complication = Complication {
                        major: *kind == "MCC",
                        exclusions,
                    };
                    for code in section.codes {
                        // Under two headings the last one counts; lint tells.
                        if !assigned.insert(code) {
                            self.repeated.push(("CC".to_owned(), code.to_owned()));
                        }
                        self.complications.insert(code, complication);
                    }
                }
                _ => return Err(bad_heading(FILE, line)),
            }
        }
        Ok(())
    }
}

const MDC: &str = "mdc.csv";
const ADRG: &str = "adrg.csv";
const DRG: &str = "drg.csv";

fn read_sets<'a>(
    file: &str,
    source: &'a SchemeSource,
    sets: &mut Sets<'a>,
    repeated: &mut Vec<(String, String)>,
) -> Result<(), SchemeError> {
    for mut section in sections(file, source.text(file))? {
        let name = section.heading.first().copied().unwrap_or_default();
        note_repeated(&mut section, name, repeated);
        let line = section.line;
        let known = sets.contains_key(name);
        match section.heading.as_slice() {
            [_] if known => {
                return Err(SchemeError::source(
                    file,
                    line,
                    format!("集合 {name} 已存在"),
                    format!("the set {name} exists already"),
                ));
            }
            [name] => {
                sets.insert(name, section.codes);
            }
            [_, "+" | "-" | "removed"] if !known => return Err(not_there(file, line, name)),
            [name, "removed"] if section.codes.is_empty() => {
                sets.remove(name);
            }
            [name, sign @ ("+" | "-")] => {
                let codes = sets.entry(name).or_default();
                change(codes, &section, *sign == "+").map_err(|code| {
                    let there = if *sign == "+" { "已在" } else { "不在" };
                    SchemeError::source(
                        file,
                        line,
                        format!("编码 {code} {there}集合 {name} 中"),
                        format!("{code} cannot be changed in {name} by {sign}"),
                    )
                })?;
            }
            _ => return Err(bad_heading(file, line)),
        }
    }
    Ok(())
}

/// Adds or removes a section's codes; the first that does not fit is the error.
fn change<'a>(
    codes: &mut Vec<&'a str>,
    section: &Section<'a>,
    adding: bool,
) -> Result<(), &'a str> {
    for code in &section.codes {
        match (codes.binary_search(code), adding) {
            (Err(place), true) => codes.insert(place, code),
            (Ok(place), false) => {
                codes.remove(place);
            }
            _ => return Err(code),
        }
    }
    Ok(())
}

fn note_repeated(section: &mut Section<'_>, name: &str, repeated: &mut Vec<(String, String)>) {
    for code in sort_codes(&mut section.codes) {
        repeated.push((name.to_owned(), code.to_owned()));
    }
}

fn not_there(file: &str, line: u64, what: &str) -> SchemeError {
    SchemeError::source(
        file,
        line,
        format!("基础方案没有 {what}"),
        format!("the base has no {what}"),
    )
}

fn bad_heading(file: &str, line: u64) -> SchemeError {
    SchemeError::source(
        file,
        line,
        "标题无法识别",
        "a heading that is not understood",
    )
}
