//! Cases under two schemes: which move from which group to which, and what it does
//! to weight.

use crate::outcome::{Outcome, Status};
use crate::scheme::Scheme;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// Institutions that are kept apart; those beyond are put together under
/// [`CaseMoves::OTHER_HOSPITALS`], so that a hostile file costs bounded memory.
const MAX_HOSPITALS: usize = 50_000;

/// A running account of cases under two schemes; two accounts can be added up.
#[derive(Debug)]
pub struct CaseMoves<'s> {
    from: &'s Scheme,
    to: &'s Scheme,
    cells: BTreeMap<(Place<'s>, Place<'s>), u64>,
    hospitals: BTreeMap<String, Sums>,
}

/// Where a case ended: its group, or what it was instead of grouped.
type Place<'s> = (&'s str, Status);

/// Sums over cases under both schemes.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    cases: u64,
    moved: u64,
    from: Weighed,
    to: Weighed,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    cases: u64,
    weight: Decimal,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.moved += other.moved;
        self.from.add(&other.from);
        self.to.add(&other.to);
    }
}

impl Weighed {
    fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        // Bounded by what a Decimal holds: weights may come from anybody's scheme.
        self.weight = self.weight.saturating_add(other.weight);
    }

    fn of(scheme: &Scheme, place: Place<'_>, cases: u64) -> Self {
        match scheme.drg(place.0).and_then(|drg| drg.weight) {
            Some(weight) if place.1 == Status::Grouped => Self {
                cases,
                weight: weight.saturating_mul(Decimal::from(cases)),
            },
            _ => Self::default(),
        }
    }

    fn share(&self, all: u64) -> Share {
        let mean = (self.cases > 0).then(|| self.weight / Decimal::from(self.cases));
        Share {
            weighed_cases: self.cases,
            unweighed_cases: all - self.cases,
            weight: self.weight.normalize(),
            cmi: mean.map(|mean| mean.round_dp(4).normalize()),
        }
    }
}

/// What became of the cases of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Moves {
    /// The id of the first scheme.
    pub from: String,
    /// The id of the second.
    pub to: String,
    /// All cases.
    pub cases: u64,
    /// Cases whose group or status differs.
    pub moved: u64,
    /// Statuses under the first scheme and the second, with the number of cases.
    pub statuses: Vec<(Status, Status, u64)>,
    /// Weight under the first scheme.
    pub weight_before: Share,
    /// Weight under the second.
    pub weight_after: Share,
    /// From which group to which, most cases first.
    pub flows: Vec<Flow>,
    /// The same sums for each institution, where the file names it.
    pub hospitals: Vec<HospitalFlow>,
}

/// Weight of some cases under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Grouped cases whose group has a weight.
    pub weighed_cases: u64,
    /// All others: they count nowhere in the sums.
    pub unweighed_cases: u64,
    /// Sum of weights.
    pub weight: Decimal,
    /// Case-mix index (CMI): weight a weighed case; `None` without any.
    pub cmi: Option<Decimal>,
}

/// Cases that went from one group to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The group (or `0000`, `xQY`) under the first scheme.
    pub from: String,
    /// Its name.
    pub from_name: String,
    /// The status under the first scheme.
    pub from_status: Status,
    /// The group under the second scheme.
    pub to: String,
    /// Its name.
    pub to_name: String,
    /// The status under the second scheme.
    pub to_status: Status,
    /// How many.
    pub cases: u64,
    /// Weight of one case before.
    pub weight_before: Option<Decimal>,
    /// Weight of one case after.
    pub weight_after: Option<Decimal>,
}

/// What the change does to one institution.
#[derive(Debug, Clone, Serialize)]
pub struct HospitalFlow {
    /// `fixmedins_code` as the file has it.
    pub hospital: String,
    /// Its cases.
    pub cases: u64,
    /// Those that move.
    pub moved: u64,
    /// Weight under the first scheme.
    pub weight_before: Share,
    /// Weight under the second.
    pub weight_after: Share,
}

impl<'s> CaseMoves<'s> {
    /// The name under which institutions beyond the first 50,000 are put together.
    pub const OTHER_HOSPITALS: &'static str = "(其余 others)";

