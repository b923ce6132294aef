//! Where a true condition is true: the rows and fields that a finding points at.

use chs_model::{Field, Node, Row};
use rust_decimal::prelude::ToPrimitive;

use super::{Context, Tri};
use crate::language::ast::Comparison;
use crate::typed::{Cond, Mention, Number, Place, Rows, fields_of};

/// Rows of one node, and fields, that made a condition true.
#[derive(Debug)]
pub(crate) struct Witnesses {
    node: Node,
    /// Row numbers in ascending order, each once.
    pub(crate) rows: Vec<usize>,
    fields: Vec<Field>,
    /// The principal row that the condition speaks of, for want of any other.
    principal: Option<usize>,
}

impl Witnesses {
    /// Looks for what made `cond`, which is true, true in rows of `node`.
    pub(crate) fn of<'a>(context: &'a Context<'a>, cond: &'a Cond, node: Node) -> Self {
        let mut found = Self {
            node,
            rows: Vec::new(),
            fields: Vec::new(),
            principal: None,
        };
        found.search(context, cond, None);
        if found.rows.is_empty() {
            found.rows.extend(found.principal);
        }
        found.rows.sort_unstable();
        found.rows.dedup();
        found
    }

    /// The first of the candidates that had a part in it, else the first of all.
    pub(crate) fn field(&self, candidates: &[Field]) -> Option<Field> {
        let involved = candidates.iter().find(|field| self.fields.contains(field));
        involved.or(candidates.first()).copied()
    }

    fn search<'a>(&mut self, context: &'a Context<'a>, cond: &'a Cond, row: Option<&'a Row>) {
        match cond {
            Cond::And(parts) => parts
                .iter()
                .for_each(|part| self.search(context, part, row)),
            Cond::Or(parts) => {
                for part in parts {
                    self.search_if_true(context, part, row);
                }
            }
            Cond::Xor(left, right) => {
                self.search_if_true(context, left, row);
                self.search_if_true(context, right, row);
            }
            Cond::Any(rows, holds) => {
                for row in context.rows(rows) {
                    if context.condition(holds, Some(row)) == Tri::True {
                        self.mark(row);
                        self.search(context, holds, Some(row));
                    }
                }
            }
            Cond::Repeated(rows, fields) => {
                self.fields.extend(fields);
                context.each_repetition(rows, fields, |row| {
                    self.mark(row);
                    true
                });
            }
            Cond::Numbers(Number::Count(rows), operator, Number::Literal(limit)) => {
                self.surplus(context, rows, *operator, limit.to_usize());
            }
            leaf => fields_of(leaf, &mut |found| self.note(context, found, row)),
        }
    }

    fn search_if_true<'a>(
        &mut self,
        context: &'a Context<'a>,
        cond: &'a Cond,
        row: Option<&'a Row>,
    ) {
        if context.condition(cond, row) == Tri::True {
            self.search(context, cond, row);
        }
    }

    /// Of more rows than there may be, those beyond the number allowed.
    fn surplus<'a>(
        &mut self,
        context: &'a Context<'a>,
        rows: &'a Rows,
        operator: Comparison,
        limit: Option<usize>,
    ) {
        let allowed = match (operator, limit) {
            (Comparison::Greater, Some(limit)) => limit,
            (Comparison::GreaterOrEqual, Some(limit)) => limit.saturating_sub(1),
            _ => return,
        };
        // zero allowed means "if there is one", which blames no row
        if allowed > 0 {
            context
                .rows(rows)
                .skip(allowed)
                .for_each(|row| self.mark(row));
        }
    }

    fn note<'a>(&mut self, context: &Context<'a>, mention: Mention, row: Option<&'a Row>) {
        let found = mention.field;
        if mention.alternative && context.field(found, row).is_none() {
            return;
        }
        self.fields.push(found.field);
        if matches!(found.place, Place::Main | Place::Opm) {
            let row = context.row(found.place, None);
            let row = row.filter(|row| row.node() == self.node);
            self.principal = self.principal.or(row.map(Row::index));
        }
    }

    fn mark(&mut self, row: &Row) {
        if row.node() == self.node {
            self.rows.push(row.index());
        }
    }
}
