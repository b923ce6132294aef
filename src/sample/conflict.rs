//! Codes that must not stand as principal ones, and codes that must not meet.
//!
//! Sources: 医疗保障基金结算清单填写规范 (医保办发〔2020〕20号) on principal diagnosis and
//! procedure; categories that exclude each other by their definitions.

use chs_model::icd::IcdCode;

use super::demand::in_ranges;

/// Never a principal diagnosis.
const NEVER_PRINCIPAL: &[&str] = &[
    "B95-B98", "U82-U85", "R65", "P00-P03", "V01-Y98", "Z33", "Z37", "Z53", "Z80-Z99",
];
/// Rarely a principal diagnosis: symptoms, sequelae, extents, secondary tumours.
const SELDOM_PRINCIPAL: &[&str] = &[
    "B90-B94", "C77-C79", "E64", "E68", "G93.1", "I25.2", "I46", "I69", "J96", "O80-O84", "O94",
    "O97", "R00-R99", "T31-T34", "T76", "T80-T88", "T90-T98", "U04", "U07", "Z03", "Z08-Z09",
    "Z22", "Z55-Z56", "Z70-Z72",
];
/// Adjuncts of another procedure.
const NEVER_PRINCIPAL_PROCEDURE: &[&str] = &[
    "00.31-00.39",
    "00.40-00.48",
    "00.74-00.77",
    "00.91-00.94",
    "17.41-17.49",
    "39.61-39.64",
    "81.62-81.64",
    "84.71-84.73",
];

type Pair = (&'static [&'static str], &'static [&'static str]);

/// Diagnoses that exclude each other in one stay.
const DIAGNOSES: &[Pair] = &[
    (&["B05.0-B05.8"], &["B05.9"]),
    (&["H33.0"], &["H33.3"]),
    (&["K35.2-K35.3"], &["K35.8"]),
    (&["K35.2"], &["K35.3"]),
    (&["K70.4", "B15-B19"], &["K72"]),
    (&["K80"], &["K83.1"]),
    (&["E10", "E11"], &["E14"]),
    (&["E10"], &["E11"]),
    (&["E10.0-E10.8"], &["E10.9"]),
    (&["E11.0-E11.8"], &["E11.9"]),
    (&["E14.0-E14.8"], &["E14.9"]),
    (&["K21.0"], &["K21.9"]),
    (&["I10"], &["I11-I13", "I15", "I50", "N18"]),
    (&["I11"], &["I12"]),
    (&["J44.0"], &["J44.1"]),
    (&["K25.0-K25.6"], &["K25.7"]),
    (&["O80"], &["O81-O84"]),
    (&["O81"], &["O82-O84"]),
    (&["O82"], &["O83-O84"]),
    (&["O83"], &["O84"]),
    (&["N13.2"], &["N13.3"]),
    (&["A15"], &["A16"]),
    (&["I21"], &["I22"]),
    (&["O03-O07"], &["Z37"]),
    (&["O36.4"], &["Z37.0", "Z37.2", "Z37.5"]),
    (&["O80-O83"], &["Z37.2-Z37.7"]),
    (&["O84"], &["Z37.0-Z37.1"]),
    (&["Z37"], &["Z37"]),
];
/// Procedures that exclude each other in one stay.
const PROCEDURES: &[Pair] = &[
    (&["07.62"], &["07.14"]),
    (&["07.63"], &["07.15"]),
    (&["07.81"], &["07.16", "07.83"]),
    (&["17.3"], &["48.6"]),
    (&["01.3"], &["92.3"]),
    (
        &["51.10"],
        &[
            "51.64",
            "51.84-51.88",
            "52.14",
            "52.21",
            "52.93-52.94",
            "52.97-52.98",
        ],
    ),
    (&["39.61"], &["50.92", "39.65", "39.95", "39.66"]),
    (&["68.12"], &["68.16", "68.23", "68.29"]),
    (&["54.21"], &["47.01", "51.23", "65.01", "68.51"]),
    (&["96.71"], &["96.72"]),
    (&["47.01"], &["47.09"]),
    (&["51.22"], &["51.23"]),
];
/// Operative delivery, which asks for a diagnosis of childbirth.
const DELIVERIES: &[&str] = &["72", "74.0-74.2", "74.4", "74.99"];

/// Whether the rules on lists let a diagnosis be the principal one.
pub(super) fn may_be_principal(code: &str) -> bool {
    !in_ranges(code, NEVER_PRINCIPAL)
}

/// Whether a principal diagnosis raises no eyebrow either.
pub(super) fn usual_principal(code: &str) -> bool {
    may_be_principal(code) && !in_ranges(code, SELDOM_PRINCIPAL)
}

/// Whether a procedure may be the principal one.
pub(super) fn may_be_principal_procedure(code: &str) -> bool {
    !in_ranges(code, NEVER_PRINCIPAL_PROCEDURE)
}

/// Whether the codes may stand in one list.
pub(super) fn agree(diagnoses: &[&IcdCode], procedures: &[&IcdCode]) -> bool {
    let delivered = procedures
        .iter()
        .any(|code| in_ranges(code.code, DELIVERIES));
    let spontaneous = diagnoses
        .iter()
        .any(|code| in_ranges(code.code, &["O80", "O84.0"]));
    let childbirth = diagnoses.iter().any(|code| code.code.starts_with('O'));
    distinct(diagnoses)
        && distinct(procedures)
        && !meet(diagnoses, DIAGNOSES)
        && !meet(procedures, PROCEDURES)
        && (!delivered || (childbirth && !spontaneous))
}

fn distinct(codes: &[&IcdCode]) -> bool {
    codes.iter().enumerate().all(|(at, code)| {
        codes
            .iter()
            .skip(at + 1)
            .all(|other| other.code != code.code)
    })
}

fn meet(codes: &[&IcdCode], pairs: &[Pair]) -> bool {
    codes.iter().enumerate().any(|(at, one)| {
        codes.iter().skip(at + 1).any(|two| {
            pairs.iter().any(|(a, b)| {
                (in_ranges(one.code, a) && in_ranges(two.code, b))
                    || (in_ranges(one.code, b) && in_ranges(two.code, a))
            })
        })
    })
}
