//! The rule texts of the official 3.0 edition (医保发〔2026〕22号) parse, where the
//! transcription stands beside the workspace.

use chs_grouper::Rule;
use std::path::Path;

#[test]
fn the_rules_of_3_0_parse_and_print() {
    let folder = "../../../shared/schemes/chs-drg-3.0-rules";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    for (file, count) in [("mdc.csv", 26), ("adrg.csv", 537)] {
        let mut reader = csv::Reader::from_path(folder.join(file)).expect(file);
        let header = reader.headers().expect("a header").clone();
        let column = header
            .iter()
            .position(|name| name == "rule_dsl")
            .expect("rule_dsl");
        let mut rules = 0;
        for record in reader.records() {
            let record = record.expect("a row");
            let text = record.get(column).expect("a rule");
            let rule = Rule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(Rule::parse(&rule.to_string()), Ok(rule), "{text}");
            rules += 1;
        }
        assert_eq!(rules, count, "{file}");
    }
}
