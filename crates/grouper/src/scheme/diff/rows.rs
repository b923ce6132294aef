//! Changed MDCs, core groups and groups.

use crate::rule::Rule;
use crate::scheme::{Drg, Scheme};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One change of an MDC, core group or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowChange {
    /// The code; where it changed, the old one.
    pub code: String,
    /// The name, the new one if there is one.
    pub name: String,
    /// What changed.
    pub kind: RowChangeKind,
    /// What it was: a name, owner, rule, place, code or weight.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
}

/// What changed of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Gone under one code and new under another with the same name.
    Recoded,
    /// It has another name.
    Renamed,
    /// It belongs to another MDC or core group.
    Moved,
    /// It is tried at another place.
    Order,
    /// Its rule is another.
    Rule,
    /// Its weight is another.
    Weight,
    /// One of the area's own columns is another.
    Local,
}

impl RowChangeKind {
    /// The name in JSON and CSV.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Recoded => "recoded",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Order => "order",
            Self::Rule => "rule",
            Self::Weight => "weight",
            Self::Local => "local",
        }
    }

    /// In Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "删除",
            Self::Recoded => "改编码",
            Self::Renamed => "改名",
            Self::Moved => "改归属",
            Self::Order => "改顺序",
            Self::Rule => "改规则",
            Self::Weight => "改权重",
            Self::Local => "改本地列",
        }
    }
}

/// What is compared of a row.
struct Item<'s> {
    code: &'s str,
    name: &'s str,
    owner: &'s str,
    rules: Vec<&'s Rule>,
}

pub(super) fn mdcs(from: &Scheme, to: &Scheme) -> Vec<RowChange> {
    compare(&mdc_items(from), &mdc_items(to))
}

fn mdc_items(scheme: &Scheme) -> Vec<Item<'_>> {
    let items = scheme.mdcs.iter().map(|mdc| Item {
        code: &mdc.code,
        name: &mdc.name,
        owner: "",
        rules: vec![&mdc.rule],
    });
    items.collect()
}

pub(super) fn adrgs(from: &Scheme, to: &Scheme) -> Vec<RowChange> {
    compare(&adrg_items(from), &adrg_items(to))
}

/// Core groups in order of evaluation, each with the rules of all its rows.
fn adrg_items(scheme: &Scheme) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for row in scheme.mdcs.iter().flat_map(|mdc| scheme.rows_of(mdc)) {
        let place = *places.entry(&row.adrg).or_insert(items.len());
        match items.get_mut(place) {
            Some(item) => item.rules.push(&row.rule),
            None => items.push(Item {
                code: &row.adrg,
                name: &row.name,
                owner: &row.mdc,
                rules: vec![&row.rule],
            }),
        }
    }
    items
}

pub(super) fn drgs(from: &Scheme, to: &Scheme) -> Vec<RowChange> {
    let items = |scheme| -> Vec<Item<'_>> { Scheme::drgs(scheme).iter().map(drg_item).collect() };
    let mut changes = compare(&items(from), &items(to));
    for old in from.drgs() {
        let Some(new) = to.drg(old.code()) else {
            continue;
        };
        if old.weight != new.weight {
            let text = |drg: &Drg| drg.weight.map(|weight| weight.normalize().to_string());
            changes.push(change(new, RowChangeKind::Weight, text(old), text(new)));
        }
        changes.extend(local(old, new));
    }
    changes
}

fn drg_item(drg: &Drg) -> Item<'_> {
    Item {
        code: &drg.code,
        name: &drg.name,
        owner: &drg.adrg,
        rules: vec![&drg.rule],
    }
}

