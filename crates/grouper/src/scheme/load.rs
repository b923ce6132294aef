//! From a definition to a compiled scheme.

use super::codes::CodeSpace;
use super::complications::ComplicationKind;
use super::lookup::principal_sets;
use super::{AdrgRow, Drg, Mdc, Scheme, SchemeError};
use crate::engine::{Test, compile};
use crate::rule::Rule;
use crate::source::{self, Counts, Definition, Manifest, SchemeSource};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

impl Scheme {
    /// Loads a scheme from its source and, for a local one, the sources of what
    /// it extends: the outermost base first, the scheme itself last.
    ///
    /// # Errors
    /// What is wrong with the files, a rule, or the counts.
    pub fn load(sources: &[SchemeSource]) -> Result<Self, SchemeError> {
        let mut definition = Definition::default();
        let mut manifest: Option<Manifest> = None;
        for source in sources {
            let next = source.manifest()?;
            if next.base.as_deref() != manifest.as_ref().map(|base| base.id.as_str()) {
                return Err(SchemeError::source(
                    "scheme.toml",
                    0,
                    "base 与所给的基础方案不符",
                    "base is not the scheme given before it",
                ));
            }
            definition = definition.extend(source)?;
            manifest = Some(next);
        }
        let manifest = manifest
            .ok_or_else(|| SchemeError::source("scheme.toml", 0, "没有方案", "no scheme given"))?;
        build(manifest, definition)
    }
}

/// Compiles what the files say.
pub(super) fn build(manifest: Manifest, definition: Definition) -> Result<Scheme, SchemeError> {
    let (diagnoses, procedures, complications) = spaces(&definition)?;
    let compiler = Compiler {
        diagnoses: &diagnoses,
        procedures: &procedures,
    };
    let (drgs, drgs_of) = compiler.drgs(&definition)?;
    let (rows, rows_of) = compiler.rows(&definition, &drgs_of)?;
    let mdcs = compiler.mdcs(&definition, &rows_of)?;
    closed(&mdcs, &rows, &drgs)?;
    let places = drgs.iter().enumerate();
    let scheme = Scheme {
        drg_places: places
            .map(|(place, drg)| (drg.code.clone(), place))
            .collect(),
        set_names: definition.sets.into_keys().collect(),
        exclusion_names: definition.exclusions.into_keys().collect(),
        kinds: complications.kinds,
        complications: complications.codes,
        repeated: definition.repeated,
        manifest,
        mdcs,
        rows,
        drgs,
        diagnoses,
        procedures,
        digest: OnceLock::new(),
    };
    check_counts(&scheme)?;
    Ok(scheme)
}

/// The complications as the scheme keeps them.
struct Complications {
    kinds: Vec<ComplicationKind>,
    codes: Vec<(u32, u16)>,
}

/// Both sides of the scheme. Exclusion sets are sets of diagnoses like any other.
fn spaces(definition: &Definition) -> Result<(CodeSpace, CodeSpace, Complications), SchemeError> {
    let sets = |letters: &'static str| {
        let sets = definition.sets.iter();
        let sets = sets.filter(move |(name, _)| name.starts_with(letters));
        sets.map(|(name, codes)| (name.as_str(), codes.clone()))
    };
    let exclusions = definition.exclusions.iter();
    let exclusions = exclusions.map(|(name, codes)| (name.as_str(), codes.clone()));
    let (kinds, kind_of) = definition.complications.in_use();
    let diagnoses = sets("DI").chain(exclusions).collect();
    let diagnoses = CodeSpace::new(definition.diagnoses.clone(), diagnoses, &kind_of)?;
    let procedures = sets("OP").collect();
    let procedures = CodeSpace::new(definition.procedures.clone(), procedures, &[])?;
    let kinds = kinds.into_iter().map(|kind| ComplicationKind {
        major: kind.major,
        excluding: diagnoses.bit(&kind.exclusions),
        exclusions: kind.exclusions,
    });
    let codes = (0..).zip(kind_of);
    let codes = codes.filter_map(|(id, kind)| Some((id, kind.checked_sub(1)?)));
    let mut complications = Complications {
        kinds: kinds.collect(),
        codes: codes.collect(),
    };
    // Ids follow the code system's order; codes that only the scheme has come last.
    complications
        .codes
        .sort_by(|(a, _), (b, _)| diagnoses.code(*a).cmp(diagnoses.code(*b)));
    Ok((diagnoses, procedures, complications))
}

