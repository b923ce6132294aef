//! Parquet in and out, by way of files, read back with the crate's own row reader.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use parquet::column::writer::ColumnWriter;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;

use super::*;

/// Made-up cases, their first ten columns.
fn cases(times: usize) -> String {
    let text = include_str!("../../../crates/grouper/tests/cases/chs-drg-2.0.csv");
    let first_ten = |line: &str| line.split(',').take(10).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = text.lines().map(first_ten).collect();
    let mut cases = format!("{}\n", lines[0]);
    for _ in 0..times {
        for line in &lines[1..] {
            cases.push_str(line);
            cases.push('\n');
        }
    }
    cases
}

fn group(folder: &Path, arguments: &[&str]) -> Outcome {
    let arguments = arguments.iter().map(|argument| {
        let path = argument.strip_prefix('@').map(|name| folder.join(name));
        path.map_or_else(|| (*argument).to_owned(), |path| path.display().to_string())
    });
    let arguments: Vec<String> = arguments.collect();
    run(Args::try_parse(arguments.iter().map(String::as_str)))
}

fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .expect("the output");
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        row.iter().map(str::to_owned).collect()
    });
    rows.collect()
}

/// The rows of a file whose columns are all text, behind the columns' names.
fn parquet_rows(path: &Path) -> Vec<Vec<String>> {
    let reader = SerializedFileReader::new(File::open(path).expect("the output"));
    let reader = reader.expect("Parquet");
    let schema = reader.metadata().file_metadata().schema_descr();
    let names = schema
        .columns()
        .iter()
        .map(|column| column.name().to_owned());
    let mut rows = vec![names.collect()];
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row").into_columns();
        let cells = row.into_iter().map(|(_, field)| match field {
            Field::Str(text) => text,
            Field::Null => String::new(),
            other => panic!("not a text: {other}"),
        });
        rows.push(cells.collect());
    }
    rows
}

#[test]
fn parquet_holds_what_csv_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    // More rows than one row group has.
    fs::write(folder.path().join("cases.csv"), cases(100)).expect("the input");
    let scheme = ["--scheme", "chs-drg-2.0", "--quiet", "--threads", "3"];
    for (from, to, keep) in [
        ("@cases.csv", "@groups.csv", ""),
        ("@cases.csv", "@groups.parquet", ""),
        ("@cases.csv", "@cases.pq", "--keep-codes"),
        ("@cases.pq", "@again.csv", ""),
    ] {
        let mut arguments = scheme.to_vec();
        arguments.extend(["--in", from, "--out", to]);
        arguments.extend((!keep.is_empty()).then_some(keep));
        let code = group(folder.path(), &arguments).expect("grouped");
        assert_eq!(code, ExitCode::SUCCESS, "{from} {to}");
    }
    let expected = csv_rows(&folder.path().join("groups.csv"));
    assert!(expected.len() > 20_000, "{} rows", expected.len());
    assert_eq!(
        parquet_rows(&folder.path().join("groups.parquet")),
        expected
    );
    // Read from Parquet, the columns of the first run pass through before those of this one.
    let again = csv_rows(&folder.path().join("again.csv"));
    assert_eq!(again.len(), expected.len());
    for (again, expected) in again.iter().zip(&expected) {
        assert_eq!(again[..14], expected[..]);
        assert_eq!(again[14..], expected[8..]);
    }
    let twice = [
        "--scheme",
        "chs-drg-2.0",
        "--in",
        "@cases.pq",
        "--out",
        "@x.parquet",
    ];
    let refused = group(folder.path(), &twice).expect_err("two columns of one name");
    assert!(refused.to_string().contains("status"), "{refused}");
}

const TYPED: &str = "message cases {
    required binary id (UTF8);
    optional int32 sex;
    optional double age;
    optional int64 age_days;
    optional int32 birth_weight (DECIMAL(9,2));
    optional binary dept;
    optional int32 los (UINT_8);
    optional boolean discharge;
    required binary dx (UTF8);
    optional binary px (UTF8);
    required int32 dscg_date (DATE);
    optional int64 moment (TIMESTAMP_MILLIS);
}";

