//! What a row becomes: the case in it, the scheme for it, the cells that are added.

use std::fmt::Write as _;
use std::str;

use chs_grouper::{Case, Columns, Outcome, Reason, Scheme, Status};
use chs_model::parse_datetime;
use chs_settlement::Profile;
use csv::ByteRecord;

use super::layout::{Extras, Layout};
use super::pipeline::Fault;

/// Takes the cells of the output, row by row.
pub(super) trait Sink {
    /// The row's own cells that pass through.
    fn passing(&mut self, row: &ByteRecord) -> Result<(), Fault>;
    /// A text that lives as long as the program, as all names of a scheme do.
    fn known(&mut self, text: &'static str) -> Result<(), Fault>;
    /// Any other text.
    fn text(&mut self, text: &str) -> Result<(), Fault>;
    /// The row is whole.
    fn end(&mut self) -> Result<(), Fault>;
}

/// The scheme of a row.
pub(super) enum Choice {
    /// One for all rows.
    Scheme(&'static Scheme),
    /// The one in force on the day of discharge.
    Profile(Profile, Vec<&'static Scheme>),
}

/// What is asked about every row of one file.
pub(super) struct Question {
    pub(super) choice: Choice,
    pub(super) also: Vec<&'static Scheme>,
    pub(super) trace: bool,
    pub(super) near_misses: bool,
    pub(super) keep_codes: bool,
}

impl Question {
    pub(super) fn extras(&self) -> Extras {
        Extras {
            by_date: matches!(self.choice, Choice::Profile(..)),
            also: self.also.len(),
            trace: self.trace,
            near_misses: self.near_misses,
            keep_codes: self.keep_codes,
        }
    }

    /// Groups a row and gives its cells to the sink; whether it was valid.
    ///
    /// `text` is memory for the cells that are put together.
    pub(super) fn answer(
        &self,
        layout: &Layout,
        row: &ByteRecord,
        cut: bool,
        text: &mut String,
        sink: &mut impl Sink,
    ) -> Result<bool, Fault> {
        sink.passing(row)?;
        let case = match cut {
            true => Err(Reason::RowTooLong),
            false => case(layout, row),
        };
        let scheme = match &self.choice {
            Choice::Scheme(scheme) => Ok(*scheme),
            Choice::Profile(profile, schemes) => in_force(layout, row, profile, schemes),
        };
        text.clear();
        let outcome = match (&case, scheme) {
            (Ok(case), Ok(scheme)) if self.trace => {
                let (outcome, trace) = scheme.group_traced(case);
                text.push_str(&serde_json::to_string(&trace)?);
                outcome
            }
            (Ok(case), Ok(scheme)) => scheme.group(case),
            (Err(reason), _) => Outcome::invalid(*reason),
            (Ok(_), Err(reason)) => Outcome::invalid(reason),
        };
        let trace = text.len();
        write(&outcome, text, sink)?;
        if let Choice::Profile(..) = self.choice {
            sink.known(scheme.map(Scheme::id).unwrap_or_default())?;
        }
        for scheme in &self.also {
            let outcome = match &case {
                Ok(case) => scheme.group(case),
                Err(reason) => Outcome::invalid(*reason),
            };
            write(&outcome, text, sink)?;
        }
        if self.trace {
            text.truncate(trace);
            sink.text(text)?;
        }
        if self.near_misses {
            text.clear();
            if let (Ok(case), Ok(scheme)) = (&case, scheme) {
                text.push_str(&serde_json::to_string(&scheme.near_misses(case))?);
            }
            sink.text(text)?;
        }
        sink.end()?;
        Ok(outcome.status != Status::Invalid)
    }
}

fn write(outcome: &Outcome<'static>, text: &mut String, sink: &mut impl Sink) -> Result<(), Fault> {
    for name in [
        outcome.status.as_str(),
        outcome.mdc,
        outcome.adrg,
        outcome.drg,
        outcome.name,
    ] {
        sink.known(name)?;
    }
    let start = text.len();
    for reason in outcome.reasons() {
        if text.len() > start {
            text.push_str("; ");
        }
        let (code, zh, en) = (reason.code(), reason.zh(), reason.en());
        // Writing to a String cannot fail.
        let _ = write!(text, "{code} {zh} / {en}");
    }
    sink.text(text.get(start..).unwrap_or_default())
}

fn case<'r>(layout: &Layout, row: &'r ByteRecord) -> Result<Case<'r>, Reason> {
    if row.len() != layout.header.len() {
        return Err(Reason::BadRow);
    }
    let cell = |place| cell(row, place);
    let places = &layout.places;
    Columns {
        sex: cell(places.sex)?,
        age: cell(places.age)?,
        age_days: cell(places.age_days)?,
        birth_weight: cell(places.birth_weight)?,
        dept: cell(places.dept)?,
        los: cell(places.los)?,
        discharge: cell(places.discharge)?,
        dx: cell(places.dx)?,
        px: cell(places.px)?,
    }
    .case()
}

fn cell(row: &ByteRecord, place: usize) -> Result<&str, Reason> {
    str::from_utf8(row.get(place).unwrap_or_default()).map_err(|_| Reason::BadRow)
}

/// The scheme in force on the row's day of discharge.
fn in_force(
    layout: &Layout,
    row: &ByteRecord,
    profile: &Profile,
    schemes: &[&'static Scheme],
) -> Result<&'static Scheme, Reason> {
    let place = layout.places.discharge_day.unwrap_or(usize::MAX);
    let day = parse_datetime(cell(row, place)?).ok_or(Reason::BadDischargeDate)?;
    let id = profile
        .scheme_on(day.date())
        .ok_or(Reason::NoSchemeInForce)?;
    let scheme = schemes.iter().find(|scheme| scheme.id() == id);
    scheme.copied().ok_or(Reason::NoSchemeInForce)
}
