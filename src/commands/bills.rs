//! `chs-gateway bills print`: monthly bills on paper, out of answers of `bills.monthly`.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use super::{Outcome, input};
use crate::print::{self, Answers, Names, pdf, sheet::Sheet, workbook};

/// 月结账单 / monthly bills
#[derive(Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Print(Print),
}

/// 把 bills.monthly 的应答印成 PDF 或 XLSX / print answers of bills.monthly as PDF or XLSX
///
/// 不需要数据库：输入是 chs-gateway call bills.monthly 打印的 JSON，一份或多份首尾相接，层级与
/// 分页不限顺序。hospital 级必须有；department、group 级给出明细；
/// 市级的应答还印出全市汇总与各险种基金的残差。明细与账单不一致、缺页、月份尚未出账时拒绝打印。
///
/// Needs no database: it reads the JSON that `chs-gateway call bills.monthly` prints, one answer
/// or several one behind the other, levels and pages in any order. Level hospital is needed;
/// department and group bring the lines; the city's
/// answers also print the area's sums with the residue of each fund. Lines that do not add up to
/// their bill, missing pages and a month that is not billed are refused.
#[derive(Debug, Parser)]
#[command(after_help = "示例 example:\n  \
    for level in hospital department group; do\n    \
      echo '{\"setl_ym\":\"202610\",\"level\":\"'$level'\",\"page_size\":1000}' |\n      \
      chs-gateway call bills.monthly --in -\n  \
    done | chs-gateway bills print --out bills.pdf --name 610400=咸阳市\n\n\
    退出码 exit codes: 0 已打印 printed, 1 应答不能成单 answers that make no bill, 2 用法或文件 usage or files")]
struct Print {
    /// 应答文件，默认标准输入 / file with the answers, standard input by default
    #[arg(long = "in", value_name = "FILE")]
    input: Option<PathBuf>,
    /// 输出，以 .pdf 或 .xlsx 结尾 / output, ending in .pdf or .xlsx
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 只印此机构 / this institution only
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// 区划名称，可重复，如 610402=秦都区 / name of a division, may be repeated
    #[arg(long = "name", value_name = "CODE=NAME", value_parser = division)]
    names: Vec<(String, String)>,
}

fn division(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(code, name)| !code.is_empty() && !name.is_empty())
        .map(|(code, name)| (code.to_owned(), name.to_owned()))
        .ok_or_else(|| "须为 CODE=NAME / must be CODE=NAME".to_owned())
}

/// The form of the output.
#[derive(Debug, Clone, Copy)]
enum Form {
    Pdf,
    Workbook,
}

impl Form {
    fn of(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "pdf" => Some(Form::Pdf),
            "xlsx" => Some(Form::Workbook),
            _ => None,
        }
    }
}

/// Prints; exit code 1 where the answers make no bill.
///
/// # Errors
/// An unknown form, files that cannot be read or written.
pub fn run(args: Args) -> Outcome {
    let Command::Print(args) = args.command;
    let form = Form::of(&args.out)
        .ok_or("--out 须以 .pdf 或 .xlsx 结尾 / --out has to end in .pdf or .xlsx")?;
    let mut text = String::new();
    input(args.input.as_deref())?.read_to_string(&mut text)?;
    let names: Names = args.names.into_iter().collect();
    let sheets = Answers::read(&text).and_then(|mut answers| {
        if let Some(code) = &args.institution {
            answers.keep(code)?;
        }
        print::sheets(&answers, &names)
    });
    let sheets = match sheets {
        Ok(sheets) => sheets,
        Err(error) => {
            eprintln!("{error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let bytes = match form {
        Form::Pdf => drawn(&sheets)?,
        Form::Workbook => workbook::draw(&sheets)?,
    };
    fs::write(&args.out, bytes).map_err(|error| {
        format!(
            "{} 无法写入 / cannot be written: {error}",
            args.out.display()
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn drawn(sheets: &[Sheet]) -> Result<Vec<u8>, pdf::PdfError> {
    let lacking = pdf::missing(sheets)?;
    if !lacking.is_empty() {
        eprintln!(
            "内置字体缺少这些字，印为方框 / not in the packaged font, printed as boxes: {lacking}"
        );
    }
    pdf::draw(sheets)
}
