//! The cases of a file under two schemes.
//!
//! Rows are read in rounds of a fixed number; the threads share a round out among
//! themselves, and the moved cases are written in file order after it. Memory does not
//! grow with the file.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::Path,
    process::ExitCode,
    thread,
};

use chs_grouper::{
    Columns, Outcome as Grouped, Reason, Scheme, Status,
    diff::{CaseMoves, Moves, Share},
};
use csv::ByteRecord;

use super::diff::Format;
use crate::commands::{Outcome, input, not_one_file, output};

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Rows that one thread takes of a round.
const SHARE: usize = 4096;

/// The columns of a case, as `group` reads them.
const NEEDED: [&str; 9] = [
    "sex",
    "age",
    "age_days",
    "birth_weight",
    "dept",
    "los",
    "discharge",
    "dx",
    "px",
];

/// Groups every case of the file under both schemes; exit code 1 when a row is invalid.
pub(super) fn run(
    from: &Scheme,
    to: &Scheme,
    cases: &Path,
    moves: Option<&Path>,
    format: Format,
) -> Outcome {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(input(Some(cases))?);
    let places = Places::read(reader.byte_headers()?)?;
    not_one_file(Some(cases), moves)?;
    let mut writer = match moves {
        None => None,
        Some(path) => {
            let mut writer = csv::Writer::from_writer(output(Some(path))?);
            writer.write_record(MOVED_COLUMNS)?;
            Some(writer)
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut rows = vec![ByteRecord::new(); SHARE * threads];
    let mut all = CaseMoves::new(from, to);
    loop {
        let mut filled = 0;
        for row in &mut rows {
            if !reader.read_byte_record(row)? {
                break;
            }
            filled += 1;
        }
        let round = rows.get(..filled).unwrap_or_default();
        let share = filled.div_ceil(threads).max(1);
        let keep = writer.is_some();
        let parts: Vec<Part<'_>> = thread::scope(|scope| {
            let parts = round.chunks(share);
            let parts: Vec<_> = parts
                .map(|rows| scope.spawn(|| part(from, to, &places, rows, keep)))
                .collect();
            let parts = parts.into_iter().map(|part| part.join());
            parts.collect::<Result<_, _>>()
        })
        .map_err(|_| "分组线程意外终止 / a grouping thread died")?;
        for part in parts {
            all.merge(part.moves);
            if let Some(writer) = &mut writer {
                for record in &part.moved {
                    writer.write_record(record)?;
                }
            }
        }
        if filled < rows.len() {
            break;
        }
    }
    if let Some(writer) = &mut writer {
        writer.flush()?;
    }
    let moves = all.finish();
    print(&moves, format)?;
    let invalid = moves
        .statuses
        .iter()
        .any(|(before, after, _)| *before == Status::Invalid || *after == Status::Invalid);
    Ok(ExitCode::from(u8::from(invalid)))
}

/// The columns of the file of moved cases.
const MOVED_COLUMNS: [&str; 8] = [
    "id",
    "fixmedins_code",
    "from_status",
    "from_drg",
    "from_weight",
    "to_status",
    "to_drg",
    "to_weight",
];

/// What one thread makes of its share of a round.
struct Part<'s> {
    moves: CaseMoves<'s>,
    moved: Vec<[String; 8]>,
}

fn part<'s>(
    from: &'s Scheme,
    to: &'s Scheme,
    places: &Places,
    rows: &[ByteRecord],
    keep: bool,
) -> Part<'s> {
    let mut part = Part {
        moves: CaseMoves::new(from, to),
        moved: Vec::new(),
    };
    for row in rows {
        let (before, after) = match places.columns(row).and_then(|columns| columns.case()) {
            Ok(case) => (from.group(&case), to.group(&case)),
            Err(reason) => (Grouped::invalid(reason), Grouped::invalid(reason)),
        };
        let hospital = places.hospital.map(|place| lossy(row, place));
        let moved = part.moves.add(&before, &after, hospital.as_deref());
        if moved && keep {
            let weight = |scheme: &Scheme, outcome: &Grouped<'_>| {
                let weight = scheme.drg(outcome.drg).and_then(|drg| drg.weight());
                weight.map_or_else(String::new, |weight| weight.to_string())
            };
            part.moved.push([
                places
                    .id
                    .map_or_else(String::new, |place| lossy(row, place)),
                hospital.unwrap_or_default(),
                before.status.as_str().to_owned(),
                before.drg.to_owned(),
                weight(from, &before),
                after.status.as_str().to_owned(),
                after.drg.to_owned(),
                weight(to, &after),
            ]);
        }
    }
    part
}

