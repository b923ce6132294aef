//! The embedded cases are whole, and their ids are the ones of the lock file.

use std::collections::BTreeMap;

use super::*;
use crate::refusals;

const LOCK: &str = include_str!("../../cases.lock");

/// Lines `ID SLUG`; a line `ID SLUG retired` keeps the id of a case that is gone.
fn lock() -> BTreeMap<String, (String, bool)> {
    let mut ids = BTreeMap::new();
    for line in LOCK
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        let retired = words.get(2) == Some(&"retired");
        let before = ids.insert(words[0].to_owned(), (words[1].to_owned(), retired));
        assert!(before.is_none(), "{} stands twice in cases.lock", words[0]);
    }
    ids
}

#[test]
fn ids_and_slugs_are_the_locked_ones() {
    let mut open = lock();
    for case in load_all().unwrap() {
        let locked = open.remove(&case.id).unwrap_or_else(|| {
            panic!(
                "{} {} is not in cases.lock (or stands twice)",
                case.id, case.slug
            )
        });
        assert_eq!(
            locked,
            (case.slug.clone(), false),
            "{}: ids and slugs never change",
            case.id
        );
    }
    open.retain(|_, (_, retired)| !*retired);
    assert!(
        open.is_empty(),
        "in cases.lock, yet no case: {:?}",
        open.keys()
    );
}

#[test]
fn every_refusal_and_pattern_of_a_case_is_known() {
    let refusals = refusals::load(None).unwrap();
    for case in load_all().unwrap() {
        for step in &case.steps {
            if let Some(name) = &step.expect.refusal {
                assert!(
                    refusals.contains_key(name),
                    "{}: no refusal {name}",
                    case.id
                );
            }
            for pattern in step.expect.headers.values() {
                regex::Regex::new(pattern).unwrap();
            }
        }
    }
}

fn refused(text: &str) -> String {
    parse(text, Profile::Security).unwrap_err()
}

#[test]
fn faulty_case_files_are_refused_with_a_reason() {
    let good = "[[case]]\nid='SEC-900'\nslug='s'\ntitle='t'\ntitle_en='t'\nclauses=['C']\n\
                [[case.step]]\nname='a'\nhttp={method='GET',path='/'}\nexpect.status=200\n";
    assert_eq!(parse(good, Profile::Security).unwrap().len(), 1);
    assert!(refused(&good.replace("SEC-900", "HOS-900")).contains("begin with SEC-"));
    assert!(
        refused(&good.replace("SEC-900", "SEC-900-xxxxxxxxxxxxxxxxxxxxxxxxx"))
            .contains("at most 32")
    );
    assert!(refused(&good.replace("clauses=['C']", "clauses=[]")).contains("clauses"));
    assert!(
        refused(&good.replace("expect.status=200", "expect={}")).contains("exactly one of expect")
    );
    assert!(
        refused(&good.replace("http={method='GET',path='/'}", "again='b'"))
            .contains("no earlier step")
    );
    assert!(
        refused(&good.replace("name='a'", "name='a'\nagain='a'")).contains("exactly one of sealed")
    );
    assert!(refused(&good.replace("name='a'", "name='a'\ntypo=1")).contains("unknown field"));
    assert!(refused(&format!("{good}parallel={{count=2}}\n")).contains("parallel"));
    assert!(
        refused(&format!("{good}check=[{{pointer='/a'}}]\n")).contains("exactly one predicate")
    );
}
