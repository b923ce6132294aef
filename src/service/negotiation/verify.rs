//! Whether the rounds of a year are whole: events chained and leading to the state, the
//! proposal and the positions that are stored.

use std::collections::BTreeMap;

use chs_settlement::states::{PositionState, RoundAction};

use crate::{
    error::Refusal,
    store::{
        Store, Tx, TxError,
        negotiations::{self, Round, RoundEvent},
    },
};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Rounds looked at.
    pub rounds: i32,
    /// Events looked at.
    pub events: usize,
    /// What is wrong, bilingual.
    pub faults: Vec<String>,
}

/// Verifies the rounds of a year.
///
/// # Errors
/// The database.
pub async fn verify(store: &Store, year: &str) -> Result<Verified, Refusal> {
    store
        .run_tx("negotiations.verify", async |tx: &Tx<'_>| {
            let mut verified = Verified {
                rounds: negotiations::count(tx, year).await?,
                ..Verified::default()
            };
            for number in 1..=verified.rounds {
                match negotiations::found(tx, year, Some(number)).await? {
                    Some(round) => round_verified(tx, &round, &mut verified).await?,
                    None => verified.faults.push(format!(
                        "{year}：缺少第 {number} 轮 / round {number} is missing"
                    )),
                }
            }
            Ok(verified)
        })
        .await
}

async fn round_verified(
    tx: &Tx<'_>,
    round: &Round,
    verified: &mut Verified,
) -> Result<(), TxError> {
    let events = negotiations::events(tx, round).await?;
    verified.events += events.len();
    verified.faults.extend(chain_fault(round, &events));
    // Where the events lead each institution.
    let mut led: BTreeMap<&str, (&str, i32)> = BTreeMap::new();
    for made in &events {
        let action = RoundAction::from_name(&made.event.action);
        if action == Some(RoundAction::Revise) {
            led.clear();
        }
        if let Some(position) = action.and_then(RoundAction::position) {
            let stands = (position.as_str(), made.event.number);
            led.insert(&made.fixmedins_code, stands);
        }
    }
    let pending = (PositionState::Pending.as_str(), 0);
    for position in negotiations::positions(tx, round, None).await? {
        let code = position.fixmedins_code.as_str();
        let wanted = led.remove(code).unwrap_or(pending);
        if wanted != (position.state.as_str(), position.answered) {
            verified.faults.push(named(
                round,
                &format!(
                    "{code} 的答复与记录不符 / the position of {code} is not what the events say"
                ),
            ));
        }
    }
    for code in led.keys() {
        verified.faults.push(named(
            round,
            &format!("{code} 不在轮次中而有答复 / {code} answered without being a party"),
        ));
    }
    Ok(())
}

fn named(round: &Round, fault: &str) -> String {
    format!("{} 第 {} 轮：{fault}", round.year, round.number)
}

fn chain_fault(round: &Round, events: &[RoundEvent]) -> Option<String> {
    let (mut state, mut hash, mut digest) = ("", "", "");
    let event_fault = |number: i32| {
        let fault = format!("第 {number} 个事件不成立 / event {number} does not hold");
        Some(named(round, &fault))
    };
    for (made, number) in events.iter().zip(1..) {
        let event = &made.event;
        let whole = event.number == number
            && event.from_state == state
            && event.prev_hash == hash
            && made.hash_of(round) == event.hash;
        if !whole {
            return event_fault(number);
        }
        (state, hash) = (&event.to_state, &event.hash);
        if matches!(event.action.as_str(), super::OPEN | "revise") {
            digest = &event.digest;
        }
    }
    let last = i32::try_from(events.len()).unwrap_or(i32::MAX);
    let whole = round.state == state && round.version == last && round.digest == digest;
    if whole { None } else { event_fault(last) }
}
