//! What a check costs, counted in rows visited rather than by a clock.

use chs_quality::{CheckInput, Companions, Engine, Phase};
use serde_json::{Value, json};

use crate::support::{SchemeLike, clean, parsed};

fn visited(engine: &Engine, fee_rows: u32) -> usize {
    let line = |number: u32| {
        json!({
            "med_list_codg": format!("X{number}"), "medins_list_codg": format!("h{number}"),
            "cnt": 1, "det_item_fee_sumamt": "1.00", "fee_ocur_time": "2026-03-11 10:00",
            "change_time": "2026-03-11 10:00", "emergency_flag": false, "restricted_mark": "符合",
        })
    };
    let lines: Vec<Value> = (0..fee_rows).map(line).collect();
    let mut companions = Companions::default();
    companions
        .hospital(&json!({"fee_lines": lines}))
        .expect("a hospital node");
    let (list, tables) = (parsed(&clean()), SchemeLike::default());
    [Phase::Pre, Phase::Post]
        .into_iter()
        .map(|phase| engine.rows_visited(&CheckInput::new(&list, phase, &tables).with(&companions)))
        .sum()
}

#[test]
fn ten_times_the_fee_lines_cost_at_most_twelve_times_as_much() {
    let engine = Engine::builtin().expect("the shipped rules compile");
    let (thousand, ten_thousand) = (visited(&engine, 1_000), visited(&engine, 10_000));
    assert!(
        thousand > 10_000,
        "every rule on fee lines goes over them: {thousand}"
    );
    assert!(
        ten_thousand <= 12 * thousand,
        "{ten_thousand} of {thousand}"
    );
}
