//! Any bytes as a workbook. The first byte says what the others are: the whole file,
//! or one part of an otherwise good workbook, so that mutations reach the XML without
//! having to forge a checksum first.

#![no_main]

use chs_grouper::workbook::{Bounds, ImportOptions, export, import};
use chs_grouper::{Scheme, SchemeSource};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The parts of a small, good workbook.
static PARTS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let files = [
        ("scheme.toml", include_str!("../small/scheme.toml")),
        ("mdc.csv", include_str!("../small/mdc.csv")),
        ("adrg.csv", include_str!("../small/adrg.csv")),
        ("drg.csv", include_str!("../small/drg.csv")),
        ("sets.txt", include_str!("../small/sets.txt")),
        ("exclusions.txt", include_str!("../small/exclusions.txt")),
        ("cc.txt", include_str!("../small/cc.txt")),
    ];
    let files = files.map(|(name, text)| (name, text.to_owned()));
    let source = SchemeSource::new(files).expect("the small scheme");
    let scheme = Scheme::load(&[source]).expect("the small scheme");
    let bytes = export(&scheme).expect("a workbook");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("its name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("its content");
        parts.push((name, content));
    }
    parts
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let replaced = match first % 10 {
        0 => None,
        1 => Some("xl/sharedStrings.xml"),
        2 => Some("xl/worksheets/sheet1.xml"),
        3 => Some("xl/worksheets/sheet2.xml"),
        4 => Some("xl/worksheets/sheet3.xml"),
        5 => Some("xl/worksheets/sheet4.xml"),
        6 => Some("xl/worksheets/sheet5.xml"),
        7 => Some("xl/worksheets/sheet6.xml"),
        8 => Some("xl/workbook.xml"),
        _ => Some("xl/styles.xml"),
    };
    let workbook = match replaced {
        None => rest.to_vec(),
        Some(name) => with_part(name, rest),
    };
    let options = ImportOptions {
        id: "fuzz".to_owned(),
        bounds: Bounds {
            unpacked_bytes: 8 << 20,
            ..Bounds::default()
        },
        ..ImportOptions::default()
    };
    if let Ok(imported) = import(&workbook, &options) {
        assert_eq!(imported.source.is_some(), imported.report.made);
        if let Some(source) = imported.source {
            // What is handed out loads, and survives a round trip.
            let scheme = Scheme::load(&[source]).expect("what was made loads");
            let again = export(&scheme).expect("it can be written");
            let again = import(&again, &options).expect("it can be read");
            assert_eq!(again.report.digest.as_deref(), Some(scheme.digest()));
        }
    }
});

fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (known, bytes) in PARTS.iter() {
        let bytes = if known == name { content } else { bytes };
        writer.start_file(known, stored).expect("in memory");
        writer.write_all(bytes).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}
