//! One file per command of the command line: its arguments, and what it runs.

pub mod adjust;
pub mod audit;
pub mod bills;
pub mod call;
pub mod callers;
mod case_rows;
pub mod check;
pub mod check_config;
mod columns;
pub mod database;
pub mod dip;
pub mod efficacy;
pub mod envelope;
pub mod group;
mod group_values;
pub mod keys;
mod lines;
pub mod load;
pub mod map_codes;
pub mod migrate;
pub mod openapi;
pub mod outbox;
pub mod price;
pub mod profile;
pub mod reload;
mod ring;
mod rounds;
pub mod rules;
pub mod sample;
pub mod scheme;
pub mod schemes;
pub mod serve;
pub mod settle;
pub mod simulate;

use std::{
    error::Error,
    fs::{self, File},
    io::{self, BufReader, BufWriter, ErrorKind, Read, Write},
    num::NonZeroUsize,
    path::Path,
    process::ExitCode,
    thread,
};

/// What a command ends with: an exit code, or an error that is printed and exits with 2.
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Exit code 3: the target cannot be reached.
pub const UNREACHABLE: u8 = 3;

/// The named file, or standard input.
///
/// # Errors
/// The file's name and why it cannot be opened.
pub fn input(path: Option<&Path>) -> Result<Box<dyn Read + Send>, Box<dyn Error + Send + Sync>> {
    match path {
        None => Ok(Box::new(io::stdin())),
        Some(path) => match File::open(path) {
            Ok(file) => Ok(Box::new(BufReader::new(file))),
            Err(error) => {
                Err(format!("{} 无法读取 / cannot be read: {error}", path.display()).into())
            }
        },
    }
}

/// The named file, or standard output.
///
/// # Errors
/// The file's name and why it cannot be made.
pub fn output(path: Option<&Path>) -> Result<Box<dyn Write + Send>, Box<dyn Error + Send + Sync>> {
    match path {
        None => Ok(Box::new(BufWriter::new(io::stdout()))),
        Some(path) => match File::create(path) {
            Ok(file) => Ok(Box::new(BufWriter::new(file))),
            Err(error) => {
                Err(format!("{} 无法写入 / cannot be written: {error}", path.display()).into())
            }
        },
    }
}

/// So many threads, or one a core.
pub(crate) fn threads(asked: Option<NonZeroUsize>) -> usize {
    let threads = asked.or_else(|| thread::available_parallelism().ok());
    threads.map_or(1, NonZeroUsize::get)
}

/// Refuses a file that would be written while it is read.
///
/// # Errors
/// Both are one file.
pub(crate) fn not_one_file(
    input: Option<&Path>,
    output: Option<&Path>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let real = |path: Option<&Path>| fs::canonicalize(path?).ok();
    if real(input).is_some_and(|input| real(output) == Some(input)) {
        return Err("输入与输出是同一文件 / input and output are one file".into());
    }
    Ok(())
}

/// The end of a command that writes rows: that whoever read them (`head`) has left is no fault.
pub fn to_a_reader(outcome: Outcome) -> Outcome {
    match outcome {
        Err(error) if reader_left(error.as_ref()) => Ok(ExitCode::SUCCESS),
        outcome => outcome,
    }
}

fn reader_left(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let csv = error.downcast_ref::<csv::Error>().map(csv::Error::kind);
        let io = match csv {
            Some(csv::ErrorKind::Io(io)) => Some(io),
            _ => error.downcast_ref::<io::Error>(),
        };
        if let Some(io) = io {
            return io.kind() == ErrorKind::BrokenPipe;
        }
        cause = error.source();
    }
    false
}

/// The runtime of commands that talk to the network.
///
/// A single thread: the gateway's own workers are actix's, and the other commands wait
/// for one thing at a time.
#[expect(
    clippy::expect_used,
    reason = "without a runtime there is no program to report from"
)]
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("the operating system gives a thread and an epoll instance")
}
