//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use chs_gateway::commands::{
    adjust, audit, bills, call, callers, check, check_config, dip, efficacy, envelope, group, keys,
    load, map_codes, migrate, openapi, outbox, price, profile, reload, rules, sample, scheme,
    schemes, serve, settle, simulate, to_a_reader,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 医保 DRG/DIP 支付集成网关 / integration gateway for DRG and DIP payment
///
/// 退出码 exit codes: 0 成功 success, 1 有数据不合格 some data was refused, 2 用法错误 usage, 3 目标不可达 target unreachable
#[derive(Debug, Parser)]
#[command(name = "chs-gateway", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Call(call::Args),
    Callers(callers::Args),
    Sample(sample::Args),
    Check(check::Args),
    Group(group::Args),
    Dip(dip::Args),
    Efficacy(efficacy::Args),
    Price(price::Args),
    Simulate(simulate::Args),
    Adjust(adjust::Args),
    Profile(profile::Args),
    Reload(reload::Args),
    Settle(settle::Args),
    Scheme(scheme::Args),
    Schemes(schemes::Args),
    Rules(rules::Args),
    Audit(audit::Args),
    Bills(bills::Args),
    Envelope(envelope::Args),
    Keys(keys::Args),
    Load(load::Args),
    MapCodes(map_codes::Args),
    Openapi(openapi::Args),
    Outbox(outbox::Args),
    Migrate(migrate::Args),
    CheckConfig(check_config::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Call(args) => call::run(args),
        Command::Callers(args) => callers::run(args),
        Command::Sample(args) => to_a_reader(sample::run(args)),
        Command::Check(args) => to_a_reader(check::run(args)),
        Command::Group(args) => to_a_reader(group::run(args)),
        Command::Dip(args) => to_a_reader(dip::run(args)),
        Command::Efficacy(args) => to_a_reader(efficacy::run(args)),
        Command::Price(args) => to_a_reader(price::run(args)),
        Command::Simulate(args) => to_a_reader(simulate::run(args)),
        Command::Adjust(args) => to_a_reader(adjust::run(args)),
        Command::Profile(args) => to_a_reader(profile::run(args)),
        Command::Reload(args) => reload::run(args),
        Command::Settle(args) => settle::run(args),
        Command::Scheme(args) => to_a_reader(scheme::run(args)),
        Command::Schemes(args) => to_a_reader(schemes::run(args)),
        Command::Rules(args) => to_a_reader(rules::run(args)),
        Command::Audit(args) => audit::run(args),
        Command::Bills(args) => bills::run(args),
        Command::Envelope(args) => envelope::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Load(args) => load::run(args),
        Command::MapCodes(args) => to_a_reader(map_codes::run(args)),
        Command::Openapi(args) => openapi::run(args),
        Command::Outbox(args) => outbox::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::CheckConfig(args) => check_config::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("错误 error: {error}");
            ExitCode::from(2)
        }
    }
}
