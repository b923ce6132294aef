//! The cells of a catalogue: lists of diagnoses, combinations of procedures, spans.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is wrong with a cell, in Chinese and in English.
pub(crate) type Wrong = (String, String);

/// Named lists of codes (`lists.csv`), for `@name` in cells.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// One item of a diagnosis cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Diagnosis {
    /// `K`, `K3`, `K35` or `K35.1`: codes that begin so.
    Prefix(String),
    /// A code of more than five characters: that code alone.
    Whole(String),
    /// `A00-B99` or `D37.0-D48.9`: the prefixes between, both ends included.
    Range(Vec<String>),
}

/// What a procedure cell asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Procedures {
    /// `*`: whatever the procedures.
    Any,
    /// `-` or `保守治疗`: conservative treatment.
    Conservative,
    /// Alternatives of parts of codes: one alternative's parts, each by one of its codes.
    Combinations(Vec<Vec<Vec<Procedure>>>),
}

/// A procedure code, or with `*` at its end the codes that begin so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Procedure {
    Whole(String),
    Prefix(String),
}

/// Whole numbers from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// The least.
    pub from: u32,
    /// The greatest.
    pub to: u32,
}

impl Span {
    /// Whether the number lies in it.
    #[must_use]
    pub const fn contains(self, number: u32) -> bool {
        self.from <= number && number <= self.to
    }

    /// Reads `0-28`, `29-`, `-28` or `5`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str, missing| match text.trim() {
            "" => Some(missing),
            text => text.parse().ok(),
        };
        let text = text.trim();
        let span = match text.split_once(['-', '~']) {
            Some((from, to)) => Self {
                from: number(from, 0)?,
                to: number(to, u32::MAX)?,
            },
            None => {
                let number = text.parse().ok()?;
                Self {
                    from: number,
                    to: number,
                }
            }
        };
        (span.from <= span.to
            && span
                != Self {
                    from: 0,
                    to: u32::MAX,
                })
        .then_some(span)
    }
}

/// Reads a diagnosis cell; items stand apart by blanks or any of `| / , ; ， ； 、`.
pub(crate) fn diagnoses(cell: &str, lists: &Lists) -> Result<Vec<Diagnosis>, Wrong> {
    let apart = |sign: char| sign.is_whitespace() || "|/,;，；、".contains(sign);
    let mut items = Vec::new();
    for item in cell.split(apart).filter(|item| !item.is_empty()) {
        match item.strip_prefix('@') {
            Some(name) => {
                for code in list(lists, name)? {
                    items.push(diagnosis(code)?);
                }
            }
            None => items.push(diagnosis(item)?),
        }
    }
    Ok(items)
}

fn diagnosis(item: &str) -> Result<Diagnosis, Wrong> {
    if let Some((from, to)) = item.split_once(['-', '~']) {
        return range(from, to)
            .map(Diagnosis::Range)
            .ok_or_else(|| wrong("诊断范围有误", "not a range of diagnoses", item));
    }
    if let Some(prefix) = prefix(item) {
        return Ok(Diagnosis::Prefix(prefix));
    }
    let begins = item.get(..5).and_then(prefix);
    if item.len() > 5 && begins.is_some() && item.is_ascii() {
        return Ok(Diagnosis::Whole(item.to_owned()));
    }
    Err(wrong("不是诊断编码", "not a diagnosis", item))
}

/// `K`, `K3`, `K35`, `K35.1` or `K351` as a prefix of codes.
pub(crate) fn prefix(text: &str) -> Option<String> {
    let fits = match text.as_bytes() {
        [letter] => letter.is_ascii_uppercase(),
        [letter, a] => letter.is_ascii_uppercase() && a.is_ascii_digit(),
        [letter, a, b] => is_category(*letter, *a, *b),
        [letter, a, b, b'.', last] => is_category(*letter, *a, *b) && is_fourth(*last),
        [letter, a, b, last] if is_category(*letter, *a, *b) && is_fourth(*last) => {
            let (category, last) = text.split_at_checked(3)?;
            return Some(format!("{category}.{last}"));
        }
        _ => false,
    };
    fits.then(|| text.to_owned())
}

