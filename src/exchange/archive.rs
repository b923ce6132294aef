//! The archive around a text: one entry, no folders, a bounded size.

use std::io::{self, Cursor, Read};

use zip::{ZipArchive, result::ZipError};

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no ZIP, or cut short, or damaged.
    #[error("压缩包无法读取 / the archive cannot be read")]
    Damaged,
    /// It does not hold exactly one text.
    #[error("压缩包应只含一个文件，实有 {0} 个 / an archive holds one file, this one {0}")]
    Entries(usize),
    /// The entry is a folder or a link, or its name leads to one.
    #[error(
        "压缩包内须为单个文本文件，文件名不得含路径 / the entry must be a plain file, its name without a path"
    )]
    Path,
    /// The entry is encrypted.
    #[error("压缩包不得加密 / the archive must not be encrypted")]
    Encrypted,
    /// It inflates beyond what is taken.
    #[error("解压后超过 {0} 字节 / it inflates beyond {0} bytes")]
    TooLarge(u64),
}

/// Whether this begins as a ZIP does.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Reads the text of a file: the one entry of an archive, or the file itself if it is none.
/// `work` sees at most `most` bytes, and never the whole at once.
///
/// # Errors
/// [`ArchiveError`], also where `work` failed because the file did.
pub fn read<T>(
    bytes: &[u8],
    most: u64,
    work: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> Result<T, ArchiveError> {
    if !is_zip(bytes) {
        return run(bytes, most, work);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Damaged)?;
    if archive.len() != 1 {
        return Err(ArchiveError::Entries(archive.len()));
    }
    let entry = archive.by_index(0).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ArchiveError::Encrypted,
        _ => ArchiveError::Damaged,
    })?;
    if !entry.is_file() || entry.is_symlink() || !is_plain_entry(entry.name_raw()) {
        return Err(ArchiveError::Path);
    }
    // What the entry says of its size may be a lie; then the reader stops.
    if entry.size() > most {
        return Err(ArchiveError::TooLarge(most));
    }
    run(entry, most, work)
}

/// A name that is no path, on any system.
pub fn is_plain(name: &str) -> bool {
    let path = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    !name.is_empty() && name != "." && name != ".." && !name.contains(path)
}

/// The name of an entry, which is UTF-8 or, written on many a Chinese Windows, GBK; the second
/// byte of a GBK character may be that of a backslash, but never that of a slash.
fn is_plain_entry(name: &[u8]) -> bool {
    match std::str::from_utf8(name) {
        Ok(name) => is_plain(name),
        Err(_) => !name
            .iter()
            .any(|byte| *byte == b'/' || byte.is_ascii_control()),
    }
}

fn run<T>(
    reader: impl Read,
    most: u64,
    work: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> Result<T, ArchiveError> {
    let mut bounded = Bounded { reader, left: most };
    work(&mut bounded).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => ArchiveError::TooLarge(most),
        _ => ArchiveError::Damaged,
    })
}

/// Fails where [`Read::take`] would end: a text cut short must not pass as whole.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let length = u64::try_from(read).unwrap_or(u64::MAX);
        self.left = self
            .left
            .checked_sub(length)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    const OPTIONS: SimpleFileOptions =
        SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in entries {
            writer.start_file(*name, OPTIONS).unwrap();
            writer.write_all(text).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn length(bytes: &[u8], most: u64) -> Result<u64, String> {
        read(bytes, most, |text| io::copy(text, &mut io::sink())).map_err(|e| e.to_string())
    }

    #[test]
    fn one_plain_entry_is_read_and_so_is_a_bare_text() {
        assert_eq!(length(&zipped(&[("a.txt", b"12345")]), 5), Ok(5));
        assert_eq!(length(&zipped(&[("明细.txt", b"12345")]), 5), Ok(5));
        assert_eq!(length(b"12345", 5), Ok(5));
        assert_eq!(length(b"", 5), Ok(0));
    }

    #[test]
    fn what_is_no_single_plain_file_is_refused() {
        let two = zipped(&[("a.txt", b"1"), ("b.txt", b"2")]);
        for (bytes, told) in [
            (two.as_slice(), "one file"),
            (&zipped(&[]), "one file"),
            (&zipped(&[("../a.txt", b"1")]), "path"),
            (&zipped(&[("c:\\a.txt", b"1")]), "path"),
            (&zipped(&[("a/", b"")]), "path"),
            (b"PK\x03\x04 and no more", "cannot be read"),
            (two.get(..two.len() - 30).unwrap(), "cannot be read"),
        ] {
            let refused = length(bytes, 100).unwrap_err();
            assert!(refused.contains(told), "{refused}");
        }
    }

    #[test]
    fn a_name_in_gbk_is_no_path_for_its_second_bytes() {
        assert!(is_plain_entry("明细.txt".as_bytes()));
        // 乗 in GBK ends with the byte of a backslash.
        assert!(is_plain_entry(b"\x81\x5c.txt"));
        assert!(!is_plain_entry(b"\x81\x5c/a.txt"));
        assert!(!is_plain_entry(b"..\\a.txt"));
    }

    #[test]
    fn a_bomb_stops_at_the_bound_whatever_it_says_of_its_size() {
        let zeros = vec![0_u8; 50_000_000];
        let honest = zipped(&[("a.txt", &zeros)]);
        assert!(honest.len() < 100_000, "{}", honest.len());
        assert!(length(&honest, 1_000_000).unwrap_err().contains("1000000"));
        // The directory says 1000 bytes instead of 50 million.
        let mut liar = honest;
        let size = 50_000_000_u32.to_le_bytes();
        let places: Vec<usize> = liar
            .windows(4)
            .enumerate()
            .filter(|(_, four)| *four == size)
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            liar[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
        }
        assert!(length(&liar, 1_000_000).is_err());
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let text = b"S1\tM1\tP1\t1.00\t0.50\t0.10\t0\n".repeat(50);
        let good = zipped(&[("a.txt", &text)]);
        let most = 10_000;
        assert!(length(&good, most).is_ok());
        let mut silent = 0;
        for at in 30..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            // Times, attributes and comments may change without a trace; the text may not.
            if let Ok(read) = length(&bad, most) {
                assert_eq!(read, u64::try_from(text.len()).unwrap(), "byte {at}");
                silent += 1;
            }
        }
        assert!(silent < good.len() / 2, "{silent} of {}", good.len());
    }
}
