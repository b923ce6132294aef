//! Any text: it parses to a rule whose printed form parses to the same rule, or its
//! error lies inside the text.

#![no_main]

use chs_grouper::Rule;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Rule::parse(text) {
        Ok(rule) => assert_eq!(Rule::parse(&rule.to_string()), Ok(rule)),
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.column));
            assert!(!error.to_string().is_empty());
        }
    }
});
