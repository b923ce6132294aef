//! Conditions.

use chs_model::fields::diseinfo;
use chs_model::{Field, Node, Row};

use super::context::{At, Here};
use super::{Context, Need, Tri};
use crate::tables::{Attribute, CodeSystem, Combinations, External, Marks, System, Table};
use crate::typed::{Cond, Place, RowSet, Rows, Source, Text};

/// The scheme's exclusions of complications.
const EXCLUSIONS: External = External {
    name: "cce",
    shown: "table cce",
};
/// The procedures that take part in grouping.
const VALID: External = External {
    name: "ss_valid",
    shown: "table ss_valid",
};

impl<'a> Context<'a> {
    /// Whether a condition holds, in a row where it stands inside a row set.
    pub(crate) fn condition(&'a self, cond: &'a Cond, at: At<'a>) -> Tri {
        match cond {
            Cond::Constant(value) => Tri::from(*value),
            Cond::Certain(inner) => self.certain(inner, at),
            Cond::And(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, at));
                settle(parts, Tri::False)
            }
            Cond::Or(parts) => {
                let parts = parts.iter().map(|part| self.condition(part, at));
                settle(parts, Tri::True)
            }
            Cond::Xor(left, right) => self.condition(left, at).xor(self.condition(right, at)),
            Cond::Not(inner) => !self.condition(inner, at),
            Cond::Blank(text) => self.blank(text, at),
            Cond::Numbers(left, operator, right) => {
                let pair = self.number(left, at).zip(self.number(right, at));
                Tri::from(pair.map(|(left, right)| operator.holds(left.cmp(&right))))
            }
            Cond::Moments(left, operator, right) => {
                let pair = self.moment(left, at).zip(self.moment(right, at));
                Tri::from(pair.map(|(left, right)| operator.holds(left.compare(right))))
            }
            Cond::SameText(left, right) => {
                let pair = self.text(left, at).zip(self.text(right, at));
                Tri::from(pair.map(|(left, right)| left == right))
            }
            Cond::InCodes(text, codes) => self.asked(text, at, |value| codes.contains(value)),
            Cond::InRanges(text, ranges) => self.asked(text, at, |value| ranges.contains(value)),
            Cond::InTable(
                text,
                Table::System(system @ (CodeSystem::Diagnoses | CodeSystem::Procedures)),
            ) => Tri::from(self.entry(*system, text, at).map(|entry| entry.is_some())),
            Cond::InTable(text, table) => match self.text(text, at) {
                Some(value) => self.in_table(table, value),
                None => Tri::Unknown,
            },
            Cond::OneOf(number, members) => Tri::from(
                self.number(number, at)
                    .map(|value| members.contains(&value)),
            ),
            Cond::Between(number, low, high) => {
                let bounds = self.number(low, at).zip(self.number(high, at));
                let pair = self.number(number, at).zip(bounds);
                Tri::from(pair.map(|(value, (low, high))| low <= value && value <= high))
            }
            Cond::Match(text, pattern) => self.asked(text, at, |value| pattern.is_match(value)),
            Cond::StartsWith(text, words) => self.asked(text, at, |value| words.begin(value)),
            Cond::EndsWith(text, words) => self.asked(text, at, |value| {
                words.iter().any(|word| value.ends_with(&**word))
            }),
            Cond::Contains(text, words) => self.asked(text, at, |value| {
                words.iter().any(|word| value.contains(&**word))
            }),
            Cond::Any(rows, holds) if self.none_can(rows, holds) => Tri::False,
            Cond::Any(rows, holds) => self.settle_rows(rows, holds, at, Tri::True),
            Cond::All(rows, holds) => self.settle_rows(rows, holds, at, Tri::False),
            Cond::Repeated(rows, fields) => Tri::from(self.is_repeated(rows, fields, at)),
            Cond::Overlapping(rows, from, to) => {
                self.over(rows, Tri::from(self.overlapping(rows, from, to, at)))
            }
            Cond::Asks(question, text) => self.asked(text, at, |value| question.answer(value)),
            Cond::Flag(text) => self.flag(text, at),
            Cond::SameName(left, right) => {
                let pair = self.text(left, at).zip(self.text(right, at));
                Tri::from(pair.map(|(left, right)| same_name(left, right)))
            }
            Cond::Lists(list, item) => {
                let pair = self.text(list, at).zip(self.text(item, at));
                Tri::from(pair.map(|(list, item)| items(list).any(|one| one == item)))
            }
            Cond::Combined(table, codes) => Tri::from(table.holds(&self.marks(table, codes, at))),
            Cond::AgeUnlikely(text, bands) => {
                let (days, years) = self.age();
                let pair = self.text(text, at).zip(days.zip(years));
                Tri::from(pair.map(|(code, (days, years))| bands.outside(code, days, years)))
            }
            Cond::Excluded(code, principal) => {
                let pair = self.text(code, at).zip(self.text(principal, at));
                pair.map_or(Tri::Unknown, |(code, principal)| {
                    self.told(self.input.tables.excluded(code, principal), EXCLUSIONS)
                })
            }
            Cond::Surgery(text) => {
                let code = self.text(text, at);
                code.map_or(Tri::Unknown, |code| self.surgery(code))
            }
            Cond::Grey(system, text) => {
                let entry = self.entry(*system, text, at).flatten();
                Tri::from(entry.map(|entry| entry.grey))
            }
        }
    }

    /// `any` and `all`: the deciding value if a row has it, else unknown if one is, else the
    /// other.
    fn settle_rows(&'a self, rows: &'a Rows, holds: &'a Cond, at: At<'a>, deciding: Tri) -> Tri {
        let holds = |row: At<'a>| self.condition(holds, row);
        match (&rows.source, &rows.filter) {
            // the most frequent by far, without an iterator of many kinds of rows
            (Source::Set(set), None) => {
                let row = |row: &'a Row| {
                    self.visit();
                    holds(at.within(Here::Row(row)))
                };
                match self.set(*set) {
                    Some(told) => settle(told.iter().copied().map(row), deciding),
                    None => {
                        let all = self.list().rows(set.node()).iter();
                        settle(all.filter(|row| set.admits(row)).map(row), deciding)
                    }
                }
            }
            _ => self.over(rows, settle(self.rows(rows, at).map(holds), deciding)),
        }
    }

    /// Whether no diagnosis of the list can be one of those asked for, by the first bytes
    /// of their codes: most rules ask for codes that a list has none of.
    fn none_can(&self, rows: &Rows, holds: &Cond) -> bool {
        let diagnoses = matches!(rows.source, Source::Set(RowSet::Dx | RowSet::Oth));
        diagnoses
            && self.diagnosis_leads().is_some_and(|leads| {
                excludes(holds, leads)
                    || rows
                        .filter
                        .as_deref()
                        .is_some_and(|filter| excludes(filter, leads))
            })
    }

    /// Whether a condition is true for sure; what it lacks is not missed.
    fn certain(&'a self, inner: &'a Cond, at: At<'a>) -> Tri {
        let before = self.doubts();
        let outcome = self.condition(inner, at);
        self.set_doubts(before);
        Tri::from(outcome == Tri::True)
    }

    fn asked(&self, text: &'a Text, at: At<'a>, question: impl Fn(&str) -> bool) -> Tri {
        Tri::from(self.text(text, at).map(question))
    }

    /// Blank is known of every field but one that the layout does not carry, and of
    /// one in a principal row that is not there.
    fn blank(&self, text: &'a Text, at: At<'a>) -> Tri {
        if self.text(text, at).is_some() {
            return Tri::False;
        }
        match text {
            Text::Field(found)
                if self.is_not_carried(found.field) || self.row(found.place, at).is_none() =>
            {
                Tri::Unknown
            }
            Text::Member(member, nesting) if self.record(*member, *nesting, at).is_none() => {
                Tri::Unknown
            }
            Text::Attribute(_) if self.needs_something() => Tri::Unknown,
            _ => Tri::True,
        }
    }

    /// The outcome over rows that may not be known at all.
    fn over(&self, rows: &Rows, outcome: Tri) -> Tri {
        if self.are_known(rows) {
            outcome
        } else {
            Tri::Unknown
        }
    }

    fn flag(&'a self, text: &'a Text, at: At<'a>) -> Tri {
        match self.text(text, at).map(str::trim) {
            Some("true" | "1") => Tri::True,
            Some("false" | "0") => Tri::False,
            _ => Tri::Unknown,
        }
    }

    fn told(&self, answer: Option<bool>, table: External) -> Tri {
        if answer.is_none() {
            self.note(Need::Table(table));
        }
        Tri::from(answer)
    }

    /// By the area's classes of procedures; without them, what counts in grouping is
    /// surgery or therapeutic.
    fn surgery(&self, code: &str) -> Tri {
        let tables = self.input.tables;
        match tables.attribute("op_class", code, None, "class") {
            Attribute::Is(class) => Tri::from(class == "手术"),
            Attribute::None => Tri::Unknown,
            Attribute::NotLoaded => self.told(tables.contains(VALID.name, code), VALID),
        }
    }

    /// The parts of a table of combinations that the codes of the rows belong to.
    pub(super) fn marks(
        &'a self,
        table: &'a Combinations,
        codes: &'a [(Rows, Field)],
        at: At<'a>,
    ) -> Marks {
        let mut marks = Marks::default();
        for (rows, field) in codes {
            for row in self.rows(rows, at).filter_map(|at| at.here.row()) {
                if let Some(code) = row.text(*field) {
                    table.mark(system(row), code, &mut marks);
                }
            }
        }
        marks
    }

    fn in_table(&self, table: &'a Table, value: &str) -> Tri {
        match table {
            Table::System(system) => Tri::from(system.contains(value)),
            Table::Ranges(ranges) => Tri::from(ranges.contains(value)),
            Table::Codes(codes) => Tri::from(codes.contains(value)),
            Table::Dictionary(dictionary) => Tri::from(
                dictionary.contains(value)
                    // lists write `1` where the dictionary pads to `01`
                    || value.len() == 1 && dictionary.contains(&format!("0{value}")),
            ),
            Table::Entries(entries) => Tri::from(entries.contains_key(value)),
            // the compiler lets neither stand where a set of codes is wanted
            Table::Combinations(_) | Table::Ages(_) => Tri::Unknown,
            Table::External(table) => {
                self.told(self.input.tables.contains(table.name, value), *table)
            }
        }
    }
}