fn local(old: &Drg, new: &Drg) -> Vec<RowChange> {
    let columns =
        |drg: &'_ Drg| -> BTreeMap<String, String> { drg.local.iter().cloned().collect() };
    let (before, after) = (columns(old), columns(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    let changes = changed.map(|name| {
        let text = |columns: &BTreeMap<String, String>| {
            columns.get(name).map(|text| format!("{name}={text}"))
        };
        change(new, RowChangeKind::Local, text(&before), text(&after))
    });
    changes.collect()
}

fn change(drg: &Drg, kind: RowChangeKind, from: Option<String>, to: Option<String>) -> RowChange {
    RowChange {
        code: drg.code.clone(),
        name: drg.name.clone(),
        kind,
        from,
        to,
    }
}

/// Compares two tables row by row: what is gone, what is new, what differs.
fn compare(from: &[Item<'_>], to: &[Item<'_>]) -> Vec<RowChange> {
    let old: BTreeMap<&str, &Item<'_>> = from.iter().map(|item| (item.code, item)).collect();
    let new: BTreeMap<&str, &Item<'_>> = to.iter().map(|item| (item.code, item)).collect();
    let gone: Vec<&Item<'_>> = from.iter().filter(|i| !new.contains_key(i.code)).collect();
    let added: Vec<&Item<'_>> = to.iter().filter(|i| !old.contains_key(i.code)).collect();
    let recoded = recoded(&gone, &added);
    let mut changes = Vec::new();
    let mut push = |item: &Item<'_>, kind, from: Option<String>, to: Option<String>| {
        changes.push(RowChange {
            code: item.code.to_owned(),
            name: item.name.to_owned(),
            kind,
            from,
            to,
        });
    };
    for item in added {
        if !recoded.values().any(|code| *code == item.code) {
            push(item, RowChangeKind::Added, None, Some(rules(item)));
        }
    }
    for item in gone {
        match recoded.get(item.code) {
            Some(code) => {
                let (from, to) = (item.code.to_owned(), (*code).to_owned());
                push(item, RowChangeKind::Recoded, Some(from), Some(to));
            }
            None => push(item, RowChangeKind::Removed, Some(rules(item)), None),
        }
    }
    for item in to {
        let Some(before) = old.get(item.code) else {
            continue;
        };
        let text = |text: &str| Some(text.to_owned());
        if before.name != item.name {
            push(
                item,
                RowChangeKind::Renamed,
                text(before.name),
                text(item.name),
            );
        }
        if before.owner != item.owner {
            push(
                item,
                RowChangeKind::Moved,
                text(before.owner),
                text(item.owner),
            );
        }
        if before.rules != item.rules {
            push(
                item,
                RowChangeKind::Rule,
                Some(rules(before)),
                Some(rules(item)),
            );
        }
    }
    for (item, from, to) in reordered(from, to) {
        push(item, RowChangeKind::Order, from, to);
    }
    changes
}

fn rules(item: &Item<'_>) -> String {
    let rules: Vec<String> = item.rules.iter().map(|rule| rule.to_string()).collect();
    rules.join(" | ")
}

/// Old codes whose name went, alone of its kind, to one new code.
fn recoded<'s>(gone: &[&Item<'s>], added: &[&Item<'s>]) -> BTreeMap<&'s str, &'s str> {
    let pairs = gone.iter().filter_map(|item| {
        let alone = gone.iter().filter(|other| other.name == item.name).count() == 1;
        let mut same = added.iter().filter(|other| other.name == item.name);
        match (same.next(), same.next()) {
            (Some(new), None) if alone && !item.name.is_empty() => Some((item.code, new.code)),
            _ => None,
        }
    });
    pairs.collect()
}

type Reordered<'i, 's> = (&'i Item<'s>, Option<String>, Option<String>);

/// The rows that are tried at another place among the rows of their owner that both
/// tables have: the fewest whose moving explains the new order. Each comes with the
/// row it stood behind and the one it stands behind.
fn reordered<'i, 's>(from: &'i [Item<'s>], to: &'i [Item<'s>]) -> Vec<Reordered<'i, 's>> {
    let owners: Vec<&str> = {
        let mut seen = BTreeSet::new();
        to.iter()
            .map(|i| i.owner)
            .filter(|owner| seen.insert(*owner))
            .collect()
    };
    let mut moved = Vec::new();
    for owner in owners {
        let of = |items: &'i [Item<'s>]| -> Vec<&'i Item<'s>> {
            items.iter().filter(|item| item.owner == owner).collect()
        };
        let (old, new) = (of(from), of(to));
        let old: Vec<&str> = old.iter().map(|item| item.code).collect();
        let old: Vec<&str> = old
            .into_iter()
            .filter(|code| new.iter().any(|item| item.code == *code))
            .collect();
        let new: Vec<&Item<'_>> = new
            .into_iter()
            .filter(|item| old.contains(&item.code))
            .collect();
        let places: Vec<usize> = new
            .iter()
            .filter_map(|item| old.iter().position(|code| *code == item.code))
            .collect();
        let stay = longest_rising(&places);
        for (index, item) in new.iter().enumerate() {
            if stay.contains(&index) {
                continue;
            }
            let behind = |code: Option<&str>| code.map(|code| format!("> {code}"));
            let before = places.get(index).and_then(|place| place.checked_sub(1));
            let before = before.and_then(|place| old.get(place)).copied();
            let after = index.checked_sub(1).and_then(|place| new.get(place));
            moved.push((*item, behind(before), behind(after.map(|item| item.code))));
        }
    }
    moved
}

/// Places of a longest rising subsequence.
fn longest_rising(numbers: &[usize]) -> BTreeSet<usize> {
    // For each place: the length of the best sequence that ends there, and its last but one.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (place, number) in numbers.iter().enumerate() {
        let earlier = numbers.iter().zip(&best).enumerate().take(place);
        let longest = earlier
            .filter(|(_, (other, _))| *other < number)
            .max_by_key(|(_, (_, (length, _)))| *length);
        best.push(match longest {
            Some((before, (_, (length, _)))) => (length + 1, Some(before)),
            None => (1, None),
        });
    }
    let end = best
        .iter()
        .enumerate()
        .max_by_key(|(_, (length, _))| *length);
    let mut next = end.map(|(place, _)| place);
    let mut places = BTreeSet::new();
    while let Some(place) = next {
        places.insert(place);
        next = best.get(place).and_then(|(_, before)| *before);
    }
    places
}
