//! The functions of the language: a closed list, each with its types.

use chs_model::Node;

use super::compiler::{Compiler, wanted};
use super::names::{self, Nature};
use super::tree::{Cond, Moment, Number, Place, Text};
use super::{compare, pattern};
use crate::language::Fault;
use crate::language::ast::{Argument, Expr, ExprKind};
use crate::tables::{CodeRanges, CodeSystem};

const CONDITIONS: [&str; 17] = [
    "blank",
    "match",
    "in",
    "startswith",
    "endswith",
    "contains",
    "contains_any",
    "any",
    "all",
    "repeated",
    "date",
    "datetime",
    "num",
    "int",
    "id_card_checksum",
    "is_morphology",
    "all_same_digit",
];
const NUMBERS: [&str; 16] = [
    "digits",
    "count",
    "count_present",
    "sum",
    "min",
    "max",
    "abs",
    "len",
    "decimals",
    "days",
    "years",
    "floor_years",
    "hours",
    "minutes",
    "dura_h",
    "id_sex",
];
const TEXTS: [&str; 4] = [
    "first_letter",
    "root",
    "part_before_plus",
    "part_after_plus",
];
const MOMENTS: [&str; 3] = ["d", "first_present", "id_birth"];

/// What a function answers.
pub(super) fn nature(function: &str, offset: usize) -> Result<Nature, Fault> {
    if CONDITIONS.contains(&function) {
        Ok(Nature::Condition)
    } else if NUMBERS.contains(&function) {
        Ok(Nature::Number)
    } else if TEXTS.contains(&function) {
        Ok(Nature::Text)
    } else if MOMENTS.contains(&function) {
        Ok(Nature::Moment)
    } else {
        Err(Fault::new(
            offset,
            format!("没有函数 `{function}`"),
            format!("there is no function `{function}`"),
        ))
    }
}

/// The fault of a function that answers something else than is wanted.
fn other_type(function: &str, offset: usize, zh: &str, en: &str) -> Fault {
    match nature(function, offset) {
        Ok(_) => wanted(offset, zh, en),
        Err(unknown) => unknown,
    }
}

/// The arguments of a call, with the checks that they share.
struct Call<'a, 'c> {
    compiler: &'a Compiler<'c>,
    function: &'a str,
    args: &'a [Argument],
    offset: usize,
    scope: Option<Node>,
}

