//! How many cases may be reviewed, and which high cases are paid by item.

use chs_model::Money;
use rust_decimal::Decimal;

use crate::fraction::Fraction;

/// The quota of special cases: ⌊cases × share⌋; 5 % for DRG and 5 ‰ for DIP by the
/// national rules of 2024.
#[must_use]
pub fn quota(cases: u64, share: Decimal) -> u64 {
    let share = share.clamp(Decimal::ZERO, Decimal::ONE);
    let scale = 10_i128.pow(share.scale());
    let whole = i128::from(cases) * share.mantissa() / scale;
    u64::try_from(whole).unwrap_or(u64::MAX)
}

/// A case over its standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcessCase {
    /// Its id; decides ties.
    pub id: String,
    /// Cost over the standard.
    pub excess: Money,
    /// The standard.
    pub standard: Money,
}

/// Those of the high cases that are paid by item when more than the share of all
/// discharges qualify: ranked by excess, descending, then by id; the first ⌊cases ×
/// share⌋ of them.
#[must_use]
pub fn within_quota(mut high: Vec<ExcessCase>, cases: u64, share: Decimal) -> Vec<ExcessCase> {
    high.sort_by(|a, b| b.excess.cmp(&a.excess).then_with(|| a.id.cmp(&b.id)));
    let limit = usize::try_from(quota(cases, share)).unwrap_or(usize::MAX);
    high.truncate(limit);
    high
}

impl ExcessCase {
    /// Excess over the standard as a multiple, four decimals; `None` for a standard of zero.
    #[must_use]
    pub fn multiple(&self) -> Option<Decimal> {
        Fraction::from(self.excess).over(self.standard)?.round(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_rounded_down() {
        let share = Decimal::new(5, 3);
        assert_eq!(
            [0, 199, 200, 399, 400].map(|n| quota(n, share)),
            [0, 0, 1, 1, 2]
        );
        assert_eq!(quota(u64::MAX, Decimal::ONE), u64::MAX);
        assert_eq!(quota(10, Decimal::TEN), 10);
        assert_eq!(quota(10, Decimal::NEGATIVE_ONE), 0);
    }

    #[test]
    fn ties_go_by_id() {
        let case = |id: &str, excess| ExcessCase {
            id: id.to_owned(),
            excess: Money::from_fen(excess),
            standard: Money::from_fen(100),
        };
        let chosen = within_quota(
            vec![case("c", 5), case("b", 9), case("a", 5), case("d", 1)],
            40,
            Decimal::new(5, 2),
        );
        let ids: Vec<&str> = chosen.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids, ["b", "a"]);
        assert_eq!(
            chosen.first().and_then(ExcessCase::multiple),
            Some(Decimal::new(900, 4))
        );
    }
}
