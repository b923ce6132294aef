//! What became of all lines: shown while they are checked, and told at the end.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use chs_model::Money;

/// How often the progress line changes.
const PROGRESS: Duration = Duration::from_millis(500);

/// What became of lines.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) checked: u64,
    pub(super) with_errors: u64,
    pub(super) grouped: u64,
    pub(super) unreadable: u64,
    /// Clinical codes that nobody has decided on.
    pub(super) open_codes: u64,
    /// Lists that were priced, with their costs and payments in fen.
    pub(super) priced: u64,
    cost_fen: i128,
    pay_fen: i128,
}

impl Counts {
    /// Counts a list that was priced.
    pub(super) fn price(&mut self, cost: Option<Money>, pay: Money) {
        self.priced += 1;
        self.cost_fen += i128::from(cost.map_or(0, Money::fen));
        self.pay_fen += i128::from(pay.fen());
    }

    fn add(&mut self, other: Counts) {
        self.checked += other.checked;
        self.with_errors += other.with_errors;
        self.grouped += other.grouped;
        self.unreadable += other.unreadable;
        self.open_codes += other.open_codes;
        self.priced += other.priced;
        self.cost_fen += other.cost_fen;
        self.pay_fen += other.pay_fen;
    }

    fn lists(&self) -> String {
        format!(
            "已检查 checked {}  有错误 with errors {}  入组 grouped {}  无法读取 unreadable {}",
            self.checked, self.with_errors, self.grouped, self.unreadable
        )
    }
}

/// Counts, shown on standard error while it is a terminal.
pub(super) struct Summary {
    pub(super) counts: Counts,
    shown: bool,
    begun: Instant,
    last: Instant,
}

impl Summary {
    pub(super) fn new() -> Summary {
        let now = Instant::now();
        Summary {
            counts: Counts::default(),
            shown: std::io::stderr().is_terminal(),
            begun: now,
            last: now,
        }
    }

    pub(super) fn add(&mut self, counts: Counts) {
        self.counts.add(counts);
        if self.shown && self.last.elapsed() >= PROGRESS {
            self.last = Instant::now();
            eprint!("\r{}", self.counts.lists());
        }
    }

    /// Tells what it came to; `clinical` where codes were mapped.
    pub(super) fn end(&self, clinical: bool) {
        let start = if self.shown { "\r" } else { "" };
        let seconds = self.begun.elapsed().as_secs_f64();
        eprintln!("{start}{}  {seconds:.1} s", self.counts.lists());
        if clinical {
            let open = self.counts.open_codes;
            eprintln!("待定编码 codes that wait for a decision {open}");
        }
        if self.counts.priced > 0 {
            eprintln!(
                "测算 priced {}  费用 cost {} 元 yuan  支付 payment {} 元 yuan（仅供参考 an estimate）",
                self.counts.priced,
                yuan(self.counts.cost_fen),
                yuan(self.counts.pay_fen),
            );
        }
    }
}

/// Fen as yuan with two decimals.
fn yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_what_was_priced() {
        let mut all = Counts::default();
        for (cost, pay) in [(Some(Money::from_fen(10_005)), 9_000), (None, -9_101)] {
            let mut one = Counts::default();
            one.price(cost, Money::from_fen(pay));
            all.add(one);
        }
        assert_eq!(all.priced, 2);
        assert_eq!(yuan(all.cost_fen), "100.05");
        assert_eq!(yuan(all.pay_fen), "-1.01");
    }
}
