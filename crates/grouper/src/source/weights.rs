//! `weights.csv`: weights and the further columns an area publishes.

use super::rows::{Cells, broken};
use crate::scheme::SchemeError;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What an area says of one group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weight {
    pub(crate) weight: Option<Decimal>,
    /// Column and text, empty cells left out, in the file's order.
    pub(crate) local: Vec<(String, String)>,
}

/// Reads the file into `weights`, over what the base says.
pub(super) fn read(text: &str, weights: &mut BTreeMap<String, Weight>) -> Result<(), SchemeError> {
    const FILE: &str = "weights.csv";
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(FILE, &error))?;
    let header = header.clone();
    for record in reader.records() {
        let record = record.map_err(|error| broken(FILE, &error))?;
        let cells = Cells {
            file: FILE,
            header: &header,
            record: &record,
        };
        let weight = match cells.optional("weight") {
            None | Some("") => None,
            Some(_) => Some(cells.number("weight")?),
        };
        let local = header.iter().zip(record.iter().map(str::trim));
        let local = local
            .filter(|(column, text)| !matches!(*column, "drg" | "weight") && !text.is_empty())
            .map(|(column, text)| (column.to_owned(), text.to_owned()));
        let local = local.collect();
        weights.insert(cells.filled("drg")?, Weight { weight, local });
    }
    Ok(())
}
