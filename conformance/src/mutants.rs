//! The list of mutants (`mutants.toml`) fits the source as it stands.

use std::{collections::BTreeSet, fs, path::Path};

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
}

#[test]
fn every_mutant_can_be_planted_and_names_a_case_that_must_notice() {
    let file: File = toml::from_str(include_str!("../mutants.toml")).unwrap();
    assert!(file.mutant.len() >= 40, "{}", file.mutant.len());
    let cases: BTreeSet<String> = load_all().unwrap().into_iter().map(|c| c.id).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
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
        assert_eq!(text.matches(&mutant.search).count(), 1, "{name}");
        assert_ne!(mutant.search, mutant.replace, "{name}");
    }
}
