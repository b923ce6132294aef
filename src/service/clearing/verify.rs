//! Whether a clearing is whole: its events chained and leading to its state, its digests
//! those of its rows, its sums the sums of what is below them.

use chs_settlement::states::ClearingState;

use super::{books, chunks};
use crate::{
    error::Refusal,
    store::{
        Store, Tx, TxError,
        clearing_books::{self, YearLine, YearRow},
        clearing_events::{self, ClearingEvent},
        clearings::{self, Clearing},
    },
};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Number of the proposal.
    pub number: i32,
    /// Institutions looked at.
    pub hospitals: usize,
    /// Events looked at.
    pub events: usize,
    /// What is wrong, bilingual.
    pub faults: Vec<String>,
}

/// Verifies the last clearing of a year and stage; `None` where there is none.
///
/// # Errors
/// The database.
pub async fn verify(
    store: &Store,
    year: &str,
    stage: chs_settlement::books::ClearingStage,
) -> Result<Option<Verified>, Refusal> {
    store
        .run_tx(
            "clearing.verify",
            async |tx: &Tx<'_>| match clearings::last(tx, year, stage).await? {
                Some(clearing) => verified(tx, &clearing).await.map(Some),
                None => Ok(None),
            },
        )
        .await
}

async fn verified(tx: &Tx<'_>, clearing: &Clearing) -> Result<Verified, TxError> {
    let key = &clearing.key;
    let events = clearing_events::events(tx, key).await?;
    let mut found = Verified {
        number: key.number,
        events: events.len(),
        ..Verified::default()
    };
    found.faults.extend(chain_fault(clearing, &events));
    if !clearing.prepared {
        return Ok(found);
    }
    let confirmations = clearings::confirmations(tx, key).await?;
    for some in confirmations.chunks(chunks::HOSPITALS) {
        let codes: Vec<&str> = some.iter().map(|one| one.fixmedins_code.as_str()).collect();
        let rows = clearing_books::of_hospitals(tx, key, &codes).await?;
        let lines = clearing_books::lines_of(tx, key, &codes).await?;
        let mut rows = chunks::by_hospital(rows);
        let mut lines = chunks::lines_by_hospital(lines);
        for confirmation in some {
            let code = &confirmation.fixmedins_code;
            let rows = rows.remove(code).unwrap_or_default();
            let lines = lines.remove(code).unwrap_or_default();
            found.hospitals += 1;
            if books::digest(&rows, &lines) != confirmation.digest || !adds_up(&rows, &lines) {
                found.faults.push(format!(
                    "{code}：结算单与摘要或合计不符 / the statement does not match its digest or sums"
                ));
            }
        }
    }
    let funds = clearing_books::funds(tx, key).await?;
    let sums = clearing_books::by_fund(tx, key).await?;
    for fund in &funds {
        let of_fund = sums.iter().find(|(insutype, _)| *insutype == fund.insutype);
        let whole = of_fund.is_some_and(|(_, sums)| {
            let rest = fund.budget_fen - fund.reserve_fen - fund.cross_region_fen;
            rest == sums.due_fen + fund.residue_fen && rest == sums.final_fen + fund.kept_fen
        });
        if !whole {
            let insutype = &fund.insutype;
            found.faults.push(format!(
                "险种 {insutype} 的基金合计不平 / the fund {insutype} does not add up"
            ));
        }
    }
    if books::whole_digest(clearing, &funds, &confirmations) != clearing.digest {
        found
            .faults
            .push("清算摘要不符 / the digest of the clearing differs".to_owned());
    }
    Ok(found)
}

/// Σ lines = institution.
fn adds_up(rows: &[YearRow], lines: &[YearLine]) -> bool {
    rows.iter().all(|row| {
        let own = lines.iter().filter(|line| line.insutype == row.insutype);
        let payable: i64 = own.map(|line| line.payable_fen).sum();
        payable == row.numbers.payable_fen
    })
}

fn chain_fault(clearing: &Clearing, events: &[ClearingEvent]) -> Option<String> {
    let named = |number: i32| {
        let year = &clearing.key.year;
        Some(format!(
            "{year}：第 {number} 个事件不成立 / event {number} does not hold"
        ))
    };
    let (mut state, mut hash) = (ClearingState::Prepared.as_str(), "");
    for (made, number) in events.iter().zip(1..) {
        let event = &made.event;
        let whole = event.number == number
            && event.from_state == state
            && event.prev_hash == hash
            && made.hash_of(&clearing.key) == event.hash;
        if !whole {
            return named(number);
        }
        (state, hash) = (&event.to_state, &event.hash);
    }
    let last = i32::try_from(events.len()).unwrap_or(i32::MAX);
    let whole = clearing.state == state && clearing.version == last;
    if whole { None } else { named(last) }
}
