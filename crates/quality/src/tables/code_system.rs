//! The two code systems of the 医保 edition as tables.

use chs_model::icd;

/// A code system with names and grey marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeSystem {
    /// `TAB.icd10_yb`
    Diagnoses,
    /// `TAB.icd9_yb`
    Procedures,
}

impl CodeSystem {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "icd10_yb" => Some(Self::Diagnoses),
            "icd9_yb" => Some(Self::Procedures),
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

    fn find(self, code: &str) -> Option<&'static icd::IcdCode> {
        match self {
            Self::Diagnoses => icd::diagnosis(code),
            Self::Procedures => icd::procedure(code),
        }
    }

    pub(crate) fn contains(self, code: &str) -> bool {
        self.find(code).is_some()
    }

    /// Whether the code is grey; `None` for a code that is not in the system.
    pub(crate) fn grey(self, code: &str) -> Option<bool> {
        self.find(code).map(|found| found.grey)
    }

    pub(crate) fn name(self, code: &str) -> Option<&'static str> {
        self.find(code).map(|found| found.name)
    }
}
