//! The values of one Parquet column in one batch, kept in their own type so that what
//! passes through keeps it, and shown as text to be grouped.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta};
use csv::ByteRecord;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;
use rust_decimal::Decimal;

/// Values of one column, and which rows have one.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) values: Values,
    /// For each row 1 or, where it has no value, 0; empty for a column that always has.
    pub(super) levels: Vec<i16>,
}

/// Values in the types that Parquet stores.
#[derive(Debug)]
pub(super) enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

/// Goes through a column row by row.
pub(super) struct Cursor<'c> {
    column: &'c Column,
    form: Form,
    row: usize,
    value: usize,
}

impl<'c> Cursor<'c> {
    pub(super) fn new(column: &'c Column, form: Form) -> Self {
        Self {
            column,
            form,
            row: 0,
            value: 0,
        }
    }

    /// Adds the next row's value to the record, an empty text where there is none.
    pub(super) fn push(&mut self, record: &mut ByteRecord, text: &mut String) {
        let level = self.column.levels.get(self.row).copied().unwrap_or(1);
        self.row += 1;
        if level == 0 {
            record.push_field(b"");
            return;
        }
        let at = self.value;
        self.value += 1;
        text.clear();
        let form = self.form;
        match &self.column.values {
            Values::Bytes(values) if !form.is_decimal() => {
                return record.push_field(values.get(at).map(ByteArray::data).unwrap_or_default());
            }
            Values::Fixed(values) if !form.is_decimal() => {
                let value = values.get(at).map(|value| value.data());
                return record.push_field(value.unwrap_or_default());
            }
            Values::Bytes(values) => {
                let value = values.get(at).map(ByteArray::data);
                form.write(big_endian(value.unwrap_or_default()), text);
            }
            Values::Fixed(values) => {
                let value = values.get(at).map(|value| value.data());
                form.write(big_endian(value.unwrap_or_default()), text);
            }
            Values::Int32(values) => form.write(values.get(at).copied().map(i128::from), text),
            Values::Int64(values) => form.write(values.get(at).copied().map(i128::from), text),
            Values::Int96(values) => {
                let millis = values.get(at).map(Int96::to_millis).map(i128::from);
                Form::Time(1000).write(millis, text);
            }
            Values::Bool(values) => plain(values.get(at), text),
            Values::Float(values) => plain(values.get(at), text),
            Values::Double(values) => plain(values.get(at), text),
        }
        record.push_field(text.as_bytes());
    }
}

/// What the whole numbers (or bytes) of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Themselves.
    Plain,
    /// Themselves without a sign; the stored width in bits.
    Unsigned(u32),
    /// Days since 1970-01-01.
    Date,
    /// Moments since 1970-01-01, so many a second.
    Time(i64),
    /// A decimal with that many places.
    Decimal(u32),
}

impl Form {
    /// # Errors
    /// Lists, maps and structs, which a table of text cannot hold.
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, String> {
        if column.max_rep_level() > 0 || column.path().parts().len() > 1 {
            return Err(format!(
                "列 {} 是嵌套的，不能处理 / the column is nested and cannot be read",
                column.path()
            ));
        }
        let bits = match column.physical_type() {
            Type::INT32 => 32,
            _ => 64,
        };
        let scale = u32::try_from(column.type_scale()).unwrap_or_default();
        Ok(match column.logical_type_ref() {
            Some(LogicalType::Date) => Self::Date,
            Some(LogicalType::Timestamp(time)) => Self::Time(match time.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }),
            Some(LogicalType::Decimal(_)) => Self::Decimal(scale),
            Some(LogicalType::Integer(whole)) if !whole.is_signed => Self::Unsigned(bits),
            Some(_) => Self::Plain,
            None => match column.converted_type() {
                ConvertedType::DATE => Self::Date,
                ConvertedType::TIMESTAMP_MILLIS => Self::Time(1_000),
                ConvertedType::TIMESTAMP_MICROS => Self::Time(1_000_000),
                ConvertedType::DECIMAL => Self::Decimal(scale),
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Self::Unsigned(bits),
                _ => Self::Plain,
            },
        })
    }

    fn is_decimal(self) -> bool {
        matches!(self, Self::Decimal(_))
    }

    /// A value out of the range of dates or decimals is written as the number it is.
    fn write(self, value: Option<i128>, text: &mut String) {
        let Some(value) = value else { return };
        let known = match self {
            Self::Plain => None,
            Self::Unsigned(bits) => {
                let value = value.rem_euclid(1_i128 << bits);
                return plain(Some(&value), text);
            }
            Self::Date => date(value).map(|date| date.to_string()),
            Self::Time(a_second) => time(value, a_second),
            Self::Decimal(scale) => Decimal::try_from_i128_with_scale(value, scale)
                .ok()
                .map(|decimal| decimal.to_string()),
        };
        match known {
            Some(known) => text.push_str(&known),
            None => plain(Some(&value), text),
        }
    }
}

fn plain(value: Option<&impl std::fmt::Display>, text: &mut String) {
    if let Some(value) = value {
        // Writing to a String cannot fail.
        let _ = write!(text, "{value}");
    }
}

fn date(days: i128) -> Option<NaiveDate> {
    let days = TimeDelta::try_days(i64::try_from(days).ok()?)?;
    DateTime::UNIX_EPOCH.date_naive().checked_add_signed(days)
}

/// `yyyy-MM-dd HH:mm:ss`, as the interface writes times; parts of a second are left out.
fn time(value: i128, a_second: i64) -> Option<String> {
    let seconds = i64::try_from(value.div_euclid(i128::from(a_second))).ok()?;
    let time = DateTime::from_timestamp(seconds, 0)?;
    Some(time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// A decimal's bytes: two's complement, the highest first.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let (first, rest) = bytes.split_first()?;
    if bytes.len() > 16 {
        return None;
    }
    let first = i128::from(i8::from_be_bytes([*first]));
    Some(
        rest.iter()
            .fold(first, |value, byte| (value << 8) | i128::from(*byte)),
    )
}
