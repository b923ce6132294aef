//! The functions of the language: a closed list, each with its types.

use super::arguments::{Call, combined, row_field, sum};
use super::compiler::{Compiler, wanted};
use super::leads::Beginnings;
use super::names::Nature;
use super::question::Question;
use super::rows::Scope;
use super::tree::{Cond, Moment, Number, Text};
use super::{compare, pattern};
use crate::language::Fault;
use crate::language::ast::{Argument, Expr, ExprKind};
use crate::tables::{CodeRanges, CodeSystem};

const CONDITIONS: [&str; 18] = [
    "blank",
    "certain",
    "match",
    "in",
    "startswith",
    "endswith",
    "contains",
    "contains_any",
    "lists",
    "any",
    "all",
    "repeated",
    "overlapping",
    "same_name",
    "combined",
    "age_unlikely",
    "excluded",
    "is_surgery",
];
const NUMBERS: [&str; 20] = [
    "digits",
    "count",
    "count_present",
    "distinct",
    "sum",
    "min",
    "max",
    "abs",
    "round2",
    "len",
    "decimals",
    "days",
    "years",
    "floor_years",
    "hours",
    "minutes",
    "idle_days",
    "dura_h",
    "id_sex",
    "weight_without",
];
const TEXTS: [&str; 6] = [
    "first_letter",
    "root",
    "slice",
    "part_before_plus",
    "part_after_plus",
    "without_star",
];
const MOMENTS: [&str; 6] = [
    "d",
    "minute",
    "day_after",
    "day_before",
    "first_present",
    "id_birth",
];

/// What a function answers.
pub(super) fn nature(function: &str, offset: usize) -> Result<Nature, Fault> {
    if CONDITIONS.contains(&function) || Question::from_name(function).is_some() {
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

/// A call where a condition is wanted.
pub(super) fn condition(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Scope,
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
        "certain" => {
            call.takes(1, 1)?;
            Cond::Certain(Box::new(compiler.cond(call.arg(0)?, scope)?))
        }
        "is_surgery" => Cond::Surgery(call.only_text()?),
        "same_name" => call
            .texts()
            .map(|(left, right)| Cond::SameName(left, right))?,
        "lists" => call.texts().map(|(list, item)| Cond::Lists(list, item))?,
        "excluded" => call
            .texts()
            .map(|(code, main)| Cond::Excluded(code, main))?,
        "age_unlikely" => {
            call.takes(2, 2)?;
            Cond::AgeUnlikely(call.text(0)?, call.ages(1)?)
        }
        "combined" => combined(&call)?,
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
            Cond::StartsWith(call.text(0)?, Beginnings::new(call.words(1)?))
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
            let (rows, within) = call.rows()?;
            let holds = Box::new(compiler.cond(call.arg(1)?, within)?);
            if function == "any" {
                Cond::Any(rows, holds)
            } else {
                Cond::All(rows, holds)
            }
        }
        "repeated" => {
            call.takes(2, usize::MAX)?;
            let (rows, within) = call.rows()?;
            let fields = (1..args.len()).map(|index| row_field(call.arg(index)?, within));
            Cond::Repeated(rows, fields.collect::<Result<_, _>>()?)
        }
        "overlapping" => {
            call.takes(3, 3)?;
            let (rows, within) = call.rows()?;
            let from = compiler.moment(call.arg(1)?, within)?;
            let to = compiler.moment(call.arg(2)?, within)?;
            Cond::Overlapping(rows, Box::new(from), Box::new(to))
        }
        _ => match Question::from_name(function) {
            Some(question) => Cond::Asks(question, call.only_text()?),
            None => return Err(other_type(function, offset, "条件", "a condition")),
        },
    })
}

/// A call where a number is wanted.
pub(super) fn number(
    compiler: &Compiler<'_>,
    function: &str,
    args: &[Argument],
    offset: usize,
    scope: Scope,
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
            Number::Count(call.rows()?.0)
        }
        "distinct" => {
            call.takes(2, 2)?;
            let (rows, within) = call.rows()?;
            Number::Distinct(rows, compiler.text(call.arg(1)?, within)?)
        }
        "idle_days" => {
            call.takes(4, 4)?;
            let (rows, within) = call.rows()?;
            let at = compiler.moment(call.arg(1)?, within)?;
            let from = compiler.moment(call.arg(2)?, scope)?;
            let to = compiler.moment(call.arg(3)?, scope)?;
            Number::IdleDays(rows, Box::new([at, from, to]))
        }
        "weight_without" => {
            call.takes(0, 0)?;
            Number::WeightWithout
        }
        "round2" => {
            call.takes(1, 1)?;
            Number::Rounded(Box::new(compiler.number(call.arg(0)?, scope)?))
        }
        "count_present" => {
            call.takes(1, usize::MAX)?;
            let texts = (0..args.len()).map(|index| call.text(index));
            Number::CountPresent(texts.collect::<Result<_, _>>()?)
        }
        "sum" => {
            call.takes(1, 2)?;
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
    scope: Scope,
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
        "first_letter" => Text::Slice(inner()?, 0, 1),
        "root" => Text::Slice(inner()?, 0, 3),
        "slice" => {
            call.takes(3, 3)?;
            let bound = |index: usize| {
                match &call.arg(index)?.kind {
                    ExprKind::Number(lexeme) => lexeme.parse().ok(),
                    _ => None,
                }
                .ok_or_else(|| wanted(offset, "字符数", "a number of characters"))
            };
            Text::Slice(Box::new(call.text(0)?), bound(1)?, bound(2)?)
        }
        "without_star" => Text::WithoutStar(inner()?),
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
    scope: Scope,
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
        "day_after" | "day_before" => {
            call.takes(1, 1)?;
            let days = if function == "day_after" { 1 } else { -1 };
            Moment::Shifted(Box::new(compiler.moment(call.arg(0)?, scope)?), days)
        }
        "minute" => {
            call.takes(1, 1)?;
            Moment::Minute(Box::new(compiler.moment(call.arg(0)?, scope)?))
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