/// Whether a condition on a diagnosis is false whichever of the codes with these first
/// bytes it has.
fn excludes(cond: &Cond, leads: u128) -> bool {
    match cond {
        Cond::InRanges(Text::Field(found), ranges) => {
            found.place == Place::Row
                && found.field == diseinfo::DIAG_CODE
                && !ranges.can_begin_with_any(leads)
        }
        Cond::And(parts) => parts.iter().any(|part| excludes(part, leads)),
        _ => false,
    }
}

/// `and` and `or`, `all` and `any`: the deciding value if a part has it, else
/// unknown if a part is, else the other.
#[inline]
fn settle(parts: impl Iterator<Item = Tri>, deciding: Tri) -> Tri {
    let mut unknown = false;
    for part in parts {
        if part == deciding {
            return deciding;
        }
        unknown |= part == Tri::Unknown;
    }
    if unknown { Tri::Unknown } else { !deciding }
}

/// Which codes the rows of a node carry.
pub(super) fn system(row: &Row) -> System {
    match row.node() {
        Node::Oprninfo => System::Procedure,
        _ => System::Diagnosis,
    }
}

/// The items of a text of several, between blanks or semicolons.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split([' ', ';', '；', ',', '，'])
        .filter(|item| !item.is_empty())
}

/// Whether two names are the same but for blanks and full-width forms.
#[must_use]
pub fn same_name(left: &str, right: &str) -> bool {
    left == right || folded(left).eq(folded(right))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    let characters = name.chars().filter(|c| !c.is_whitespace());
    characters.map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => {
            let ascii = u32::from(c) - 0xFEE0;
            char::from_u32(ascii).unwrap_or(c)
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::{items, same_name};

    #[test]
    fn names_and_items() {
        assert!(same_name("急性 阑尾炎（伴穿孔）", "急性阑尾炎(伴穿孔)"));
        assert!(!same_name("急性阑尾炎", "阑尾炎"));
        assert_eq!(
            items("C50; C51 C52,").collect::<Vec<_>>(),
            ["C50", "C51", "C52"]
        );
    }
}
