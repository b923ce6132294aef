//! What holds of every comparison, whatever stands on its sides.

use proptest::prelude::*;

use super::*;

type Side = Vec<Record<u8, u64>>;

fn record(key: u8, total: i64) -> Record<u8, u64> {
    Record {
        key,
        amounts: Amounts {
            total: Money::from_fen(total),
            ..Amounts::default()
        },
        of: 0,
    }
}

/// Few keys and few amounts, so that records meet, repeat and differ.
fn side() -> impl Strategy<Value = Side> {
    let row = (0_u8..12, -3_i64..4, 0_i64..3, 0_i64..2);
    prop::collection::vec(row, 0..24).prop_map(|rows| {
        let fen = Money::from_fen;
        let amounts = |(_, total, fund, account): (u8, i64, i64, i64)| Amounts {
            total: fen(total),
            fund: fen(fund),
            account: fen(account),
        };
        (0..)
            .zip(rows)
            .map(|(of, row)| Record {
                key: row.0,
                amounts: amounts(row),
                of,
            })
            .collect()
    })
}

fn sums(side: &Side) -> Sums {
    side.iter()
        .try_fold(Sums::default(), |sums, record| sums.with(record.amounts))
        .unwrap()
}

fn tally(ours: &Side, theirs: &Side) -> Tally {
    differences(ours.clone(), theirs.clone())
        .try_fold(Tally::default(), |tally, one| tally.with(&one))
        .unwrap()
}

fn mirrored(difference: Difference<u8, u64, u64>) -> Difference<u8, u64, u64> {
    match difference {
        Difference::OnlyOurs(record) => Difference::OnlyTheirs(record),
        Difference::OnlyTheirs(record) => Difference::OnlyOurs(record),
        Difference::Amounts { ours, theirs } => Difference::Amounts {
            ours: theirs,
            theirs: ours,
        },
    }
}

/// Keys, kinds and amounts of differences; not which of two like records was meant.
fn told(differences: impl Iterator<Item = Difference<u8, u64, u64>>) -> Vec<String> {
    let mut told: Vec<String> = differences
        .map(|difference| match difference {
            Difference::OnlyOurs(one) => format!("{} ours {:?}", one.key, one.amounts),
            Difference::OnlyTheirs(one) => format!("{} theirs {:?}", one.key, one.amounts),
            Difference::Amounts { ours, theirs } => {
                format!("{} {:?} {:?}", ours.key, ours.amounts, theirs.amounts)
            }
        })
        .collect();
    told.sort();
    told
}

proptest! {
    #[test]
    fn equal_sides_do_not_differ(side in side(), seed in any::<u64>()) {
        let mut shuffled = side.clone();
        // Any other order of the same records.
        shuffled.sort_by_key(|record| record.of.wrapping_mul(seed | 1));
        prop_assert!(tally(&side, &shuffled).is_empty());
        prop_assert_eq!(sums(&side).against(&sums(&shuffled)), Verdict::Equal);
    }

    #[test]
    fn swapped_sides_mirror_every_kind(ours in side(), theirs in side()) {
        let there = told(differences(ours.clone(), theirs.clone()));
        let back = told(differences(theirs.clone(), ours.clone()).map(mirrored));
        prop_assert_eq!(there, back);
        let mirrored = match sums(&theirs).against(&sums(&ours)) {
            Verdict::OursMore => Verdict::TheirsMore,
            Verdict::TheirsMore => Verdict::OursMore,
            same => same,
        };
        prop_assert_eq!(sums(&ours).against(&sums(&theirs)), mirrored);
    }

    #[test]
    fn differences_sum_to_the_difference_of_the_sums(ours in side(), theirs in side()) {
        let net = sums(&ours).minus(sums(&theirs)).unwrap();
        prop_assert_eq!(tally(&ours, &theirs).net().unwrap(), net);
    }

    #[test]
    fn what_is_no_difference_is_on_both_sides(ours in side(), theirs in side()) {
        let (mut left, mut right) = (ours.clone(), theirs.clone());
        let mut drop_from = |side: bool, record: &Record<u8, u64>| {
            let side = if side { &mut left } else { &mut right };
            let at = side.iter().position(|one| one == record).unwrap();
            side.remove(at);
        };
        for difference in differences(ours, theirs) {
            match &difference {
                Difference::OnlyOurs(one) => drop_from(true, one),
                Difference::OnlyTheirs(one) => drop_from(false, one),
                Difference::Amounts { ours, theirs } => {
                    prop_assert!(ours.key == theirs.key && ours.amounts != theirs.amounts);
                    drop_from(true, ours);
                    drop_from(false, theirs);
                }
            }
        }
        let plain = |side: &Side| {
            let mut plain: Vec<_> = side.iter().map(|one| (one.key, one.amounts)).collect();
            plain.sort();
            plain
        };
        prop_assert_eq!(plain(&left), plain(&right));
    }
}

#[test]
fn a_record_sent_twice_has_one_counterpart() {
    let found: Vec<_> = differences(vec![record(1, 5)], vec![record(1, 5), record(1, 5)]).collect();
    assert_eq!(found, [Difference::OnlyTheirs(record(1, 5))]);
    // A refund stands beside what it takes back.
    let settled = vec![record(1, 5), record(1, -5)];
    assert_eq!(differences(settled.clone(), settled).count(), 0);
    // One fen apart.
    let found: Vec<_> = differences(vec![record(2, 5)], vec![record(2, 6)]).collect();
    assert_eq!(
        found,
        [Difference::Amounts {
            ours: record(2, 5),
            theirs: record(2, 6)
        }]
    );
}

#[test]
fn totals_tell_which_side_has_more() {
    let sums = |count, total| Sums {
        count,
        amounts: record(0, total).amounts,
    };
    for (ours, theirs, verdict) in [
        (sums(1, 5), sums(1, 5), Verdict::Equal),
        (sums(2, 5), sums(1, 5), Verdict::OursMore),
        (sums(1, 4), sums(1, 5), Verdict::TheirsMore),
        (sums(2, 4), sums(1, 5), Verdict::Mixed),
    ] {
        assert_eq!(ours.against(&theirs), verdict);
    }
    let most = sums(1, i64::MAX);
    assert_eq!(most.with(record(0, 1).amounts), Err(OutOfRange));
}

#[test]
fn a_hundred_thousand_records_a_side_are_walked_once() {
    let side = |shift: u32| -> Vec<Record<u32, ()>> {
        (0..100_000_u32)
            .rev()
            .map(|key| Record {
                key: key + shift,
                amounts: Amounts {
                    total: Money::from_fen(i64::from(key % 7)),
                    ..Amounts::default()
                },
                of: (),
            })
            .collect()
    };
    let tally = differences(side(0), side(7))
        .try_fold(Tally::default(), |tally, one| tally.with(&one))
        .unwrap();
    assert_eq!(
        (
            tally.only_ours.count,
            tally.only_theirs.count,
            tally.unequal.count
        ),
        (7, 7, 0),
        "amounts repeat every seven keys"
    );
}
