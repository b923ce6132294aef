//! What the rules ask of the grouping scheme: its tables, and the group of a changed list.

use std::cell::OnceCell;

use chrono::NaiveDate;
use chs_grouper::{Case, Scheme, dip::DipGroup};
use chs_model::{Money, Node, SettlementList};
use chs_quality::{AreaTables, Attribute, Change, Regroup, Regrouped, Tables};
use serde_json::Value;

use super::dip_grouping;
use crate::grouped_by::GroupedBy;

/// The sets of multiple severe trauma (MDC Z), each a site of the body.
const SITES: [(&str, &str); 9] = [
    ("DI_Z01", "1"),
    ("DI_Z02", "2"),
    ("DI_Z03", "3"),
    ("DI_Z04", "4"),
    ("DI_Z05", "5"),
    ("DI_Z06", "6"),
    ("DI_Z07", "7"),
    ("DI_Z08", "8"),
    ("DI_Z09", "9"),
];

/// The rules' tables: the scheme answers its own, the area's the others.
pub struct SchemeTables<'s> {
    /// The scheme that groups; none where a DIP catalogue does, and its tables are then not
    /// loaded.
    pub scheme: Option<&'s Scheme>,
    /// What the area has loaded.
    pub area: Option<&'s AreaTables>,
}

impl SchemeTables<'_> {
    /// The site of a severe injury; `None` inside if it is none, outside if the scheme
    /// knows no sites.
    fn site(&self, code: &str) -> Option<Option<&'static str>> {
        let scheme = self.scheme?;
        let mut known = false;
        for (set, site) in SITES {
            match scheme.set_contains(set, code) {
                Some(true) => return Some(Some(site)),
                Some(false) => known = true,
                None => {}
            }
        }
        known.then_some(None)
    }
}

impl Tables for SchemeTables<'_> {
    fn contains(&self, table: &str, code: &str) -> Option<bool> {
        match table {
            "AH1" => self.scheme?.set_contains("OP_AH1", code),
            "body_site" => self.site(code).map(|site| site.is_some()),
            _ => self
                .scheme
                .and_then(|scheme| scheme.in_table(table, code))
                .or_else(|| self.area?.contains(table, code)),
        }
    }

    fn attribute<'t>(
        &'t self,
        table: &str,
        code: &str,
        on: Option<NaiveDate>,
        attribute: &str,
    ) -> Attribute<'t> {
        if table == "body_site" {
            return match self.site(code) {
                Some(Some(site)) => Attribute::Is(site),
                Some(None) => Attribute::None,
                None => Attribute::NotLoaded,
            };
        }
        match self.area {
            Some(area) => area.attribute(table, code, on, attribute),
            None => Attribute::NotLoaded,
        }
    }

    fn excluded(&self, code: &str, principal: &str) -> Option<bool> {
        let complication = self.scheme?.complication(code);
        Some(complication.is_some_and(|found| found.is_excluded_by(principal)))
    }
}

/// Groups a list with changes made to it.
pub struct Grouper<'s> {
    by: GroupedBy<'s>,
    list: &'s SettlementList,
    medfee: Option<Money>,
    /// The list as it was sent; most changes are asked for many times of one list.
    case: OnceCell<Option<Case<'s>>>,
}

impl<'s> Grouper<'s> {
    /// Of a list as it was sent; `medfee` is its cost where it carries no amounts.
    pub fn new(
        by: impl Into<GroupedBy<'s>>,
        list: &'s SettlementList,
        medfee: Option<Money>,
    ) -> Grouper<'s> {
        Grouper {
            by: by.into(),
            list,
            medfee,
            case: OnceCell::new(),
        }
    }
}

impl Regroup for Grouper<'_> {
    fn regroup(&self, changes: &[Change]) -> Option<Regrouped> {
        let case = self.case.get_or_init(|| Case::from_list(self.list).ok());
        match changes {
            [] => return Some(self.grouped(case.as_ref()?)),
            [
                Change::Remove {
                    node: Node::Diseinfo,
                    row,
                },
            ] => {
                if let Some(case) = self.without(case.as_ref()?, *row) {
                    return Some(self.grouped(&case));
                }
            }
            _ => {}
        }
        let mut list = self.list.to_json();
        for change in changes {
            set(&mut list, change)?;
        }
        remove(&mut list, changes)?;
        let list = SettlementList::parse(&list).ok()?;
        Some(self.grouped(&Case::from_list(&list).ok()?))
    }
}

