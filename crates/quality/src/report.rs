//! What a check answers.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use crate::regroup::GroupEffect;
use crate::rule::Severity;

/// A rule that a list breaks, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the rule, such as `QC-INT-006`.
    pub rule_id: Arc<str>,
    /// How grave it is.
    pub severity: Severity,
    /// JSON Pointer of the offending value: `/setlinfo/gend`, `/diseinfo/2/diag_code`,
    /// or of the node where rows are missing.
    pub pointer: String,
    /// What is wrong, Chinese.
    pub message: Arc<str>,
    /// What is wrong, English.
    pub message_en: Arc<str>,
    /// The offending value, masked where it is personal; absent where it is blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it means for the group; absent where it means nothing for it, or no grouper
    /// was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_effect: Option<Box<GroupEffect>>,
}

/// A rule that could not be decided because an input is missing. It did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotEvaluated {
    /// Id of the rule.
    pub rule_id: Arc<str>,
    /// The missing input: `table mdc_principal`, `settlement record: setlinfo.gend`.
    pub needs: Cow<'static, str>,
}

/// The outcome of checking one list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Findings in the order of the rules.
    pub findings: Vec<Finding>,
    /// Rules that could not be decided, in their order.
    pub not_evaluated: Vec<NotEvaluated>,
}

impl Report {
    /// Whether a finding is at error level, which refuses the list.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}
