//! Running numbers of ten digits, as the transaction standard puts them at the end of
//! message ids and sign-in numbers behind a second's time.
//!
//! Four digits are drawn when the process starts and six count up, so that gateways side by
//! side rarely share a number and one never repeats it within a second.

use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};

use rand::{TryRng, rngs::SysRng};

/// The drawn digits, times this, stand before the counted ones.
const COUNTED: u64 = 1_000_000;

static DRAWN: LazyLock<u64> = LazyLock::new(|| {
    // Without random bytes the number still counts; ids of two gateways may then meet,
    // which nothing relies on.
    let drawn = SysRng.try_next_u32().unwrap_or_default();
    u64::from(drawn % 10_000)
});
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// The next number, at most ten digits.
pub fn serial() -> u64 {
    *DRAWN * COUNTED + COUNTER.fetch_add(1, Ordering::Relaxed) % COUNTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_and_have_ten_digits_at_most() {
        let numbers: std::collections::HashSet<u64> = (0..10_000).map(|_| serial()).collect();
        assert_eq!(numbers.len(), 10_000);
        assert!(numbers.iter().all(|number| *number < 10_000_000_000));
    }
}