/// Places by the code of what owns them.
type Ranges = HashMap<String, Range<usize>>;

struct Compiler<'a> {
    diagnoses: &'a CodeSpace,
    procedures: &'a CodeSpace,
}

impl Compiler<'_> {
    fn rule(&self, place: &str, text: &str) -> Result<(Rule, Test), SchemeError> {
        let rule = Rule::parse(text).map_err(|error| SchemeError::Rule {
            place: place.to_owned(),
            error,
        })?;
        let test = compile(&rule, place, self.diagnoses, self.procedures)?;
        Ok((rule, test))
    }

    fn drgs(&self, definition: &Definition) -> Result<(Vec<Drg>, Ranges), SchemeError> {
        // A core group belongs to one MDC; its rows say which.
        let mdc_of: HashMap<&str, &str> = definition
            .adrg
            .iter()
            .map(|((adrg, _), row)| (adrg.as_str(), row.mdc.as_str()))
            .collect();
        let mut sorted: Vec<_> = definition.drg.iter().collect();
        sorted.sort_by_key(|(code, row)| (row.adrg.as_str(), row.order, code.as_str()));
        let mut drgs = Vec::with_capacity(sorted.len());
        for (code, row) in sorted {
            let (rule, test) = self.rule(code, &row.rule)?;
            let weight = definition.weights.get(code).cloned().unwrap_or_default();
            drgs.push(Drg {
                code: code.clone(),
                name: row.name.clone(),
                adrg: row.adrg.clone(),
                mdc: mdc_of
                    .get(row.adrg.as_str())
                    .map_or("", |mdc| mdc)
                    .to_owned(),
                rule,
                test,
                weight: weight.weight,
                local: weight.local,
            });
        }
        let ranges = ranges(drgs.iter().map(|drg| drg.adrg.as_str()));
        Ok((drgs, ranges))
    }

    fn rows(
        &self,
        definition: &Definition,
        drgs_of: &Ranges,
    ) -> Result<(Vec<AdrgRow>, Ranges), SchemeError> {
        let mut sorted: Vec<_> = definition.adrg.iter().collect();
        sorted.sort_by_key(|((adrg, number), row)| (row.mdc.as_str(), row.order, adrg, *number));
        one_order(
            "adrg.csv",
            sorted.iter().map(|(_, row)| (row.mdc.as_str(), row.order)),
        )?;
        let mut rows = Vec::with_capacity(sorted.len());
        for ((adrg, number), row) in sorted {
            let (rule, test) = self.rule(&format!("{adrg} ({number})"), &row.rule)?;
            rows.push(AdrgRow {
                adrg: adrg.clone(),
                row: *number,
                mdc: row.mdc.clone(),
                name: row.name.clone(),
                asks_for_procedure: rule.asks_for_procedure(),
                rule,
                test,
                drgs: drgs_of.get(adrg).cloned().unwrap_or_default(),
                ambiguous: adrg.ends_with("QY"),
            });
        }
        let ranges = ranges(rows.iter().map(|row| row.mdc.as_str()));
        Ok((rows, ranges))
    }

    fn mdcs(&self, definition: &Definition, rows_of: &Ranges) -> Result<Vec<Mdc>, SchemeError> {
        let mut sorted: Vec<(&String, &source::MdcRow)> = definition.mdc.iter().collect();
        sorted.sort_by_key(|(code, row)| (row.order, code.as_str()));
        one_order("mdc.csv", sorted.iter().map(|(_, row)| ("", row.order)))?;
        let mut mdcs = Vec::with_capacity(sorted.len());
        for (code, row) in sorted {
            let (rule, test) = self.rule(code, &row.rule)?;
            let principal = principal_sets(&rule).into_iter();
            let principal = principal
                .filter_map(|set| self.diagnoses.bit(set))
                .collect();
            let letter = code.strip_prefix("MDC").unwrap_or(code);
            mdcs.push(Mdc {
                code: code.clone(),
                name: row.name.clone(),
                ambiguous: format!("{letter}QY"),
                rows: rows_of.get(code).cloned().unwrap_or_default(),
                principal,
                rule,
                test,
            });
        }
        Ok(mdcs)
    }
}

