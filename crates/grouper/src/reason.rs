//! Why a case stands as it stands: a closed list, each with a code and a sentence
//! in Chinese and English.

use serde::{Serialize, Serializer, ser::SerializeStruct};

macro_rules! reasons {
    ($( $(#[$doc:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal; )*) => {
        /// Why a case has no group, or what is odd about one that has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $( $(#[$doc])* $variant, )* }

        impl Reason {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code for machines.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The sentence in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// The sentence in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }
        }
    };
}

reasons! {
    /// The principal diagnosis belongs to the other sex's MDC.
    SexConflict = "sex_conflict", "性别与主要诊断不符", "sex conflicts with the principal diagnosis";
    /// The principal diagnosis belongs to another age.
    AgeConflict = "age_conflict", "年龄与主要诊断不符", "age conflicts with the principal diagnosis";
    /// The newborn's weight fits none of the groups of its diagnosis.
    WeightConflict = "weight_conflict", "新生儿体重与诊断不符", "the newborn's weight fits no group of the diagnosis";
    /// The length of stay fits none of the groups.
    LosConflict = "los_conflict", "住院天数不符合该组任一病组", "length of stay fits no group";
    /// A rule asks for the sex, which is missing, unknown (0) or unspecified (9).
    SexMissing = "sex_missing", "缺少性别，无法判定", "sex is missing and decides the group";
    /// Neither years nor days of age are given.
    AgeMissing = "age_missing", "缺少年龄", "age is missing";
    /// Age 0 without an age in days.
    AgeDaysMissing = "age_days_missing", "年龄为 0 岁而缺少天龄，无法判定", "age is 0 and the age in days is missing";
    /// A newborn without a weight; the rules count it as 0.
    BirthWeightMissing = "birth_weight_missing", "新生儿缺少出生或入院体重", "a newborn without birth or admission weight";
    /// A rule asks for the length of stay, which is missing.
    LosMissing = "los_missing", "缺少住院天数，无法判定", "length of stay is missing and decides the group";
    /// No principal diagnosis.
    PrincipalDiagnosisMissing = "principal_diagnosis_missing", "缺少主要诊断", "the principal diagnosis is missing";
    /// The principal diagnosis is in no table.
    PrincipalDiagnosisUnknown = "principal_diagnosis_unknown", "主要诊断编码不在医保 2.0 版编码库中", "the principal diagnosis is no code of the insurance edition 2.0";
    /// The principal diagnosis is a grey code.
    PrincipalDiagnosisGrey = "principal_diagnosis_grey", "主要诊断为灰码", "the principal diagnosis is a grey code";
    /// The principal diagnosis is in no MDC's table.
    PrincipalDiagnosisNotInScheme = "principal_diagnosis_not_in_scheme", "主要诊断不在任何 MDC 目录中", "the principal diagnosis is in no MDC's table";
    /// The MDC was entered, no core group fits.
    NoAdrg = "no_adrg", "已进入 MDC，但不符合其任一 ADRG", "the MDC has no core group for the case";
    /// The core group was entered, no group fits.
    NoDrg = "no_drg", "已进入 ADRG，但不符合其任一病组", "the core group has no group for the case";
    /// Ambiguous: a valid principal procedure that no surgical group of the MDC has.
    ProcedureNotInMdc = "procedure_not_in_mdc", "主要手术操作与主要诊断所属 MDC 无关（歧义病例）", "the principal procedure belongs to no group of the diagnosis's MDC (ambiguous)";
    /// Ambiguous by diagnosis and age, as newborns with a diagnosis of no newborn group.
    DiagnosisNotInMdc = "diagnosis_not_in_mdc", "主要诊断与按年龄进入的 MDC 不符（歧义病例）", "the principal diagnosis does not belong to the MDC entered by age (ambiguous)";
    /// Another diagnosis is no code of the edition; it counts for nothing.
    OtherDiagnosisUnknown = "other_diagnosis_unknown", "其他诊断含编码库中没有的编码", "an other diagnosis is no code of the insurance edition 2.0";
    /// Another diagnosis is a grey code.
    OtherDiagnosisGrey = "other_diagnosis_grey", "其他诊断含灰码", "an other diagnosis is a grey code";
    /// The principal procedure is no code of the edition; it counts for nothing.
    PrincipalProcedureUnknown = "principal_procedure_unknown", "主要手术操作编码不在编码库中", "the principal procedure is no code of the insurance edition 2.0";
    /// The principal procedure is a grey code.
    PrincipalProcedureGrey = "principal_procedure_grey", "主要手术操作为灰码", "the principal procedure is a grey code";
    /// The principal procedure is in no set of the scheme.
    PrincipalProcedureNotInScheme = "principal_procedure_not_in_scheme", "主要手术操作不参与分组", "the principal procedure is in no table of the scheme";
    /// Another procedure is no code of the edition; it counts for nothing.
    OtherProcedureUnknown = "other_procedure_unknown", "其他手术操作含编码库中没有的编码", "an other procedure is no code of the insurance edition 2.0";
    /// Another procedure is a grey code.
    OtherProcedureGrey = "other_procedure_grey", "其他手术操作含灰码", "an other procedure is a grey code";
    /// The sex is none of 0, 1, 2, 9.
    BadSex = "bad_sex", "性别应为 1 或 2（0、9 为未知）", "sex must be 1 or 2 (0 and 9: unknown)";
    /// The age in years is no number from 0 to 65535.
    BadAge = "bad_age", "年龄不是有效的数", "age is not a valid number";
    /// The age in days is no number from 0 to 65535.
    BadAgeDays = "bad_age_days", "天龄不是有效的数", "age in days is not a valid number";
    /// The weight is no number of grams.
    BadBirthWeight = "bad_birth_weight", "出生体重不是有效的克数", "birth weight is not a valid number of grams";
    /// The length of stay is no number from 0 to 65535.
    BadLos = "bad_los", "住院天数不是有效的数", "length of stay is not a valid number";
    /// The row has another number of columns than the header, or is not UTF-8.
    BadRow = "bad_row", "行的列数与表头不符或不是 UTF-8", "the row does not fit the header or is not UTF-8";
    /// The row is longer than any real one.
    RowTooLong = "row_too_long", "行过长", "the row is too long";
    /// The day of discharge, by which the scheme is chosen, is no date.
    BadDischargeDate = "bad_discharge_date", "出院日期不是有效的日期", "the discharge date is not a valid date";
    /// The profile names no scheme for the day of discharge.
    NoSchemeInForce = "no_scheme_in_force", "出院日期当日没有生效的分组方案", "no scheme is in force on the discharge date";
    /// More diagnoses or procedures than a case may have.
    TooManyCodes = "too_many_codes", "诊断或手术操作过多", "too many diagnoses or procedures";
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reason = serializer.serialize_struct("Reason", 3)?;
        reason.serialize_field("code", self.code())?;
        reason.serialize_field("zh", self.zh())?;
        reason.serialize_field("en", self.en())?;
        reason.end()
    }
}

/// A set of [`Reason`]s: what is odd about a case, whatever its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes(u64);

impl Notes {
    pub(crate) fn insert(&mut self, reason: Reason) {
        self.0 |= bit(reason);
    }

    /// Whether the reason is among them.
    #[must_use]
    pub fn contains(self, reason: Reason) -> bool {
        self.0 & bit(reason) != 0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons in the order of [`Reason::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        let all = Reason::ALL.iter().copied();
        all.filter(move |reason| self.contains(*reason))
    }
}

/// The reason's place in the set.
fn bit(reason: Reason) -> u64 {
    #[expect(clippy::as_conversions, reason = "the discriminant of a plain enum")]
    let place = reason as u64;
    1 << place
}

impl Serialize for Notes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_and_fit_the_set() {
        let codes: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert!(Reason::ALL.len() <= 64);
        let mut notes = Notes::default();
        for reason in Reason::ALL {
            assert!(!notes.contains(*reason));
            notes.insert(*reason);
        }
        assert!(notes.iter().eq(Reason::ALL.iter().copied()));
    }
}
