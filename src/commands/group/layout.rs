//! Which columns a file has, and which the output gets.

/// The columns of the contract.
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

/// The day of discharge, by which a profile chooses the scheme.
const DISCHARGE_DAY: &str = "dscg_date";

/// What each scheme says of a case.
const ANSWER: [&str; 6] = ["status", "mdc", "adrg", "drg", "name", "reason"];

/// What is asked for besides the groups of one scheme.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extras {
    /// The scheme differs from row to row.
    pub(super) by_date: bool,
    /// Further schemes, side by side.
    pub(super) also: usize,
    /// How each case came to its group.
    pub(super) trace: bool,
    /// What would have given another group.
    pub(super) near_misses: bool,
    /// dx and px pass through as well.
    pub(super) keep_codes: bool,
}

/// Columns of the input and of the output.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) header: Vec<Vec<u8>>,
    pub(super) places: Places,
    added: Vec<String>,
    keep_codes: bool,
}

/// Where the columns stand that grouping reads.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) sex: usize,
    pub(super) age: usize,
    pub(super) age_days: usize,
    pub(super) birth_weight: usize,
    pub(super) dept: usize,
    pub(super) los: usize,
    pub(super) discharge: usize,
    pub(super) dx: usize,
    pub(super) px: usize,
    /// Only looked for when a profile chooses the scheme.
    pub(super) discharge_day: Option<usize>,
}

impl Layout {
    /// Reads the header.
    ///
    /// # Errors
    /// The needed columns that are missing or stand twice.
    pub(super) fn new<'a>(
        names: impl Iterator<Item = &'a [u8]>,
        extras: Extras,
    ) -> Result<Self, String> {
        let header: Vec<Vec<u8>> = names.map(|name| name.trim_ascii().to_vec()).collect();
        let needed = NEEDED.into_iter();
        let needed: Vec<&str> = needed
            .chain(extras.by_date.then_some(DISCHARGE_DAY))
            .collect();
        let count = |name: &str| {
            let same = header.iter().filter(|known| *known == name.as_bytes());
            same.count()
        };
        let named = |wrong: fn(usize) -> bool| {
            let names = needed.iter().copied().filter(|name| wrong(count(name)));
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
        let found = |name: &str| header.iter().position(|known| known == name.as_bytes());
        let place = |name: &str| found(name).unwrap_or_default();
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
            discharge_day: found(DISCHARGE_DAY).filter(|_| extras.by_date),
        };
        Ok(Self {
            header,
            places,
            added: added(extras),
            keep_codes: extras.keep_codes,
        })
    }

    /// The places of the columns that pass through.
    pub(super) fn passing(&self) -> impl Iterator<Item = usize> {
        (0..self.header.len()).filter(|place| self.passes(*place))
    }

    pub(super) fn passes(&self, place: usize) -> bool {
        self.keep_codes || place != self.places.dx && place != self.places.px
    }

    /// The names of the columns that grouping adds.
    pub(super) fn added(&self) -> &[String] {
        &self.added
    }

    /// The output's header.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let passing = self.header.iter().enumerate();
        let passing = passing.filter(|(place, _)| self.passes(*place));
        let added = self.added.iter().map(String::as_bytes);
        passing.map(|(_, name)| name.as_slice()).chain(added)
    }
}

/// `status … reason`, `scheme` where it differs, `status_2 … reason_2` for a second
/// scheme, `trace`, `near_misses`.
fn added(extras: Extras) -> Vec<String> {
    let mut names: Vec<String> = ANSWER.map(str::to_owned).into();
    if extras.by_date {
        names.push("scheme".to_owned());
    }
    for number in (2..).take(extras.also) {
        names.extend(ANSWER.map(|name| format!("{name}_{number}")));
    }
    if extras.trace {
        names.push("trace".to_owned());
    }
    if extras.near_misses {
        names.push("near_misses".to_owned());
    }
    names
}
