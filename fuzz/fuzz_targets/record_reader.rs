//! Any bytes as a CSV of cases, cut into blocks as the group command cuts them: the cut does
//! not show, and every row is grouped or has its reason. The first byte is the blocks' size.

#![no_main]

use std::io::Read;

use blocks::{Blocks, Reading};
use chs_grouper::{Columns, Scheme, Status};
use csv::ByteRecord;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/commands/group/blocks.rs"]
#[allow(dead_code, reason = "the command's own sizes are not used here")]
mod blocks;

/// Short, so that small inputs have records that are too long.
const LONGEST: usize = 1 << 11;

fuzz_target!(|bytes: &[u8]| {
    let Some((size, text)) = bytes.split_first() else {
        return;
    };
    let mut blocks = Blocks::sized(text, usize::from(*size) + 1, LONGEST);
    let mut block = Vec::new();
    blocks.first(&mut block).expect("memory is read");
    let mut cut = records(block.as_slice());
    let mut whole = cut.len() == 1;
    while let Some(reading) = blocks.next(&mut block).expect("memory is read") {
        assert!(!block.is_empty());
        whole &= reading == Reading::Records;
        // As the command does: a byte-order mark is one at the input's beginning alone.
        cut.extend(records(b"\n".chain(block.as_slice())));
    }
    if whole && text.len() < LONGEST {
        assert_eq!(cut, records(text));
    }
    cut.iter().for_each(group);
});

fn records(text: impl Read) -> Vec<ByteRecord> {
    let reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text);
    let records = reader.into_byte_records();
    records
        .map(|record| record.expect("memory is read"))
        .collect()
}

fn group(record: &ByteRecord) {
    let scheme = Scheme::builtin("chs-drg-2.0").expect("the scheme");
    let cell = |place| str::from_utf8(record.get(place).unwrap_or_default()).unwrap_or_default();
    let columns = Columns {
        sex: cell(0),
        age: cell(1),
        age_days: cell(2),
        birth_weight: cell(3),
        dept: cell(4),
        los: cell(5),
        discharge: cell(6),
        dx: cell(7),
        px: cell(8),
    };
    if let Ok(case) = columns.case() {
        let outcome = scheme.group(&case);
        assert_eq!(outcome.reason.is_none(), outcome.status == Status::Grouped);
        assert_eq!(scheme.group_traced(&case).0, outcome);
    }
}
