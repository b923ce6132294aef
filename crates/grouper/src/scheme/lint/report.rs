//! The faults of a scheme, judged: how grave, and which are known.

use super::{Lint, LintKind, LintSeverity};
use crate::scheme::Scheme;
use serde::Serialize;
use std::collections::BTreeMap;

/// All faults of a scheme, judged.
#[derive(Debug, Clone, Serialize)]
pub struct LintReport {
    /// The scheme's id.
    pub scheme: String,
    /// Its digest.
    pub digest: String,
    /// Faults that are errors and not known.
    pub errors: usize,
    /// Faults that are warnings and not known.
    pub warnings: usize,
    /// Faults that `scheme.toml` declares as known.
    pub known: usize,
    /// Kinds whose declared number is not the number found.
    pub disagreements: Vec<LintDisagreement>,
    /// The faults, by kind.
    pub faults: Vec<LintFault>,
}

/// A declared number of known faults that is not the number found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintDisagreement {
    /// The kind.
    pub kind: LintKind,
    /// What `scheme.toml` declares.
    pub declared: usize,
    /// What was found.
    pub found: usize,
}

/// One fault, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintFault {
    /// How grave.
    pub severity: LintSeverity,
    /// Whether `scheme.toml` declares it as known.
    pub known: bool,
    /// The fault.
    #[serde(flatten)]
    pub lint: Lint,
    /// What it means, in Chinese.
    pub zh: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

impl Scheme {
    /// Looks for faults and judges them; a local scheme is held against its base.
    ///
    /// Faults of a published scheme that were looked at and stand are declared in
    /// `[known_faults]` of its `scheme.toml`, a number for each kind. Where the number
    /// found differs, none of that kind counts as known.
    #[must_use]
    pub fn lint_report(&self, base: Option<&Scheme>) -> LintReport {
        let mut lints = self.lint();
        if let Some(base) = base {
            lints.extend(self.lint_against(base));
        }
        let mut found: BTreeMap<LintKind, usize> = BTreeMap::new();
        for lint in &lints {
            *found.entry(lint.kind).or_default() += 1;
        }
        let declared = &self.manifest.known_faults;
        let disagreements = declared
            .iter()
            .map(|(kind, declared)| LintDisagreement {
                kind: *kind,
                declared: *declared,
                found: found.get(kind).copied().unwrap_or_default(),
            })
            // What only the base shows is not looked for without it.
            .filter(|d| d.declared != d.found && (base.is_some() || !d.kind.needs_base()))
            .collect();
        let faults: Vec<LintFault> = lints
            .into_iter()
            .map(|lint| LintFault {
                severity: lint.kind.severity(),
                known: declared.get(&lint.kind) == found.get(&lint.kind),
                zh: lint.kind.zh(),
                en: lint.kind.en(),
                lint,
            })
            .collect();
        let count = |severity| {
            let open = faults.iter().filter(|fault| !fault.known);
            open.filter(|fault| fault.severity == severity).count()
        };
        LintReport {
            scheme: self.id().to_owned(),
            digest: self.digest().to_owned(),
            errors: count(LintSeverity::Error),
            warnings: count(LintSeverity::Warning),
            known: faults.iter().filter(|fault| fault.known).count(),
            disagreements,
            faults,
        }
    }

    /// What a local scheme lacks of its base, and its groups without a weight.
    fn lint_against(&self, base: &Scheme) -> Vec<Lint> {
        let mdcs: Vec<&str> = self.mdcs.iter().map(|mdc| mdc.code.as_str()).collect();
        let adrgs: Vec<&str> = self.rows.iter().map(|row| row.adrg.as_str()).collect();
        let mut lints = Vec::new();
        for mdc in &base.mdcs {
            if !mdcs.contains(&mdc.code.as_str()) {
                lints.push(super::lint(LintKind::MissingMdc, base.id(), &mdc.code));
            }
        }
        // The rows of ambiguous cases are no core groups.
        for row in base.rows.iter().filter(|row| !row.ambiguous) {
            if !adrgs.contains(&row.adrg.as_str()) {
                lints.push(super::lint(LintKind::MissingAdrg, base.id(), &row.adrg));
            }
        }
        for drg in self.drgs.iter().filter(|drg| drg.weight.is_none()) {
            lints.push(super::lint(
                LintKind::MissingWeight,
                "weights.csv",
                &drg.code,
            ));
        }
        lints.sort();
        lints.dedup();
        lints
    }
}

impl LintKind {
    /// Whether only a comparison with the base shows faults of the kind.
    const fn needs_base(self) -> bool {
        matches!(
            self,
            Self::MissingMdc | Self::MissingAdrg | Self::MissingWeight
        )
    }
}
