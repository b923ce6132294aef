//! How much memory it takes to read and to write a list: what the list itself needs, and
//! nothing for each of its values.

#![allow(clippy::unwrap_used)]

use chs_model::{Node, SettlementList};
use serde_json::{Map, Value, json};

/// Made-up rows with a text in every field of the node.
fn list(rows: usize) -> Value {
    let row = || {
        let fields = Node::Diseinfo.fields().iter();
        fields
            .map(|field| (field.name().to_owned(), json!("a made-up value")))
            .collect::<Map<_, _>>()
    };
    json!({"setlinfo": {"setl_id": "1"}, "diseinfo": (0..rows).map(|_| row()).collect::<Vec<_>>()})
}

fn allocations(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

#[test]
fn a_list_takes_a_piece_of_memory_for_each_row_and_none_for_its_values() {
    // The table of names is made once in a process.
    SettlementList::parse(&list(1)).unwrap();
    for rows in [0, 1, 10, 100] {
        let input = list(rows);
        let made = allocations(|| {
            SettlementList::parse(&input).unwrap();
        });
        let rows = u64::try_from(rows).unwrap();
        assert!(made <= rows + 2, "{rows} rows: {made} allocations");
    }
}

#[test]
fn writing_takes_the_text_alone() {
    let list = SettlementList::parse(&list(100)).unwrap();
    let mut length = 0;
    let made = allocations(|| length = list.to_text().len());
    assert_eq!(made, 1, "{length} bytes");
}
