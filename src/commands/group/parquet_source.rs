//! Parquet as input.

use std::fs::File;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::Result;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::TypePtr;

use super::columns::{Column, Form, Values};
use super::pipeline::{Fault, Input, Source};

/// Rows of a batch.
const ROWS: usize = 1024;

/// A Parquet file as the source of batches.
pub(super) struct ParquetSource {
    file: SerializedFileReader<File>,
    forms: Vec<Form>,
    /// The row group that comes next.
    next: usize,
    /// Readers of the present row group's columns, and its rows that are left.
    columns: Vec<ColumnReader>,
    left: usize,
}

impl ParquetSource {
    /// # Errors
    /// No Parquet file, or a nested column in it.
    pub(super) fn new(file: File) -> Result<Self, Fault> {
        let file = SerializedFileReader::new(file)?;
        let schema = file.metadata().file_metadata().schema_descr();
        let forms = schema.columns().iter().map(|column| Form::of(column));
        let forms = forms.collect::<Result<_, _>>()?;
        Ok(Self {
            file,
            forms,
            next: 0,
            columns: Vec::new(),
            left: 0,
        })
    }

    /// The columns' names.
    pub(super) fn header(&self) -> impl Iterator<Item = &[u8]> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        schema
            .columns()
            .iter()
            .map(|column| column.name().as_bytes())
    }

    /// The columns' types.
    pub(super) fn types(&self) -> Vec<TypePtr> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter();
        columns.map(|column| column.self_type_ptr()).collect()
    }

    /// What the columns' values stand for.
    pub(super) fn forms(&self) -> Vec<Form> {
        self.forms.clone()
    }
}

impl Source for ParquetSource {
    fn fill(&mut self, input: &mut Input) -> Result<bool, Fault> {
        while self.left == 0 {
            if self.next >= self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.next)?;
            let columns = (0..group.num_columns()).map(|place| group.get_column_reader(place));
            self.columns = columns.collect::<Result<_>>()?;
            self.left = usize::try_from(group.metadata().num_rows())?;
            self.next += 1;
        }
        let rows = self.left.min(ROWS);
        self.left -= rows;
        let columns = self.columns.iter_mut().map(|reader| read(reader, rows));
        let columns = columns.collect::<Result<_, Fault>>()?;
        *input = Input::Columns { columns, rows };
        Ok(true)
    }
}

fn read(reader: &mut ColumnReader, rows: usize) -> Result<Column, Fault> {
    let mut levels = Vec::new();
    let values = match reader {
        ColumnReader::BoolColumnReader(reader) => {
            Values::Bool(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::Int32ColumnReader(reader) => {
            Values::Int32(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::Int64ColumnReader(reader) => {
            Values::Int64(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::Int96ColumnReader(reader) => {
            Values::Int96(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::FloatColumnReader(reader) => {
            Values::Float(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::DoubleColumnReader(reader) => {
            Values::Double(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            Values::Bytes(read_typed(reader, rows, &mut levels)?)
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            Values::Fixed(read_typed(reader, rows, &mut levels)?)
        }
    };
    Ok(Column { values, levels })
}

fn read_typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>, Fault> {
    let mut values = Vec::with_capacity(rows);
    let mut done = 0;
    while done < rows {
        let (read, _, _) = reader.read_records(rows - done, Some(levels), None, &mut values)?;
        if read == 0 {
            return Err("列在行组结束前结束 / a column ends before its row group".into());
        }
        done += read;
    }
    Ok(values)
}
