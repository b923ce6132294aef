//! Comparisons and memberships, whose meaning depends on both sides.

use super::compiler::{Compiler, wanted};
use super::names::{self, Nature};
use super::rows::Scope;
use super::tree::{CodeSet, Cond, Text};
use crate::language::Fault;
use crate::language::ast::{Comparison, Expr, ExprKind};
use crate::tables::{Setting, Table};

/// `left operator right`.
pub(super) fn compared(
    compiler: &Compiler<'_>,
    left: &Expr,
    operator: Comparison,
    right: &Expr,
    scope: Scope,
) -> Result<Cond, Fault> {
    let natures = (
        compiler.nature(left, scope)?,
        compiler.nature(right, scope)?,
    );
    let equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
    let equal = match natures {
        (Nature::Condition, Nature::Condition) if equality => Cond::Not(Box::new(Cond::Xor(
            Box::new(compiler.cond(left, scope)?),
            Box::new(compiler.cond(right, scope)?),
        ))),
        (Nature::Text, Nature::Literal) if equality => code(compiler, left, right, scope)?,
        (Nature::Literal, Nature::Text) if equality => code(compiler, right, left, scope)?,
        (Nature::Text, Nature::Text) if equality => {
            let left = compiler.text(left, scope)?;
            Cond::SameText(left, compiler.text(right, scope)?)
        }
        (Nature::Moment, _) | (_, Nature::Moment) => {
            let left = compiler.moment(left, scope)?;
            return Ok(Cond::Moments(
                left,
                operator,
                compiler.moment(right, scope)?,
            ));
        }
        (Nature::Condition | Nature::Codes, _) | (_, Nature::Condition | Nature::Codes) => {
            return Err(Fault::new(
                left.offset,
                "两侧类型不同，无法比较",
                "the two sides have types that cannot be compared",
            ));
        }
        _ => {
            let left = compiler.number(left, scope)?;
            return Ok(Cond::Numbers(
                left,
                operator,
                compiler.number(right, scope)?,
            ));
        }
    };
    Ok(if operator == Comparison::NotEqual {
        Cond::Not(Box::new(equal))
    } else {
        equal
    })
}

/// A text compared with a number as written: the number is a code.
fn code(
    compiler: &Compiler<'_>,
    value: &Expr,
    literal: &Expr,
    scope: Scope,
) -> Result<Cond, Fault> {
    let ExprKind::Number(lexeme) = &literal.kind else {
        return Err(wanted(literal.offset, "代码", "a code"));
    };
    let value = compiler.text(value, scope)?;
    let codes = CodeSet::new(padded(&value), [lexeme.clone()]);
    Ok(Cond::InCodes(value, codes))
}

fn padded(value: &Text) -> bool {
    match value {
        Text::Field(found) => names::is_padded(found.field),
        _ => false,
    }
}

/// `value in set`.
pub(super) fn member(
    compiler: &Compiler<'_>,
    value: &Expr,
    set: &Expr,
    scope: Scope,
) -> Result<Cond, Fault> {
    match &set.kind {
        ExprKind::Set(members) => match compiler.nature(value, scope)? {
            Nature::Number => {
                let number = compiler.number(value, scope)?;
                let members = members.iter().map(|member| match &member.kind {
                    ExprKind::Number(lexeme) => compiler.literal(lexeme, member.offset),
                    _ => Err(wanted(member.offset, "数值", "a number")),
                });
                Ok(Cond::OneOf(number, members.collect::<Result<_, _>>()?))
            }
            _ => {
                let value = compiler.text(value, scope)?;
                let codes = members
                    .iter()
                    .map(spelling)
                    .collect::<Result<Vec<_>, _>>()?;
                let padded = padded(&value);
                Ok(Cond::InCodes(value, CodeSet::new(padded, codes)))
            }
        },
        ExprKind::Range(low, high) => {
            let number = compiler.number(value, scope)?;
            let low = compiler.number(low, scope)?;
            Ok(Cond::Between(number, low, compiler.number(high, scope)?))
        }
        ExprKind::Name(path) => match path.as_slice() {
            [tab, name] if tab == "TAB" => {
                let value = compiler.text(value, scope)?;
                in_table(compiler, value, name, set.offset)
            }
            [cfg, name] if cfg == "cfg" => match compiler.setting(name, set.offset)? {
                Setting::Codes(codes) => {
                    let value = compiler.text(value, scope)?;
                    let codes = CodeSet::new(padded(&value), codes.iter().cloned());
                    Ok(Cond::InCodes(value, codes))
                }
                _ => Err(wanted(set.offset, "代码集合", "a set of codes")),
            },
            _ => Err(wanted(set.offset, "集合", "a set")),
        },
        _ => Err(wanted(set.offset, "集合", "a set")),
    }
}

/// A member of a set of codes: a number or a single word stands for its spelling.
fn spelling(member: &Expr) -> Result<String, Fault> {
    match &member.kind {
        ExprKind::Number(text) | ExprKind::Text(text) => Ok(text.clone()),
        ExprKind::Name(path) if path.len() == 1 => Ok(path.join("")),
        _ => Err(wanted(member.offset, "代码", "a code")),
    }
}

/// `value in TAB.name`.
pub(super) fn in_table(
    compiler: &Compiler<'_>,
    value: Text,
    name: &str,
    offset: usize,
) -> Result<Cond, Fault> {
    match compiler.registry.find(name) {
        Some(Table::Ranges(ranges)) => Ok(Cond::InRanges(value, ranges)),
        Some(Table::Combinations(_) | Table::Ages(_)) => Err(Fault::new(
            offset,
            format!("TAB.{name} 不是代码的集合"),
            format!("TAB.{name} is no set of codes"),
        )),
        Some(table) => Ok(Cond::InTable(value, table)),
        None => Err(Fault::new(
            offset,
            format!("没有表 TAB.{name}"),
            format!("there is no table TAB.{name}"),
        )),
    }
}
