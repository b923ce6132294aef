//! `chs-gateway dip lint`: what looks wrong in a catalogue.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Outcome;
use crate::dip_catalogues;

/// 检查 DIP 目录：装载错误逐行列出，再列出可疑之处 / check a DIP catalogue
///
/// 装载错误时退出码为 2，有可疑之处为 1，否则为 0。
///
/// Exit code 2 when it does not load (every fault with file and line), 1 when something looks
/// wrong (duplicates, unreachable rows, overlaps, unknown codes, missing scores), else 0.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 目录文件夹 / the catalogue's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// 以 JSON 输出 / as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args) -> Outcome {
    let catalogue = dip_catalogues::read(&args.folder)?;
    let lints = catalogue.lint();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&lints)?);
    } else {
        for lint in &lints {
            println!("{lint}");
        }
        println!(
            "{}：{} 个病种，{} 处可疑 / {} groups, {} findings",
            catalogue.id(),
            catalogue.groups().len(),
            lints.len(),
            catalogue.groups().len(),
            lints.len()
        );
    }
    Ok(ExitCode::from(u8::from(!lints.is_empty())))
}