fn lossy(row: &ByteRecord, place: usize) -> String {
    String::from_utf8_lossy(row.get(place).unwrap_or_default())
        .trim()
        .to_owned()
}

/// Where the columns of a case stand.
struct Places {
    width: usize,
    needed: [usize; NEEDED.len()],
    id: Option<usize>,
    hospital: Option<usize>,
}

impl Places {
    fn read(header: &ByteRecord) -> Result<Self, Fault> {
        let names: Vec<&[u8]> = header
            .iter()
            .map(|name| {
                name.strip_prefix(b"\xef\xbb\xbf")
                    .unwrap_or(name)
                    .trim_ascii()
            })
            .collect();
        let place = |name: &str| names.iter().position(|known| *known == name.as_bytes());
        let missing: Vec<&str> = NEEDED
            .into_iter()
            .filter(|name| place(name).is_none())
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(format!("缺少列 / missing columns: {missing}").into());
        }
        Ok(Self {
            width: names.len(),
            needed: NEEDED.map(|name| place(name).unwrap_or_default()),
            id: place("id"),
            hospital: place("fixmedins_code"),
        })
    }

    fn columns<'r>(&self, row: &'r ByteRecord) -> Result<Columns<'r>, Reason> {
        if row.len() != self.width {
            return Err(Reason::BadRow);
        }
        let mut cells = [""; NEEDED.len()];
        for (cell, place) in cells.iter_mut().zip(self.needed) {
            let bytes = row.get(place).unwrap_or_default();
            *cell = std::str::from_utf8(bytes).map_err(|_| Reason::BadRow)?;
        }
        let [
            sex,
            age,
            age_days,
            birth_weight,
            dept,
            los,
            discharge,
            dx,
            px,
        ] = cells;
        Ok(Columns {
            sex,
            age,
            age_days,
            birth_weight,
            dept,
            los,
            discharge,
            dx,
            px,
        })
    }
}

fn print(moves: &Moves, format: Format) -> Result<(), Fault> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Text => text(&mut out, moves)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, moves)?;
            writeln!(out)?;
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            for flow in &moves.flows {
                csv.serialize(flow)?;
            }
            csv.flush()?;
        }
    }
    out.flush()?;
    Ok(())
}

fn text(out: &mut impl Write, moves: &Moves) -> io::Result<()> {
    /// Flows that the text shows; JSON and CSV have all.
    const FIRST: usize = 50;
    let (cases, moved) = (moves.cases, moves.moved);
    writeln!(out, "{} → {}", moves.from, moves.to)?;
    writeln!(
        out,
        "病例 cases {cases}，变动 moved {moved}，不变 unchanged {}",
        cases - moved
    )?;
    writeln!(
        out,
        "权重 weight：{} → {}",
        share(&moves.weight_before),
        share(&moves.weight_after)
    )?;
    writeln!(out, "\n== 状态 / statuses ==")?;
    for (before, after, count) in &moves.statuses {
        writeln!(out, "{before} → {after}: {count}")?;
    }
    if !moves.flows.is_empty() {
        writeln!(out, "\n== 变动 / moves ==")?;
    }
    for flow in moves.flows.iter().take(FIRST) {
        let weight = |weight: &Option<_>| match weight {
            Some(weight) => format!("（{weight}）"),
            None => String::new(),
        };
        writeln!(
            out,
            "{:>8}  {} {}{} → {} {}{}",
            flow.cases,
            flow.from,
            flow.from_name,
            weight(&flow.weight_before.map(|w| w.to_string())),
            flow.to,
            flow.to_name,
            weight(&flow.weight_after.map(|w| w.to_string())),
        )?;
    }
    if moves.flows.len() > FIRST {
        writeln!(
            out,
            "…… 另有 {} 种 / and {} more",
            moves.flows.len() - FIRST,
            moves.flows.len() - FIRST
        )?;
    }
    if !moves.hospitals.is_empty() {
        writeln!(out, "\n== 机构 / institutions ==")?;
    }
    for hospital in &moves.hospitals {
        writeln!(
            out,
            "{}：病例 cases {}，变动 moved {}，权重 weight {} → {}",
            hospital.hospital,
            hospital.cases,
            hospital.moved,
            share(&hospital.weight_before),
            share(&hospital.weight_after),
        )?;
    }
    Ok(())
}

fn share(share: &Share) -> String {
    match share.cmi {
        None => "无 none".to_owned(),
        Some(cmi) => format!(
            "{}（CMI {cmi}，无权重 unweighed {}）",
            share.weight, share.unweighed_cases
        ),
    }
}
