//! Averages of the groups over the last closed months, held in memory: rules compare a
//! list's days and cost with those of its group.

use std::collections::HashMap;

use chs_grouper::{Case, Scheme};
use chs_model::SettlementList;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    app::App,
    store::{StoreError, group_months::GroupSums},
};

/// The averages, by scheme and group.
#[derive(Debug, Default)]
pub struct GroupAverages(HashMap<String, HashMap<String, GroupSums>>);

impl GroupAverages {
    /// Those of groups with so many cases at least.
    pub fn of(sums: Vec<GroupSums>, least: u32) -> GroupAverages {
        let mut averages = GroupAverages::default();
        for one in sums {
            if one.cases >= i64::from(least.max(1)) {
                let groups = averages.0.entry(one.grp_ver.clone()).or_default();
                groups.insert(one.drg_code.clone(), one);
            }
        }
        averages
    }

    /// What the rules' document `benchmark` tells of a list's group; nothing where too few
    /// cases are known of it.
    pub fn benchmark(&self, scheme: &Scheme, list: &SettlementList) -> Option<Value> {
        let groups = self.0.get(scheme.id())?;
        let case = Case::from_list(list).ok()?;
        let sums = groups.get(scheme.group(&case).drg)?;
        let mut told = json!({"fee_avg": average(Decimal::new(sums.cost_fen, 2), sums.cases)?});
        if let (Some(los_avg), Some(told)) = (
            average(Decimal::from(sums.days), sums.stays),
            told.as_object_mut(),
        ) {
            told.insert("los_avg".to_owned(), Value::String(los_avg));
        }
        Some(told)
    }
}

/// A mean with two decimals, half away from zero; none of nothing.
fn average(sum: Decimal, number: i64) -> Option<String> {
    let mean = sum.checked_div(Decimal::from(number))?;
    let half = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    Some(mean.round_dp_with_strategy(2, half).to_string())
}

/// Reads the averages anew.
///
/// # Errors
/// [`StoreError`] when the database does not answer.
pub async fn reload(app: &App) -> Result<(), StoreError> {
    let sums = app.store.group_sums().await?;
    let least = app.config.quality.average_cases;
    app.averages.replace(GroupAverages::of(sums, least));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_too_few_cases_has_no_average() {
        let list = json!({
            "setlinfo": {"gend": "1", "age": "45"},
            "diseinfo": [{"diag_type": "1", "maindiag_flag": "1", "diag_code": "K35.300"}],
        });
        let list = SettlementList::parse(&list).unwrap();
        let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
        let drg = scheme.group(&Case::from_list(&list).unwrap()).drg;
        let sums = |cases, stays| GroupSums {
            grp_ver: scheme.id().to_owned(),
            drg_code: drg.to_owned(),
            cases,
            cost_fen: 1_000_001,
            stays,
            days: 17,
        };
        let told = |sums| GroupAverages::of(vec![sums], 3).benchmark(scheme, &list);
        assert_eq!(told(sums(2, 2)), None);
        assert_eq!(
            told(sums(3, 2)),
            Some(json!({"fee_avg": "3333.34", "los_avg": "8.50"}))
        );
        assert_eq!(told(sums(3, 0)), Some(json!({"fee_avg": "3333.34"})));
    }
}
