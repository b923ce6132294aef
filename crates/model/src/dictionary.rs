//! The code dictionaries of the interface specification.
//!
//! Source: Hunan interface specification V1.1.27 (2024-10), chapter 6, and the
//! notes in `data/README.md`. Dictionaries whose values were never published are
//! not here.

use std::sync::LazyLock;

/// A dictionary: an id as the field tables cite it, and its codes.
#[derive(Debug)]
pub struct Dictionary {
    id: &'static str,
    cn_name: &'static str,
    values: Vec<DictionaryValue>,
}

/// One code of a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DictionaryValue {
    /// The code as it is sent.
    pub code: &'static str,
    /// The Chinese name.
    pub name: &'static str,
}

/// The dictionary of that id, for example `gend`.
#[must_use]
pub fn get(id: &str) -> Option<&'static Dictionary> {
    let at = DICTIONARIES
        .binary_search_by(|dictionary| dictionary.id.cmp(id))
        .ok()?;
    DICTIONARIES.get(at)
}

/// All dictionaries, by id.
#[must_use]
pub fn all() -> &'static [Dictionary] {
    &DICTIONARIES
}

impl Dictionary {
    /// The id as the field tables cite it.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The Chinese name of the dictionary.
    #[must_use]
    pub fn cn_name(&self) -> &'static str {
        self.cn_name
    }

    /// Whether the dictionary has that code.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.name(code).is_some()
    }

    /// The Chinese name of a code.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&'static str> {
        let at = self
            .values
            .binary_search_by(|value| value.code.cmp(code))
            .ok()?;
        self.values.get(at).map(|value| value.name)
    }

    /// The codes in ASCII order.
    #[must_use]
    pub fn values(&self) -> &[DictionaryValue] {
        &self.values
    }
}

/// Lines of dictionary, its name, code and name, sorted by dictionary and code.
static DICTIONARIES: LazyLock<Vec<Dictionary>> = LazyLock::new(|| {
    let mut dictionaries: Vec<Dictionary> = Vec::with_capacity(128);
    for line in include_str!("../data/dictionaries.tsv").lines() {
        let mut columns = line.split('\t');
        let (Some(id), Some(cn_name), Some(code), Some(name)) = (
            columns.next(),
            columns.next(),
            columns.next(),
            columns.next(),
        ) else {
            continue;
        };
        let value = DictionaryValue { code, name };
        match dictionaries.last_mut() {
            Some(last) if last.id == id => last.values.push(value),
            _ => dictionaries.push(Dictionary {
                id,
                cn_name,
                values: vec![value],
            }),
        }
    }
    dictionaries
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{all, get};

    #[test]
    fn the_data_file_is_sorted_and_whole() {
        let lines = include_str!("../data/dictionaries.tsv").lines().count();
        assert_eq!(
            all()
                .iter()
                .map(|dictionary| dictionary.values().len())
                .sum::<usize>(),
            lines
        );
        assert!(all().is_sorted_by(|a, b| a.id() < b.id()));
        for dictionary in all() {
            assert!(
                dictionary.values().is_sorted_by(|a, b| a.code < b.code),
                "{}",
                dictionary.id()
            );
            assert!(
                dictionary
                    .values()
                    .iter()
                    .all(|value| !value.name.is_empty())
            );
        }
        assert!(all().len() >= 106);
    }

    #[test]
    fn codes_have_names() {
        let dscg_way = get("dscg_way").unwrap();
        assert_eq!(dscg_way.cn_name(), "离院方式");
        assert_eq!(dscg_way.name("5"), Some("死亡"));
        assert!(!dscg_way.contains("6"));
        assert_eq!(
            get("naty").unwrap().name("1"),
            get("naty").unwrap().name("01")
        );
        assert!(get("nowhere").is_none());
    }
}
