//! Conditions.

use std::collections::HashSet;

use chs_model::{Field, Row, id_card, parse_decimal};

use super::text::{is_date, is_minute, is_morphology, is_same_digit};
use super::{Context, Need, Tri};
use crate::tables::Table;
use crate::typed::{Cond, Rows, Text};

/// Up to so many rows repetitions are found by comparing pairs, which needs no
/// memory; beyond it a set keeps the cost linear.
const PAIRWISE: usize = 24;

impl<'a> Context<'a> {
    /// Whether a condition holds, in a row where it stands inside a row set.
    pub(crate) fn condition(&'a self, cond: &'a Cond, row: Option<&'a Row>) -> Tri {
        match cond {
            Cond::Constant(value) => Tri::from(*value),
            Cond::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, row));
                settle(parts, Tri::False, Tri::True)
            }
            Cond::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, row));
                settle(parts, Tri::True, Tri::False)
            }
            Cond::Xor(left, right) => self.condition(left, row).xor(self.condition(right, row)),
            Cond::Not(inner) => !self.condition(inner, row),
            Cond::Blank(text) => self.blank(text, row),
            Cond::Numbers(left, operator, right) => {
                let pair = self.number(left, row).zip(self.number(right, row));
                Tri::from(pair.map(|(left, right)| operator.holds(left.cmp(&right))))
            }
            Cond::Moments(left, operator, right) => {
                let pair = self.moment(left, row).zip(self.moment(right, row));
                Tri::from(pair.map(|(left, right)| operator.holds(left.compare(right))))
            }
            Cond::SameText(left, right) => {
                let pair = self.text(left, row).zip(self.text(right, row));
                Tri::from(pair.map(|(left, right)| left == right))
            }
            Cond::InCodes(text, codes) => self.asked(text, row, |value| codes.contains(value)),
            Cond::InRanges(text, ranges) => self.asked(text, row, |value| ranges.contains(value)),
            Cond::InTable(text, table) => match self.text(text, row) {
                Some(value) => self.in_table(table, value),
                None => Tri::Unknown,
            },
            Cond::OneOf(number, members) => Tri::from(
                self.number(number, row)
                    .map(|value| members.contains(&value)),
            ),
            Cond::Between(number, low, high) => {
                let bounds = self.number(low, row).zip(self.number(high, row));
                let pair = self.number(number, row).zip(bounds);
                Tri::from(pair.map(|(value, (low, high))| low <= value && value <= high))
            }
            Cond::Match(text, pattern) => self.asked(text, row, |value| pattern.is_match(value)),
            Cond::StartsWith(text, words) => self.asked(text, row, |value| {
                words.iter().any(|word| value.starts_with(&**word))
            }),
            Cond::EndsWith(text, words) => self.asked(text, row, |value| {
                words.iter().any(|word| value.ends_with(&**word))
            }),
            Cond::Contains(text, words) => self.asked(text, row, |value| {
                words.iter().any(|word| value.contains(&**word))
            }),
            Cond::Any(rows, holds) => {
                let found = self.rows(rows).map(|row| self.condition(holds, Some(row)));
                settle(found, Tri::True, Tri::False)
            }
            Cond::All(rows, holds) => {
                let found = self.rows(rows).map(|row| self.condition(holds, Some(row)));
                settle(found, Tri::False, Tri::True)
            }
            Cond::Repeated(rows, fields) => Tri::from(self.is_repeated(rows, fields)),
            Cond::IsDate(text) => self.asked(text, row, is_date),
            Cond::IsMinute(text) => self.asked(text, row, is_minute),
            Cond::IsNumber(text) => self.asked(text, row, |value| parse_decimal(value).is_some()),
            Cond::IsInteger(text) => self.asked(text, row, |value| {
                parse_decimal(value).is_some_and(|number| number.fract().is_zero())
            }),
            Cond::IdChecksum(text) => self.asked(text, row, id_card::checksum_ok),
            Cond::Morphology(text) => self.asked(text, row, is_morphology),
            Cond::SameDigit(text) => self.asked(text, row, is_same_digit),
            Cond::Grey(system, text) => {
                Tri::from(self.text(text, row).and_then(|code| system.grey(code)))
            }
        }
    }

    fn asked(&self, text: &'a Text, row: Option<&'a Row>, question: impl Fn(&str) -> bool) -> Tri {
        Tri::from(self.text(text, row).map(question))
    }

    /// Blank is known of every field but one that the layout does not carry, and of
    /// one in a principal row that is not there.
    fn blank(&self, text: &'a Text, row: Option<&'a Row>) -> Tri {
        if self.text(text, row).is_some() {
            return Tri::False;
        }
        match text {
            Text::Field(found)
                if self.is_not_carried(found.field) || self.row(found.place, row).is_none() =>
            {
                Tri::Unknown
            }
            _ => Tri::True,
        }
    }

    fn in_table(&self, table: &'a Table, value: &str) -> Tri {
        match table {
            Table::System(system) => Tri::from(system.contains(value)),
            Table::Ranges(ranges) => Tri::from(ranges.contains(value)),
            Table::Codes(codes) => Tri::from(codes.contains(value)),
            Table::Dictionary(dictionary) => Tri::from(dictionary.contains(value)),
            Table::External(name) => {
                let answer = self.input.tables.contains(name, value);
                if answer.is_none() {
                    self.note(Need::Table(name));
                }
                Tri::from(answer)
            }
        }
    }

    fn is_repeated(&'a self, rows: &'a Rows, fields: &'a [Field]) -> bool {
        let mut found = false;
        self.each_repetition(rows, fields, |_| {
            found = true;
            false
        });
        found
    }

    /// Calls `found` with every row that repeats an earlier one, until it answers false.
    pub(super) fn each_repetition(
        &'a self,
        rows: &'a Rows,
        fields: &'a [Field],
        mut found: impl FnMut(&'a Row) -> bool,
    ) {
        let complete = |row: &&'a Row| !fields.iter().any(|field| row.is_blank(*field));
        let key = |row: &'a Row| fields.iter().map(|field| row.text(*field));
        if self.list().rows(rows.set.node()).len() <= PAIRWISE {
            for (position, later) in self.rows(rows).filter(complete).enumerate() {
                let mut earlier = self.rows(rows).filter(complete).take(position);
                if earlier.any(|earlier| key(earlier).eq(key(later))) && !found(later) {
                    return;
                }
            }
            return;
        }
        let mut seen = HashSet::new();
        for row in self.rows(rows).filter(complete) {
            let values: Vec<Option<&str>> = key(row).collect();
            if !seen.insert(values) && !found(row) {
                return;
            }
        }
    }
}

/// `and` and `or`, `all` and `any`: the deciding value if a part has it, else
/// unknown if a part is, else the other.
fn settle(parts: impl Iterator<Item = Tri>, deciding: Tri, otherwise: Tri) -> Tri {
    let mut unknown = false;
    for part in parts {
        if part == deciding {
            return deciding;
        }
        unknown |= part == Tri::Unknown;
    }
    if unknown { Tri::Unknown } else { otherwise }
}
