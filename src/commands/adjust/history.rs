//! Past cases by group, year and level: their costs alone.

use std::{collections::BTreeMap, path::Path};

use chs_model::Money;
use chs_settlement::Level;
use csv::ByteRecord;

use crate::commands::{case_rows::utf8, columns::Header, input, ring::Fault, rounds::Progress};

/// Levels apart; the last place is for cases without one.
pub(super) const LEVELS: [Option<Level>; 4] = [
    Some(Level::Primary),
    Some(Level::Secondary),
    Some(Level::Tertiary),
    None,
];

/// Costs of a group in a year, by level as in [`LEVELS`].
pub(super) type Costs = [Vec<Money>; LEVELS.len()];

/// Rows between two looks at the progress line.
const STEP: usize = 65_536;

/// What was read.
#[derive(Default)]
pub(super) struct History {
    /// Costs by group and year.
    pub(super) groups: BTreeMap<String, BTreeMap<i32, Costs>>,
    /// Cases of QY and 0000, which do not take part.
    pub(super) outside: u64,
    /// Rows that are no case.
    pub(super) invalid: u64,
    progress: Option<Progress<'static>>,
}

struct Places {
    drg_code: Option<usize>,
    cost: Option<usize>,
    year: Option<usize>,
    date: Option<usize>,
    level: Option<usize>,
}

impl History {
    /// Reads a file.
    ///
    /// # Errors
    /// A missing column, a file that cannot be read.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), Fault> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(input(Some(path))?);
        let named = |error: String| format!("{}：{error}", path.display());
        let header = Header::new(reader.byte_headers()?, &["drg_code", "medfee_sumamt"]);
        let header = header.map_err(named)?;
        let places = Places {
            drg_code: header.place("drg_code"),
            cost: header.place("medfee_sumamt"),
            year: header.place("year"),
            date: header.place("setl_date"),
            level: header.place("hosp_lv"),
        };
        if places.year.is_none() && places.date.is_none() {
            return Err(
                named("缺少列 year 或 setl_date / needs year or setl_date".to_owned()).into(),
            );
        }
        let mut row = ByteRecord::new();
        let mut rows = 0;
        while reader.read_byte_record(&mut row)? {
            rows += 1;
            if row.len() != header.names().len() || self.case(&places, &row).is_none() {
                self.invalid += 1;
            }
            if rows == STEP {
                self.shown().add(rows);
                rows = 0;
            }
        }
        self.shown().add(rows);
        Ok(())
    }

    /// Ends the progress line.
    pub(super) fn end(&mut self) {
        self.shown().end();
    }

    fn shown(&mut self) -> &mut Progress<'static> {
        self.progress
            .get_or_insert_with(|| Progress::new("已读取 read"))
    }

    /// Takes a row; `None` where it is no case.
    fn case(&mut self, places: &Places, row: &ByteRecord) -> Option<()> {
        let cell = |place: Option<usize>| {
            let cell = place.and_then(|place| row.get(place)).unwrap_or_default();
            utf8(cell, "").ok()
        };
        let drg_code = cell(places.drg_code).filter(|code| !code.is_empty())?;
        let cost = Money::from_yuan_str(cell(places.cost)?).ok();
        let cost = cost.filter(|cost| *cost >= Money::ZERO)?;
        let year = match cell(places.year)? {
            "" => cell(places.date)?.get(..4)?,
            year => year,
        };
        let year: i32 = year.parse().ok()?;
        let level = match cell(places.level)? {
            "" => None,
            code => Some(Level::from_hosp_lv(code)?),
        };
        if drg_code == "0000" || drg_code.ends_with("QY") {
            self.outside += 1;
            return Some(());
        }
        let years = match self.groups.get_mut(drg_code) {
            Some(years) => years,
            None => self.groups.entry(drg_code.to_owned()).or_default(),
        };
        let costs = years.entry(year).or_default();
        let place = LEVELS.iter().position(|known| *known == level)?;
        costs.get_mut(place)?.push(cost);
        Some(())
    }
}
