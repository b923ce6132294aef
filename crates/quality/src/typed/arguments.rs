//! The arguments of a call, and those that name rows.

use std::sync::Arc;

use super::compiler::{Compiler, wanted};
use super::names;
use super::rows::{Kind, Rows, Scope};
use super::tree::{Cond, Moment, Number, Place, Text};
use crate::language::Fault;
use crate::language::ast::{Argument, Expr, ExprKind};
use crate::tables::{AgeBands, Table};

/// The arguments of a call, with the checks that they share.
pub(super) struct Call<'a, 'c> {
    pub(super) compiler: &'a Compiler<'c>,
    pub(super) function: &'a str,
    pub(super) args: &'a [Argument],
    pub(super) offset: usize,
    pub(super) scope: Scope,
}

impl Call<'_, '_> {
    pub(super) fn takes(&self, least: usize, most: usize) -> Result<(), Fault> {
        if (least..=most).contains(&self.args.len()) {
            return Ok(());
        }
        let wanted = if least == most {
            least.to_string()
        } else if most == usize::MAX {
            format!("≥{least}")
        } else {
            format!("{least}–{most}")
        };
        let (function, given) = (self.function, self.args.len());
        Err(Fault::new(
            self.offset,
            format!("函数 {function} 需要 {wanted} 个参数，给出 {given} 个"),
            format!("function {function} takes {wanted} argument(s), {given} given"),
        ))
    }

    pub(super) fn arg(&self, index: usize) -> Result<&Expr, Fault> {
        let arg = self.args.get(index);
        let arg = arg.ok_or_else(|| wanted(self.offset, "参数", "an argument"))?;
        match &arg.filter {
            None => Ok(&arg.value),
            Some(filter) => Err(Fault::new(
                filter.offset,
                "`where` 只能跟在行集合之后",
                "`where` may only follow a row set",
            )),
        }
    }

    pub(super) fn first(&self) -> Result<&Argument, Fault> {
        self.args
            .first()
            .ok_or_else(|| wanted(self.offset, "行集合", "a row set"))
    }

    pub(super) fn text(&self, index: usize) -> Result<Text, Fault> {
        self.compiler.text(self.arg(index)?, self.scope)
    }

    pub(super) fn rows(&self) -> Result<(Rows, Scope), Fault> {
        self.compiler.rows(self.first()?, self.scope)
    }

    pub(super) fn texts(&self) -> Result<(Text, Text), Fault> {
        self.takes(2, 2)?;
        Ok((self.text(0)?, self.text(1)?))
    }

    /// A table of this crate named `TAB.x`.
    pub(super) fn table(&self, index: usize) -> Result<Option<Table>, Fault> {
        match &self.arg(index)?.kind {
            ExprKind::Name(path) => match path.as_slice() {
                [tab, name] if tab == "TAB" => Ok(self.compiler.registry.find(name)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    pub(super) fn ages(&self, index: usize) -> Result<Arc<AgeBands>, Fault> {
        match self.table(index)? {
            Some(Table::Ages(bands)) => Ok(bands),
            _ => Err(wanted(self.offset, "年龄表", "a table of ages")),
        }
    }

    pub(super) fn only_text(&self) -> Result<Text, Fault> {
        self.takes(1, 1)?;
        self.text(0)
    }

    pub(super) fn moments(&self) -> Result<(Box<Moment>, Box<Moment>), Fault> {
        self.takes(2, 2)?;
        let from = self.compiler.moment(self.arg(0)?, self.scope)?;
        let to = self.compiler.moment(self.arg(1)?, self.scope)?;
        Ok((Box::new(from), Box::new(to)))
    }

    pub(super) fn numbers(&self) -> Result<Box<[Number]>, Fault> {
        self.takes(1, usize::MAX)?;
        (0..self.args.len())
            .map(|index| self.compiler.number(self.arg(index)?, self.scope))
            .collect()
    }

    /// Quoted texts from an argument on.
    pub(super) fn words(&self, from: usize) -> Result<Box<[Box<str>]>, Fault> {
        (from..self.args.len())
            .map(|index| {
                let arg = self.arg(index)?;
                match &arg.kind {
                    ExprKind::Text(word) if !word.is_empty() => Ok(word.as_str().into()),
                    _ => Err(wanted(arg.offset, "非空文本", "a text that is not empty")),
                }
            })
            .collect()
    }
}

/// `sum(iteminfo.amt where …)` or `sum(icuinfo, dura_h(scs_cutd_sum_dura))`.
pub(super) fn sum(call: &Call<'_, '_>) -> Result<Number, Fault> {
    if call.args.len() == 2 {
        let (rows, within) = call.rows()?;
        let summed = call.compiler.number(call.arg(1)?, within)?;
        return Ok(Number::Sum(rows, Box::new(summed)));
    }
    let arg = call.first()?;
    let unknown = || wanted(arg.value.offset, "行集合.字段", "rows.field");
    let ExprKind::Name(path) = &arg.value.kind else {
        return Err(unknown());
    };
    let (name, rows) = path.split_last().ok_or_else(unknown)?;
    let source = call
        .compiler
        .named_rows(&rows.join("."))
        .ok_or_else(unknown)?;
    let filter = arg.filter.as_ref();
    let (rows, within) = call.compiler.filtered(source, filter, call.scope)?;
    let summed = Expr {
        offset: arg.value.offset,
        kind: ExprKind::Name(vec![name.clone()]),
    };
    let summed = call.compiler.number(&summed, within)?;
    Ok(Number::Sum(rows, Box::new(summed)))
}

/// `combined(TAB.x, op.oprn_oprt_code, dx.diag_code)`: an entry of the table holds for
/// the codes of these rows.
pub(super) fn combined(call: &Call<'_, '_>) -> Result<Cond, Fault> {
    call.takes(2, 3)?;
    let Some(Table::Combinations(table)) = call.table(0)? else {
        return Err(wanted(call.offset, "组合表", "a table of combinations"));
    };
    let codes = call.args.iter().skip(1).map(|arg| {
        let unknown = || wanted(arg.value.offset, "行集合.编码", "rows.code");
        let ExprKind::Name(path) = &arg.value.kind else {
            return Err(unknown());
        };
        let (name, rows) = path.split_last().ok_or_else(unknown)?;
        let source = call
            .compiler
            .named_rows(&rows.join("."))
            .ok_or_else(unknown)?;
        let filter = arg.filter.as_ref();
        let (rows, within) = call.compiler.filtered(source, filter, call.scope)?;
        let field = names::field(std::slice::from_ref(name), within, arg.value.offset)?;
        Ok((rows, field.field))
    });
    Ok(Cond::Combined(table, codes.collect::<Result<_, _>>()?))
}

/// A bare field of the rows of a node.
pub(super) fn row_field(arg: &Expr, within: Scope) -> Result<chs_model::Field, Fault> {
    if let (ExprKind::Name(path), Some(Kind::List(_))) = (&arg.kind, within.here) {
        let found = names::field(path, within, arg.offset)?;
        if found.place == Place::Row {
            return Ok(found.field);
        }
    }
    Err(wanted(arg.offset, "行内字段", "a field of the row"))
}
