//! One reading of the file: every case under both sets of parameters.

use std::path::Path;

use chrono::NaiveDate;
use chs_model::Money;
use chs_settlement::{
    Profile,
    simulation::{Against, Compared, Comparison, Dimension, Keys, Priced},
};
use csv::ByteRecord;

use super::Pass;
use crate::{
    commands::{
        case_rows::{CaseColumns, CaseRow, scheme_of, utf8},
        group_values::{GroupValues, HospitalValues},
        input,
        ring::{self, Fault},
        rounds::Progress,
    },
    profiles,
    scheme_source::Installed,
};

/// Rows of a batch: some milliseconds of work.
const ROWS: usize = 2048;
/// Invalid rows that are told.
const PROBLEMS: usize = 10;

/// What is proposed.
pub(super) struct Proposed {
    /// Its parameters.
    pub(super) profile: Profile,
    /// Weights, scores, coefficients of levels.
    pub(super) weights: Option<GroupValues>,
    /// Coefficients of institutions.
    pub(super) coefficients: Option<HospitalValues>,
    /// Day that every case counts as settled on.
    pub(super) on: Option<NaiveDate>,
}

impl Proposed {
    /// A profile as it stands.
    pub(super) fn of(profile: &Profile) -> Proposed {
        Proposed {
            profile: profile.clone(),
            weights: None,
            coefficients: None,
            on: None,
        }
    }

    /// The case as the proposal sees it.
    fn seen<'r>(&self, row: &CaseRow<'r>) -> CaseRow<'r> {
        let mut seen = row.clone();
        if let Some(day) = self.on {
            seen.case.setl_date = day;
            seen.brought.facts.discharged = Some(day);
        }
        if let Some(weights) = &self.weights {
            weights.apply(&seen.case, &mut seen.brought);
        }
        if let (Some(coefficients), Some(code)) =
            (&self.coefficients, &row.brought.facts.fixmedins_code)
        {
            coefficients.apply(code, &mut seen.brought);
        }
        seen
    }
}

/// What every pass has in common.
pub(super) struct Job<'j> {
    pub(super) present: &'j Profile,
    pub(super) proposed: Option<&'j Proposed>,
    pub(super) installed: &'j Installed,
    pub(super) against: Against,
    pub(super) dimensions: &'j [Dimension],
    pub(super) paid: &'j str,
}

/// Rows that follow each other, and what came of them.
struct Batch {
    rows: Vec<ByteRecord>,
    filled: usize,
    /// Line of the first row.
    first: u64,
    pass: Pass,
}

/// Where what pricing does not need stands.
struct Places {
    columns: CaseColumns,
    paid: Option<usize>,
}

