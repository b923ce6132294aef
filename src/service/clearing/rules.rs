//! The rules of a clearing as they stood when it was proposed.

use chs_model::Money;
use chs_settlement::books::{Assessment, ClearingRules, ClearingStage};
use serde::{Deserialize, Serialize};

use crate::{
    config::{Clearing, Settlement},
    error::Refusal,
    store::clearing_books::Fund,
};

/// What is kept with a clearing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Rules {
    value_decimals: u32,
    clearing: Clearing,
}

impl Rules {
    /// Those of the configuration.
    pub(super) fn of(settings: &Settlement) -> Rules {
        Rules {
            value_decimals: settings.value_decimals,
            clearing: settings.clearing.clone(),
        }
    }

    /// As kept.
    pub(super) fn read(text: &str) -> Result<Rules, Refusal> {
        serde_json::from_str(text).map_err(Refusal::internal)
    }

    /// As they are kept.
    pub(super) fn text(&self) -> Result<String, Refusal> {
        serde_json::to_string(self).map_err(Refusal::internal)
    }

    /// Whether a deposit is released by a score.
    pub(super) fn assesses(&self) -> bool {
        self.clearing.assessment_threshold.is_some()
    }

    /// The rules of a fund: what is spent elsewhere is not the local cases'.
    pub(super) fn of_fund(
        &self,
        stage: ClearingStage,
        fund: &Fund,
    ) -> Result<ClearingRules, Refusal> {
        let budget = Money::from_fen(fund.budget_fen);
        let local = budget.checked_sub(Money::from_fen(fund.cross_region_fen));
        Ok(ClearingRules {
            stage,
            budget: local.map_err(Refusal::internal)?,
            reserve: Money::from_fen(fund.reserve_fen),
            value_decimals: self.value_decimals,
            sharing: self.clearing.sharing_rule(),
            assessment: self
                .clearing
                .assessment_threshold
                .map(|threshold| Assessment { threshold }),
        })
    }
}
