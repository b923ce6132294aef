//! One row of a file of cases: what it becomes.

use std::fmt::Write as _;

use chs_grouper::dip::{Catalogue, DipOutcome, DipReason, Extras};
use chs_grouper::{Case, Status};
use chs_model::Money;
use csv::{ByteRecord, Writer};

use crate::commands::columns::{CASE, Header};

/// The columns that grouping adds.
const ADDED: [&str; 10] = [
    "status",
    "stage",
    "treatment",
    "code",
    "name",
    "score",
    "mean_cost",
    "auxiliary",
    "coefficient",
    "reason",
];

/// What every row of one file has in common.
pub(super) struct Rows<'c> {
    catalogue: &'c Catalogue,
    header: Header,
    dx: Option<usize>,
    px: Option<usize>,
    cost: Option<usize>,
    treatment_cost: Option<usize>,
    drug_cost: Option<usize>,
    icu_days: Option<usize>,
    trace: bool,
}

impl<'c> Rows<'c> {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing or stand twice.
    pub(super) fn new(
        catalogue: &'c Catalogue,
        header: &ByteRecord,
        trace: bool,
    ) -> Result<Self, String> {
        let needed: Vec<&str> = ["id"].into_iter().chain(CASE).collect();
        let header = Header::new(header, &needed)?;
        Ok(Self {
            catalogue,
            dx: header.place("dx"),
            px: header.place("px"),
            cost: header.place("cost"),
            treatment_cost: header.place("treatment_cost"),
            drug_cost: header.place("drug_cost"),
            icu_days: header.place("icu_days"),
            header,
            trace,
        })
    }

    /// Writes the output's header.
    pub(super) fn write_header(&self, out: &mut Writer<Vec<u8>>) -> csv::Result<()> {
        for (place, name) in self.header.names().iter().enumerate() {
            if self.passes(place) {
                out.write_field(name)?;
            }
        }
        for name in ADDED {
            out.write_field(name)?;
        }
        if self.trace {
            out.write_field("trace")?;
        }
        out.write_record(None::<&[u8]>)
    }

    /// Groups a row and writes it; whether it was valid.
    pub(super) fn write(&self, row: &ByteRecord, out: &mut Writer<Vec<u8>>) -> csv::Result<bool> {
        for place in 0..self.header.names().len() {
            if self.passes(place) {
                out.write_field(row.get(place).unwrap_or_default())?;
            }
        }
        let mut trace = String::new();
        let mut level = None;
        let outcome = match self.case(row) {
            Err(reason) => DipOutcome::invalid(reason),
            Ok((case, extras)) => {
                let outcome = if self.trace {
                    let (outcome, told) = self.catalogue.group_traced(&case, &extras);
                    trace = serde_json::to_string(&told).map_err(std::io::Error::from)?;
                    outcome
                } else {
                    self.catalogue.group(&case, &extras)
                };
                let levels = self.catalogue.auxiliary(&case, &extras, outcome.group);
                level = levels.highest();
                outcome
            }
        };
        let group = outcome.group;
        let text = |number: Option<String>| number.unwrap_or_default();
        for cell in [
            outcome.status.as_str(),
            outcome.stage().map_or("", |stage| stage.as_str()),
            outcome.treatment.map_or("", |kind| kind.as_str()),
            outcome.code(),
            group.map_or("", |group| group.name()),
            &text(group.and_then(|group| Some(group.score()?.to_string()))),
            &text(group.and_then(|group| Some(group.mean_cost()?.to_string()))),
            &text(level.map(|level| format!("{} {}", level.dimension.as_str(), level.level))),
            &text(level.and_then(|level| Some(level.coefficient?.to_string()))),
            &reasons(&outcome),
        ] {
            out.write_field(cell)?;
        }
        if self.trace {
            out.write_field(&trace)?;
        }
        out.write_record(None::<&[u8]>)?;
        Ok(outcome.status != Status::Invalid)
    }

    fn case<'r>(&self, row: &'r ByteRecord) -> Result<(Case<'r>, Extras), DipReason> {
        let case = self.header.case(row).map_err(DipReason::Case)?;
        let cell = |place| {
            let cell = self.header.cell(row, place).map_err(DipReason::Case)?;
            Ok(cell.trim())
        };
        let money = |place| match cell(place)? {
            "" => Ok(None),
            text => {
                let amount = Money::from_yuan_str(text).ok();
                let amount = amount.filter(|amount| *amount >= Money::ZERO);
                amount.map(Some).ok_or(DipReason::BadCost)
            }
        };
        let icu_days = match cell(self.icu_days)? {
            "" => None,
            days => Some(days.parse().map_err(|_| DipReason::BadIcuDays)?),
        };
        let extras = Extras {
            cost: money(self.cost)?,
            standard: None,
            treatment_cost: money(self.treatment_cost)?,
            drug_cost: money(self.drug_cost)?,
            icu_days,
        };
        Ok((case, extras))
    }

    fn passes(&self, place: usize) -> bool {
        Some(place) != self.dx && Some(place) != self.px
    }
}

fn reasons(outcome: &DipOutcome<'_>) -> String {
    let mut text = String::new();
    for reason in outcome.reasons() {
        if !text.is_empty() {
            text.push_str("; ");
        }
        let (code, zh, en) = (reason.code(), reason.zh(), reason.en());
        // Writing to a String cannot fail.
        let _ = write!(text, "{code} {zh} / {en}");
    }
    text
}