impl Job<'_> {
    fn nothing(&self) -> Pass {
        Pass {
            comparison: Comparison::new(self.against, self.dimensions),
            rows: 0,
            invalid: 0,
            problems: Vec::new(),
        }
    }

    /// Reads the file once.
    pub(super) fn pass(&self, path: Option<&Path>, threads: usize) -> Result<Pass, Fault> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(input(path)?);
        let places = self.places(reader.byte_headers()?)?;
        let mut all = self.nothing();
        let mut progress = Progress::new("已模拟 simulated");
        let mut line = 2;
        ring::run(
            threads,
            || Batch {
                rows: vec![ByteRecord::new(); ROWS],
                filled: 0,
                first: 0,
                pass: self.nothing(),
            },
            |batch| {
                batch.first = line;
                batch.filled = 0;
                for row in &mut batch.rows {
                    if !reader.read_byte_record(row)? {
                        break;
                    }
                    batch.filled += 1;
                    line += 1;
                }
                Ok(batch.filled > 0)
            },
            || {
                |batch: &mut Batch| {
                    batch.pass = self.compared(&places, batch)?;
                    Ok(())
                }
            },
            |batch| {
                all.comparison.merge(&batch.pass.comparison)?;
                all.rows += batch.pass.rows;
                all.invalid += batch.pass.invalid;
                let room = PROBLEMS.saturating_sub(all.problems.len());
                all.problems
                    .extend(batch.pass.problems.drain(..).take(room));
                progress.add(batch.filled);
                Ok(())
            },
        )?;
        progress.end();
        Ok(all)
    }

    fn places(&self, header: &ByteRecord) -> Result<Places, String> {
        let columns = CaseColumns::new(header)?;
        if columns.place("fixmedins_code")?.is_none() {
            return Err("缺少列 fixmedins_code / the column fixmedins_code is missing".to_owned());
        }
        let name = self.paid;
        let paid = columns.place(name)?;
        if paid.is_none() && self.against == Against::Paid {
            return Err(format!(
                "缺少列 {name}（实付额） / the column {name} with what was paid is missing"
            ));
        }
        Ok(Places { columns, paid })
    }

    fn compared(&self, places: &Places, batch: &Batch) -> Result<Pass, Fault> {
        let mut pass = self.nothing();
        for (row, line) in batch.rows.iter().take(batch.filled).zip(batch.first..) {
            pass.rows += 1;
            if let Err(why) = self.case(places, row, &mut pass.comparison)? {
                pass.invalid += 1;
                if pass.problems.len() < PROBLEMS {
                    pass.problems.push((line, why));
                }
            }
        }
        Ok(pass)
    }

    /// Adds a row; or says why it is no case.
    fn case(
        &self,
        places: &Places,
        row: &ByteRecord,
        comparison: &mut Comparison,
    ) -> Result<Result<(), String>, Fault> {
        let read = places.columns.read(row).and_then(|read| {
            let paid = paid(row, places.paid, self.paid)?;
            let present = self.priced(self.present, &read)?;
            let proposed = self.proposed.map(|proposed| {
                let seen = proposed.seen(&read);
                self.priced(&proposed.profile, &seen)
            });
            let code = read.brought.facts.fixmedins_code.clone();
            let hospital = code.ok_or("fixmedins_code 为空 / fixmedins_code is blank")?;
            Ok((read, hospital, paid, present, proposed.transpose()?))
        });
        let (read, hospital, paid, present, proposed) = match read {
            Ok(read) => read,
            Err(why) => return Ok(Err(why)),
        };
        let case = &read.case;
        let keys = Keys {
            hospital: &hospital,
            group: case.drg_code,
            level: case.level,
            insutype: case.insutype,
        };
        let cost = case.medfee_sumamt;
        match (present, proposed.transpose()) {
            (Ok(present), Ok(proposed)) => {
                let compared = Compared {
                    cost,
                    paid,
                    present,
                    proposed,
                };
                comparison.add(&keys, &compared)?;
            }
            (Err(reason), _) | (_, Err(reason)) => comparison.leave_out(&keys, cost, reason)?,
        }
        Ok(Ok(()))
    }

    /// A case under a profile: its price, or the code of the reason for none.
    fn priced(
        &self,
        profile: &Profile,
        row: &CaseRow<'_>,
    ) -> Result<Result<Priced, &'static str>, String> {
        let scheme = scheme_of(profile, self.installed, row)?;
        let group = scheme.and_then(|scheme| scheme.drg(row.case.drg_code));
        let weight = row.brought.weight;
        let weight = weight.or_else(|| group.and_then(|group| group.weight()));
        let estimate = profiles::estimate_with(profile, scheme, &row.case, row.brought.clone());
        Ok(estimate
            .map(|estimate| Priced::of(&estimate, weight))
            .map_err(|reason| reason.code))
    }
}

/// What was paid; nothing where the cell or the column is missing.
fn paid(row: &ByteRecord, place: Option<usize>, name: &str) -> Result<Option<Money>, String> {
    let cell = place.and_then(|place| row.get(place)).unwrap_or_default();
    let text = utf8(cell, name)?;
    if text.is_empty() {
        return Ok(None);
    }
    Money::from_yuan_str(text)
        .map(Some)
        .map_err(|error| format!("{name}：{error}"))
}