/// Two rows; the second has only what is required.
fn write_typed_file(path: &Path) {
    let schema = Arc::new(parse_message_type(TYPED).expect("a schema"));
    let file = File::create(path).expect("a file");
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::default()).expect("a Parquet file");
    let mut rows = writer.next_row_group().expect("a row group");
    let mut place = 0;
    while let Some(mut column) = rows.next_column().expect("a column") {
        let levels = Some([1_i16, 0].as_slice());
        let written = match (column.untyped(), place) {
            (ColumnWriter::Int32ColumnWriter(column), 1) => column.write_batch(&[1], levels, None),
            (ColumnWriter::DoubleColumnWriter(column), 2) => {
                column.write_batch(&[69.0], levels, None)
            }
            (ColumnWriter::Int64ColumnWriter(column), 3) => {
                column.write_batch(&[25_498], levels, None)
            }
            (ColumnWriter::Int32ColumnWriter(column), 4) => {
                column.write_batch(&[321_050], levels, None)
            }
            (ColumnWriter::ByteArrayColumnWriter(column), 5 | 9) => {
                column.write_batch(&["".into()], levels, None)
            }
            (ColumnWriter::Int32ColumnWriter(column), 6) => column.write_batch(&[14], levels, None),
            (ColumnWriter::BoolColumnWriter(column), 7) => {
                column.write_batch(&[true], levels, None)
            }
            (ColumnWriter::ByteArrayColumnWriter(column), 0) => {
                column.write_batch(&["a".into(), "b".into()], None, None)
            }
            (ColumnWriter::ByteArrayColumnWriter(column), 8) => {
                column.write_batch(&["R57.000".into(), "R57.000".into()], None, None)
            }
            // 2025-06-30 and the day before the profile's first scheme.
            (ColumnWriter::Int32ColumnWriter(column), 10) => {
                column.write_batch(&[20_269, 20_088], None, None)
            }
            (ColumnWriter::Int64ColumnWriter(column), 11) => {
                column.write_batch(&[-1], levels, None)
            }
            _ => panic!("column {place}"),
        };
        written.expect("written");
        column.close().expect("closed");
        place += 1;
    }
    rows.close().expect("closed");
    writer.close().expect("closed");
}

#[test]
fn typed_columns_are_read_as_text_and_pass_in_their_types() {
    let folder = tempfile::tempdir().expect("a folder");
    write_typed_file(&folder.path().join("typed.parquet"));
    for to in ["@groups.csv", "@groups.parquet"] {
        let arguments = [
            "--profile",
            "xianyang",
            "--in",
            "@typed.parquet",
            "--out",
            to,
        ];
        let code = group(folder.path(), &arguments).expect("grouped");
        assert_eq!(code, ExitCode::from(1), "the second row is invalid");
    }
    let rows = csv_rows(&folder.path().join("groups.csv"));
    let (passing, added) = rows[1].split_at(10);
    assert_eq!(
        passing,
        [
            "a",
            "1",
            "69",
            "25498",
            "3210.50",
            "",
            "14",
            "true",
            "2025-06-30",
            "1969-12-31 23:59:59"
        ]
    );
    assert_eq!(
        (added[0].as_str(), added[6].as_str()),
        ("grouped", "xianyang-2025")
    );
    assert_eq!(
        rows[2][..10],
        ["b", "", "", "", "", "", "", "", "2024-12-31", ""]
    );
    assert!(rows[2][15].starts_with("age_missing "), "{:?}", rows[2]);

    let file = File::open(folder.path().join("groups.parquet")).expect("the output");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let typed = parse_message_type(TYPED).expect("a schema");
    let typed = typed.get_fields().iter();
    let passing: Vec<_> = typed
        .filter(|column| !["dx", "px"].contains(&column.name()))
        .cloned()
        .collect();
    let schema = reader.metadata().file_metadata().schema();
    assert_eq!(schema.get_fields()[..10], passing[..]);
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row").into_columns())
        .collect();
    assert_eq!(rows[0][3].1, Field::Long(25_498));
    assert_eq!(rows[0][8].1, Field::Date(20_269));
    assert_eq!(rows[0][10].1, Field::Str("grouped".to_owned()));
    assert_eq!(rows[1][3].1, Field::Null);
}

#[test]
fn what_is_no_table_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.parquet");
    fs::write(&path, "id,sex\n").expect("a file");
    let arguments = [
        "--scheme",
        "chs-drg-2.0",
        "--in",
        "@bad.parquet",
        "--out",
        "@x.csv",
    ];
    assert!(group(folder.path(), &arguments).is_err(), "no Parquet");
    let schema = "message m { required group codes (LIST) { repeated group list { required binary dx (UTF8); } } }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let file = File::create(&path).expect("a file");
    let writer = SerializedFileWriter::new(file, schema, Arc::default()).expect("Parquet");
    writer.close().expect("closed");
    let refused = group(folder.path(), &arguments).expect_err("nested");
    assert!(refused.to_string().contains("codes"), "{refused}");
    assert!(!folder.path().join("x.csv").exists());
}