impl Call<'_, '_> {
    fn takes(&self, least: usize, most: usize) -> Result<(), Fault> {
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

    fn arg(&self, index: usize) -> Result<&Expr, Fault> {
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

    fn first(&self) -> Result<&Argument, Fault> {
        self.args
            .first()
            .ok_or_else(|| wanted(self.offset, "行集合", "a row set"))
    }

    fn text(&self, index: usize) -> Result<Text, Fault> {
        self.compiler.text(self.arg(index)?, self.scope)
    }

    fn only_text(&self) -> Result<Text, Fault> {
        self.takes(1, 1)?;
        self.text(0)
    }

    fn moments(&self) -> Result<(Box<Moment>, Box<Moment>), Fault> {
        self.takes(2, 2)?;
        let from = self.compiler.moment(self.arg(0)?, self.scope)?;
        let to = self.compiler.moment(self.arg(1)?, self.scope)?;
        Ok((Box::new(from), Box::new(to)))
    }

    fn numbers(&self) -> Result<Box<[Number]>, Fault> {
        self.takes(1, usize::MAX)?;
        (0..self.args.len())
            .map(|index| self.compiler.number(self.arg(index)?, self.scope))
            .collect()
    }

    /// Quoted texts from an argument on.
    fn words(&self, from: usize) -> Result<Box<[Box<str>]>, Fault> {
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

/// A call where a condition is wanted.
pub(super) fn condition(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Option<Node>,
) -> Result<Cond, Fault> {
    let call = Call {
        compiler,
        function,
        args,
        offset,
        scope,
    };
    Ok(match function {
        "blank" => Cond::Blank(call.only_text()?),
        "date" => Cond::IsDate(call.only_text()?),
        "datetime" => Cond::IsMinute(call.only_text()?),
        "num" => Cond::IsNumber(call.only_text()?),
        "int" => Cond::IsInteger(call.only_text()?),
        "id_card_checksum" => Cond::IdChecksum(call.only_text()?),
        "is_morphology" => Cond::Morphology(call.only_text()?),
        "all_same_digit" => Cond::SameDigit(call.only_text()?),
        "match" => {
            call.takes(2, 2)?;
            let pattern = call.arg(1)?;
            Cond::Match(
                call.text(0)?,
                pattern::whole(form(pattern)?, pattern.offset)?,
            )
        }
        "in" => {
            call.takes(2, 2)?;
            in_ranges(&call)?
        }
        "startswith" => {
            call.takes(2, usize::MAX)?;
            Cond::StartsWith(call.text(0)?, call.words(1)?)
        }
        "endswith" => {
            call.takes(2, usize::MAX)?;
            Cond::EndsWith(call.text(0)?, call.words(1)?)
        }
        "contains" | "contains_any" => {
            call.takes(2, usize::MAX)?;
            Cond::Contains(call.text(0)?, call.words(1)?)
        }
        "any" | "all" => {
            call.takes(2, 2)?;
            let (rows, node) = compiler.rows(call.first()?)?;
            let holds = Box::new(compiler.cond(call.arg(1)?, Some(node))?);
            if function == "any" {
                Cond::Any(rows, holds)
            } else {
                Cond::All(rows, holds)
            }
        }
        "repeated" => {
            call.takes(2, usize::MAX)?;
            let (rows, node) = compiler.rows(call.first()?)?;
            let fields = (1..args.len()).map(|index| row_field(call.arg(index)?, node));
            Cond::Repeated(rows, fields.collect::<Result<_, _>>()?)
        }
        _ => return Err(other_type(function, offset, "条件", "a condition")),
    })
}

/// A call where a number is wanted.
pub(super) fn number(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Option<Node>,
) -> Result<Number, Fault> {
    let call = Call {
        compiler,
        function,
        args,
        offset,
        scope,
    };
    Ok(match function {
        "count" => {
            call.takes(1, 1)?;
            Number::Count(compiler.rows(call.first()?)?.0)
        }
        "count_present" => {
            call.takes(1, usize::MAX)?;
            let texts = (0..args.len()).map(|index| call.text(index));
            Number::CountPresent(texts.collect::<Result<_, _>>()?)
        }
        "sum" => {
            call.takes(1, 1)?;
            sum(&call)?
        }
        "min" => Number::Least(call.numbers()?),
        "max" => Number::Greatest(call.numbers()?),
        "abs" => {
            call.takes(1, 1)?;
            Number::Absolute(Box::new(compiler.number(call.arg(0)?, scope)?))
        }
        "len" => Number::Length(call.only_text()?),
        "digits" => Number::Digits(call.only_text()?),
        "decimals" => Number::Decimals(call.only_text()?),
        "dura_h" => Number::Duration(call.only_text()?),
        "id_sex" => Number::IdSex(call.only_text()?),
        "days" => call.moments().map(|(from, to)| Number::Days(from, to))?,
        "years" | "floor_years" => call.moments().map(|(from, to)| Number::Years(from, to))?,
        "hours" => call.moments().map(|(from, to)| Number::Hours(from, to))?,
        "minutes" => call.moments().map(|(from, to)| Number::Minutes(from, to))?,
        _ => match nature(function, offset)? {
            Nature::Text => Number::Parsed(text(compiler, function, args, offset, scope)?),
            _ => return Err(wanted(offset, "数值", "a number")),
        },
    })
}

/// A call where a text is wanted.
pub(super) fn text(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Option<Node>,
) -> Result<Text, Fault> {
    let call = Call {
        compiler,
        function,
        args,
        offset,
        scope,
    };
    let inner = || call.only_text().map(Box::new);
    Ok(match function {
        "first_letter" => Text::Prefix(inner()?, 1),
        "root" => Text::Prefix(inner()?, 3),
        "part_before_plus" => Text::BeforePlus(inner()?),
        "part_after_plus" => Text::AfterPlus(inner()?),
        _ => return Err(other_type(function, offset, "文本", "a text")),
    })
}

/// A call where a date or time is wanted.
pub(super) fn moment(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Option<Node>,
) -> Result<Moment, Fault> {
    let call = Call {
        compiler,
        function,
        args,
        offset,
        scope,
    };
    Ok(match function {
        "d" => {
            call.takes(1, 1)?;
            Moment::Day(Box::new(compiler.moment(call.arg(0)?, scope)?))
        }
        "first_present" => {
            call.takes(2, usize::MAX)?;
            let moments = (0..args.len()).map(|index| compiler.moment(call.arg(index)?, scope));
            Moment::FirstPresent(moments.collect::<Result<_, _>>()?)
        }
        "id_birth" => Moment::IdBirth(call.only_text()?),
        _ => return Err(other_type(function, offset, "日期时间", "a date or time")),
    })
}

/// The pattern argument of `match`: a text, or the form of a code system.
fn form(arg: &Expr) -> Result<&str, Fault> {
    match &arg.kind {
        ExprKind::Text(pattern) => Ok(pattern),
        ExprKind::Name(path) => match path.as_slice() {
            [tab, name] if tab == "TAB" => CodeSystem::form_from_name(name),
            _ => None,
        }
        .ok_or_else(|| wanted(arg.offset, "正则表达式", "a regular expression")),
        _ => Err(wanted(arg.offset, "正则表达式", "a regular expression")),
    }
}

/// `in(code, "A00-B99,C51")` or `in(code, TAB.x)`.
fn in_ranges(call: &Call<'_, '_>) -> Result<Cond, Fault> {
    let (value, ranges) = (call.text(0)?, call.arg(1)?);
    match &ranges.kind {
        ExprKind::Text(text) => match CodeRanges::parse(text) {
            Ok(ranges) => Ok(Cond::InRanges(value, ranges.into())),
            Err(part) => Err(Fault::new(
                ranges.offset,
                format!("编码范围“{part}”有误"),
                format!("bad code range \"{part}\""),
            )),
        },
        ExprKind::Name(path) => match path.as_slice() {
            [tab, name] if tab == "TAB" => {
                compare::in_table(call.compiler, value, name, ranges.offset)
            }
            _ => Err(wanted(
                ranges.offset,
                "编码范围或表",
                "code ranges or a table",
            )),
        },
        _ => Err(wanted(
            ranges.offset,
            "编码范围或表",
            "code ranges or a table",
        )),
    }
}

/// `sum(iteminfo.amt where …)`.
fn sum(call: &Call<'_, '_>) -> Result<Number, Fault> {
    let arg = call.first()?;
    let path = match &arg.value.kind {
        ExprKind::Name(path) => path.as_slice(),
        _ => &[],
    };
    let [rows, name] = path else {
        return Err(wanted(arg.value.offset, "行集合.字段", "rows.field"));
    };
    let set = super::RowSet::from_name(rows)
        .ok_or_else(|| wanted(arg.value.offset, "行集合.字段", "rows.field"))?;
    let (rows, node) = call.compiler.filtered(set, arg.filter.as_ref())?;
    let summed = names::field(std::slice::from_ref(name), Some(node), arg.value.offset)?;
    Ok(Number::Sum(rows, Box::new(Number::Field(summed))))
}

/// A bare field of the rows of a node.
fn row_field(arg: &Expr, node: Node) -> Result<chs_model::Field, Fault> {
    if let ExprKind::Name(path) = &arg.kind {
        let found = names::field(path, Some(node), arg.offset)?;
        if found.place == Place::Row {
            return Ok(found.field);
        }
    }
    Err(wanted(arg.offset, "行内字段", "a field of the row"))
}
