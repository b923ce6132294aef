//! Why a case has no group of a catalogue, or what is odd about one that has.

use crate::reason::Reason;
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// Why a case has no group, or what is odd about one that has: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DipReason {
    /// A fault of the case's own data, by the same name as in DRG grouping.
    Case(Reason),
    /// The principal diagnosis is on the list of those not grouped.
    PrincipalDiagnosisExcluded,
    /// No group of the catalogue fits.
    NoGroup,
    /// No core group fits, and a procedure has no type that would tell which
    /// comprehensive group is the case's.
    ProcedureTypeUnknown,
    /// The principal procedure is on the list of those not grouped.
    PrincipalProcedureExcluded,
    /// Another procedure is on the list of those not grouped; it counts for nothing.
    OtherProcedureExcluded,
    /// Several groups fit equally and the cost, which would decide, is missing.
    CostMissing,
    /// The cost is no amount in yuan with at most two decimals.
    BadCost,
    /// The days of intensive care are no number from 0 to 65535.
    BadIcuDays,
}

impl DipReason {
    /// All of its own; those of [`Reason::ALL`] come in [`DipReason::Case`].
    pub const OWN: [Self; 8] = [
        Self::PrincipalDiagnosisExcluded,
        Self::NoGroup,
        Self::ProcedureTypeUnknown,
        Self::PrincipalProcedureExcluded,
        Self::OtherProcedureExcluded,
        Self::CostMissing,
        Self::BadCost,
        Self::BadIcuDays,
    ];

    /// The stable code for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.texts().0
    }

    /// The sentence in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        self.texts().1
    }

    /// The sentence in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        self.texts().2
    }

    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Case(reason) => (reason.code(), reason.zh(), reason.en()),
            Self::PrincipalDiagnosisExcluded => (
                "principal_diagnosis_excluded",
                "主要诊断在不入组诊断表中",
                "the principal diagnosis is on the list of those not grouped",
            ),
            Self::NoGroup => (
                "no_group",
                "目录中没有适合的病种",
                "no group of the catalogue fits",
            ),
            Self::ProcedureTypeUnknown => (
                "procedure_type_unknown",
                "手术操作未列明类型，无法判定综合病种",
                "a procedure has no type, which decides the comprehensive group",
            ),
            Self::PrincipalProcedureExcluded => (
                "principal_procedure_excluded",
                "主要手术操作在不入组操作表中",
                "the principal procedure is on the list of those not grouped",
            ),
            Self::OtherProcedureExcluded => (
                "other_procedure_excluded",
                "其他手术操作含不入组操作",
                "an other procedure is on the list of those not grouped",
            ),
            Self::CostMissing => (
                "cost_missing",
                "多个病种同等适合而缺少总费用，未按费用择近",
                "several groups fit equally and the cost that would decide is missing",
            ),
            Self::BadCost => (
                "bad_cost",
                "费用不是有效的金额（元，至多两位小数）",
                "the cost is no amount in yuan with at most two decimals",
            ),
            Self::BadIcuDays => (
                "bad_icu_days",
                "监护天数不是有效的数",
                "the days of intensive care are not a valid number",
            ),
        }
    }
}

impl Serialize for DipReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reason = serializer.serialize_struct("DipReason", 3)?;
        reason.serialize_field("code", self.code())?;
        reason.serialize_field("zh", self.zh())?;
        reason.serialize_field("en", self.en())?;
        reason.end()
    }
}

/// What is odd about a case whatever its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DipNotes {
    pub(crate) principal_excluded: bool,
    pub(crate) other_excluded: bool,
    pub(crate) cost_missing: bool,
}

impl DipNotes {
    /// The reasons.
    pub fn iter(self) -> impl Iterator<Item = DipReason> {
        [
            (
                self.principal_excluded,
                DipReason::PrincipalProcedureExcluded,
            ),
            (self.other_excluded, DipReason::OtherProcedureExcluded),
            (self.cost_missing, DipReason::CostMissing),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
    }
}

impl Serialize for DipNotes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_also_from_those_of_cases() {
        let own = DipReason::OWN.iter().copied();
        let all = own.chain(Reason::ALL.iter().copied().map(DipReason::Case));
        let codes: BTreeSet<&str> = all.map(DipReason::code).collect();
        assert_eq!(codes.len(), DipReason::OWN.len() + Reason::ALL.len());
    }
}