fn is_category(letter: u8, a: u8, b: u8) -> bool {
    letter.is_ascii_uppercase() && a.is_ascii_digit() && b.is_ascii_digit()
}

fn is_fourth(last: u8) -> bool {
    last.is_ascii_digit() || last == b'x'
}

/// The prefixes between two categories, or between two subcategories.
fn range(from: &str, to: &str) -> Option<Vec<String>> {
    let (from, to) = (prefix(from.trim())?, prefix(to.trim())?);
    let (first, last) = (number(from.get(..3)?)?, number(to.get(..3)?)?);
    let categories = (first..=last).filter_map(category);
    let between: Vec<String> = match (from.get(3..), to.get(3..)) {
        (Some(""), Some("")) => categories.collect(),
        (Some(low), Some(high)) if !low.is_empty() && !high.is_empty() => {
            // `x` stands where a category has no subcategories: I10.x is all of I10.
            let rank = |tail: &str| tail.replace('x', "0");
            let (low, high) = (rank(low), rank(high));
            let tails = [
                ".0", ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9", ".x",
            ];
            categories
                .flat_map(|category| tails.map(|tail| (category.clone(), tail)))
                .filter(|(category, tail)| {
                    let tail = rank(tail);
                    (from.get(..3) != Some(category) || tail >= low)
                        && (to.get(..3) != Some(category) || tail <= high)
                })
                .map(|(category, tail)| category + tail)
                .collect()
        }
        _ => return None,
    };
    (!between.is_empty()).then_some(between)
}

/// The place of a category among all: A00 is 0, Z99 is 2599.
fn number(category: &str) -> Option<u32> {
    let [letter, a, b] = category.as_bytes() else {
        return None;
    };
    let digits = u32::from(*a).checked_sub(48)? * 10 + u32::from(*b).checked_sub(48)?;
    Some(u32::from(*letter).checked_sub(65)? * 100 + digits)
}

fn category(number: u32) -> Option<String> {
    let letter = char::from_u32(65 + number / 100)?;
    Some(format!("{letter}{:02}", number % 100))
}

/// Reads a procedure cell: alternatives apart by any of `| , ; ， ； 、` or a line end,
/// their parts joined by `+`, the codes of a part apart by `/`.
pub(crate) fn procedures(cell: &str, lists: &Lists) -> Result<Procedures, Wrong> {
    match cell.trim() {
        "*" => return Ok(Procedures::Any),
        "-" | "保守治疗" | "conservative" => return Ok(Procedures::Conservative),
        _ => {}
    }
    let apart = |sign: char| "|,;，；、\r\n".contains(sign);
    let alternatives = cell.split(apart).filter(|text| !text.trim().is_empty());
    let alternatives = alternatives.map(|alternative| {
        let parts = alternative
            .split('+')
            .map(|part| part_codes(part, lists))
            .collect::<Result<Vec<_>, Wrong>>()?;
        // Twice the same part is one part: it must not outrank by its number.
        let mut different: Vec<Vec<Procedure>> = Vec::with_capacity(parts.len());
        for part in parts {
            if !different.contains(&part) {
                different.push(part);
            }
        }
        Ok(different)
    });
    Ok(Procedures::Combinations(
        alternatives.collect::<Result<_, Wrong>>()?,
    ))
}

fn part_codes(part: &str, lists: &Lists) -> Result<Vec<Procedure>, Wrong> {
    let mut codes = Vec::new();
    for code in part.split('/').map(str::trim) {
        match code.strip_prefix('@') {
            Some(name) => {
                for code in list(lists, name)? {
                    codes.push(procedure(code)?);
                }
            }
            None => codes.push(procedure(code)?),
        }
    }
    codes.sort();
    codes.dedup();
    Ok(codes)
}

