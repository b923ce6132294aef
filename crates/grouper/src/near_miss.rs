//! What would have given another group: questions a coder asks of a list before it is sent.

use crate::case::Case;
use crate::engine::{Facts, decide};
use crate::outcome::{Outcome, Status};
use crate::scheme::{Scheme, Severity};
use crate::trace::Sentence;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// Other codes a side that are tried in the principal one's place. No list of the settlement form
/// has as many; a hostile one costs no more than these.
const MAX_TRIED: usize = 64;

/// One change of a case that leads to another group.
///
/// It says what the scheme's rules would do, not what should be coded: the principal diagnosis and
/// procedure are chosen by the rules of the settlement list (医保结算清单填写规范).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearMiss {
    /// What would have to be different.
    pub change: Change,
    /// MDC reached.
    pub mdc: String,
    /// ADRG reached.
    pub adrg: String,
    /// DRG reached.
    pub drg: String,
    /// Chinese name of the group reached.
    pub name: String,
    /// Weight of the group reached less that of the case's own; `None` unless both have one.
    #[serde(serialize_with = "plain")]
    pub weight_difference: Option<Decimal>,
    /// The same as a sentence.
    pub text: Sentence,
}

/// What would have to be different about a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// This other procedure and the principal one trade places.
    PrincipalProcedure {
        /// The other procedure.
        code: String,
    },
    /// This other diagnosis and the principal one trade places.
    PrincipalDiagnosis {
        /// The other diagnosis.
        code: String,
    },
    /// One more other diagnosis that counts as a complication.
    Complication {
        /// How grave.
        severity: Severity,
    },
}

/// Decimals in JSON as text without trailing zeros: no reader may take them for binary fractions.
fn plain<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|value| value.normalize()).serialize(serializer)
}

impl Scheme {
    /// The single changes of a case that lead to another group, each with the group: another of its
    /// procedures or diagnoses as the principal one, or one more MCC or CC (in the order MCC, CC).
    ///
    /// The list is the same for the same case, codes in the case's order. Of each side the first 64
    /// different other codes are tried. An invalid case has none.
    ///
    /// ```
    /// use chs_grouper::{Case, Scheme, Sex};
    ///
    /// let scheme = Scheme::builtin("xianyang-2025")?;
    /// let case = Case {
    ///     sex: Some(Sex::Male),
    ///     age_years: Some(69),
    ///     dx: vec!["I50.900"],
    ///     ..Case::default()
    /// };
    /// for near in scheme.near_misses(&case) {
    ///     println!("{}", near.text.zh);
    /// }
    /// # Ok::<(), chs_grouper::SchemeError>(())
    /// ```
    #[must_use]
    pub fn near_misses(&self, case: &Case<'_>) -> Vec<NearMiss> {
        if case.invalid().is_some() {
            return Vec::new();
        }
        let facts = Facts::new(self, case);
        let own = decide(self, &facts, &mut ());
        let mut found = Vec::new();
        let mut try_out = |outcome: Outcome<'_>, change: Change| {
            if outcome.status == Status::Grouped && outcome.drg != own.drg {
                found.push(self.near_miss(&own, &outcome, change));
            }
        };
        for place in other_codes(&case.px) {
            let mut changed = case.clone();
            changed.px.swap(0, place);
            let code = changed.px.first().copied().unwrap_or_default().to_owned();
            try_out(self.group(&changed), Change::PrincipalProcedure { code });
        }
        for place in other_codes(&case.dx) {
            let mut changed = case.clone();
            changed.dx.swap(0, place);
            let code = changed.dx.first().copied().unwrap_or_default().to_owned();
            try_out(self.group(&changed), Change::PrincipalDiagnosis { code });
        }
        for severity in [Severity::Mcc, Severity::Cc] {
            let more = facts.with_complication(severity);
            try_out(
                decide(self, &more, &mut ()),
                Change::Complication { severity },
            );
        }
        found
    }

    fn near_miss(&self, own: &Outcome<'_>, outcome: &Outcome<'_>, change: Change) -> NearMiss {
        let weight = |drg: &str| self.drg(drg).and_then(|drg| drg.weight());
        let difference = weight(outcome.drg).zip(weight(own.drg));
        let difference = difference.map(|(reached, own)| reached - own);
        let text = sentence(&change, outcome, difference);
        NearMiss {
            change,
            mdc: outcome.mdc.to_owned(),
            adrg: outcome.adrg.to_owned(),
            drg: outcome.drg.to_owned(),
            name: outcome.name.to_owned(),
            weight_difference: difference,
            text,
        }
    }
}

/// Places of the other codes, of equal ones the first, that differ from the principal one.
fn other_codes(codes: &[&str]) -> impl Iterator<Item = usize> {
    let first = |place: usize| {
        let mut before = codes.iter().take(place);
        let same = |code: &&str| Some(code) == codes.get(place);
        !before.any(same)
    };
    let places = 1..codes.len();
    places.filter(move |place| first(*place)).take(MAX_TRIED)
}

fn sentence(change: &Change, outcome: &Outcome<'_>, difference: Option<Decimal>) -> Sentence {
    let (zh, en) = match change {
        Change::PrincipalProcedure { code } => (
            format!("若以 {code} 为主要手术操作"),
            format!("with {code} as the principal procedure"),
        ),
        Change::PrincipalDiagnosis { code } => (
            format!("若以 {code} 为主要诊断"),
            format!("with {code} as the principal diagnosis"),
        ),
        Change::Complication { severity } => (
            format!("若另有一个未被排除的 {}", severity.as_str()),
            format!("with one more {} that is not excluded", severity.as_str()),
        ),
    };
    let (drg, name) = (outcome.drg, outcome.name);
    let (weight_zh, weight_en) = match difference {
        None => (String::new(), String::new()),
        Some(difference) => {
            let sign = if difference.is_sign_negative() {
                ""
            } else {
                "+"
            };
            let difference = difference.normalize();
            (
                format!("（权重 {sign}{difference}）"),
                format!(" (weight {sign}{difference})"),
            )
        }
    };
    Sentence {
        zh: format!("{zh}，则入 {drg} {name}{weight_zh}"),
        en: format!("{en} it would be {drg}{weight_en}"),
    }
}
