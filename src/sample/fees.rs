//! Fees that add up: items, fund and person.

use chs_model::Money;
use rand::RngExt;
use rand::rngs::StdRng;

/// One row of `iteminfo`; the amounts of class A and B and of own payment make up the
/// whole.
#[derive(Debug)]
pub(super) struct Item {
    /// `med_chrgitm`.
    pub(super) code: &'static str,
    pub(super) amount: Money,
    pub(super) class_a: Money,
    pub(super) class_b: Money,
    pub(super) own: Money,
}

/// The fees of a stay.
#[derive(Debug)]
pub(super) struct Fees {
    pub(super) items: Vec<Item>,
    /// `fund_payamt` of the basic fund.
    pub(super) fund: Money,
    pub(super) selfpay: Money,
    pub(super) ownpay: Money,
    pub(super) account: Money,
    pub(super) cash: Money,
}

/// Shares of the items in percent, with and without an operation.
const SURGICAL: &[(&str, i64)] = &[
    ("01", 4),
    ("02", 2),
    ("03", 12),
    ("04", 11),
    ("05", 10),
    ("06", 20),
    ("07", 4),
    ("08", 20),
    ("09", 17),
];
const MEDICAL: &[(&str, i64)] = &[
    ("01", 7),
    ("02", 3),
    ("03", 18),
    ("04", 18),
    ("05", 16),
    ("07", 6),
    ("08", 5),
    ("09", 27),
];

/// Fees of a stay of so many days.
pub(super) fn fees(operated: bool, stay: u16, employee: bool, rng: &mut StdRng) -> Fees {
    let daily = if operated {
        150_000..=400_000
    } else {
        60_000..=150_000
    };
    let hundredth = rng.random_range(daily) * i64::from(stay) / 100;
    let shares = if operated { SURGICAL } else { MEDICAL };
    let items: Vec<(&'static str, [i64; 4])> = shares
        .iter()
        .map(|(code, percent)| {
            (
                *code,
                split(hundredth * percent + rng.random_range(0..100), code),
            )
        })
        .collect();
    let total: i64 = items.iter().map(|(_, [amount, ..])| amount).sum();
    let own: i64 = items.iter().map(|(_, [.., own])| own).sum();
    let selfpay = (total - own) * if employee { 20 } else { 35 } / 100;
    let account = if employee { selfpay / 2 } else { 0 };
    Fees {
        items: items
            .into_iter()
            .map(|(code, [amount, class_a, class_b, own])| Item {
                code,
                amount: Money::from_fen(amount),
                class_a: Money::from_fen(class_a),
                class_b: Money::from_fen(class_b),
                own: Money::from_fen(own),
            })
            .collect(),
        fund: Money::from_fen(total - own - selfpay),
        selfpay: Money::from_fen(selfpay),
        ownpay: Money::from_fen(own),
        account: Money::from_fen(account),
        cash: Money::from_fen(selfpay + own - account),
    }
}

/// Whole, class A, class B, own payment, in fen: materials and drugs have some of the
/// last, the others none.
fn split(amount: i64, code: &str) -> [i64; 4] {
    let own = if matches!(code, "08" | "09") {
        amount * 6 / 100
    } else {
        0
    };
    let class_b = amount * 30 / 100;
    [amount, amount - class_b - own, class_b, own]
}
