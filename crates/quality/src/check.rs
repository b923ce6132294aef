//! The check of one list: rules evaluated, findings placed, suppressed, and shown with
//! what they mean for the group.

use std::sync::Arc;

use chs_model::{Row, pointer};

use crate::engine::CheckInput;
use crate::evaluate::{At, Context, Here, Tri, Witnesses};
use crate::mask;
use crate::regroup::{Change, GroupEffect, Regrouped};
use crate::report::{Finding, NotEvaluated, Report};
use crate::rule::{Mend, Rule, Subject};
use crate::typed::Place;

/// Checks a list; the number is that of rows visited.
pub(crate) fn run(rules: &[Rule], input: &CheckInput<'_>) -> (Report, usize) {
    let context = Context::new(input);
    let mut raised: Vec<Raised<'_>> = Vec::new();
    // many rules lack an input of the area in most checks
    let mut not_evaluated = Vec::with_capacity(rules.len() / 2);
    for rule in rules {
        if !rule.phases.include(input.phase) || !opens(&context, rule) {
            continue;
        }
        match context.decide(&rule.compiled) {
            (Tri::True, _) => raise(&context, rule, &mut raised),
            (_, Some(need)) => not_evaluated.push(NotEvaluated {
                rule_id: Arc::clone(&rule.id),
                needs: need.shown(),
            }),
            _ => {}
        }
    }
    let mut raised = settled(raised);
    add_effects(&context, &mut raised);
    let report = Report {
        findings: raised.into_iter().map(|one| one.finding).collect(),
        not_evaluated,
    };
    (report, context.visited())
}

/// Whether the list has the rows without which the rule cannot be true.
fn opens(context: &Context<'_>, rule: &Rule) -> bool {
    rule.gates.iter().all(|set| context.has_rows(*set))
}

/// A finding with what suppression and mending go by.
struct Raised<'e> {
    rule: &'e Rule,
    place: (Subject, Option<usize>),
    row: Option<&'e Row>,
    finding: Finding,
}

/// Adds the findings of a rule that is true: one for each offending row.
fn raise<'a>(context: &'a Context<'a>, rule: &'a Rule, raised: &mut Vec<Raised<'a>>) {
    let target = &rule.target;
    let witnesses = Witnesses::of(context, &rule.compiled, target.subject);
    let mut push =
        |row: Option<usize>, of: Option<&'a Row>, pointer: String, value: Option<String>| {
            raised.push(Raised {
                rule,
                place: (target.subject, row),
                row: of,
                finding: Finding {
                    rule_id: Arc::clone(&rule.id),
                    severity: rule.severity,
                    pointer,
                    message: Arc::clone(&rule.message),
                    message_en: Arc::clone(&rule.message_en),
                    value,
                    group_effect: None,
                },
            });
        };
    let node = match target.subject {
        Subject::Node(node) => node,
        Subject::Document(document) => {
            let definition = document.definition();
            let at = |row: usize| match target.member {
                Some(member) => member.pointer(row),
                None if definition.rows => format!("{}/{row}", definition.pointer),
                None => definition.pointer.clone(),
            };
            return match witnesses.rows.as_slice() {
                [] if definition.rows => push(None, None, definition.pointer.clone(), None),
                [] => push(None, None, at(0), None),
                rows => rows
                    .iter()
                    .for_each(|row| push(Some(*row), None, at(*row), None)),
            };
        }
    };
    let list = context.list();
    let field = witnesses.field(&target.fields);
    let mut push_row = |row: &'a Row, index: Option<usize>| match field {
        Some(field) => {
            let value = mask::shown(field, row.text(field));
            push(index, Some(row), row.pointer(field), value);
        }
        None => {
            let index = row.index();
            push(
                Some(index),
                Some(row),
                pointer([node.name(), &index.to_string()]),
                None,
            );
        }
    };
    match target.place {
        Place::Setlinfo => push_row(list.setlinfo(), None),
        place @ (Place::Main | Place::Opm | Place::FirstDx | Place::FirstOp) => {
            if let Some(row) = context.row(place, At::default()) {
                push_row(row, Some(row.index()));
            }
        }
        Place::Row | Place::Outer if witnesses.rows.is_empty() => {
            push(None, None, pointer([node.name()]), None);
        }
        Place::Row | Place::Outer => {
            let rows = list.rows(node);
            for row in witnesses.rows.iter().filter_map(|index| rows.get(*index)) {
                push_row(row, Some(row.index()));
            }
        }
    }
}

/// The findings without those that another rule on the same row makes unnecessary.
fn settled(raised: Vec<Raised<'_>>) -> Vec<Raised<'_>> {
    let suppressed: Vec<bool> = raised
        .iter()
        .map(|one| {
            let by = &one.rule.suppressed_by;
            !by.is_empty()
                && raised
                    .iter()
                    .any(|other| other.place == one.place && by.contains(&other.rule.id))
        })
        .collect();
    let findings = raised.into_iter().zip(suppressed);
    findings
        .filter(|(_, suppressed)| !suppressed)
        .map(|(raised, _)| raised)
        .collect()
}

/// Most findings whose mend is grouped: each costs a grouping.
const MOST_MENDS: usize = 20;

/// Adds what the findings mean for the group, where a grouper was given.
fn add_effects<'a>(context: &'a Context<'a>, raised: &mut [Raised<'a>]) {
    let Some(regroup) = context.input.regroup else {
        return;
    };
    let mut before: Option<Option<Regrouped>> = None;
    let touching = raised.iter_mut().filter(|one| one.rule.touches_grouping());
    for one in touching.take(MOST_MENDS) {
        let before = before.get_or_insert_with(|| regroup.regroup(&[]));
        let Some(before) = before else { return };
        let change = change(context, one.rule, one.row);
        let after = change.and_then(|change| regroup.regroup(&[change]));
        one.finding.group_effect = Some(Box::new(GroupEffect::new(before.clone(), after)));
    }
}

/// The one change that mends a finding.
fn change<'a>(context: &'a Context<'a>, rule: &'a Rule, row: Option<&'a Row>) -> Option<Change> {
    let at = row.map_or_else(At::default, |row| At::default().within(Here::Row(row)));
    let set = |field: chs_model::Field, value: String| {
        let index = row.filter(|row| row.node() == field.node()).map(Row::index);
        Change::Set {
            field,
            row: index.unwrap_or(0),
            value,
        }
    };
    match rule.mend.as_ref()? {
        Mend::Remove => row.map(|row| Change::Remove {
            node: row.node(),
            row: row.index(),
        }),
        Mend::Text(field, text) => {
            let value = context.text(text, at)?;
            Some(set(*field, value.to_owned()))
        }
        Mend::Number(field, number) => {
            let value = context.number(number, at)?;
            Some(set(*field, value.normalize().to_string()))
        }
    }
}
