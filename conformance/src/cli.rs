//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::case::Profile;

/// 网关接口一致性测试 / conformance suite of the gateway's contract.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, about, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 对目标网关运行用例 / run cases against a gateway
    #[command(
        after_help = "退出码 / exit codes: 0 通过 pass, 1 未通过 fail, 2 用法错误 usage, 3 目标不可达 target unreachable"
    )]
    Run(RunArgs),
    /// 列出用例 / list the cases
    List(Selection),
    /// 要求与用例的对应 / requirements against cases
    #[command(
        after_help = "退出码 / exit codes: 0 每条 MUST 有用例或注明理由的排除 every MUST has a case or an exclusion with its reason, 1 否则 otherwise"
    )]
    Coverage(CoverageArgs),
}

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// 接口范围，可多个 / part of the contract; several with commas, all when left out
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) profile: Vec<Profile>,
    /// 按正则筛选 “范围/编号 名称” / regular expression on "PROFILE/ID SLUG"
    #[arg(long, value_name = "REGEX")]
    pub(crate) filter: Option<String>,
}

/// Arguments of `coverage`.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// 在仓库中写出 conformance/coverage.csv，并更新 docs/CONFORMANCE.md 中的数量 / write the
    /// table and the counts of the page into the repository
    #[arg(long, value_name = "DIR")]
    pub(crate) write: Option<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// 目标网关地址 / address of the target, e.g. http://127.0.0.1:8088
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: String,
    /// 调用方文件夹 / folder of the caller files (hospital-a.toml, …)
    #[arg(long, value_name = "DIR")]
    pub(crate) callers: PathBuf,
    /// Which cases.
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// JSON 报告 / write the full report as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// JUnit 报告 / write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// HTML 报告 / write the report as one HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// CSV 报告 / write a line for each case
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// 目标自己的拒绝码表 / the target's own codes, laid over the built-in refusals.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) refusals: Option<PathBuf>,
    /// 只信任该 CA / PEM file of the CA to trust, instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// 单次请求超时（秒） / seconds to wait for one answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) timeout: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_takes_several_profiles() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["conformance", "list", "--profile", "hospital,security"]);
        let Command::List(selection) = cli.command else {
            unreachable!()
        };
        assert_eq!(selection.profile, [Profile::Hospital, Profile::Security]);
    }
}
