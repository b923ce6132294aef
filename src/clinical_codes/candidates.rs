//! Codes of the insurance edition that come near a code which nobody knows.

use chs_model::icd::{self, IcdCode};
use chs_quality::same_name;

use super::System;

/// Most candidates of one code.
const MOST: usize = 5;
/// A category: what a code is cut down to at most in the search for its neighbours.
const CATEGORY: usize = 3;

/// Code and name of what comes near: first codes of the same name, then those that share
/// the longest beginning, the likest names first.
pub(super) fn of(system: System, code: &str, name: &str) -> Vec<String> {
    let all = match system {
        System::Diagnosis => icd::diagnoses(),
        System::Procedure => icd::procedures(),
    };
    let named = all
        .iter()
        .filter(|known| !name.is_empty() && same_name(known.name, name));
    let mut near: Vec<&IcdCode> = named.take(MOST).collect();
    let mut beside: Vec<&IcdCode> = beside(all, code).iter().collect();
    // a stable sort: of equally like names the lower code comes first
    beside.sort_by_key(|known| std::cmp::Reverse(likeness(known.name, name)));
    for known in beside {
        if near.len() >= MOST {
            break;
        }
        if !near.contains(&known) {
            near.push(known);
        }
    }
    near.iter()
        .map(|known| format!("{} {}", known.code, known.name))
        .collect()
}

/// The codes that share the longest beginning with this one; none where not even the
/// category is known.
fn beside<'s>(all: &'s [IcdCode], code: &str) -> &'s [IcdCode] {
    let ends = code.char_indices().map(|(at, _)| at).skip(CATEGORY);
    let mut ends: Vec<usize> = ends.collect();
    ends.push(code.len());
    for end in ends.into_iter().rev().filter(|end| *end >= CATEGORY) {
        let beginning = code.get(..end).unwrap_or_default();
        let from = all.partition_point(|known| known.code < beginning);
        let same = all.get(from..).unwrap_or_default();
        let count = same.partition_point(|known| known.code.starts_with(beginning));
        if count > 0 {
            return same.get(..count).unwrap_or_default();
        }
    }
    &[]
}

/// How many characters of the one name stand in the other.
fn likeness(known: &str, name: &str) -> usize {
    name.chars().filter(|c| known.contains(*c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_first_then_neighbours() {
        let of_name = of(System::Diagnosis, "X", "急性阑尾炎伴腹膜脓肿");
        assert_eq!(of_name, ["K35.301 急性阑尾炎伴腹膜脓肿"]);
        let near = of(System::Diagnosis, "K35.300x099", "急性阑尾炎");
        assert_eq!(
            near,
            ["K35.800x001 急性阑尾炎", "K35.300 急性阑尾炎伴局限性腹膜炎"]
        );
        let many = of(System::Diagnosis, "K35.8", "");
        assert!(many.len() > 1 && many.iter().all(|one| one.starts_with("K35.8")));
        for code in ["", "病", "Z", "病病病病"] {
            assert!(of(System::Procedure, code, "").is_empty(), "{code}");
        }
    }
}
