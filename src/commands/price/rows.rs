//! One row of the file: what it becomes.

use std::io::Write;

use chs_settlement::{Estimate, Profile, Unpriced};
use csv::{ByteRecord, Writer};

use crate::{
    commands::case_rows::{CaseColumns, scheme_of},
    profiles,
    scheme_source::Installed,
};

/// The columns that pricing adds.
const ADDED: [&str; 14] = [
    "status",
    "case_type",
    "group_standard",
    "pay_std",
    "difference",
    "version",
    "reason",
    "settle",
    "ratio",
    "points",
    "review",
    "formula",
    "scheme",
    "example",
];

/// What every row of one file has in common.
pub(super) struct Rows<'a> {
    profile: &'a Profile,
    installed: &'a Installed,
    columns: CaseColumns,
}

impl<'a> Rows<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing, or a column that stands twice.
    pub(super) fn new(
        profile: &'a Profile,
        installed: &'a Installed,
        header: &ByteRecord,
    ) -> Result<Self, String> {
        Ok(Self {
            profile,
            installed,
            columns: CaseColumns::new(header)?,
        })
    }

    /// Writes the output's header.
    pub(super) fn write_header(&self, out: &mut Writer<impl Write>) -> csv::Result<()> {
        for name in self.columns.header() {
            out.write_field(name)?;
        }
        out.write_record(ADDED)
    }

    /// Prices a row and writes it; whether it was valid.
    pub(super) fn write(
        &self,
        row: &ByteRecord,
        out: &mut Writer<impl Write>,
    ) -> csv::Result<bool> {
        let answer = self.answer(row).unwrap_or_else(Answer::Invalid);
        let valid = !matches!(answer, Answer::Invalid(_));
        for place in 0..self.columns.header().len() {
            out.write_field(row.get(place).unwrap_or_default())?;
        }
        out.write_record(answer.fields(self.profile.example()))?;
        Ok(valid)
    }

    fn answer(&self, row: &ByteRecord) -> Result<Answer, String> {
        let read = self.columns.read(row)?;
        let scheme = scheme_of(self.profile, self.installed, &read)?;
        Ok(
            match profiles::estimate_with(self.profile, scheme, &read.case, read.brought) {
                Ok(estimate) => Answer::Priced(Box::new(estimate)),
                Err(reason) => Answer::Unpriced(reason),
            },
        )
    }
}

/// What a row gets.
enum Answer {
    Priced(Box<Estimate>),
    Unpriced(Unpriced),
    Invalid(String),
}

impl Answer {
    fn fields(self, example: bool) -> [String; ADDED.len()] {
        let mut fields = [const { String::new() }; ADDED.len()];
        let [
            status,
            case_type,
            group_standard,
            pay_std,
            difference,
            version,
            reason,
            settle,
            ratio,
            points,
            review,
            formula,
            scheme,
            is_example,
        ] = &mut fields;
        *is_example = example.to_string();
        match self {
            Answer::Priced(estimate) => {
                "priced".clone_into(status);
                estimate.case_type.as_str().clone_into(case_type);
                *group_standard = estimate.group_standard.to_string();
                *pay_std = estimate.pay_std.to_string();
                *difference = estimate.difference.to_string();
                *version = estimate.version;
                estimate.settle.clone_into(settle);
                *ratio = estimate
                    .ratio
                    .map(|ratio| ratio.to_string())
                    .unwrap_or_default();
                *points = estimate
                    .points
                    .map(|points| points.to_string())
                    .unwrap_or_default();
                *review = estimate.review.to_string();
                estimate.formula.clone_into(formula);
                *scheme = estimate.scheme;
            }
            Answer::Unpriced(unpriced) => {
                "unpriced".clone_into(status);
                *reason = unpriced.to_string();
            }
            Answer::Invalid(why) => {
                "invalid".clone_into(status);
                *reason = why;
            }
        }
        fields
    }
}
