//! From expressions to the checked tree, by the type that is wanted.

use chs_model::{Field, Node, dictionary};
use rust_decimal::Decimal;

use super::names::{self, Nature};
use super::rows::{Kind, RowSet, Rows, Scope, Source};
use super::tree::{
    Arithmetic, CodeSet, Cond, FieldRef, Lookup, LookupTable, Moment, Number, Place, Text,
};
use super::{compare, functions};
use crate::companions::find_document;
use crate::language::ast::{Argument, Binary, Expr, ExprKind};
use crate::language::{Fault, parse};
use crate::rule::Mend;
use crate::tables::{CodeSystem, Config, Registry, Setting, Table};

/// Compiles conditions against the tables and settings of one engine.
pub(crate) struct Compiler<'c> {
    pub(crate) registry: &'static Registry,
    pub(crate) config: &'c Config,
}

impl Compiler<'_> {
    /// Compiles a whole condition.
    ///
    /// # Errors
    /// The first fault: grammar, unknown name, or a type that does not fit.
    pub(crate) fn compile(&self, source: &str) -> Result<Cond, Fault> {
        self.cond(&parse(source)?, Scope::default())
    }

    /// The value that a mend gives a field, in a row of the node of the finding.
    ///
    /// # Errors
    /// Those of [`Compiler::compile`].
    pub(crate) fn value(&self, source: &str, field: Field, node: Node) -> Result<Mend, Fault> {
        let scope = match node {
            Node::Setlinfo => Scope::default(),
            rows => Scope::default().within(Kind::List(rows)),
        };
        let expr = parse(source)?;
        Ok(match self.nature(&expr, scope)? {
            Nature::Number => Mend::Number(field, self.number(&expr, scope)?),
            _ => Mend::Text(field, self.text(&expr, scope)?),
        })
    }

    /// An expression that must be a condition.
    pub(super) fn cond(&self, expr: &Expr, scope: Scope) -> Result<Cond, Fault> {
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
                ..
            } if attribute == "grey" => {
                let system = self.code_system(table, expr.offset)?;
                Ok(Cond::Grey(system, self.text(key, scope)?))
            }
            ExprKind::Name(path) => self.flag(path, scope, expr.offset),
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
        scope: Scope,
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
    fn flag(&self, path: &[String], scope: Scope, offset: usize) -> Result<Cond, Fault> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["true"] => return Ok(Cond::Constant(true)),
            ["false"] => return Ok(Cond::Constant(false)),
            ["cfg", name] => {
                if let Setting::Flag(flag) = self.setting(name, offset)? {
                    return Ok(Cond::Constant(*flag));
                }
            }
            _ => {
                let cell = names::cell(path, scope, offset)?;
                if cell.nature() == Nature::Condition {
                    return Ok(Cond::Flag(cell.text()));
                }
            }
        }
        let shown = path.join(".");
        Err(Fault::new(
            offset,
            format!("`{shown}` 不是条件"),
            format!("`{shown}` is not a condition"),
        ))
    }

    fn means(&self, value: &Expr, name: &str, scope: Scope) -> Result<Cond, Fault> {
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
    pub(super) fn text(&self, expr: &Expr, scope: Scope) -> Result<Text, Fault> {
        match &expr.kind {
            ExprKind::Text(text) | ExprKind::Number(text) => {
                Ok(Text::Literal(text.as_str().into()))
            }
            ExprKind::Name(path) => match path.as_slice() {
                [cfg, name] if cfg == "cfg" => match self.setting(name, expr.offset)? {
                    Setting::Text(text) => Ok(Text::Literal(text.as_str().into())),
                    _ => Err(wanted(expr.offset, "文本", "a text")),
                },
                _ => names::cell(path, scope, expr.offset).map(names::Cell::text),
            },
            ExprKind::Call { function, args } => {
                functions::text(self, function, args, expr.offset, scope)
            }
            ExprKind::Lookup {
                table,
                key,
                on,
                attribute,
            } => self.lookup(expr.offset, table, key, on.as_deref(), attribute, scope),
            _ => Err(wanted(expr.offset, "文本", "a text")),
        }
    }

    /// An expression that must be a number; texts are read as numbers.
    pub(super) fn number(&self, expr: &Expr, scope: Scope) -> Result<Number, Fault> {
        match &expr.kind {
            ExprKind::Number(lexeme) => self.literal(lexeme, expr.offset).map(Number::Literal),
            ExprKind::Name(path) => match path.as_slice() {
                [cfg, name] if cfg == "cfg" => match self.setting(name, expr.offset)? {
                    Setting::Number(number) => Ok(Number::Literal(*number)),
                    _ => Err(wanted(expr.offset, "数值", "a number")),
                },
                [name] if name == "ageyears" => Ok(Number::AgeYears),
                [name] if name == "agedays" => Ok(Number::AgeDays),
                _ => match names::cell(path, scope, expr.offset)? {
                    names::Cell::Field(found) => Ok(Number::Field(found)),
                    other => Ok(Number::Parsed(other.text())),
                },
            },
            ExprKind::Lookup { .. } => self.text(expr, scope).map(Number::Parsed),
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
    pub(super) fn moment(&self, expr: &Expr, scope: Scope) -> Result<Moment, Fault> {
        match &expr.kind {
            ExprKind::Name(path) if matches!(path.as_slice(), [name] if name == "now") => {
                Ok(Moment::Now)
            }
            ExprKind::Name(path) => {
                let cell = names::cell(path, scope, expr.offset)?;
                match cell {
                    names::Cell::Field(found) if cell.nature() == Nature::Moment => {
                        Ok(Moment::Field(found))
                    }
                    names::Cell::Member(..) if cell.nature() == Nature::Moment => {
                        Ok(Moment::Parsed(cell.text()))
                    }
                    _ => Err(wanted(expr.offset, "日期时间", "a date or time")),
                }
            }
            ExprKind::Lookup { .. } => self.text(expr, scope).map(Moment::Parsed),
            ExprKind::Text(text) => Ok(Moment::Parsed(Text::Literal(text.as_str().into()))),
            ExprKind::Call { function, args } => {
                functions::moment(self, function, args, expr.offset, scope)
            }
            _ => Err(wanted(expr.offset, "日期时间", "a date or time")),
        }
    }

    /// Rows of a source with their filter, and the scope inside them.
    pub(super) fn rows(&self, arg: &Argument, scope: Scope) -> Result<(Rows, Scope), Fault> {
        let source = self.source(&arg.value, scope)?;
        self.filtered(source, arg.filter.as_ref(), scope)
    }

    fn source(&self, expr: &Expr, scope: Scope) -> Result<Source, Fault> {
        let unknown = || wanted(expr.offset, "行集合", "a row set");
        match &expr.kind {
            ExprKind::Name(path) => self.named_rows(&path.join(".")).ok_or_else(unknown),
            ExprKind::Call { function, args } if function == "split" => match args.as_slice() {
                [text, separator] => match &separator.value.kind {
                    ExprKind::Text(mark) if mark.chars().count() == 1 => {
                        let text = Box::new(self.text(&text.value, scope)?);
                        let mark = mark.chars().next().unwrap_or(',');
                        Ok(Source::Pieces(text, mark))
                    }
                    _ => Err(wanted(separator.value.offset, "一个字符", "one character")),
                },
                _ => Err(wanted(
                    expr.offset,
                    "split(文本, 分隔符)",
                    "split(text, separator)",
                )),
            },
            ExprKind::Call { function, args } if function == "each" => {
                let mut fields = Vec::new();
                for arg in args {
                    self.add_fields(&arg.value, scope, &mut fields)?;
                }
                Ok(Source::Fields(fields.into()))
            }
            _ => Err(unknown()),
        }
    }

    /// Rows of the list or of a document by their name.
    pub(super) fn named_rows(&self, name: &str) -> Option<Source> {
        let set = RowSet::from_name(name).map(Source::Set);
        set.or_else(|| {
            let document = find_document(name)?;
            document
                .definition()
                .rows
                .then_some(Source::Document(document))
        })
    }

    /// A field, or those of `setlinfo` that a setting names.
    fn add_fields(
        &self,
        expr: &Expr,
        scope: Scope,
        fields: &mut Vec<FieldRef>,
    ) -> Result<(), Fault> {
        let ExprKind::Name(path) = &expr.kind else {
            return Err(wanted(expr.offset, "字段", "a field"));
        };
        match path.as_slice() {
            [cfg, name] if cfg == "cfg" => {
                let Setting::Codes(names) = self.setting(name, expr.offset)? else {
                    return Err(wanted(expr.offset, "字段名的集合", "a set of field names"));
                };
                for name in names {
                    let field = Field::lookup(Node::Setlinfo, name).ok_or_else(|| {
                        Fault::new(
                            expr.offset,
                            format!("节点 setlinfo 没有字段 `{name}`"),
                            format!("node setlinfo has no field `{name}`"),
                        )
                    })?;
                    fields.push(FieldRef {
                        place: Place::Setlinfo,
                        field,
                    });
                }
            }
            _ => fields.push(names::field(path, scope, expr.offset)?),
        }
        Ok(())
    }

    pub(super) fn filtered(
        &self,
        source: Source,
        filter: Option<&Expr>,
        scope: Scope,
    ) -> Result<(Rows, Scope), Fault> {
        let within = scope.within(source.kind());
        let filter = match filter {
            Some(filter) => Some(Box::new(self.cond(filter, within)?)),
            None => None,
        };
        Ok((Rows { source, filter }, within))
    }

    /// `TAB.table[key].attribute` or `TAB.table[key, day].attribute`.
    fn lookup(
        &self,
        offset: usize,
        table: &str,
        key: &Expr,
        on: Option<&Expr>,
        attribute: &str,
        scope: Scope,
    ) -> Result<Text, Fault> {
        let key = self.text(key, scope)?;
        let table = match self.registry.find(table) {
            Some(Table::System(system)) if attribute == system.attribute() => {
                return Ok(Text::Name(system, Box::new(key)));
            }
            Some(Table::Entries(entries)) => LookupTable::Carried(entries),
            Some(Table::External(external)) => {
                let name = external.name;
                let columns = self.registry.area().get(name).map(|area| &area.columns);
                if columns.is_some_and(|columns| !columns.iter().any(|known| known == attribute)) {
                    return Err(Fault::new(
                        offset,
                        format!("TAB.{name} 没有列 {attribute}"),
                        format!("TAB.{name} has no column {attribute}"),
                    ));
                }
                LookupTable::External(external)
            }
            _ => {
                return Err(Fault::new(
                    offset,
                    format!("TAB.{table} 没有属性 {attribute}"),
                    format!("TAB.{table} has no attribute {attribute}"),
                ));
            }
        };
        let on = match on {
            Some(on) => Some(self.moment(on, scope)?),
            None => None,
        };
        Ok(Text::Attribute(Box::new(Lookup {
            table,
            key,
            on,
            attribute: attribute.into(),
        })))
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
    pub(super) fn nature(&self, expr: &Expr, scope: Scope) -> Result<Nature, Fault> {
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
                [name] if name == "now" => Nature::Moment,
                _ => names::cell(path, scope, expr.offset)?.nature(),
            },
            ExprKind::Call { function, .. } => functions::nature(function, expr.offset)?,
            ExprKind::Lookup { attribute, .. } if attribute != "grey" => Nature::Text,
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
