//! Where a true condition is true: the rows and fields that a finding points at.

use chs_model::{Field, Row};
use rust_decimal::prelude::ToPrimitive;

use super::condition::system;
use super::{At, Context, Here, Tri};
use crate::language::ast::Comparison;
use crate::rule::Subject;
use crate::typed::{Cond, Mention, Number, Place, Rows, fields_of};

/// Rows of one node or document, and fields, that made a condition true.
#[derive(Debug)]
pub(crate) struct Witnesses {
    subject: Subject,
    /// Row numbers in ascending order, each once.
    pub(crate) rows: Vec<usize>,
    fields: Vec<Field>,
    /// The principal row that the condition speaks of, for want of any other.
    principal: Option<usize>,
}

impl Witnesses {
    /// Looks for what made `cond`, which is true, true in rows of `subject`.
    pub(crate) fn of<'a>(context: &'a Context<'a>, cond: &'a Cond, subject: Subject) -> Self {
        let mut found = Self {
            subject,
            rows: Vec::new(),
            fields: Vec::new(),
            principal: None,
        };
        found.search(context, cond, At::default());
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

    fn search<'a>(&mut self, context: &'a Context<'a>, cond: &'a Cond, at: At<'a>) {
        match cond {
            Cond::And(parts) => parts.iter().for_each(|part| self.search(context, part, at)),
            Cond::Or(parts) => {
                for part in parts {
                    self.search_if_true(context, part, at);
                }
            }
            Cond::Xor(left, right) => {
                self.search_if_true(context, left, at);
                self.search_if_true(context, right, at);
            }
            Cond::Any(rows, holds) => {
                for at in context.rows(rows, at) {
                    if context.condition(holds, at) == Tri::True {
                        self.mark(at.here);
                        self.search(context, holds, at);
                    }
                }
            }
            Cond::Repeated(rows, fields) => {
                self.fields.extend(fields);
                context.each_repetition(rows, fields, at, |row| {
                    self.mark(Here::Row(row));
                    true
                });
            }
            Cond::Numbers(Number::Count(rows), operator, Number::Literal(limit)) => {
                self.surplus(context, rows, *operator, limit.to_usize(), at);
            }
            Cond::Combined(table, codes) => {
                let marks = context.marks(table, codes, at);
                for (rows, field) in codes {
                    self.fields.push(*field);
                    for row in context.rows(rows, at).filter_map(|at| at.here.row()) {
                        let code = row.text(*field).unwrap_or_default();
                        if table.involves(system(row), code, &marks) {
                            self.mark(Here::Row(row));
                        }
                    }
                }
            }
            leaf => fields_of(leaf, &mut |found| self.note(context, found, at)),
        }
    }

    fn search_if_true<'a>(&mut self, context: &'a Context<'a>, cond: &'a Cond, at: At<'a>) {
        if context.condition(cond, at) == Tri::True {
            self.search(context, cond, at);
        }
    }

    /// Of more rows than there may be, those beyond the number allowed.
    fn surplus<'a>(
        &mut self,
        context: &'a Context<'a>,
        rows: &'a Rows,
        operator: Comparison,
        limit: Option<usize>,
        at: At<'a>,
    ) {
        let allowed = match (operator, limit) {
            (Comparison::Greater, Some(limit)) => limit,
            (Comparison::GreaterOrEqual, Some(limit)) => limit.saturating_sub(1),
            _ => return,
        };
        // zero allowed means "if there is one", which blames no row
        if allowed > 0 {
            context
                .rows(rows, at)
                .skip(allowed)
                .for_each(|at| self.mark(at.here));
        }
    }

    fn note<'a>(&mut self, context: &Context<'a>, mention: Mention, at: At<'a>) {
        let found = mention.field;
        if mention.alternative && context.field(found, at).is_none() {
            return;
        }
        self.fields.push(found.field);
        if matches!(
            found.place,
            Place::Main | Place::Opm | Place::FirstDx | Place::FirstOp
        ) {
            let row = context.row(found.place, At::default());
            let row = row.filter(|row| Subject::Node(row.node()) == self.subject);
            self.principal = self.principal.or(row.map(Row::index));
        }
    }

    fn mark(&mut self, here: Here<'_>) {
        match here {
            Here::Row(row) if Subject::Node(row.node()) == self.subject => {
                self.rows.push(row.index());
            }
            Here::Record(record) if self.subject.is_of(record.document()) => {
                self.rows.push(record.index());
            }
            Here::Value(Some(field), _) => self.fields.push(field),
            _ => {}
        }
    }
}
