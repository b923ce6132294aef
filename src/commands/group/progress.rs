//! The line that shows how far the work is, on a terminal alone.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often the line changes.
const PERIOD: Duration = Duration::from_millis(500);

/// Counts rows and shows them.
pub(super) struct Progress {
    shown: bool,
    started: Instant,
    last: Instant,
    rows: u64,
    pub(super) invalid: u64,
}

impl Progress {
    /// Shown unless `quiet` or standard error is no terminal.
    pub(super) fn new(quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            shown: !quiet && std::io::stderr().is_terminal(),
            started: now,
            last: now,
            rows: 0,
            invalid: 0,
        }
    }

    pub(super) fn add(&mut self, rows: u64, invalid: u64) {
        self.rows += rows;
        self.invalid += invalid;
        if self.shown && self.last.elapsed() >= PERIOD {
            self.last = Instant::now();
            eprint!("\r{}", self.line());
        }
    }

    pub(super) fn end(&self) {
        if self.shown {
            eprintln!("\r{}", self.line());
        }
    }

    fn line(&self) -> String {
        let millis = self.started.elapsed().as_millis().max(1);
        let rate = u128::from(self.rows) * 1000 / millis;
        format!(
            "已分组 grouped {} 行 rows，{rate} 行/秒 rows/s，无效 invalid {}",
            self.rows, self.invalid
        )
    }
}
