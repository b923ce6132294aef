//! Black-box conformance suite of the gateway's contract.
//!
//! It reaches its target over HTTP alone, links no crate of the gateway, and proves its
//! own cryptography by published vectors before it judges anybody. Cases are data
//! (`cases/`), what must be done with bytes, clocks or concurrency is here.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests may fail loudly"
    )
)]

mod caller;
mod canonical;
mod case;
mod cli;
#[cfg(test)]
mod contract;
mod counts;
mod coverage;
mod crypto;
mod embedded;
mod expect;
mod family;
mod forgery;
mod judge;
mod message;
#[cfg(test)]
mod mutants;
mod refusals;
mod report;
mod run;
mod self_check;
mod tamper;
mod template;
mod transaction;
mod transport;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use verdict::{Verdict, list, run_suite, show_coverage};

fn main() -> ExitCode {
    let verdict = match Cli::parse().command {
        Command::Run(args) => run_suite(&args),
        Command::List(selection) => list(&selection),
        Command::Coverage(args) => show_coverage(&args),
    };
    match verdict {
        Ok(verdict) => verdict.into(),
        Err(usage) => {
            eprintln!("{usage}");
            Verdict::Usage.into()
        }
    }
}
