//! `chs-gateway scheme import`: the NHSA's configuration workbook into a scheme's folder.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use chs_grouper::{
    SchemeSource,
    workbook::{
        Amendments, Bounds, FindingLevel, ImportOptions, ImportReport, Imported, Statement, import,
    },
};

use crate::commands::{Outcome, input};

/// 导入国家医保局的分组方案配置工作簿（.xlsx） / import the NHSA's configuration workbook
///
/// 读取官方 3.0 版式的六张表（MDC、ADRG、DRG、集合、CC、排除表），写成方案目录，并报告所见：
/// 重复行、被存为数字的编码、顺序、无法读懂的规则，逐条注明工作表与行号。已知问题只按修订文件
/// （--amendments）修订，绝不默默改动。有错误时不写出方案，退出码为 1。
///
/// Reads the six sheets of the official 3.0 layout, writes a scheme's folder, and reports what it
/// found with sheet and row. Known faults are amended by the named file only, never silently. With
/// errors no scheme is written and the exit code is 1.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 工作簿 / the workbook
    #[arg(value_name = "WORKBOOK.xlsx")]
    workbook: PathBuf,
    /// 方案编号，如 chs-drg-3.0 / id of the scheme
    #[arg(long)]
    id: String,
    /// 修订文件（TOML），或随附的修订名 chs-drg-3.0 / amendments file, or the name of one that comes along
    #[arg(long, value_name = "F")]
    amendments: Option<String>,
    /// 写出的目录，缺省为 ./ID；已存在的方案不覆盖 / folder to write, ./ID by default; an existing scheme is not overwritten
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// 只报告，不写出 / report only, write nothing
    #[arg(long)]
    dry_run: bool,
    /// 报告为 JSON / the report as JSON
    #[arg(long)]
    json: bool,
    /// 方案名称 / title of the scheme
    #[arg(long)]
    title: Option<String>,
    /// 发布者 / publisher
    #[arg(long)]
    publisher: Option<String>,
    /// 发布文件 / the document that publishes it
    #[arg(long)]
    source: Option<String>,
    /// 启用日期 yyyy-MM-dd / first day of its force
    #[arg(long, value_name = "DATE")]
    in_force_from: Option<String>,
}

/// Runs the command; exit code 1 when no scheme could be made.
pub(super) fn run(args: Args) -> Outcome {
    let folder = args.out.unwrap_or_else(|| PathBuf::from(&args.id));
    if !args.dry_run && folder.join("scheme.toml").exists() {
        let folder = folder.display();
        return Err(format!("{folder} 已有方案 / holds a scheme already").into());
    }
    let options = ImportOptions {
        id: args.id,
        statement: Statement {
            title: args.title,
            publisher: args.publisher,
            source: args.source,
            in_force_from: args.in_force_from,
        },
        amendments: amendments(args.amendments.as_deref())?,
        bounds: Bounds::default(),
    };
    let bytes = read(&args.workbook, options.bounds.packed_bytes)?;
    let Imported { source, report } = import(&bytes, &options)?;
    let written = match source {
        Some(source) if !args.dry_run => {
            write(&folder, &source)?;
            Some(folder)
        }
        _ => None,
    };
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        print(&mut out, &report, written.as_deref())?;
    }
    Ok(ExitCode::from(u8::from(!report.made)))
}

fn amendments(name: Option<&str>) -> Result<Amendments, Box<dyn std::error::Error + Send + Sync>> {
    let Some(name) = name else {
        return Ok(Amendments::default());
    };
    let text = match Amendments::builtin(name) {
        Some(text) => text.to_owned(),
        None => io::read_to_string(input(Some(Path::new(name)))?)?,
    };
    Ok(Amendments::parse(&text)?)
}

/// The file, one byte beyond the limit at most: the import refuses what is longer.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut bytes = Vec::new();
    let file = input(Some(path))?;
    io::Read::read_to_end(&mut io::Read::take(file, limit + 1), &mut bytes)
        .map_err(|error| format!("{} 无法读取 / cannot be read: {error}", path.display()))?;
    Ok(bytes)
}

