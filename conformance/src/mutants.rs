//! The list of mutants (`mutants.toml`) fits the source as it stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::Deserialize;

use crate::case::load_all;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Mutant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    name: String,
    what: String,
    file: String,
    search: String,
    replace: String,
    killed_by: String,
    #[serde(default)]
    broad: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toothless {
    toothless: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    cases: Vec<String>,
    reason: String,
}

impl Mutant {
    /// What stands before the expression, the expression, and what stands behind it.
    fn parts(&self) -> (&str, &str, &str) {
        let Some((before, rest)) = self.search.split_once('«') else {
            return ("", &self.search, "");
        };
        let (marked, after) = rest.split_once('»').unwrap();
        assert!(!after.contains(['«', '»']), "{}: one mark", self.name);
        (before, marked, after)
    }
}

#[test]
fn every_mutant_can_be_planted_and_names_a_case_that_must_notice() {
    let file: File = toml::from_str(include_str!("../mutants.toml")).unwrap();
    assert!(file.mutant.len() >= 40, "{}", file.mutant.len());
    let cases: BTreeSet<String> = load_all().unwrap().into_iter().map(|c| c.id).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
    // The spans that are planted in a file, by mutant.
    type Spans = Vec<(String, (usize, usize))>;
    let mut places: BTreeMap<String, Spans> = BTreeMap::new();
    for mutant in file.mutant {
        let name = &mutant.name;
        assert!(names.insert(name.clone()), "{name} stands twice");
        assert!(mutant.what.contains(" / "), "{name}: both languages");
        assert!(
            cases.contains(&mutant.killed_by),
            "{name}: no case {}",
            mutant.killed_by
        );
        let text = fs::read_to_string(root.join(&mutant.file)).unwrap();
        let (before, marked, after) = mutant.parts();
        let found: Vec<_> = text
            .match_indices(&[before, marked, after].concat())
            .map(|(at, _)| at + before.len())
            .collect();
        assert_eq!(found.len(), 1, "{name}: its text");
        assert_ne!(marked, mutant.replace, "{name}");
        let span = (found[0], found[0] + marked.len());
        for (other, (from, to)) in places.entry(mutant.file.clone()).or_default().iter() {
            assert!(
                span.1 <= *from || *to <= span.0,
                "{name} and {other} change the same expression"
            );
        }
        places
            .entry(mutant.file.clone())
            .or_default()
            .push((name.clone(), span));
    }
}

#[test]
fn what_is_known_of_the_cases_teeth_is_not_stale() {
    let file: File = toml::from_str(include_str!("../mutants.toml")).unwrap();
    let narrow = |name: &str| file.mutant.iter().any(|m| m.name == name && !m.broad);
    let cases: BTreeSet<String> = load_all().unwrap().into_iter().map(|c| c.id).collect();
    let mut biting = BTreeSet::new();
    for record in csv::Reader::from_reader(&include_bytes!("../teeth.csv")[..]).records() {
        let record = record.unwrap();
        assert!(cases.contains(&record[0]), "no case {}", &record[0]);
        assert!(
            narrow(&record[1]),
            "{}: no mutant {}",
            &record[0],
            &record[1]
        );
        biting.insert(record[0].to_owned());
    }
    let blunt: Toothless = toml::from_str(include_str!("../toothless.toml")).unwrap();
    for entry in blunt.toothless {
        assert!(entry.reason.contains(" / "), "{}", entry.reason);
        for case in entry.cases {
            assert!(cases.contains(&case), "no case {case}");
            assert!(!biting.contains(&case), "{case} does notice a mutant");
        }
    }
}
