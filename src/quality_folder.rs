//! The quality folder of a pooling area: its tuning, its own rules, its tables, and two
//! releases of the national catalogue. Read once at start; a fault in any file refuses
//! the whole folder, with file, line and reason.
//!
//! ```text
//! quality/
//!   tuning.toml             changes of the built-in rules, each with its days and basis
//!   rules/*.toml            rules of the area's own, in the form of the built-in ones
//!   tables/<name>.csv       tables that rules ask for (`chs-gateway rules tables` lists them)
//!   catalogue/earlier.csv   the release before, and
//!   catalogue/later.csv     the one in force, for catalogue.diff
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use chs_quality::{
    AreaTables, RuleFileError, RuleSets, TableError, Tuning, hospital::CatalogueItem,
};
use serde::Deserialize;

/// Two releases of the national catalogue.
#[derive(Debug, Default)]
pub struct Releases {
    /// The release before.
    pub earlier: Vec<CatalogueItem>,
    /// The release in force.
    pub later: Vec<CatalogueItem>,
}

/// What an area judges by.
#[derive(Debug)]
pub struct AreaRules {
    /// Rules, by the day.
    pub rules: RuleSets,
    /// Tables.
    pub tables: AreaTables,
    /// Releases of the national catalogue, where the folder has them.
    pub releases: Option<Releases>,
}

/// Why a folder is refused.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or the folder cannot be read.
    #[error("{}: 无法读取 / cannot be read: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A fault in a rule file or in the tuning.
    #[error(transparent)]
    Rule(#[from] RuleFileError),
    /// A fault in a table.
    #[error("{}: {source}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        source: TableError,
    },
    /// A fault in a release of the catalogue.
    #[error("{}: 第 {line} 行 line {line}: {reason}", path.display())]
    Release {
        /// The file.
        path: PathBuf,
        /// Line from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

/// Loads the built-in rules, and with a folder what the area has in it.
///
/// # Errors
/// The first fault of the folder.
pub fn load(folder: Option<&Path>) -> Result<AreaRules, FolderError> {
    let Some(folder) = folder else {
        return Ok(AreaRules {
            rules: RuleSets::builtin()?,
            tables: AreaTables::default(),
            releases: None,
        });
    };
    entries(folder)?;
    let tuning = match text(&folder.join("tuning.toml"))? {
        Some(text) => Tuning::read("tuning.toml", &text)?,
        None => Tuning::default(),
    };
    let mut own = Vec::new();
    for path in files(&folder.join("rules"), "toml")? {
        own.push((path.display().to_string(), text(&path)?.unwrap_or_default()));
    }
    let own: Vec<(&str, &str)> = own
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let area = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(AreaRules {
        rules: RuleSets::of_area(&area, &own, &tuning)?,
        tables: tables(&folder.join("tables"))?,
        releases: releases(&folder.join("catalogue"))?,
    })
}

fn tables(folder: &Path) -> Result<AreaTables, FolderError> {
    let mut tables = AreaTables::default();
    for path in files(folder, "csv")? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let csv = fs::read(&path).map_err(|source| unread(&path, source))?;
        tables
            .load_csv(&name, &csv)
            .map_err(|source| FolderError::Table {
                path: path.clone(),
                source,
            })?;
    }
    Ok(tables)
}

fn releases(folder: &Path) -> Result<Option<Releases>, FolderError> {
    let of = |name: &str| {
        let path = folder.join(name);
        let text = text(&path)?;
        text.map(|text| release(&path, &text)).transpose()
    };
    let (earlier, later) = (of("earlier.csv")?, of("later.csv")?);
    Ok(later.map(|later| Releases {
        earlier: earlier.unwrap_or_default(),
        later,
    }))
}

/// A row of a release.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemRow {
    nhsa_code: String,
    reg_name: String,
    approval_no: String,
    manufacturer: String,
    spec: String,
    valid_from: String,
    valid_to: String,
}