    /// An empty account.
    #[must_use]
    pub fn new(from: &'s Scheme, to: &'s Scheme) -> Self {
        Self {
            from,
            to,
            cells: BTreeMap::new(),
            hospitals: BTreeMap::new(),
        }
    }

    /// Counts a case by its outcomes under both schemes, and for its institution if
    /// it has one; whether it moves.
    pub fn add(
        &mut self,
        before: &Outcome<'s>,
        after: &Outcome<'s>,
        hospital: Option<&str>,
    ) -> bool {
        let (from, to) = ((before.drg, before.status), (after.drg, after.status));
        let moved = from != to;
        *self.cells.entry((from, to)).or_default() += 1;
        if let Some(hospital) = hospital {
            let sums = Sums {
                cases: 1,
                moved: u64::from(moved),
                from: Weighed::of(self.from, from, 1),
                to: Weighed::of(self.to, to, 1),
            };
            self.hospital(hospital, &sums);
        }
        moved
    }

    fn hospital(&mut self, hospital: &str, sums: &Sums) {
        if let Some(known) = self.hospitals.get_mut(hospital) {
            known.add(sums);
            return;
        }
        let name = if self.hospitals.len() < MAX_HOSPITALS {
            hospital
        } else {
            Self::OTHER_HOSPITALS
        };
        self.hospitals.entry(name.to_owned()).or_default().add(sums);
    }

    /// Adds another account of the same two schemes.
    pub fn merge(&mut self, other: Self) {
        for (key, cases) in other.cells {
            *self.cells.entry(key).or_default() += cases;
        }
        for (hospital, sums) in &other.hospitals {
            self.hospital(hospital, sums);
        }
    }

    /// The account, finished.
    #[must_use]
    pub fn finish(self) -> Moves {
        let mut all = Sums::default();
        let mut statuses: BTreeMap<(&str, &str), (Status, Status, u64)> = BTreeMap::new();
        let mut flows = Vec::new();
        for ((from, to), cases) in self.cells {
            let (before, after) = (
                Weighed::of(self.from, from, cases),
                Weighed::of(self.to, to, cases),
            );
            let moved = from != to;
            all.add(&Sums {
                cases,
                moved: if moved { cases } else { 0 },
                from: before,
                to: after,
            });
            let key = (from.1.as_str(), to.1.as_str());
            statuses.entry(key).or_insert((from.1, to.1, 0)).2 += cases;
            if moved {
                flows.push(flow(self.from, self.to, from, to, cases));
            }
        }
        // Stable: equal counts stay in order of their groups.
        flows.sort_by_key(|flow: &Flow| std::cmp::Reverse(flow.cases));
        let hospitals = self
            .hospitals
            .into_iter()
            .map(|(hospital, sums)| HospitalFlow {
                hospital,
                cases: sums.cases,
                moved: sums.moved,
                weight_before: sums.from.share(sums.cases),
                weight_after: sums.to.share(sums.cases),
            });
        Moves {
            from: self.from.id().to_owned(),
            to: self.to.id().to_owned(),
            cases: all.cases,
            moved: all.moved,
            statuses: statuses.into_values().collect(),
            weight_before: all.from.share(all.cases),
            weight_after: all.to.share(all.cases),
            flows,
            hospitals: hospitals.collect(),
        }
    }
}

fn flow(
    before: &Scheme,
    after: &Scheme,
    (from, from_status): Place<'_>,
    (to, to_status): Place<'_>,
    cases: u64,
) -> Flow {
    let name = |scheme: &Scheme, code, status| match status {
        Status::Grouped => scheme.drg(code).map_or("", |drg| drg.name()).to_owned(),
        Status::Ambiguous => "歧义病组".to_owned(),
        Status::Ungrouped => "未入组".to_owned(),
        Status::Invalid => "无效".to_owned(),
    };
    let weight = |scheme: &Scheme, code| scheme.drg(code).and_then(|drg| drg.weight);
    Flow {
        from_name: name(before, from, from_status),
        to_name: name(after, to, to_status),
        weight_before: weight(before, from),
        weight_after: weight(after, to),
        from: from.to_owned(),
        to: to.to_owned(),
        from_status,
        to_status,
        cases,
    }
}
