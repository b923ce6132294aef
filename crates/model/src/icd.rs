//! The code systems: ICD-10 and ICD-9-CM-3 of the insurance edition (医保版) 2.0.
//!
//! Source: NHSA, 疾病诊断、手术操作分类与代码 医保2.0版 (codes database), with the grey
//! marks (灰码) of codes that are kept for statistics and refused as settlement
//! codes, and the differences from the clinical editions.

use std::{collections::HashMap, sync::LazyLock};

/// The form of a diagnosis code as a regular expression over the whole value.
///
/// A pair of dagger and asterisk is one code here: `A01.001+K77.0*`.
pub const DIAGNOSIS_FORM: &str = r"^[A-Z]\d{2}\.(\d|x)\d{2}(x\d{3})?(\+[A-Z]\d{2}(\.\d)?\*)?$";

/// The form of a procedure code as a regular expression over the whole value; the
/// table's 211 local codes 17.9… (such as `17.91100`) do not have it.
pub const PROCEDURE_FORM: &str = r"^\d{2}\.(\d{4}(x\d{3})?|\dx\d{2}(x\d{3})?|\d{3}x\d{4})$";

/// One code of a code system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcdCode {
    /// The code, letter case and `x` as in the edition.
    pub code: &'static str,
    /// The Chinese name.
    pub name: &'static str,
    /// A grey code (灰码): in the edition, refused in settlement lists.
    pub grey: bool,
    /// A pair of dagger and asterisk under one code.
    pub combined: bool,
}

/// The diagnosis of exactly that code.
#[must_use]
pub fn diagnosis(code: &str) -> Option<&'static IcdCode> {
    DIAGNOSES.find(code)
}

/// The procedure of exactly that code.
#[must_use]
pub fn procedure(code: &str) -> Option<&'static IcdCode> {
    PROCEDURES.find(code)
}

/// All diagnoses, sorted by code.
#[must_use]
pub fn diagnoses() -> &'static [IcdCode] {
    &DIAGNOSES.codes
}

/// All procedures, sorted by code.
#[must_use]
pub fn procedures() -> &'static [IcdCode] {
    &PROCEDURES.codes
}

/// The insurance code for a code of the clinical edition 2.0, where they differ.
#[must_use]
pub fn diagnosis_from_clinical(clinical: &str) -> Option<&'static str> {
    CLINICAL_DIAGNOSES.get(clinical).copied()
}

/// The insurance code for a code of the clinical edition 3.0, where they differ.
#[must_use]
pub fn procedure_from_clinical(clinical: &str) -> Option<&'static str> {
    CLINICAL_PROCEDURES.get(clinical).copied()
}

static DIAGNOSES: LazyLock<System> =
    LazyLock::new(|| System::read(include_str!("../data/icd10.tsv")));
static PROCEDURES: LazyLock<System> =
    LazyLock::new(|| System::read(include_str!("../data/icd9.tsv")));
static CLINICAL_DIAGNOSES: LazyLock<Pairs> =
    LazyLock::new(|| pairs(include_str!("../data/clinical_icd10.tsv")));
static CLINICAL_PROCEDURES: LazyLock<Pairs> =
    LazyLock::new(|| pairs(include_str!("../data/clinical_icd9.tsv")));

/// Clinical code and insurance code.
type Pairs = HashMap<&'static str, &'static str>;

/// A code system: its codes in order, and where each stands. Every list is looked up
/// several times per code, and a hash costs a fifth of a binary search.
struct System {
    codes: Vec<IcdCode>,
    at: HashMap<&'static str, usize>,
}

impl System {
    fn read(text: &'static str) -> System {
        let codes = codes(text);
        let at = codes
            .iter()
            .enumerate()
            .map(|(index, known)| (known.code, index))
            .collect();
        System { codes, at }
    }

    fn find(&self, code: &str) -> Option<&IcdCode> {
        self.codes.get(*self.at.get(code)?)
    }
}

/// Lines of code, `g` for grey, and name; sorted by code.
fn codes(text: &'static str) -> Vec<IcdCode> {
    let lines = text.lines().filter_map(|line| {
        let mut columns = line.splitn(3, '\t');
        let (code, flags, name) = (columns.next()?, columns.next()?, columns.next()?);
        Some(IcdCode {
            code,
            name,
            grey: flags == "g",
            combined: code.contains('+'),
        })
    });
    lines.collect()
}

/// Lines of clinical code and insurance code.
fn pairs(text: &'static str) -> Pairs {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use regex::Regex;

    use super::{
        CLINICAL_DIAGNOSES, CLINICAL_PROCEDURES, DIAGNOSIS_FORM, PROCEDURE_FORM, diagnoses,
        diagnosis, diagnosis_from_clinical, procedure, procedure_from_clinical, procedures,
    };

    #[test]
    fn the_tables_are_sorted_and_whole() {
        assert_eq!(diagnoses().len(), 33_304);
        assert_eq!(procedures().len(), 13_767);
        assert_eq!(diagnoses().iter().filter(|code| code.grey).count(), 2_828);
        assert_eq!(procedures().iter().filter(|code| code.grey).count(), 2_241);
        assert_eq!(
            diagnoses().iter().filter(|code| code.combined).count(),
            1_178
        );
        assert!(diagnoses().is_sorted_by(|a, b| a.code < b.code));
        assert!(procedures().is_sorted_by(|a, b| a.code < b.code));
        assert!(
            diagnoses()
                .iter()
                .chain(procedures())
                .all(|code| !code.name.is_empty())
        );
    }

    #[test]
    fn every_code_is_found_and_nothing_else() {
        for code in diagnoses() {
            assert_eq!(diagnosis(code.code), Some(code));
        }
        for code in procedures() {
            assert_eq!(procedure(code.code), Some(code));
        }
        assert_eq!(
            diagnosis("A00.000").unwrap().name,
            "霍乱，由于O1群霍乱弧菌，霍乱生物型所致"
        );
        assert!(diagnosis("A00.000").unwrap().grey);
        assert!(diagnosis("A01.001+K77.0*").unwrap().combined);
        for code in ["", "a00.000", "A00.000 ", "A00", "Z99.999x999"] {
            assert_eq!(diagnosis(code), None, "{code}");
            assert_eq!(procedure(code), None, "{code}");
        }
    }

    #[test]
    fn the_forms_fit_the_tables() {
        let form = Regex::new(DIAGNOSIS_FORM).unwrap();
        assert!(diagnoses().iter().all(|code| form.is_match(code.code)));
        let form = Regex::new(PROCEDURE_FORM).unwrap();
        let odd = procedures()
            .iter()
            .filter(|code| !form.is_match(code.code))
            .collect::<Vec<_>>();
        assert_eq!(odd.len(), 211);
        assert!(odd.iter().all(|code| code.code.starts_with("17.9")));
    }

    #[test]
    fn clinical_codes_lead_into_the_insurance_edition() {
        assert_eq!(diagnosis_from_clinical("A01.000x002"), Some("A01.003"));
        assert_eq!(procedure_from_clinical("00.6600x008"), Some("00.6601"));
        assert_eq!(diagnosis_from_clinical("A00.000"), None);
        assert_eq!(CLINICAL_DIAGNOSES.len(), 4_388);
        assert_eq!(CLINICAL_PROCEDURES.len(), 560);
        assert!(
            CLINICAL_DIAGNOSES
                .iter()
                .all(|pair| diagnosis(pair.1).is_some())
        );
        assert!(
            CLINICAL_PROCEDURES
                .iter()
                .all(|pair| procedure(pair.1).is_some())
        );
    }
}
