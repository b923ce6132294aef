//! `chs-gateway sample`.

use std::{io::Write, path::PathBuf, process::ExitCode};

use chs_grouper::Scheme;
use clap::Parser;

use super::{Outcome, output};
use crate::sample::{SampleOptions, generate};

/// 生成模拟结算清单 / make synthetic settlement lists
///
/// 每行一份 4101 输入 JSON，由种子决定，内容均为虚构。
///
/// One 4101 input object a line, decided by the seed; everything in them is made up.
#[derive(Debug, Parser)]
pub struct Args {
    /// 份数 / number of lists
    #[arg(long, default_value_t = 10)]
    lists: usize,
    /// 随机种子 / seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 定点医药机构编号 / fixmedins_code
    #[arg(long, default_value = "H61040100001")]
    institution: String,
    /// 分组方案 / scheme whose groups are reached
    #[arg(long, default_value = "chs-drg-2.0")]
    scheme: String,
    /// 输出文件，默认标准输出 / output file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes the lists.
///
/// # Errors
/// An unknown scheme, an output that cannot be written.
pub fn run(args: Args) -> Outcome {
    let scheme = Scheme::builtin(&args.scheme)?;
    let options = SampleOptions {
        lists: args.lists,
        seed: args.seed,
        institution: args.institution,
    };
    let mut out = output(args.out.as_deref())?;
    for list in generate(scheme, &options) {
        serde_json::to_writer(&mut out, &list)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