/// Refuses two rows in the same place: their order would be an accident.
fn one_order<'a>(
    file: &str,
    rows: impl Iterator<Item = (&'a str, Decimal)>,
) -> Result<(), SchemeError> {
    let mut seen = BTreeSet::new();
    for (owner, order) in rows {
        if !seen.insert((owner, order)) {
            return Err(SchemeError::source(
                file,
                0,
                format!("{owner} 的序号 {order} 重复"),
                format!("{owner}: order {order} stands twice"),
            ));
        }
    }
    Ok(())
}

/// The ranges of equal neighbours.
fn ranges<'a>(owners: impl Iterator<Item = &'a str>) -> Ranges {
    let mut ranges = Ranges::new();
    for (place, owner) in owners.enumerate() {
        match ranges.get_mut(owner) {
            Some(range) => range.end = place + 1,
            None => {
                ranges.insert(owner.to_owned(), place..place + 1);
            }
        }
    }
    ranges
}

/// Refuses rows that hang on nothing: an ADRG without MDC, a DRG without ADRG, an
/// ADRG whose rows stand in two MDCs or that has no groups.
fn closed(mdcs: &[Mdc], rows: &[AdrgRow], drgs: &[Drg]) -> Result<(), SchemeError> {
    let known: BTreeSet<&str> = mdcs.iter().map(|mdc| mdc.code.as_str()).collect();
    let mut homes: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let home = *homes.entry(&row.adrg).or_insert(&row.mdc);
        if home != row.mdc || !known.contains(home) {
            return Err(SchemeError::meaning(
                &row.adrg,
                format!("所属 MDC {} 不存在或不一致", row.mdc),
                format!("its MDC {} is unknown or differs between rows", row.mdc),
            ));
        }
        if row.drgs.is_empty() && !row.ambiguous {
            return Err(SchemeError::meaning(
                &row.adrg,
                "没有病组",
                "it has no group",
            ));
        }
    }
    match drgs.iter().find(|drg| drg.mdc.is_empty()) {
        None => Ok(()),
        Some(drg) => Err(SchemeError::meaning(
            &drg.code,
            format!("所属 ADRG {} 不存在", drg.adrg),
            format!("its ADRG {} does not exist", drg.adrg),
        )),
    }
}

/// Compares what was loaded with what `scheme.toml` says.
fn check_counts(scheme: &Scheme) -> Result<(), SchemeError> {
    let groups = scheme.rows.iter().filter(|row| !row.ambiguous);
    let adrg: BTreeSet<&str> = groups.map(|row| row.adrg.as_str()).collect();
    let mcc = scheme.complications().filter(|(_, c)| c.is_major()).count();
    let found = Counts {
        mdc: scheme.mdcs.len(),
        adrg: adrg.len(),
        drg: scheme.drgs.len(),
        mcc,
        cc: scheme.complications.len() - mcc,
        sets: scheme.set_names.len(),
    };
    let expected = scheme.manifest.counts;
    let pairs = [
        ("mdc", expected.mdc, found.mdc),
        ("adrg", expected.adrg, found.adrg),
        ("drg", expected.drg, found.drg),
        ("mcc", expected.mcc, found.mcc),
        ("cc", expected.cc, found.cc),
        ("sets", expected.sets, found.sets),
    ];
    match pairs
        .into_iter()
        .find(|(_, expected, found)| expected != found)
    {
        None => Ok(()),
        Some((what, expected, found)) => Err(SchemeError::Counts {
            what,
            expected,
            found,
        }),
    }
}
