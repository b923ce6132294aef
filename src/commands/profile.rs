//! `chs-gateway profile`: what a profile says, what is odd about it, and where it differs
//! from the provincial module's sheet.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chs_grouper::Scheme;

use super::{Outcome, input, output};
use crate::{
    grouped_by::GroupedBy,
    profiles::{self, lint::lint, proofread::proofread},
};

/// 查看、检查、校核统筹区付费档案 / show, check and proofread payment profiles
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// 列出档案，或按参数表格式打印一个档案 / list the profiles, or print one in the layout of the sheet
    Show {
        /// 档案编号 / id of the profile
        profile: Option<String>,
    },
    /// 检查档案与程序所带方案是否相合；有错误时退出码为 1 / check profiles against the schemes; exit code 1 with an error
    Lint {
        /// 档案编号，缺省为全部 / id of the profile, all by default
        profile: Option<String>,
    },
    /// 与省级模块导出的参数表（kind,key,item,value）逐项比较；有差异时退出码为 1
    /// / compare with the sheet exported by the provincial module; exit code 1 with a difference
    Proofread {
        /// 档案编号 / id of the profile
        profile: String,
        /// 导出的参数表，缺省为标准输入 / the sheet, standard input by default
        #[arg(long = "in", value_name = "SHEET.csv")]
        sheet: Option<PathBuf>,
        /// 差异清单，缺省为标准输出 / the differences, standard output by default
        #[arg(long = "out", value_name = "F.csv")]
        output: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// An unknown profile, a file that cannot be read or written.
pub fn run(args: Args) -> Outcome {
    match args.action {
        Action::Show { profile: None } => {
            for id in profiles::builtin_ids() {
                let profile = profiles::builtin(id)?;
                let mark = if profile.example() {
                    "示例 example"
                } else {
                    ""
                };
                println!("{id}\t{}\t{}\t{mark}", profile.scheme(), profile.title());
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Show { profile: Some(id) } => show(&id),
        Action::Lint { profile } => lint_all(profile.as_deref()),
        Action::Proofread {
            profile,
            sheet,
            output: to,
        } => {
            let profile = profiles::builtin(&profile)?;
            let scheme = Scheme::builtin(profile.scheme()).ok();
            let proof = proofread(&profile, scheme, input(sheet.as_deref())?)?;
            let mut writer = csv::Writer::from_writer(output(to.as_deref())?);
            writer.write_record(["kind", "key", "item", "ours", "sheet"])?;
            for difference in &proof.differences {
                writer.write_record([
                    &difference.kind,
                    &difference.key,
                    &difference.item,
                    difference.ours.as_deref().unwrap_or_default(),
                    difference.sheet.as_deref().unwrap_or_default(),
                ])?;
            }
            writer.flush()?;
            eprintln!(
                "一致 equal {}，差异 different {}",
                proof.equal,
                proof.differences.len()
            );
            if profile.example() {
                eprintln!(
                    "提示：本档案的参数为示例值 / note: the profile's own values are examples"
                );
            }
            Ok(exit(proof.differences.is_empty()))
        }
    }
}

fn show(id: &str) -> Outcome {
    let profile = profiles::builtin(id)?;
    let mut writer = csv::Writer::from_writer(output(None)?);
    writer.write_record(["kind", "key", "item", "value"])?;
    for version in profile.parameter_versions() {
        for (item, value) in version.items() {
            writer.write_record(["parameter", &version.version, &item, &value])?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.to_string())?
        .flush()?;
    Ok(ExitCode::SUCCESS)
}

fn lint_all(one: Option<&str>) -> Outcome {
    let ids = one.map_or_else(|| profiles::builtin_ids().to_vec(), |id| vec![id]);
    let mut sound = true;
    for id in ids {
        let carried = |id: &str| Scheme::builtin(id).ok().map(GroupedBy::Drg);
        for remark in lint(&profiles::builtin(id)?, carried) {
            let kind = if remark.fault {
                "错误 error"
            } else {
                "提示 note"
            };
            println!("{id} {kind}：{} / {}", remark.zh, remark.en);
            sound &= !remark.fault;
        }
    }
    Ok(exit(sound))
}

fn exit(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}
