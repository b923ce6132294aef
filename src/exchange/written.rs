//! The texts that the gateway writes, each zipped.

use std::io::{self, Cursor, Write};

use chs_settlement::matching::Amounts;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Zips one text; `work` writes it piece by piece.
///
/// # Errors
/// Those of the writer, which writes to memory.
pub fn zipped(
    name: &str,
    work: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, options)?;
    work(&mut writer)?;
    Ok(writer.finish()?.into_inner())
}

/// Writes one line; an empty value becomes the word `null`, and what would break the line a
/// blank.
///
/// # Errors
/// Those of the writer.
pub fn line(to: &mut dyn Write, delimiter: char, values: &[&str]) -> io::Result<()> {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            write!(to, "{delimiter}")?;
        }
        let value = if value.is_empty() { "null" } else { value };
        let clean = |c: char| {
            if c == delimiter || c.is_control() {
                ' '
            } else {
                c
            }
        };
        let value: String = value.chars().map(clean).collect();
        to.write_all(value.as_bytes())?;
    }
    to.write_all(b"\n")
}

/// The three amounts as text, yuan with two decimals.
pub fn amounts(amounts: &Amounts) -> [String; 3] {
    [amounts.total, amounts.fund, amounts.account].map(|one| one.to_decimal().to_string())
}

#[cfg(test)]
mod tests {
    use chs_model::Money;

    use super::*;
    use crate::exchange::archive;

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = zipped("a.txt", |text| {
            line(text, '\t', &["S1", "", "a\tb\nc"])?;
            line(text, '\t', &["S2"])
        })
        .unwrap();
        let text = archive::read(&bytes, 100, |text| io::read_to_string(text)).unwrap();
        assert_eq!(text, "S1\tnull\ta b c\nS2\n");
    }

    #[test]
    fn amounts_have_two_decimals() {
        let told = amounts(&Amounts {
            total: Money::from_fen(1_200),
            fund: Money::from_fen(-5),
            account: Money::ZERO,
        });
        assert_eq!(told, ["12.00", "-0.05", "0.00"]);
    }
}
