//! Why a catalogue could not be loaded.

use std::fmt;

/// One fault of a catalogue's files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's name inside the folder.
    pub file: String,
    /// The line, from 1; 0 when it concerns the whole file.
    pub line: u64,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Fault {
    pub(crate) fn new(file: &str, line: u64, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line, zh, en) = (&self.file, self.line, &self.zh, &self.en);
        if line == 0 {
            write!(f, "{file}：{zh} / {en}")
        } else {
            write!(f, "{file} 第 {line} 行：{zh} / line {line}: {en}")
        }
    }
}

/// Why a catalogue could not be loaded: all faults found, at most [`CatalogueError::MOST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueError {
    /// The faults, in the order of files and lines.
    pub faults: Vec<Fault>,
}

impl CatalogueError {
    /// Where reading stops: a file of the wrong kind has a fault in every line.
    pub const MOST: usize = 100;
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CatalogueError {}
