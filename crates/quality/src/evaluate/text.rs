//! Texts.

use chs_model::fields::{diseinfo, oprninfo};
use chs_model::icd::IcdCode;

use super::context::{At, Here};
use super::{Context, Need};
use crate::tables::{Attribute, CodeSystem};
use crate::typed::{Lookup, LookupTable, Text};

impl<'a> Context<'a> {
    /// A text; nothing where the value is blank.
    pub(crate) fn text(&self, text: &'a Text, at: At<'a>) -> Option<&'a str> {
        match text {
            Text::Literal(literal) => Some(literal),
            Text::Field(found) => self.field(*found, at),
            Text::Member(member, nesting) => self.member(*member, *nesting, at),
            Text::Value(nesting) => match at.nested(*nesting) {
                Here::Value(_, value) if !value.trim().is_empty() => Some(value),
                _ => None,
            },
            Text::Slice(inner, from, length) => slice(self.text(inner, at)?, *from, *length),
            Text::BeforePlus(inner) => {
                let value = self.text(inner, at)?;
                Some(value.split_once('+').map_or(value, |(before, _)| before))
            }
            Text::AfterPlus(inner) => {
                let (_, after) = self.text(inner, at)?.split_once('+')?;
                Some(after.trim_end_matches('*'))
            }
            Text::WithoutStar(inner) => Some(self.text(inner, at)?.trim_end_matches('*')),
            Text::Name(system @ (CodeSystem::Diagnoses | CodeSystem::Procedures), inner) => {
                self.entry(*system, inner, at)?.map(|entry| entry.name)
            }
            Text::Name(system, inner) => system.text(self.text(inner, at)?),
            Text::Attribute(lookup) => self.attribute(lookup, at),
        }
    }

    /// The entry of the code that a text is; outside nothing where the text is blank. The
    /// codes of the list's rows are asked for by many rules, and looked up once.
    pub(super) fn entry(
        &self,
        system: CodeSystem,
        text: &'a Text,
        at: At<'a>,
    ) -> Option<Option<&'static IcdCode>> {
        let code = self.text(text, at)?;
        let own = match system {
            CodeSystem::Diagnoses => diseinfo::DIAG_CODE,
            _ => oprninfo::OPRN_OPRT_CODE,
        };
        if let Text::Field(found) = text
            && found.field == own
            && let Some(row) = self.row(found.place, at)
            && let Some(entry) = self.entries(system).get(row.index())
        {
            return Some(*entry);
        }
        Some(system.find(code))
    }

    fn attribute(&self, lookup: &'a Lookup, at: At<'a>) -> Option<&'a str> {
        let key = self.text(&lookup.key, at)?;
        let table = match &lookup.table {
            LookupTable::Carried(entries) => {
                return entries
                    .get(key)?
                    .get(&lookup.attribute)
                    .map(|value| &**value);
            }
            LookupTable::External(table) => *table,
        };
        let on = match &lookup.on {
            Some(on) => Some(self.moment(on, at)?.date()),
            None => None,
        };
        let tables = self.input.tables;
        match tables.attribute(table.name, key, on, &lookup.attribute) {
            Attribute::Is(value) => Some(value),
            Attribute::None => None,
            Attribute::NotLoaded => {
                self.note(Need::Table(table));
                None
            }
        }
    }
}

/// So many characters from one on; a shorter text as far as it goes.
fn slice(text: &str, from: usize, length: usize) -> Option<&str> {
    let start = match from {
        0 => 0,
        _ => text.char_indices().nth(from)?.0,
    };
    let rest = text.get(start..)?;
    match rest.char_indices().nth(length) {
        Some((end, _)) => rest.get(..end),
        None => Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::slice;

    #[test]
    fn slices_by_characters() {
        assert_eq!(slice("甲乙丙", 0, 2), Some("甲乙"));
        assert_eq!(slice("甲", 0, 3), Some("甲"));
        assert_eq!(slice("H61040100001", 1, 4), Some("6104"));
        assert_eq!(slice("甲", 2, 1), None);
    }
}
