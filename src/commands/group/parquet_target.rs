//! Parquet as output.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use csv::ByteRecord;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::answer::Sink;
use super::columns::{Column, Values};
use super::layout::Layout;
use super::pipeline::{Fault, Output, Target};

/// Rows of a row group. They are kept in memory until the group is full.
const ROW_GROUP: usize = 1 << 14;

/// Rows as columns.
pub(super) struct ColumnSink<'l> {
    layout: &'l Layout,
    /// Whether the passing cells are taken from the rows; columns that were read from
    /// Parquet pass as they are.
    from_rows: bool,
    /// All texts of the batch.
    texts: Vec<u8>,
    columns: Vec<Vec<Cell>>,
    /// The column of the next cell.
    at: usize,
}

enum Cell {
    Known(&'static str),
    Text(Range<usize>),
}

impl<'l> ColumnSink<'l> {
    pub(super) fn new(layout: &'l Layout, from_rows: bool) -> Self {
        Self {
            layout,
            from_rows,
            texts: Vec::new(),
            columns: Vec::new(),
            at: 0,
        }
    }

    /// The columns: those that pass, where they were taken from the rows, then those added.
    pub(super) fn finish(self) -> Vec<Column> {
        let texts = Bytes::from(self.texts);
        let column = |cells: Vec<Cell>| {
            let levels = cells.iter().map(|cell| i16::from(!cell.is_empty()));
            let levels = levels.collect();
            let filled = cells.into_iter().filter(|cell| !cell.is_empty());
            let values = filled.map(|cell| {
                ByteArray::from(match cell {
                    Cell::Known(text) => Bytes::from_static(text.as_bytes()),
                    Cell::Text(range) => texts.slice(range),
                })
            });
            let values = Values::Bytes(values.collect());
            Column { values, levels }
        };
        self.columns.into_iter().map(column).collect()
    }

    fn push(&mut self, cell: Cell) {
        if self.at == self.columns.len() {
            self.columns.push(Vec::new());
        }
        if let Some(column) = self.columns.get_mut(self.at) {
            column.push(cell);
        }
        self.at += 1;
    }

    fn push_text(&mut self, text: &str) {
        let start = self.texts.len();
        self.texts.extend_from_slice(text.as_bytes());
        self.push(Cell::Text(start..self.texts.len()));
    }
}

impl Cell {
    fn is_empty(&self) -> bool {
        match self {
            Self::Known(text) => text.is_empty(),
            Self::Text(range) => range.is_empty(),
        }
    }
}

impl Sink for ColumnSink<'_> {
    fn passing(&mut self, row: &ByteRecord) -> Result<(), Fault> {
        let layout = self.layout;
        for place in layout
            .passing()
            .filter(|_| self.from_rows)
            .collect::<Vec<_>>()
        {
            // Parquet's texts are UTF-8; what is not is shown as the replacement sign.
            let cell = row.get(place).unwrap_or_default();
            self.push_text(&String::from_utf8_lossy(cell));
        }
        Ok(())
    }

    fn known(&mut self, text: &'static str) -> Result<(), Fault> {
        self.push(Cell::Known(text));
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        self.push_text(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.at = 0;
        Ok(())
    }
}

/// A Parquet file as the target of batches.
pub(super) struct ParquetTarget<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    /// Batches of the row group that is being filled, and their rows.
    pending: Vec<Vec<Column>>,
    rows: usize,
}

impl<W: Write + Send> ParquetTarget<W> {
    /// With text in all passing columns, or of their `types` in the input.
    ///
    /// # Errors
    /// Two columns of one name; the output cannot be written.
    pub(super) fn new(layout: &Layout, types: Option<&[TypePtr]>, out: W) -> Result<Self, Fault> {
        let passing = layout.passing().map(|place| match types {
            Some(types) => Ok(types
                .get(place)
                .cloned()
                .ok_or("列类型缺失 / no column type")?),
            None => text(
                layout
                    .header
                    .get(place)
                    .map(Vec::as_slice)
                    .unwrap_or_default(),
            ),
        });
        let added = layout.added().iter().map(|name| text(name.as_bytes()));
        let fields: Vec<TypePtr> = passing.chain(added).collect::<Result<_, Fault>>()?;
        let mut names = BTreeSet::new();
        if let Some(double) = fields.iter().find(|field| !names.insert(field.name())) {
            return Err(format!(
                "Parquet 输出中列名重复 / two columns of the Parquet output have one name: {}",
                double.name()
            )
            .into());
        }
        let schema = Type::group_type_builder("schema")
            .with_fields(fields)
            .build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = Arc::new(properties.build());
        Ok(Self {
            writer: SerializedFileWriter::new(out, Arc::new(schema), properties)?,
            pending: Vec::new(),
            rows: 0,
        })
    }

    fn write_group(&mut self) -> Result<(), Fault> {
        let mut group = self.writer.next_row_group()?;
        let mut place = 0;
        while let Some(mut column) = group.next_column()? {
            for batch in &self.pending {
                let values = batch.get(place).ok_or("列缺失 / a column is missing")?;
                write(column.untyped(), values)?;
            }
            column.close()?;
            place += 1;
        }
        group.close()?;
        self.pending.clear();
        self.rows = 0;
        Ok(())
    }
}

impl<W: Write + Send> Target for ParquetTarget<W> {
    fn write(&mut self, output: &mut Output) -> Result<(), Fault> {
        if let Output::Columns { columns, rows } = output {
            self.pending.push(std::mem::take(columns));
            self.rows += *rows;
        }
        if self.rows >= ROW_GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.finish()?;
        self.writer.flush()?;
        Ok(())
    }
}

/// A column of text that may be missing.
fn text(name: &[u8]) -> Result<TypePtr, Fault> {
    let name = String::from_utf8_lossy(name);
    let column = Type::primitive_type_builder(&name, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::String));
    Ok(Arc::new(column.build()?))
}

fn write(writer: &mut ColumnWriter<'_>, column: &Column) -> Result<(), Fault> {
    let levels = &column.levels;
    match (writer, &column.values) {
        (ColumnWriter::BoolColumnWriter(to), Values::Bool(from)) => write_typed(to, from, levels),
        (ColumnWriter::Int32ColumnWriter(to), Values::Int32(from)) => write_typed(to, from, levels),
        (ColumnWriter::Int64ColumnWriter(to), Values::Int64(from)) => write_typed(to, from, levels),
        (ColumnWriter::Int96ColumnWriter(to), Values::Int96(from)) => write_typed(to, from, levels),
        (ColumnWriter::FloatColumnWriter(to), Values::Float(from)) => write_typed(to, from, levels),
        (ColumnWriter::DoubleColumnWriter(to), Values::Double(from)) => {
            write_typed(to, from, levels)
        }
        (ColumnWriter::ByteArrayColumnWriter(to), Values::Bytes(from)) => {
            write_typed(to, from, levels)
        }
        (ColumnWriter::FixedLenByteArrayColumnWriter(to), Values::Fixed(from)) => {
            write_typed(to, from, levels)
        }
        _ => Err("列类型不符 / a column is not of its type".into()),
    }
}

fn write_typed<T: DataType>(
    writer: &mut ColumnWriterImpl<'_, T>,
    values: &[T::T],
    levels: &[i16],
) -> Result<(), Fault> {
    let levels = (!levels.is_empty()).then_some(levels);
    writer.write_batch(values, levels, None)?;
    Ok(())
}
