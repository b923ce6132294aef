//! Item 14: what changed between two releases of the national catalogue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

/// An item of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueItem {
    /// National code.
    pub nhsa_code: String,
    /// Registered name.
    pub reg_name: String,
    /// Approval number.
    pub approval_no: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Specification.
    pub spec: String,
    /// First day in force.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force.
    pub valid_to: Option<NaiveDate>,
}

/// How an item changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Not in the earlier release.
    Added,
    /// In both, with another field.
    Changed,
    /// No longer in the later release, or out of force on the day.
    Expired,
}

/// A changed item, as the later release has it, or the earlier where that has it no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueChange<'a> {
    /// How.
    pub kind: ChangeKind,
    /// The item.
    pub item: &'a CatalogueItem,
}

/// The changes between two releases that concern the codes a hospital uses or maps, by
/// code. An item whose last day lies before `today` has expired.
#[must_use]
pub fn catalogue_diff<'a>(
    earlier: &'a [CatalogueItem],
    later: &'a [CatalogueItem],
    used: &BTreeSet<&str>,
    today: NaiveDate,
) -> Vec<CatalogueChange<'a>> {
    let by_code = |release: &'a [CatalogueItem]| -> BTreeMap<&'a str, &'a CatalogueItem> {
        let items = release
            .iter()
            .filter(|item| used.contains(item.nhsa_code.as_str()));
        items.map(|item| (item.nhsa_code.as_str(), item)).collect()
    };
    let (before, after) = (by_code(earlier), by_code(later));
    let ended = |item: &CatalogueItem| item.valid_to.is_some_and(|last| last < today);
    let gone = before
        .iter()
        .filter(|(code, _)| !after.contains_key(*code))
        .map(|(_, item)| (ChangeKind::Expired, *item));
    let rest = after.iter().filter_map(|(code, item)| {
        let kind = match before.get(code) {
            _ if ended(item) => ChangeKind::Expired,
            None => ChangeKind::Added,
            Some(known) if known != item => ChangeKind::Changed,
            Some(_) => return None,
        };
        Some((kind, *item))
    });
    let mut changes: Vec<CatalogueChange<'a>> = gone
        .chain(rest)
        .map(|(kind, item)| CatalogueChange { kind, item })
        .collect();
    changes.sort_by(|a, b| a.item.nhsa_code.cmp(&b.item.nhsa_code));
    changes
}

/// A filter over changes; conditions left out do not filter, those given all hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CatalogueQuery<'q> {
    /// Beginning of the code.
    pub nhsa_code: Option<&'q str>,
    /// Part of the name.
    pub reg_name: Option<&'q str>,
    /// The whole approval number.
    pub approval_no: Option<&'q str>,
    /// Part of the manufacturer.
    pub manufacturer: Option<&'q str>,
}

impl CatalogueQuery<'_> {
    /// Whether an item fits.
    #[must_use]
    pub fn fits(&self, item: &CatalogueItem) -> bool {
        self.nhsa_code
            .is_none_or(|code| item.nhsa_code.starts_with(code))
            && self
                .reg_name
                .is_none_or(|name| item.reg_name.contains(name))
            && self
                .approval_no
                .is_none_or(|number| item.approval_no == number)
            && self
                .manufacturer
                .is_none_or(|name| item.manufacturer.contains(name))
    }
}
