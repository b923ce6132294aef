//! What a point was worth in months that are settled. A DIP case that comes late, or is
//! judged again, is told what its score came to there; before, the profile's own value
//! stands in. Other methods are told by their profile alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chs_model::{SettlementList, fields::setlinfo};
use chs_settlement::Profile;
use rust_decimal::Decimal;

use super::{assessment, dip_price};
use crate::store::{Tx, TxError, settlement_months};

/// Values by month and insurance type.
#[derive(Debug, Default)]
pub struct MonthValues(BTreeMap<(String, String), Decimal>);

/// The values of the months of these lists; none are asked for where the profile does not
/// pay by scores.
///
/// # Errors
/// The database.
pub async fn of(
    tx: &Tx<'_>,
    profile: Option<&Profile>,
    lists: &[&SettlementList],
    now: DateTime<Utc>,
) -> Result<MonthValues, TxError> {
    let mut values = MonthValues::default();
    if !are_stored(profile) {
        return Ok(values);
    }
    let months: BTreeSet<String> = lists.iter().map(|list| month_of(list, now)).collect();
    for setl_ym in months {
        for pool in settlement_months::pools(tx, &setl_ym).await? {
            if let Some(value) = pool.value {
                values.0.insert((setl_ym.clone(), pool.insutype), value);
            }
        }
    }
    Ok(values)
}

/// Whether a profile's cases are told what was stored of their month.
pub fn are_stored(profile: Option<&Profile>) -> bool {
    profile.is_some_and(dip_price::pays_by_scores)
}

impl MonthValues {
    /// The value that holds for a list.
    pub fn get(&self, list: &SettlementList, now: DateTime<Utc>) -> Option<Decimal> {
        if self.0.is_empty() {
            return None;
        }
        let hi_type = list.setlinfo().text(setlinfo::HI_TYPE);
        let insutype = assessment::insutype(hi_type.unwrap_or_default().trim());
        let key = (month_of(list, now), insutype.to_owned());
        self.0.get(&key).copied()
    }
}

fn month_of(list: &SettlementList, now: DateTime<Utc>) -> String {
    assessment::settled_on(list, now).format("%Y%m").to_string()
}
