//! Codes that must not stand together, or not without another: one form for mutually
//! exclusive codes, combinations with a code of their own, and companions that are due.

use serde::Deserialize;

use super::CodeRanges;

/// Most parts in one table: they are marked in a fixed number of bits.
const MAX_PARTS: usize = 256;

/// A table of combinations over one or two sequences of codes.
#[derive(Debug)]
pub(crate) struct Combinations {
    parts: Vec<Part>,
    entries: Vec<Entry>,
    /// Parts of diagnoses, and of procedures, by the first byte that their codes can have.
    by_lead: [Vec<Vec<usize>>; 2],
}

#[derive(Debug)]
struct Part {
    system: System,
    ranges: CodeRanges,
}

/// True where every part of the first is found and none of the second.
#[derive(Debug)]
struct Entry {
    found: Vec<usize>,
    missing: Vec<usize>,
}

/// Which codes a part speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Diagnosis,
    Procedure,
}

/// One entry as written: `{ op = ["47.0"], no_dx = ["K35-K38"] }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    dx: Vec<String>,
    #[serde(default)]
    op: Vec<String>,
    #[serde(default)]
    no_dx: Vec<String>,
    #[serde(default)]
    no_op: Vec<String>,
}

/// The parts that were found among the codes.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    bits: [u64; MAX_PARTS / 64],
    any: bool,
}

impl Marks {
    fn set(&mut self, part: usize) {
        if let Some(word) = self.bits.get_mut(part / 64) {
            *word |= 1 << (part % 64);
            self.any = true;
        }
    }

    fn has(&self, part: &usize) -> bool {
        let word = self.bits.get(part / 64);
        word.is_some_and(|word| word >> (part % 64) & 1 == 1)
    }
}

impl Combinations {
    /// Builds the table.
    ///
    /// # Errors
    /// The first range that is none, or too many parts.
    pub(super) fn build(written: Vec<Written>) -> Result<Self, String> {
        let mut table = Self {
            parts: Vec::new(),
            entries: Vec::new(),
            by_lead: [vec![Vec::new(); 128], vec![Vec::new(); 128]],
        };
        for entry in written {
            let mut found = table.add(System::Diagnosis, &entry.dx)?;
            found.extend(table.add(System::Procedure, &entry.op)?);
            let mut missing = table.add(System::Diagnosis, &entry.no_dx)?;
            missing.extend(table.add(System::Procedure, &entry.no_op)?);
            table.entries.push(Entry { found, missing });
        }
        if table.parts.len() > MAX_PARTS {
            return Err(format!("more than {MAX_PARTS} parts"));
        }
        Ok(table)
    }

    fn add(&mut self, system: System, texts: &[String]) -> Result<Vec<usize>, String> {
        let mut added = Vec::new();
        for text in texts {
            let ranges = CodeRanges::parse(text)?;
            let part = self.parts.len();
            let [diagnoses, procedures] = &mut self.by_lead;
            let by_lead = match system {
                System::Diagnosis => diagnoses,
                System::Procedure => procedures,
            };
            for (lead, parts) in (0_u8..).zip(by_lead) {
                if ranges.can_begin_with(lead) {
                    parts.push(part);
                }
            }
            self.parts.push(Part { system, ranges });
            added.push(part);
        }
        Ok(added)
    }

    /// Marks the parts that a code belongs to.
    pub(crate) fn mark(&self, system: System, code: &str, marks: &mut Marks) {
        let [diagnoses, procedures] = &self.by_lead;
        let by_lead = match system {
            System::Diagnosis => diagnoses,
            System::Procedure => procedures,
        };
        for piece in code.splitn(2, '+') {
            let lead = piece.bytes().next().map_or(0, usize::from);
            let piece = super::ranges::Part::of(piece);
            for part in by_lead.get(lead).into_iter().flatten() {
                let known = self.parts.get(*part);
                if known.is_some_and(|known| known.ranges.holds(&piece)) {
                    marks.set(*part);
                }
            }
        }
    }

    fn holding<'t>(&'t self, marks: &'t Marks) -> impl Iterator<Item = &'t Entry> {
        let entries = self.entries.iter().filter(|_| marks.any);
        entries.filter(|entry| {
            entry.found.iter().all(|part| marks.has(part))
                && !entry.missing.iter().any(|part| marks.has(part))
        })
    }

    /// Whether an entry holds.
    pub(crate) fn holds(&self, marks: &Marks) -> bool {
        self.holding(marks).next().is_some()
    }

    /// Whether a code had a part in an entry that holds.
    pub(crate) fn involves(&self, system: System, code: &str, marks: &Marks) -> bool {
        self.holding(marks).any(|entry| {
            entry.found.iter().any(|part| {
                let known = self.parts.get(*part);
                known.is_some_and(|known| known.system == system && known.ranges.contains(code))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Combinations, Marks, System, Written};

    fn table(text: &str) -> Combinations {
        #[derive(serde::Deserialize)]
        struct File {
            combinations: Vec<Written>,
        }
        let file: File = toml::from_str(text).unwrap();
        Combinations::build(file.combinations).unwrap()
    }

    #[test]
    fn present_and_missing_parts() {
        let table = table(
            r#"combinations = [{ dx = ["E10", "E11"] }, { op = ["47.0"], no_dx = ["K35-K38,C18.1"] }]"#,
        );
        let holds = |dx: &[&str], op: &[&str]| {
            let mut marks = Marks::default();
            dx.iter()
                .for_each(|code| table.mark(System::Diagnosis, code, &mut marks));
            op.iter()
                .for_each(|code| table.mark(System::Procedure, code, &mut marks));
            table.holds(&marks)
        };
        assert!(holds(&["E10.900", "E11.900"], &[]));
        assert!(!holds(&["E10.900", "E12.900"], &["48.0100"]));
        assert!(holds(&["I10.x00"], &["47.0100"]));
        assert!(!holds(&["K35.300"], &["47.0100"]));
        assert!(!holds(&[], &[]));
        assert!(!holds(&["病", ""], &["é"]));
    }
}
