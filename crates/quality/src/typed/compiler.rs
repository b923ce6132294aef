//! From expressions to the checked tree, by the type that is wanted.

use chs_model::{Node, dictionary};
use rust_decimal::Decimal;

use super::names::{self, Nature};
use super::rows::RowSet;
use super::tree::{Arithmetic, CodeSet, Cond, FieldRef, Moment, Number, Rows, Text};
use super::{compare, functions};
use crate::language::ast::{Argument, Binary, Expr, ExprKind};
use crate::language::{Fault, parse};
use crate::tables::{CodeSystem, Config, Registry, Setting};

/// Compiles conditions against the tables and settings of one engine.
pub(crate) struct Compiler<'c> {
    pub(crate) registry: &'c Registry,
    pub(crate) config: &'c Config,
}

impl Compiler<'_> {
    /// Compiles a whole condition.
    ///
    /// # Errors
    /// The first fault: grammar, unknown name, or a type that does not fit.
    pub(crate) fn compile(&self, source: &str) -> Result<Cond, Fault> {
        self.cond(&parse(source)?, None)
    }

    /// An expression that must be a condition.
    pub(super) fn cond(&self, expr: &Expr, scope: Option<Node>) -> Result<Cond, Fault> {
        match &expr.kind {
            ExprKind::Binary(left, operator @ (Binary::And | Binary::Or), right) => {
                let mut parts = Vec::new();
                self.flatten(left, *operator, scope, &mut parts)?;
                self.flatten(right, *operator, scope, &mut parts)?;
                Ok(match operator {
                    Binary::And => Cond::And(parts.into()),
                    _ => Cond::Or(parts.into()),
                })
            }
            ExprKind::Binary(left, Binary::Xor, right) => Ok(Cond::Xor(
                Box::new(self.cond(left, scope)?),
                Box::new(self.cond(right, scope)?),
            )),
            ExprKind::Not(inner) => Ok(Cond::Not(Box::new(self.cond(inner, scope)?))),
            ExprKind::Compare(left, operator, right) => {
                compare::compared(self, left, *operator, right, scope)
            }
            ExprKind::In(value, set, negated) => {
                let member = compare::member(self, value, set, scope)?;
                Ok(if *negated {
                    Cond::Not(Box::new(member))
                } else {
                    member
                })
            }
            ExprKind::Present(value) => {
                let value = self.text(value, scope)?;
                Ok(Cond::Not(Box::new(Cond::Blank(value))))
            }
            ExprKind::Means(value, name) => self.means(value, name, scope),
            ExprKind::Call { function, args } => {
                functions::condition(self, function, args, expr.offset, scope)
            }
            ExprKind::Lookup {
                table,
                key,
                attribute,
            } if attribute == "grey" => {
                let system = self.code_system(table, expr.offset)?;
                Ok(Cond::Grey(system, self.text(key, scope)?))
            }
            ExprKind::Name(path) => self.flag(path, expr.offset),
            _ => Err(Fault::new(
                expr.offset,
                "此处应为条件（真或假）",
                "a condition (true or false) must stand here",
            )),
        }
    }

    fn flatten(
        &self,
        expr: &Expr,
        operator: Binary,
        scope: Option<Node>,
        parts: &mut Vec<Cond>,
    ) -> Result<(), Fault> {
        match &expr.kind {
            ExprKind::Binary(left, inner, right) if *inner == operator => {
                self.flatten(left, operator, scope, parts)?;
                self.flatten(right, operator, scope, parts)
            }
            _ => {
                parts.push(self.cond(expr, scope)?);
                Ok(())
            }
        }
    }

    /// `true`, `false` or a setting that is a flag.
    fn flag(&self, path: &[String], offset: usize) -> Result<Cond, Fault> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["true"] => return Ok(Cond::Constant(true)),
            ["false"] => return Ok(Cond::Constant(false)),
            ["cfg", name] => {
                if let Setting::Flag(flag) = self.setting(name, offset)? {
                    return Ok(Cond::Constant(*flag));
                }
            }
            _ => {}
        }
        let shown = path.join(".");
        Err(Fault::new(
            offset,
            format!("`{shown}` 不是条件"),
            format!("`{shown}` is not a condition"),
        ))
    }

    fn means(&self, value: &Expr, name: &str, scope: Option<Node>) -> Result<Cond, Fault> {
        let ExprKind::Name(path) = &value.kind else {
            return Err(Fault::new(
                value.offset,
                "`means` 之前应为字段",
                "a field must stand before `means`",
            ));
        };
        let found = names::field(path, scope, value.offset)?;
        let known = found.field.def().dictionary.and_then(dictionary::get);
        let values = known.map_or(&[][..], |known| known.values());
        let codes: Vec<String> = values
            .iter()
            .filter(|value| value.name == name)
            .map(|value| value.code.to_owned())
            .collect();
        if codes.is_empty() {
            return Err(Fault::new(
                value.offset,
                format!("字段 {} 的字典中没有名称“{name}”", found.field.name()),
                format!(
                    "the dictionary of {} has no name \"{name}\"",
                    found.field.name()
                ),
            ));
        }
        let padded = names::is_padded(found.field);
        Ok(Cond::InCodes(
            Text::Field(found),
            CodeSet::new(padded, codes),
        ))
    }

    /// An expression that must be a text; every field is one.
    pub(super) fn text(&self, expr: &Expr, scope: Option<Node>) -> Result<Text, Fault> {
        match &expr.kind {
            ExprKind::Text(text) | ExprKind::Number(text) => {
                Ok(Text::Literal(text.as_str().into()))
            }
            ExprKind::Name(path) => match path.as_slice() {
                [cfg, name] if cfg == "cfg" => match self.setting(name, expr.offset)? {
                    Setting::Text(text) => Ok(Text::Literal(text.as_str().into())),
                    _ => Err(wanted(expr.offset, "文本", "a text")),
                },
                _ => names::field(path, scope, expr.offset).map(Text::Field),
            },
            ExprKind::Call { function, args } => {
                functions::text(self, function, args, expr.offset, scope)
            }
            ExprKind::Lookup {
                table,
                key,
                attribute,
            } if attribute == "name" => {
                let system = self.code_system(table, expr.offset)?;
                Ok(Text::Name(system, Box::new(self.text(key, scope)?)))
            }
            _ => Err(wanted(expr.offset, "文本", "a text")),
        }
    }

    /// An expression that must be a number; texts are read as numbers.
    pub(super) fn number(&self, expr: &Expr, scope: Option<Node>) -> Result<Number, Fault> {
        match &expr.kind {
            ExprKind::Number(lexeme) => self.literal(lexeme, expr.offset).map(Number::Literal),
            ExprKind::Name(path) => match path.as_slice() {
                [cfg, name] if cfg == "cfg" => match self.setting(name, expr.offset)? {
                    Setting::Number(number) => Ok(Number::Literal(*number)),
                    _ => Err(wanted(expr.offset, "数值", "a number")),
                },
                [name] if name == "ageyears" => Ok(Number::AgeYears),
                [name] if name == "agedays" => Ok(Number::AgeDays),
                _ => names::field(path, scope, expr.offset).map(Number::Field),
            },
            ExprKind::Call { function, args } => {
                functions::number(self, function, args, expr.offset, scope)
            }
            ExprKind::Binary(left, operator, right) => {
                let operator = match operator {
                    Binary::Add => Arithmetic::Add,
                    Binary::Subtract => Arithmetic::Subtract,
                    Binary::Multiply => Arithmetic::Multiply,
                    Binary::Divide => Arithmetic::Divide,
                    Binary::Remainder => Arithmetic::Remainder,
                    Binary::And | Binary::Or | Binary::Xor => {
                        return Err(wanted(expr.offset, "数值", "a number"));
                    }
                };
                let left = Box::new(self.number(left, scope)?);
                let right = Box::new(self.number(right, scope)?);
                Ok(Number::Calculated(left, operator, right))
            }
            _ => Err(wanted(expr.offset, "数值", "a number")),
        }
    }

    pub(super) fn literal(&self, lexeme: &str, offset: usize) -> Result<Decimal, Fault> {
        lexeme.parse().map_err(|_| {
            Fault::new(
                offset,
                format!("数值 {lexeme} 超出范围"),
                format!("number {lexeme} is out of range"),
            )
        })
    }

    /// An expression that must be a date or time.
    pub(super) fn moment(&self, expr: &Expr, scope: Option<Node>) -> Result<Moment, Fault> {
        match &expr.kind {
            ExprKind::Name(path) => {
                let found = names::field(path, scope, expr.offset)?;
                if names::nature_of_field(found.field) == Nature::Moment {
                    return Ok(Moment::Field(found));
                }
                Err(wanted(expr.offset, "日期时间", "a date or time"))
            }
            ExprKind::Text(text) => Ok(Moment::Parsed(Text::Literal(text.as_str().into()))),
            ExprKind::Call { function, args } => {
                functions::moment(self, function, args, expr.offset, scope)
            }
            _ => Err(wanted(expr.offset, "日期时间", "a date or time")),
        }
    }

    /// Rows of a set with their filter, and the node that names within mean.
    pub(super) fn rows(&self, arg: &Argument) -> Result<(Rows, Node), Fault> {
        let set = match &arg.value.kind {
            ExprKind::Name(path) => match path.as_slice() {
                [name] => RowSet::from_name(name),
                _ => None,
            },
            _ => None,
        };
        let set = set.ok_or_else(|| wanted(arg.value.offset, "行集合", "a row set"))?;
        self.filtered(set, arg.filter.as_ref())
    }

    pub(super) fn filtered(
        &self,
        set: RowSet,
        filter: Option<&Expr>,
    ) -> Result<(Rows, Node), Fault> {
        let node = set.node();
        let filter = match filter {
            Some(filter) => Some(Box::new(self.cond(filter, Some(node))?)),
            None => None,
        };
        Ok((Rows { set, filter }, node))
    }

    pub(super) fn setting(&self, name: &str, offset: usize) -> Result<&Setting, Fault> {
        self.config.get(name).ok_or_else(|| {
            Fault::new(
                offset,
                format!("没有配置项 cfg.{name}"),
                format!("there is no setting cfg.{name}"),
            )
        })
    }

    fn code_system(&self, table: &str, offset: usize) -> Result<CodeSystem, Fault> {
        CodeSystem::from_name(table).ok_or_else(|| {
            Fault::new(
                offset,
                format!("TAB.{table} 不是带属性的编码表"),
                format!("TAB.{table} is not a code system with attributes"),
            )
        })
    }

    /// What an expression is by nature.
    pub(super) fn nature(&self, expr: &Expr, scope: Option<Node>) -> Result<Nature, Fault> {
        Ok(match &expr.kind {
            ExprKind::Number(_) => Nature::Literal,
            ExprKind::Text(_) => Nature::Text,
            ExprKind::Name(path) => match path.as_slice() {
                [cfg, name] if cfg == "cfg" => match self.setting(name, expr.offset)? {
                    Setting::Flag(_) => Nature::Condition,
                    Setting::Number(_) => Nature::Number,
                    Setting::Text(_) => Nature::Text,
                    Setting::Codes(_) => Nature::Codes,
                },
                [name] if name == "true" || name == "false" => Nature::Condition,
                [name] if name == "ageyears" || name == "agedays" => Nature::Number,
                _ => {
                    let found: FieldRef = names::field(path, scope, expr.offset)?;
                    names::nature_of_field(found.field)
                }
            },
            ExprKind::Call { function, .. } => functions::nature(function, expr.offset)?,
            ExprKind::Lookup { attribute, .. } if attribute == "name" => Nature::Text,
            ExprKind::Binary(
                _,
                Binary::Add
                | Binary::Subtract
                | Binary::Multiply
                | Binary::Divide
                | Binary::Remainder,
                _,
            ) => Nature::Number,
            _ => Nature::Condition,
        })
    }
}

/// The fault of an expression of another type than wanted.
pub(super) fn wanted(offset: usize, zh: &str, en: &str) -> Fault {
    Fault::new(
        offset,
        format!("此处应为{zh}"),
        format!("{en} must stand here"),
    )
}
