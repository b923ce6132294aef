//! One row of the file: which columns it has, what it becomes.

use std::fmt::Write as _;
use std::str;

use chs_grouper::{Case, Columns, Outcome, Reason, Scheme, Status};
use csv::{ByteRecord, Writer};

/// The columns of the contract; dx and px last, because they do not pass through.
const NEEDED: [&str; 10] = [
    "id",
    "sex",
    "age",
    "age_days",
    "birth_weight",
    "dept",
    "los",
    "discharge",
    "dx",
    "px",
];

/// The columns that grouping adds.
const ADDED: [&str; 6] = ["status", "mdc", "adrg", "drg", "name", "reason"];

/// What every row of one file has in common.
pub(super) struct Rows {
    scheme: &'static Scheme,
    places: Places,
    header: Vec<Vec<u8>>,
    trace: bool,
}

/// Where the needed columns stand.
struct Places {
    sex: usize,
    age: usize,
    age_days: usize,
    birth_weight: usize,
    dept: usize,
    los: usize,
    discharge: usize,
    dx: usize,
    px: usize,
}

impl Rows {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing or stand twice.
    pub(super) fn new(
        scheme: &'static Scheme,
        header: &ByteRecord,
        trace: bool,
    ) -> Result<Self, String> {
        let header: Vec<Vec<u8>> = header
            .iter()
            .map(|name| without_mark(name).trim_ascii().to_vec())
            .collect();
        let count = |name: &str| {
            header
                .iter()
                .filter(|known| *known == name.as_bytes())
                .count()
        };
        let named = |wrong: fn(usize) -> bool| {
            let names = NEEDED.iter().copied().filter(|name| wrong(count(name)));
            names.collect::<Vec<_>>().join(", ")
        };
        let missing = named(|count| count == 0);
        if !missing.is_empty() {
            return Err(format!("缺少列 / missing columns: {missing}"));
        }
        let double = named(|count| count > 1);
        if !double.is_empty() {
            return Err(format!("列重复 / columns that stand twice: {double}"));
        }
        let place = |name: &str| {
            let place = header.iter().position(|known| known == name.as_bytes());
            place.unwrap_or_default()
        };
        let places = Places {
            sex: place("sex"),
            age: place("age"),
            age_days: place("age_days"),
            birth_weight: place("birth_weight"),
            dept: place("dept"),
            los: place("los"),
            discharge: place("discharge"),
            dx: place("dx"),
            px: place("px"),
        };
        Ok(Self {
            scheme,
            places,
            header,
            trace,
        })
    }

    /// Writes the output's header.
    pub(super) fn write_header(&self, out: &mut Writer<Vec<u8>>) -> csv::Result<()> {
        for (place, name) in self.header.iter().enumerate() {
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
        for place in 0..self.header.len() {
            if self.passes(place) {
                out.write_field(row.get(place).unwrap_or_default())?;
            }
        }
        let case = self.case(row);
        let (outcome, trace) = match (&case, self.trace) {
            (Ok(case), false) => (self.scheme.group(case), String::new()),
            (Ok(case), true) => {
                let (outcome, trace) = self.scheme.group_traced(case);
                let trace = serde_json::to_string(&trace).map_err(std::io::Error::from)?;
                (outcome, trace)
            }
            (Err(reason), _) => (Outcome::invalid(*reason), String::new()),
        };
        for text in [
            outcome.status.as_str(),
            outcome.mdc,
            outcome.adrg,
            outcome.drg,
            outcome.name,
            &reasons(&outcome),
        ] {
            out.write_field(text)?;
        }
        if self.trace {
            out.write_field(&trace)?;
        }
        out.write_record(None::<&[u8]>)?;
        Ok(outcome.status != Status::Invalid)
    }

    fn case<'r>(&self, row: &'r ByteRecord) -> Result<Case<'r>, Reason> {
        if row.len() != self.header.len() {
            return Err(Reason::BadRow);
        }
        let cell = |place: usize| {
            let bytes = row.get(place).unwrap_or_default();
            str::from_utf8(bytes).map_err(|_| Reason::BadRow)
        };
        let places = &self.places;
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

    fn passes(&self, place: usize) -> bool {
        place != self.places.dx && place != self.places.px
    }
}

fn reasons(outcome: &Outcome<'_>) -> String {
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

/// A name without the byte-order mark that spreadsheets write.
fn without_mark(name: &[u8]) -> &[u8] {
    name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name)
}
