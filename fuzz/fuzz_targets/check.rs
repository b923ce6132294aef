//! Any bytes as the JSON of a list with what stands beside it: refused with places, or
//! checked in both phases, with findings that point into the list.

#![no_main]

use std::sync::LazyLock;

use chs_model::SettlementList;
use chs_quality::{CheckInput, Companions, Engine, NoTables, Phase};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin().expect("the shipped rules"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut line) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let mut companions = Companions::default();
    for (member, document) in [("settlement", "settlement"), ("history", "HIST")] {
        let taken = line.as_object_mut().and_then(|all| all.remove(member));
        if let Some(Err(error)) = taken.map(|node| companions.put_json(document, &node)) {
            assert!(!error.to_string().is_empty());
        }
    }
    let node = line.as_object_mut().and_then(|all| all.remove("hospital"));
    if let Some(Err(error)) = node.map(|node| companions.hospital(&node)) {
        assert!(!error.to_string().is_empty());
    }
    match SettlementList::parse(&line) {
        Err(violations) => assert!(!violations.is_empty()),
        Ok(list) => {
            for phase in [Phase::Pre, Phase::Post] {
                let input = CheckInput::new(&list, phase, &NoTables).with(&companions);
                for finding in ENGINE.check(&input).findings {
                    assert!(finding.pointer.starts_with('/'), "{}", finding.pointer);
                }
            }
        }
    }
});
