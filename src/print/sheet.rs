//! What stands on a printed sheet, whatever it is drawn with.

use chs_model::Money;
use rust_decimal::Decimal;
use serde::Serialize;

/// A sheet: one bill, or an area's sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Short name, unique among the sheets.
    pub name: String,
    /// Title.
    pub title: Words,
    /// Stands under the title: whose and which month's.
    pub subtitle: String,
    /// Whether the parameters are examples, which is marked on every page.
    pub example: bool,
    /// What identifies it.
    pub head: Vec<(Words, String)>,
    /// From the sum of the cases to the transfer, a line each.
    pub amounts: Vec<Amount>,
    /// Lines by department, group and so on.
    pub tables: Vec<Table>,
    /// Remarks.
    pub notes: Vec<Words>,
    /// Who signs.
    pub signatures: Vec<Words>,
}

/// Chinese with English beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// Chinese and English.
pub(super) const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

/// A line of the calculation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// `+`, `−`, `=` or none, as it enters the lines above it.
    pub sign: &'static str,
    /// What it is.
    pub label: Words,
    /// How much.
    pub value: Cell,
    /// Whether it is a result.
    pub strong: bool,
}

/// A table with a line of sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Title.
    pub title: Words,
    /// Columns with their share of the width.
    pub columns: Vec<(Words, u8)>,
    /// Rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Sums, a cell for each column; empty where none make sense.
    pub sums: Vec<Cell>,
}

impl Table {
    /// The rows, then the sums, which stand out.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&Vec<Cell>, bool)> {
        let sums = (!self.sums.is_empty()).then_some((&self.sums, true));
        self.rows.iter().map(|cells| (cells, false)).chain(sums)
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "text")]
pub enum Cell {
    /// Text, to the left.
    Text(String),
    /// A count, to the right.
    Count(#[serde(serialize_with = "count")] i64),
    /// An amount in yuan, to the right.
    Yuan(#[serde(serialize_with = "yuan")] Money),
    /// Points or a value of a point, to the right.
    Number(Decimal),
    /// Nothing to say.
    Blank,
}

impl Cell {
    /// An amount, or nothing.
    pub fn some_yuan(amount: Option<Money>) -> Cell {
        amount.map_or(Cell::Blank, Cell::Yuan)
    }

    /// A number with four decimals, or with more where it has them; or nothing.
    pub fn some_number(number: Option<Decimal>) -> Cell {
        number.map_or(Cell::Blank, |number| {
            let mut number = number.normalize();
            number.rescale(number.scale().max(4));
            Cell::Number(number)
        })
    }

    /// As it is printed.
    pub fn printed(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => grouped(&count.to_string()),
            Cell::Yuan(amount) => grouped(&amount.to_decimal().to_string()),
            Cell::Number(number) => grouped(&number.to_string()),
            Cell::Blank => String::new(),
        }
    }
}

fn count<S: serde::Serializer>(count: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Cell::Count(*count).printed())
}

fn yuan<S: serde::Serializer>(amount: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Cell::Yuan(*amount).printed())
}

/// A decimal number with a comma between thousands.
fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_comma_between_thousands_and_two_decimals() {
        for (fen, text) in [
            (0, "0.00"),
            (-5, "-0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (-123_456_789_012, "-1,234,567,890.12"),
        ] {
            assert_eq!(Cell::Yuan(Money::from_fen(fen)).printed(), text);
        }
        assert_eq!(Cell::Count(1_234).printed(), "1,234");
        assert_eq!(
            Cell::Number(Decimal::new(12_345_678, 4)).printed(),
            "1,234.5678"
        );
    }
}
