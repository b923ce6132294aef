//! The code systems of the 医保 edition as tables, and the clinical codes that differ.

use chs_model::icd;

/// A code system: of the insurance edition with names and grey marks, of the clinical
/// edition with the code of the insurance edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeSystem {
    /// `TAB.icd10_yb`
    Diagnoses,
    /// `TAB.icd9_yb`
    Procedures,
    /// `TAB.icd10_gb`: clinical codes that are not those of the insurance edition.
    ClinicalDiagnoses,
    /// `TAB.icd9_gb`
    ClinicalProcedures,
}

impl CodeSystem {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "icd10_yb" => Some(Self::Diagnoses),
            "icd9_yb" => Some(Self::Procedures),
            "icd10_gb" => Some(Self::ClinicalDiagnoses),
            "icd9_gb" => Some(Self::ClinicalProcedures),
            _ => None,
        }
    }

    /// The pattern that codes of the system follow.
    pub(crate) fn form_from_name(name: &str) -> Option<&'static str> {
        match name {
            "icd10_yb_regex" => Some(icd::DIAGNOSIS_FORM),
            "icd9_yb_regex" => Some(icd::PROCEDURE_FORM),
            _ => None,
        }
    }

    /// The entry of a code of the insurance edition.
    pub(crate) fn find(self, code: &str) -> Option<&'static icd::IcdCode> {
        match self {
            Self::Diagnoses => icd::diagnosis(code),
            Self::Procedures => icd::procedure(code),
            Self::ClinicalDiagnoses | Self::ClinicalProcedures => None,
        }
    }

    pub(crate) fn contains(self, code: &str) -> bool {
        match self {
            Self::Diagnoses | Self::Procedures => self.find(code).is_some(),
            Self::ClinicalDiagnoses | Self::ClinicalProcedures => self.text(code).is_some(),
        }
    }

    /// The attribute that a code of the system has.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Diagnoses | Self::Procedures => "name",
            Self::ClinicalDiagnoses | Self::ClinicalProcedures => "insurance",
        }
    }

    /// The name of a code, or the code of the insurance edition for a clinical one.
    pub(crate) fn text(self, code: &str) -> Option<&'static str> {
        match self {
            Self::Diagnoses | Self::Procedures => self.find(code).map(|found| found.name),
            Self::ClinicalDiagnoses => icd::diagnosis_from_clinical(code),
            Self::ClinicalProcedures => icd::procedure_from_clinical(code),
        }
    }
}
