//! The grouper in a program of one's own: a scheme, a case, its group and the way to it.
//!
//! The case is made up. Run it with `cargo run -p embed-rust`.

use std::process::ExitCode;

use chs_grouper::{Case, Scheme, SchemeError, Sex, Status};

fn main() -> Result<ExitCode, SchemeError> {
    let scheme = Scheme::builtin("chs-drg-2.0")?;
    let case = Case {
        sex: Some(Sex::Male),
        age_years: Some(69),
        los: Some(14),
        // Codes of the insurance edition 2.0, the principal one first.
        dx: vec!["R57.000", "G00.900"],
        px: vec!["39.9500x006", "65.7904"],
        ..Case::default()
    };

    let outcome = scheme.group(&case);
    println!("{} {} {}", outcome.status, outcome.drg, outcome.name);
    for reason in outcome.reasons() {
        println!("  {} {} / {}", reason.code(), reason.zh(), reason.en());
    }

    // The same with the way to it; slower, so ask for it where somebody reads it.
    let (_, trace) = scheme.group_traced(&case);
    for line in &trace.text {
        println!("  {} / {}", line.zh, line.en);
    }
    Ok(match (outcome.status, outcome.drg) {
        (Status::Grouped, "FP15") => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