fn write(folder: &Path, source: &SchemeSource) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in source.files() {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, report: &ImportReport, written: Option<&Path>) -> io::Result<()> {
    let tally = report.tally;
    match (report.made, written) {
        (true, Some(folder)) => writeln!(
            out,
            "方案 {} 已写入 / written: {}",
            report.id,
            folder.display()
        )?,
        (true, None) => writeln!(out, "方案 {} 可以导入 / can be imported", report.id)?,
        (false, _) => writeln!(
            out,
            "方案 {} 有错误，未写出 / has errors, not written",
            report.id
        )?,
    }
    if let Some(digest) = &report.digest {
        writeln!(out, "摘要 digest: {digest}")?;
    }
    writeln!(
        out,
        "MDC {}；ADRG {}（另有歧义 QY {}、兜底 X00 {}，共 {} 行）；DRG {}（另有兜底 X000 {}）\n\
         集合 sets {}（{} 个编码 codes）；MCC {}；CC {}；排除表 exclusion sets {}（{} 个编码 codes）",
        tally.mdc,
        tally.adrg,
        tally.adrg_ambiguous,
        tally.adrg_fallback,
        tally.adrg_rows,
        tally.drg,
        tally.drg_fallback,
        tally.sets,
        tally.set_codes,
        tally.mcc,
        tally.cc,
        tally.exclusion_sets,
        tally.exclusion_codes,
    )?;
    writeln!(out, "\n== 工作表 / sheets ==")?;
    for sheet in &report.sheets {
        writeln!(
            out,
            "{}：标题在第 {} 行，{} 行，空行 {}，重复 {}，去除换行 {} 格，全角转半角 {} 格 / \
             header in row {}, rows {}, blank {}, duplicates {}, unbroken {}, narrowed {}",
            sheet.sheet,
            sheet.header_row,
            sheet.rows,
            sheet.blank_rows,
            sheet.duplicates,
            sheet.unbroken_cells,
            sheet.narrowed_cells,
            sheet.header_row,
            sheet.rows,
            sheet.blank_rows,
            sheet.duplicates,
            sheet.unbroken_cells,
            sheet.narrowed_cells,
        )?;
    }
    if !report.amendments.is_empty() {
        writeln!(out, "\n== 修订 / amendments ==")?;
        for amendment in &report.amendments {
            let mark = if amendment.applied {
                "已用 applied"
            } else {
                "未用 not applied"
            };
            writeln!(
                out,
                "[{mark}] {}：{} / {}",
                amendment.id, amendment.zh, amendment.en
            )?;
        }
    }
    for (level, title) in [
        (FindingLevel::Error, "错误 / errors"),
        (FindingLevel::Warning, "警告 / warnings"),
        (FindingLevel::Remark, "备注 / remarks"),
    ] {
        let findings = report.findings.iter().filter(|f| f.level == level);
        for (index, finding) in findings.enumerate() {
            if index == 0 {
                writeln!(out, "\n== {title} ==")?;
            }
            let (zh, en, subject) = (&finding.zh, &finding.en, &finding.subject);
            match (finding.sheet, finding.row) {
                ("", _) => writeln!(out, "{subject}：{zh} / {en}")?,
                (sheet, 0) => writeln!(out, "{sheet} {subject}：{zh} / {en}")?,
                (sheet, row) => {
                    writeln!(out, "{sheet} 第 {row} 行 {subject}：{zh} / row {row}: {en}")?
                }
            }
        }
    }
    if report.further_findings > 0 {
        writeln!(
            out,
            "…… 另有 {} 条 / and {} more",
            report.further_findings, report.further_findings
        )?;
    }
    if !report.lint.is_empty() {
        writeln!(out, "\n== 方案检查 / lint ==")?;
        for lint in &report.lint {
            writeln!(out, "{lint}")?;
        }
    }
    Ok(())
}
