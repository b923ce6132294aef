//! `cc.txt`: which diagnoses are complications.

use super::SchemeSource;
use super::definition::{bad_heading, not_there, note_repeated};
use super::lists::sections;
use crate::scheme::{Interner, SchemeError};
use foldhash::fast::FixedState;
use std::collections::HashSet;

/// Complications of one severity and one exclusion set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// MCC rather than CC.
    pub(crate) major: bool,
    /// Name of the set of principal diagnoses that exclude them.
    pub(crate) exclusions: String,
}

/// What `cc.txt` says of diagnoses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Complications {
    kinds: Vec<Kind>,
    /// By diagnosis id, 1 + the place of its kind; 0 for none. May end early.
    kind_of: Vec<u16>,
}

impl Complications {
    /// Reads the file over what the base says.
    pub(super) fn read(
        &mut self,
        source: &SchemeSource,
        diagnoses: &mut Interner,
        repeated: &mut Vec<(String, String)>,
    ) -> Result<(), SchemeError> {
        const FILE: &str = "cc.txt";
        let mut assigned: HashSet<u32, FixedState> = HashSet::default();
        for mut section in sections(FILE, source.text(FILE))? {
            note_repeated(&mut section, "CC", repeated);
            let kind = match section.heading.as_slice() {
                ["removed"] => None,
                [severity @ ("MCC" | "CC"), exclusions] => {
                    Some(self.kind(*severity == "MCC", exclusions, section.line)?)
                }
                _ => return Err(bad_heading(FILE, section.line)),
            };
            for (id, code) in diagnoses
                .intern_all(&section.codes)
                .iter()
                .zip(section.codes)
            {
                // Under two headings the last one counts; lint tells.
                if kind.is_some() && !assigned.insert(*id) {
                    repeated.push(("CC".to_owned(), code.to_owned()));
                }
                let before = self.set(*id, kind.unwrap_or(0));
                if kind.is_none() && before == 0 {
                    return Err(not_there(FILE, section.line, code));
                }
            }
        }
        Ok(())
    }

    /// 1 + the place of a kind, new if need be.
    fn kind(&mut self, major: bool, exclusions: &str, line: u64) -> Result<u16, SchemeError> {
        let same = |kind: &Kind| kind.major == major && kind.exclusions == exclusions;
        let place = self.kinds.iter().position(same).unwrap_or_else(|| {
            self.kinds.push(Kind {
                major,
                exclusions: exclusions.to_owned(),
            });
            self.kinds.len() - 1
        });
        u16::try_from(place + 1).map_err(|_| {
            SchemeError::source("cc.txt", line, "排除表过多", "too many exclusion sets")
        })
    }

    /// Assigns a kind and returns the one before.
    fn set(&mut self, id: u32, kind: u16) -> u16 {
        let place = usize::try_from(id).unwrap_or(usize::MAX);
        if self.kind_of.len() <= place {
            self.kind_of.resize(place.saturating_add(1), 0);
        }
        let slot = self.kind_of.get_mut(place);
        slot.map_or(0, |slot| std::mem::replace(slot, kind))
    }

    /// The kinds in use, and by diagnosis id 1 + the place among them; a local
    /// scheme may have emptied a kind of its base.
    pub(crate) fn in_use(&self) -> (Vec<Kind>, Vec<u16>) {
        let mut kinds = Vec::new();
        let mut places = vec![0_u16; self.kinds.len() + 1];
        let kind_of = self.kind_of.iter().map(|kind| {
            let kind = usize::from(*kind);
            let known = kind.checked_sub(1).and_then(|at| self.kinds.get(at));
            match (known, places.get_mut(kind)) {
                (Some(known), Some(place)) => {
                    if *place == 0 {
                        kinds.push(known.clone());
                        *place = u16::try_from(kinds.len()).unwrap_or(u16::MAX);
                    }
                    *place
                }
                _ => 0,
            }
        });
        let kind_of = kind_of.collect();
        (kinds, kind_of)
    }
}