fn release(path: &Path, text: &str) -> Result<Vec<CatalogueItem>, FolderError> {
    let fault = |line: u64, reason: String| FolderError::Release {
        path: path.to_owned(),
        line,
        reason,
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut items = Vec::new();
    let mut line = 1;
    for row in reader.deserialize::<ItemRow>() {
        line += 1;
        let row = row.map_err(|error| {
            let line = error.position().map_or(line, csv::Position::line);
            fault(line, error.to_string())
        })?;
        let day = |text: &str| -> Result<Option<NaiveDate>, FolderError> {
            if text.is_empty() {
                return Ok(None);
            }
            let day = chs_model::parse_date(text);
            let wrong = || fault(line, format!("{text} 不是日期 / is no date (yyyy-MM-dd)"));
            day.map(Some).ok_or_else(wrong)
        };
        if row.nhsa_code.is_empty() {
            return Err(fault(line, "nhsa_code 为空 / is blank".to_owned()));
        }
        items.push(CatalogueItem {
            valid_from: day(&row.valid_from)?,
            valid_to: day(&row.valid_to)?,
            nhsa_code: row.nhsa_code,
            reg_name: row.reg_name,
            approval_no: row.approval_no,
            manufacturer: row.manufacturer,
            spec: row.spec,
        });
    }
    Ok(items)
}

/// The files of a folder with an ending, by name; none where there is no folder.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, FolderError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = entries(folder)?;
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let entries = fs::read_dir(folder).map_err(|source| unread(folder, source))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<_, _>>()
        .map_err(|source| unread(folder, source))
}

/// A file that may be missing.
fn text(path: &Path) -> Result<Option<String>, FolderError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unread(path, source)),
    }
}

fn unread(path: &Path, source: io::Error) -> FolderError {
    FolderError::Read {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    const TUNING: &str =
        "[[change]]\nfrom = \"2026-07-01\"\nbasis = \"试验\"\noff = [\"QC-INT-046\"]\n";
    const OWN: &str = "category = \"format\"\n[[rule]]\nid = \"AREA-001\"\nphase = \"both\"\n\
        severity = \"warning\"\nfields = [\"setlinfo.gend\"]\ncondition = 'S.gend = 9'\n\
        message = \"性别未说明\"\nmessage_en = \"sex not stated\"\nsource = \"试验\"\n";

    #[test]
    fn an_area_has_rules_by_the_day_and_tables_of_its_own() {
        let folder = folder(&[
            ("tuning.toml", TUNING),
            ("rules/own.toml", OWN),
            ("tables/admdvs.csv", "code,name\n610400,样例市\n"),
            (
                "catalogue/later.csv",
                "nhsa_code,reg_name,approval_no,manufacturer,spec,valid_from,valid_to\nX1,样例药,Z1,样例厂,5mg,2026-01-01,\n",
            ),
        ]);
        let area = load(Some(folder.path())).unwrap();
        let day = |text| chs_model::parse_date(text).unwrap();
        let rules = |text| area.rules.on(day(text)).unwrap();
        let has = |text, id: &str| rules(text).rules().iter().any(|rule| rule.id() == id);
        assert!(has("2026-06-30", "QC-INT-046") && !has("2026-07-01", "QC-INT-046"));
        assert!(has("2026-06-30", "AREA-001"));
        assert_ne!(rules("2026-06-30").digest(), rules("2026-07-01").digest());
        assert!(rules("2026-07-01").version().ends_with("@2026-07-01"));
        assert_eq!(area.tables.loaded().collect::<Vec<_>>(), [("admdvs", 1)]);
        assert_eq!(area.releases.unwrap().later.len(), 1);
    }

    #[test]
    fn a_fault_refuses_the_folder_with_file_and_line() {
        for (name, text, told) in [
            (
                "tuning.toml",
                TUNING.replace("QC-INT-046", "QC-INT-999"),
                "tuning.toml:4",
            ),
            (
                "rules/own.toml",
                OWN.replace("S.gend", "S.sex"),
                "own.toml:7",
            ),
            (
                "tables/admdvs.csv",
                "code\n610400\n".to_owned(),
                "admdvs.csv",
            ),
            ("tables/nothing.csv", "code\n1\n".to_owned(), "nothing"),
            (
                "catalogue/later.csv",
                "nhsa_code\nX\n".to_owned(),
                "第 2 行",
            ),
        ] {
            let folder = folder(&[(name, &text)]);
            let refused = load(Some(folder.path())).unwrap_err().to_string();
            assert!(refused.contains(told), "{name}: {refused}");
        }
        assert!(load(Some(Path::new("no/such/folder"))).is_err());
    }
}
