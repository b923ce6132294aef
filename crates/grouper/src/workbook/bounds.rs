//! What a workbook may cost before it is refused.

use super::WorkbookError;
use super::references::References;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Limits on a workbook. The largest edition known (3.0) is some 5 MB packed, 60 MB
/// unpacked, with 107,000 rows in its longest sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of the file.
    pub packed_bytes: u64,
    /// Bytes of all its parts unpacked.
    pub unpacked_bytes: u64,
    /// Parts in the archive.
    pub parts: u64,
    /// Rows of one sheet.
    pub rows: u64,
    /// Bytes of text kept of one sheet.
    pub text_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            packed_bytes: 64 << 20,
            unpacked_bytes: 400 << 20,
            parts: 1_000,
            rows: 400_000,
            text_bytes: 64 << 20,
        }
    }
}

impl Bounds {
    /// Unpacks every part into nothing: the sizes in the archive's directory are
    /// its maker's claim, so the bytes are counted. References that the reader could not
    /// count with are refused on the way.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), WorkbookError> {
        limit(
            length(bytes.len()),
            self.packed_bytes,
            "文件字节数",
            "bytes of the file",
        )?;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        limit(length(archive.len()), self.parts, "部件数", "parts")?;
        let mut unpacked = 0_u64;
        let mut buffer = vec![0; 1 << 16];
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).map_err(unreadable)?;
            let mut references = References::default();
            loop {
                let count = part.read(&mut buffer).map_err(unreadable)?;
                if count == 0 {
                    break;
                }
                if !references.possible(buffer.get(..count).unwrap_or_default()) {
                    return Err(unreadable(
                        "单元格引用不可能存在 / a cell reference that no spreadsheet has",
                    ));
                }
                unpacked += length(count);
                limit(
                    unpacked,
                    self.unpacked_bytes,
                    "解压后字节数",
                    "unpacked bytes",
                )?;
            }
        }
        Ok(())
    }
}

/// Refuses a number above its limit.
pub(super) fn limit(
    found: u64,
    limit: u64,
    zh: &'static str,
    en: &'static str,
) -> Result<(), WorkbookError> {
    if found > limit {
        return Err(WorkbookError::TooLarge { zh, en, limit });
    }
    Ok(())
}

pub(super) fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn unreadable(error: impl std::fmt::Display) -> WorkbookError {
    WorkbookError::Unreadable(error.to_string())
}
