//! `chs-gateway dip group`: groups cases of a CSV file by a catalogue.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use super::rows::Rows;
use super::{Fault, Outcome, threads};
use crate::commands::{input, output, rounds};
use crate::dip_catalogues;

/// 按 DIP 目录对 CSV 病例分组 / group the cases of a CSV file by a DIP catalogue
///
/// 输出输入各列（dx、px 除外），再加 status（grouped、ungrouped、invalid）、stage、treatment、
/// code、name、score、mean_cost、auxiliary、coefficient、reason；有问题的行只影响自身，有 invalid
/// 行时退出码为 1。
///
/// Writes the input's columns without dx and px, then the group, its score and mean cost, the
/// auxiliary level with the highest coefficient, and the reasons. A bad row never stops the
/// file; exit code 1 when a row is invalid.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 目录文件夹 / the catalogue's folder
    #[arg(long, value_name = "DIR")]
    catalogue: PathBuf,
    /// 输入 CSV，缺省为标准输入；列 id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px，
    /// 可有 cost（总费用，元，用于择近）、treatment_cost、drug_cost、icu_days，其余列原样带出
    /// / input CSV, standard input by default; cost decides ties, further columns pass through
    #[arg(long = "in", value_name = "F.csv")]
    input: Option<PathBuf>,
    /// 输出 CSV，缺省为标准输出 / output CSV, standard output by default
    #[arg(long = "out", value_name = "F.csv")]
    output: Option<PathBuf>,
    /// 增加 trace 列：尝试过的病种与取舍（JSON） / a further column: what was tried and what decided
    #[arg(long)]
    trace: bool,
    /// 线程数，缺省为处理器核数 / threads, by default one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

pub(super) fn run(args: Args) -> Outcome {
    let catalogue = dip_catalogues::read(&args.catalogue)?;
    let real = |path: Option<&PathBuf>| fs::canonicalize(path?).ok();
    let same = real(args.input.as_ref());
    if same.is_some() && same == real(args.output.as_ref()) {
        return Err("输入与输出是同一文件 / input and output are one file".into());
    }
    let mut reader = reader(input(args.input.as_deref())?);
    // The output is made only when the header is good: a slip in the command does not
    // empty an earlier result.
    let rows = Rows::new(&catalogue, reader.byte_headers()?, args.trace)?;
    let out = output(args.output.as_deref())?;
    match group(&rows, reader, out, threads(args.threads)) {
        Ok(0) => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::from(1)),
        // Whoever read the output (`head`) has left.
        Err(error)
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error),
    }
}

fn reader<R: Read>(input: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(input)
}

/// Groups the whole file; how many rows were invalid.
fn group(
    rows: &Rows<'_>,
    reader: csv::Reader<impl Read>,
    mut out: impl Write,
    threads: usize,
) -> Result<u64, Fault> {
    let mut header = csv::Writer::from_writer(Vec::new());
    rows.write_header(&mut header)?;
    out.write_all(&header.into_inner().map_err(|error| error.into_error())?)?;
    let mut invalid = 0;
    let work = |part: &[csv::ByteRecord]| -> csv::Result<(Vec<u8>, u64)> {
        let mut text = csv::Writer::from_writer(Vec::new());
        let mut invalid = 0;
        for row in part {
            invalid += u64::from(!rows.write(row, &mut text)?);
        }
        let text = text.into_inner().map_err(|error| error.into_error())?;
        Ok((text, invalid))
    };
    rounds::run(reader, threads, "已分组 grouped", work, |part| {
        let (text, more) = part?;
        out.write_all(&text)?;
        invalid += more;
        Ok(())
    })?;
    out.flush()?;
    Ok(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chs_grouper::dip::{Catalogue, CatalogueSource};

    const HEADER: &str = "id,sex,age,age_days,birth_weight,dept,los,discharge,dx,px";

    fn run_on(text: &str, trace: bool, threads: usize) -> (String, u64) {
        let source = CatalogueSource::new([
            (
                "catalogue.toml",
                "id = \"t\"\ntitle = \"虚构\"\npublisher = \"无\"\ndocument = \"无\"\n\
                 in_force_from = \"2026-01-01\"\nscore_scale = 1000\n\
                 stages = [\"core\"]\nexcluded_procedure = \"remove\"\n",
            ),
            (
                "core.csv",
                "code,name,dx,px,score,mean_cost\nA,甲,K35.8,47.0100,800,8000\n\
                 B,乙,K35.8,47.0100,900.5,9000\n",
            ),
        ]);
        let catalogue = Catalogue::load(&source).expect("the catalogue");
        let mut reader = reader(text.as_bytes());
        let rows = Rows::new(&catalogue, reader.byte_headers().expect("a header"), trace)
            .expect("a good header");
        let mut out = Vec::new();
        let invalid = group(&rows, reader, &mut out, threads).expect("no I/O fault");
        (String::from_utf8(out).expect("UTF-8"), invalid)
    }

    #[test]
    fn rows_get_group_score_and_reason() {
        let (out, invalid) = run_on(
            &format!(
                "{HEADER},cost\n\
                 a,1,40,,,,5,1,K35.800,47.0100,8100\n\
                 b,1,40,,,,5,1,I10.x00,,8100\n\
                 c,1,40,,,,5,1,K35.800,47.0100,很多\n\
                 d,1\n"
            ),
            false,
            2,
        );
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(
            lines[0],
            "id,sex,age,age_days,birth_weight,dept,los,discharge,cost,status,stage,treatment,code,\
             name,score,mean_cost,auxiliary,coefficient,reason"
        );
        assert_eq!(
            lines[1],
            "a,1,40,,,,5,1,8100,grouped,core,,A,甲,800,8000.00,,,"
        );
        assert!(lines[2].starts_with("b,1,40,,,,5,1,8100,ungrouped,,conservative,,,,,,,no_group "));
        assert!(lines[3].contains(",invalid,,,,,,,,,bad_cost "));
        assert!(lines[4].contains(",invalid,,,,,,,,,bad_row "));
        assert_eq!(invalid, 2);
    }

    #[test]
    fn many_threads_keep_the_order() {
        let rows: String = (0..30_000)
            .map(|n| format!("{n},1,40,,,,5,1,K35.800,47.0100\n"))
            .collect();
        let text = format!("{HEADER}\n{rows}");
        let one = run_on(&text, true, 1);
        assert_eq!(one, run_on(&text, true, 3));
        assert_eq!(one.0.lines().count(), 30_001);
        assert!(one.0.contains("cost_missing"));
    }
}