/// Reads one procedure code, or a prefix with `*` at its end.
pub(crate) fn procedure(text: &str) -> Result<Procedure, Wrong> {
    let (code, is_prefix) = match text.strip_suffix('*') {
        Some(code) => (code, true),
        None => (text, false),
    };
    let fits = code
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'x');
    let begins = code
        .get(..2)
        .is_some_and(|two| two.bytes().all(|b| b.is_ascii_digit()));
    if !fits || !begins {
        return Err(wrong("不是手术操作编码", "not a procedure", text));
    }
    let code = code.to_owned();
    Ok(if is_prefix {
        Procedure::Prefix(code)
    } else {
        Procedure::Whole(code)
    })
}

fn list<'l>(lists: &'l Lists, name: &str) -> Result<&'l [String], Wrong> {
    match lists.get(name) {
        Some(codes) => Ok(codes),
        None => Err(wrong(
            "lists.csv 中没有此表",
            "no such list in lists.csv",
            name,
        )),
    }
}

fn wrong(zh: &str, en: &str, what: &str) -> Wrong {
    (format!("{zh}：{what:?}"), format!("{en}: {what:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(cell: &str) -> Vec<String> {
        match diagnoses(cell, &Lists::new())
            .expect("a cell")
            .pop()
            .expect("an item")
        {
            Diagnosis::Range(prefixes) => prefixes,
            Diagnosis::Prefix(prefix) => vec![prefix],
            Diagnosis::Whole(code) => vec![format!("={code}")],
        }
    }

    #[test]
    fn diagnosis_cells_read() {
        assert_eq!(prefixes("K35"), ["K35"]);
        assert_eq!(prefixes("K351"), ["K35.1"]);
        assert_eq!(prefixes("I10x"), ["I10.x"]);
        assert_eq!(prefixes("K35.100"), ["=K35.100"]);
        assert_eq!(prefixes("A01.001+K77.0*"), ["=A01.001+K77.0*"]);
        assert_eq!(prefixes("A98-B01"), ["A98", "A99", "B00", "B01"]);
        assert_eq!(prefixes("K35.8-K36.1").len(), 2 + 3);
        assert!(prefixes("I10.0-I10.9").contains(&"I10.x".to_owned()));
        let lists = Lists::from([("名".to_owned(), vec!["K35".to_owned(), "K36".to_owned()])]);
        let items = diagnoses("A00|B00，@名 C00", &lists).expect("a cell");
        assert_eq!(items.len(), 5);
    }

    #[test]
    fn diagnosis_cells_are_refused() {
        for cell in [
            "k35",
            "K35.",
            "K3501x",
            "35",
            "K36-K35",
            "K35-K36.1",
            "K-L",
            "@没有",
            "K35.1é",
            "霍乱",
        ] {
            assert!(diagnoses(cell, &Lists::new()).is_err(), "{cell}");
        }
    }

    #[test]
    fn procedure_cells_read() {
        let read = |cell| procedures(cell, &Lists::new()).expect("a cell");
        assert_eq!(read(" * "), Procedures::Any);
        assert_eq!(read("保守治疗"), Procedures::Conservative);
        let whole = |code: &str| Procedure::Whole(code.to_owned());
        assert_eq!(
            read("36.0601/36.0700+00.6600 | 36.1*"),
            Procedures::Combinations(vec![
                vec![
                    vec![whole("36.0601"), whole("36.0700")],
                    vec![whole("00.6600")]
                ],
                vec![vec![Procedure::Prefix("36.1".to_owned())]],
            ])
        );
        assert_eq!(
            read("36.0601+36.0601"),
            Procedures::Combinations(vec![vec![vec![whole("36.0601")]]])
        );
        for cell in ["36.06+", "手术", "+36.06", "3", "36.06//36.07", "@没有"] {
            assert!(procedures(cell, &Lists::new()).is_err(), "{cell}");
        }
    }

    #[test]
    fn spans_read() {
        let span = |from, to| Some(Span { from, to });
        assert_eq!(Span::parse("0-28"), span(0, 28));
        assert_eq!(Span::parse(" 29 - "), span(29, u32::MAX));
        assert_eq!(Span::parse("-999"), span(0, 999));
        assert_eq!(Span::parse("7"), span(7, 7));
        for text in ["", "-", "3-2", "a", "1-b", "-1-2"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
