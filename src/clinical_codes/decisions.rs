//! What people have decided on codes that the map does not know: a CSV that the command
//! writes, people fill in, and the next run reads.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs, io,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{Open, System, candidates};

/// Stands in `insurance_code` where the code shall stay as it is.
const STAYS: &str = "-";

/// Decisions by code, and codes that wait for one.
#[derive(Debug, Default)]
pub struct Decisions {
    rows: BTreeMap<(System, String), Row>,
}

/// A row of the file. Only the first three columns must be there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    system: String,
    clinical_code: String,
    insurance_code: String,
    #[serde(default)]
    clinical_name: String,
    #[serde(default)]
    decided_by: String,
    #[serde(default)]
    decided_on: String,
    #[serde(default)]
    note: String,
    /// How often the code stood in the lists of the last run that met it.
    #[serde(default)]
    rows: Option<u64>,
    /// Codes of the insurance edition that come near, for the one who decides.
    #[serde(default)]
    candidates: String,
}

/// Why a file of decisions is refused.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// A row that decides nothing, or something that cannot be.
    #[error("第 {line} 行 line {line}: {reason}")]
    Row {
        /// Line from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The rows cannot be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

impl Decisions {
    /// Reads a file; one that is not there yet holds no decisions.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn load(path: &Path) -> Result<Decisions, DecisionError> {
        match fs::read(path) {
            Ok(csv) => Decisions::read(&csv),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Decisions::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads CSV in UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// The first fault, with its line; nothing is taken then.
    pub fn read(csv: &[u8]) -> Result<Decisions, DecisionError> {
        let csv = csv.strip_prefix("\u{feff}".as_bytes()).unwrap_or(csv);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(csv);
        let mut decisions = Decisions::default();
        let mut line = 1;
        for row in reader.deserialize::<Row>() {
            line += 1;
            let fault = |line: u64, reason: String| DecisionError::Row { line, reason };
            let row = row.map_err(|error| {
                let line = error.position().map_or(line, csv::Position::line);
                fault(line, error.to_string())
            })?;
            let system = checked(&row).map_err(|reason| fault(line, reason))?;
            match decisions.rows.entry((system, row.clinical_code.clone())) {
                Entry::Vacant(place) => drop(place.insert(row)),
                Entry::Occupied(_) => {
                    let code = &row.clinical_code;
                    let reason = format!("代码 {code} 重复 / the code stands twice");
                    return Err(fault(line, reason));
                }
            }
        }
        Ok(decisions)
    }

    /// What was decided on a code: the code of the insurance edition, or inside `None`
    /// that it stays; outside `None` where nobody has decided.
    pub(super) fn decided(&self, system: System, code: &str) -> Option<Option<&str>> {
        // a look-up of a pair of texts needs a text of its own; most runs have no decisions
        if self.rows.is_empty() {
            return None;
        }
        let row = self.rows.get(&(system, code.to_owned()))?;
        match row.insurance_code.as_str() {
            "" => None,
            STAYS => Some(None),
            code => Some(Some(code)),
        }
    }

    /// Adds codes that wait for a decision, with how often they stood in the lists, and
    /// what comes near them. Decisions stay.
    pub fn ask(&mut self, open: BTreeMap<Open, u64>) {
        let mut met: BTreeMap<(System, String), (String, u64)> = BTreeMap::new();
        for (Open { system, code, name }, count) in open {
            let (_, sum) = met.entry((system, code)).or_insert((name, 0));
            *sum += count;
        }
        for ((system, code), (name, count)) in met {
            let row = self.rows.entry((system, code.clone())).or_default();
            let near = candidates::of(system, &code, &name);
            system.id().clone_into(&mut row.system);
            row.candidates = near.join("; ");
            row.rows = Some(count);
            row.clinical_code = code;
            if row.clinical_name.is_empty() {
                row.clinical_name = name;
            }
        }
    }

    /// How many codes wait for a decision.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let rows = self.rows.values();
        rows.filter(|row| row.insurance_code.is_empty()).count()
    }

    /// Writes the file whole or not at all, with a byte order mark, by which spreadsheets
    /// know UTF-8.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), DecisionError> {
        let mut text = "\u{feff}".as_bytes().to_vec();
        let mut writer = csv::Writer::from_writer(&mut text);
        for row in self.rows.values() {
            writer.serialize(row)?;
        }
        writer.flush()?;
        drop(writer);
        let mut half = path.as_os_str().to_owned();
        half.push(".half");
        fs::write(&half, text)?;
        Ok(fs::rename(&half, path)?)
    }
}

/// The system of a row, if what it says can be.
fn checked(row: &Row) -> Result<System, String> {
    let id = &row.system;
    let system = System::from_id(id)
        .ok_or_else(|| format!("system 应为 icd10 或 icd9 / must be icd10 or icd9, is {id}"))?;
    if row.clinical_code.is_empty() {
        return Err("clinical_code 为空 / is blank".to_owned());
    }
    match row.insurance_code.as_str() {
        "" | STAYS => Ok(system),
        code if system.find(code).is_some() => Ok(system),
        code => Err(format!(
            "{code} 不是医保版代码 / is no code of the insurance edition"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_filled_in_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.csv");
        let mut decisions = Decisions::load(&path).unwrap();
        let open = |name: &str| Open {
            system: System::Diagnosis,
            code: "A00.999x999".into(),
            name: name.into(),
        };
        let icd9 = Open {
            system: System::Procedure,
            code: "47.9999".into(),
            name: "样例手术".into(),
        };
        decisions.ask([(open("霍乱"), 2), (open("霍乱 "), 1), (icd9, 1)].into());
        assert_eq!(decisions.waiting(), 2);
        decisions.save(&path).unwrap();

        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with('\u{feff}'));
        let row = text.lines().find(|line| line.starts_with("icd10")).unwrap();
        assert!(row.contains("A00.999x999,,霍乱,,,,3,A00.9"), "{row}");

        let filled = text.replace(
            "A00.999x999,,霍乱,,,",
            "A00.999x999,A00.900,霍乱,张三,2026-11-22,依据",
        );
        fs::write(&path, filled).unwrap();
        let mut decisions = Decisions::load(&path).unwrap();
        let decided = decisions.decided(System::Diagnosis, "A00.999x999");
        assert_eq!(decided, Some(Some("A00.900")));
        assert_eq!(decisions.waiting(), 1);
        decisions.ask(BTreeMap::new());
        decisions.save(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("张三,2026-11-22,依据"), "{text}");
    }

    #[test]
    fn a_fault_refuses_the_file_with_its_line() {
        let head = "system,clinical_code,insurance_code\n";
        for (row, told) in [
            ("icd11,A,\n", "icd11"),
            ("icd10,,\n", "clinical_code"),
            ("icd10,A00.999x999,Z99.Z\n", "Z99.Z"),
            ("icd9,A,A00.900\n", "A00.900"),
            ("icd10,A\n", "line"),
        ] {
            let csv = format!("{head}icd10,B,\n{row}");
            let refused = Decisions::read(csv.as_bytes()).unwrap_err().to_string();
            assert!(
                refused.contains("line 3") && refused.contains(told),
                "{refused}"
            );
        }
        let twice = format!("{head}icd10,A,\nicd10,A,-\n");
        assert!(Decisions::read(twice.as_bytes()).is_err());
        assert!(
            Decisions::read(b"system,code\n").is_ok(),
            "no rows, no fault"
        );
        assert!(Decisions::read(b"system,code\nicd10,A\n").is_err());
    }
}
