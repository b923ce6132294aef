//! `chs-gateway scheme export`: a scheme in the layout of the NHSA's workbook.

use std::{fs, path::PathBuf, process::ExitCode};

use chs_grouper::workbook::export;

use crate::{commands::Outcome, scheme_source::resolve};

/// 按国家医保局配置工作簿的版式导出方案 / export a scheme in the layout of the NHSA's workbook
///
/// 六张表俱全，编码附名称；本地方案连同基础方案整体导出，权重与本地列排在官方列之后。
///
/// All six sheets, codes with their names. A local scheme is written whole; its weights and own
/// columns stand behind the official ones.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 方案编号或目录 / id or folder of the scheme
    #[arg(value_name = "ID|DIR")]
    scheme: String,
    /// 输出的工作簿 / the workbook to write
    #[arg(long, value_name = "F.xlsx")]
    out: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Outcome {
    let bytes = export(resolve(&args.scheme)?)?;
    fs::write(&args.out, bytes).map_err(|error| {
        format!(
            "{} 无法写入 / cannot be written: {error}",
            args.out.display()
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