impl Grouper<'_> {
    fn grouped(&self, case: &Case<'_>) -> Regrouped {
        let scheme = match self.by {
            GroupedBy::Drg(scheme) => scheme,
            GroupedBy::Dip(catalogue) => {
                // Costs are those of the list: a change of codes changes none.
                let extras = dip_grouping::extras(self.list, self.medfee);
                let outcome = catalogue.group(case, &extras);
                return Regrouped {
                    status: outcome.status.as_str().to_owned(),
                    drg_code: dip_grouping::code(&outcome).to_owned(),
                    drg_name: outcome.group.map_or("", DipGroup::name).to_owned(),
                    weight: None,
                };
            }
        };
        let outcome = scheme.group(case);
        Regrouped {
            status: outcome.status.as_str().to_owned(),
            drg_code: outcome.drg.to_owned(),
            drg_name: outcome.name.to_owned(),
            weight: scheme.drg(outcome.drg).and_then(|drg| drg.weight()),
        }
    }

    /// The case without an other diagnosis; nothing where the row is none.
    fn without<'c>(&self, case: &Case<'c>, row: usize) -> Option<Case<'c>> {
        let mut others = self.list.other_diagnoses();
        let at = others.position(|other| other.index() == row)?;
        let mut case = case.clone();
        // the principal one stands before the others
        case.dx.remove(at + 1);
        Some(case)
    }
}

/// Puts the new values in place, which moves no row.
fn set(list: &mut Value, change: &Change) -> Option<()> {
    let Change::Set { field, row, value } = change else {
        return Some(());
    };
    let node = list.get_mut(field.node().name())?;
    let row = match field.node() {
        Node::Setlinfo => node,
        _ => node.get_mut(*row)?,
    };
    let members = row.as_object_mut()?;
    members.insert(field.name().to_owned(), Value::String(value.clone()));
    Some(())
}

/// Takes rows out, the last first, so that the numbers of the others hold.
fn remove(list: &mut Value, changes: &[Change]) -> Option<()> {
    let mut rows: Vec<(Node, usize)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Remove { node, row } => Some((*node, *row)),
            Change::Set { .. } => None,
        })
        .collect();
    rows.sort_unstable_by_key(|(_, row)| std::cmp::Reverse(*row));
    for (node, row) in rows {
        let all = list.get_mut(node.name())?.as_array_mut()?;
        if row < all.len() {
            all.remove(row);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use chs_model::fields::diseinfo;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_changed_list_is_grouped_anew_and_the_list_itself_stays() {
        let row = |code: &str, main: &str| json!({"diag_type": "1", "maindiag_flag": main, "diag_code": code});
        let list = json!({
            "setlinfo": {"gend": "1", "age": "45"},
            "diseinfo": [row("K35.300", "1"), row("A01.000x002", "0")],
        });
        let list = SettlementList::parse(&list).unwrap();
        let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
        let grouper = Grouper::new(scheme, &list, None);
        let before = grouper.regroup(&[]).unwrap();
        let removed = grouper.regroup(&[Change::Remove {
            node: Node::Diseinfo,
            row: 1,
        }]);
        assert_eq!(
            removed.map(|after| after.drg_code),
            Some(before.drg_code.clone())
        );
        let other = Change::Set {
            field: diseinfo::DIAG_CODE,
            row: 0,
            value: "I50.900".into(),
        };
        let after = grouper.regroup(&[other]).unwrap();
        assert_ne!(after.drg_code, before.drg_code);
        assert_eq!(grouper.regroup(&[]), Some(before));
    }

    #[test]
    fn a_diagnosis_taken_away_counts_as_if_it_had_not_been_sent() {
        let row = |code: &str, main: &str| json!({"diag_type": "1", "maindiag_flag": main, "diag_code": code});
        let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
        let rows = vec![
            row("I50.900x018", "0"),
            row("", "0"),
            row("J96.000", "0"),
            row("K35.300", "1"),
            row("J96.000", "0"),
            row("A01.000x002", "0"),
        ];
        let of = |rows: &[Value]| json!({"setlinfo": {"gend": "1", "age": "45"}, "diseinfo": rows});
        let list = SettlementList::parse(&of(&rows)).unwrap();
        let grouper = Grouper::new(scheme, &list, None);
        for at in 0..rows.len() {
            let mut fewer = rows.clone();
            fewer.remove(at);
            let fewer = SettlementList::parse(&of(&fewer)).unwrap();
            let change = Change::Remove {
                node: Node::Diseinfo,
                row: at,
            };
            let anew = Grouper::new(scheme, &fewer, None).regroup(&[]);
            assert_eq!(grouper.regroup(&[change]), anew, "row {at}");
        }
    }

    #[test]
    fn sites_and_exclusions_come_from_the_scheme() {
        let scheme = Scheme::builtin("chs-drg-2.0").unwrap();
        let tables = SchemeTables {
            scheme: Some(scheme),
            area: None,
        };
        assert_eq!(tables.contains("body_site", "I10.x00"), Some(false));
        assert_eq!(tables.contains("tcm_dise", "A01"), None);
        assert_eq!(
            tables.attribute("doctor", "D", None, "fixmedins_code"),
            Attribute::NotLoaded
        );
        assert_eq!(tables.excluded("I10.x00", "I50.900"), Some(false));
    }
}
