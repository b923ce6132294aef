//! Sums of one run over several dimensions at once.

use std::collections::BTreeMap;

use chs_model::Money;

use super::{Against, Compared, ComparisonError, Sums};
use crate::Level;

/// What lines are added up over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// All cases.
    Total,
    /// Insurance type: the fund.
    Insutype,
    /// Level of the institution.
    Level,
    /// Institution.
    Hospital,
    /// Group.
    Group,
    /// Institution and group.
    HospitalGroup,
}

impl Dimension {
    /// Every dimension, in the order of a report.
    pub const ALL: [Dimension; 6] = [
        Dimension::Total,
        Dimension::Insutype,
        Dimension::Level,
        Dimension::Hospital,
        Dimension::Group,
        Dimension::HospitalGroup,
    ];

    /// Its name in reports and arguments.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Total => "total",
            Dimension::Insutype => "insutype",
            Dimension::Level => "level",
            Dimension::Hospital => "hospital",
            Dimension::Group => "group",
            Dimension::HospitalGroup => "hospital-group",
        }
    }

    /// From its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Dimension> {
        Dimension::ALL
            .into_iter()
            .find(|dimension| dimension.as_str() == name)
    }

    fn key(self, keys: &Keys<'_>) -> Key {
        let (code, second) = match self {
            Dimension::Total => ("", ""),
            Dimension::Insutype => (keys.insutype, ""),
            Dimension::Level => (keys.level.name(), ""),
            Dimension::Hospital => (keys.hospital, ""),
            Dimension::Group => (keys.group, ""),
            Dimension::HospitalGroup => (keys.hospital, keys.group),
        };
        Key {
            dimension: self,
            code: code.to_owned(),
            second: second.to_owned(),
        }
    }
}

/// Where a case belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys<'a> {
    /// Its institution.
    pub hospital: &'a str,
    /// Its group.
    pub group: &'a str,
    /// Level of the institution.
    pub level: Level,
    /// Its insurance type.
    pub insutype: &'a str,
}

/// A line of a report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is added up over.
    pub dimension: Dimension,
    /// Insurance type, level, institution or group; empty for the total.
    pub code: String,
    /// The group of an institution's line by group.
    pub second: String,
}

/// Sums over the dimensions asked for. The result does not depend on the order of cases
/// or on how they were divided among [`Comparison`]s that are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    against: Against,
    dimensions: Vec<Dimension>,
    lines: BTreeMap<Key, Sums>,
    left_out: super::LeftOut,
}

impl Comparison {
    /// Nothing yet. The total and the funds are always there.
    #[must_use]
    pub fn new(against: Against, dimensions: &[Dimension]) -> Comparison {
        let mut dimensions = dimensions.to_vec();
        dimensions.extend([Dimension::Total, Dimension::Insutype]);
        dimensions.sort_unstable();
        dimensions.dedup();
        Comparison {
            against,
            dimensions,
            lines: BTreeMap::new(),
            left_out: super::LeftOut::new(),
        }
    }

    /// Adds a case; one without a payment, where that is asked for, is left out as
    /// `not_paid`.
    ///
    /// # Errors
    /// A sum that cannot be held.
    pub fn add(&mut self, keys: &Keys<'_>, case: &Compared) -> Result<(), ComparisonError> {
        if case.sides(self.against).is_none() {
            return self.leave_out(keys, case.cost, "not_paid");
        }
        for dimension in &self.dimensions {
            let line = self.lines.entry(dimension.key(keys)).or_default();
            line.add(case, self.against)?;
        }
        Ok(())
    }

    /// Counts a case that has no price on one side, with the code of the reason.
    ///
    /// # Errors
    /// A sum that cannot be held.
    pub fn leave_out(
        &mut self,
        keys: &Keys<'_>,
        cost: Money,
        reason: &str,
    ) -> Result<(), ComparisonError> {
        for dimension in &self.dimensions {
            let line = self.lines.entry(dimension.key(keys)).or_default();
            line.leave_out(cost)?;
        }
        let line = self.left_out.entry(reason.to_owned()).or_default();
        line.leave_out(cost)
    }

    /// Takes in what was added up elsewhere.
    ///
    /// # Errors
    /// A sum that cannot be held.
    pub fn merge(&mut self, other: &Comparison) -> Result<(), ComparisonError> {
        for (key, sums) in &other.lines {
            self.lines.entry(key.clone()).or_default().plus(sums)?;
        }
        for (reason, sums) in &other.left_out {
            let line = self.left_out.entry(reason.clone()).or_default();
            line.plus(sums)?;
        }
        Ok(())
    }

    /// What stands on the near side.
    #[must_use]
    pub fn against(&self) -> Against {
        self.against
    }

    /// Every line, by dimension and code.
    pub fn lines(&self) -> impl Iterator<Item = (&Key, &Sums)> {
        self.lines.iter()
    }

    /// The lines of one dimension.
    pub fn of(&self, dimension: Dimension) -> impl Iterator<Item = (&Key, &Sums)> {
        self.lines()
            .filter(move |(key, _)| key.dimension == dimension)
    }

    /// The sums over all cases.
    #[must_use]
    pub fn total(&self) -> Sums {
        self.of(Dimension::Total)
            .next()
            .map_or_else(Sums::default, |(_, sums)| *sums)
    }

    /// Cases left out, by the code of the reason.
    #[must_use]
    pub fn left_out(&self) -> &super::LeftOut {
        &self.left_out
    }
}
