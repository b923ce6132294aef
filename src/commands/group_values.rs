//! Tables of weights and coefficients as CSV: what `adjust` prints and `simulate` reads.

use std::{collections::HashMap, fs, path::Path};

use chs_settlement::Level;
use rust_decimal::Decimal;

use super::{
    case_rows::{decimal, utf8},
    columns::Header,
};
use crate::profiles::{Brought, GroupedCase};

/// A file that is no such table: which, the line, and why.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What a table says of a group; what it leaves blank stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct GroupValue {
    /// Weight.
    pub(super) weight: Option<Decimal>,
    /// DIP score.
    pub(super) score: Option<Decimal>,
    /// Mean cost, yuan.
    pub(super) mean_cost: Option<Decimal>,
    /// Coefficients of 一级, 二级, 三级.
    pub(super) levels: [Option<Decimal>; 3],
}

impl GroupValue {
    /// Its coefficient for a level.
    pub(super) fn coefficient(&self, level: Level) -> Option<Decimal> {
        let [primary, secondary, tertiary] = self.levels;
        match level {
            Level::Primary => primary,
            Level::Secondary => secondary,
            Level::Tertiary => tertiary,
        }
    }
}

const VALUES: [&str; 6] = [
    "weight",
    "score",
    "mean_cost",
    "primary",
    "secondary",
    "tertiary",
];

/// Weights, scores, means and coefficients by group.
#[derive(Debug, Default)]
pub(super) struct GroupValues {
    rows: HashMap<String, GroupValue>,
    digest: String,
}

impl GroupValues {
    /// Reads `drg_code` and whichever of the value columns there are.
    ///
    /// # Errors
    /// No such column, a group twice, a value that is none; with the line.
    pub(super) fn load(path: &Path) -> Result<Self, Fault> {
        let mut rows = HashMap::new();
        let digest = table(path, "drg_code", &VALUES, |code, values| {
            let [weight, score, mean_cost, primary, secondary, tertiary] = values;
            let value = GroupValue {
                weight,
                score,
                mean_cost,
                levels: [primary, secondary, tertiary],
            };
            rows.insert(code, value).is_none()
        })?;
        Ok(Self { rows, digest })
    }

    /// What it says of a group.
    pub(super) fn get(&self, group: &str) -> Option<&GroupValue> {
        self.rows.get(group)
    }

    /// Its groups, in order.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        let mut groups: Vec<&str> = self.rows.keys().map(String::as_str).collect();
        groups.sort_unstable();
        groups.into_iter()
    }

    /// SM3 of the file.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Puts its values in the place of those that a case brings.
    pub(super) fn apply(&self, case: &GroupedCase<'_>, brought: &mut Brought) {
        let Some(value) = self.get(case.drg_code) else {
            return;
        };
        let facts = &mut brought.facts;
        brought.weight = value.weight.or(brought.weight);
        facts.score = value.score.or(facts.score);
        facts.mean_cost = value.mean_cost.or(facts.mean_cost);
        facts.coefficient = value.coefficient(case.level).or(facts.coefficient);
    }
}

/// Coefficients by institution.
#[derive(Debug, Default)]
pub(super) struct HospitalValues {
    rows: HashMap<String, Decimal>,
    digest: String,
}

impl HospitalValues {
    /// Reads `fixmedins_code` and `coefficient`.
    ///
    /// # Errors
    /// As [`GroupValues::load`].
    pub(super) fn load(path: &Path) -> Result<Self, Fault> {
        let mut rows = HashMap::new();
        let digest = table(path, "fixmedins_code", &["coefficient"], |code, [value]| {
            value.is_none_or(|value| rows.insert(code, value).is_none())
        })?;
        Ok(Self { rows, digest })
    }

    /// SM3 of the file.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Puts the institution's coefficient in the place of any other.
    pub(super) fn apply(&self, hospital: &str, brought: &mut Brought) {
        if let Some(own) = self.rows.get(hospital) {
            brought.facts.coefficient = Some(*own);
        }
    }
}

/// Reads a table row by row; `take` says false for a key that stands twice. The digest of
/// the file.
fn table<const N: usize>(
    path: &Path,
    key: &str,
    names: &[&str; N],
    mut take: impl FnMut(String, [Option<Decimal>; N]) -> bool,
) -> Result<String, Fault> {
    let named = |why: String| -> Fault { format!("{}：{why}", path.display()).into() };
    let bytes = fs::read(path).map_err(|error| named(error.to_string()))?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(bytes.as_slice());
    let header = reader
        .byte_headers()
        .map_err(|error| named(error.to_string()))?;
    let header = Header::new(header, &[key]).map_err(named)?;
    let places = names.map(|name| header.place(name));
    if places.iter().all(Option::is_none) {
        let names = names.join(", ");
        return Err(named(format!("缺少列 / needs one of the columns {names}")));
    }
    let place = header.place(key).unwrap_or_default();
    for (row, line) in reader.byte_records().zip(2_u64..) {
        let row = row.map_err(|error| named(error.to_string()))?;
        let at = |why: String| named(format!("第 {line} 行 line {line}：{why}"));
        let text = |place: usize, name: &str| utf8(row.get(place).unwrap_or_default(), name);
        let code = text(place, key).map_err(at)?;
        if code.is_empty() {
            return Err(at(format!("{key} 为空 / {key} is blank")));
        }
        let mut values = [None; N];
        for ((value, place), name) in values.iter_mut().zip(places).zip(names) {
            let Some(place) = place else { continue };
            let cell = Some(text(place, name).map_err(at)?).filter(|cell| !cell.is_empty());
            *value = decimal(name, cell).map_err(at)?;
        }
        if !take(code.to_owned(), values) {
            return Err(at(format!("{code} 重复 / stands twice")));
        }
    }
    Ok(chs_envelope::sm::sm3(&[&bytes]).to_hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_blank_value_leaves_what_is_there() {
        let table = file("\u{feff}drg_code,name,weight,tertiary\nES11,甲,1.25,\nES13,乙,,1.1\n");
        let values = GroupValues::load(table.path()).unwrap();
        let of = |code| values.get(code).unwrap();
        assert_eq!(of("ES11").weight, Some(Decimal::new(125, 2)));
        assert_eq!(of("ES11").coefficient(Level::Tertiary), None);
        assert_eq!(of("ES13").weight, None);
        assert_eq!(
            of("ES13").coefficient(Level::Tertiary),
            Some(Decimal::new(11, 1))
        );
        assert_eq!(of("ES13").coefficient(Level::Primary), None);
        assert!(values.get("ES15").is_none());
        assert_eq!(values.groups().collect::<Vec<_>>(), ["ES11", "ES13"]);
        assert_eq!(values.digest().len(), 64);
    }

    #[test]
    fn a_table_with_a_slip_is_refused_with_its_line() {
        for (text, told) in [
            ("code,weight\nES11,1\n", "drg_code"),
            ("drg_code,rw\nES11,1\n", "weight"),
            ("drg_code,weight\nES11,1\nES11,2\n", "line 3"),
            ("drg_code,weight\nES11,-1\n", "line 2"),
            ("drg_code,weight\n,1\n", "line 2"),
        ] {
            let error = GroupValues::load(file(text).path()).unwrap_err();
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
        let twice = file("fixmedins_code,coefficient\nH1,1\nH1,1.1\n");
        assert!(HospitalValues::load(twice.path()).is_err());
        assert!(HospitalValues::load(Path::new("no/such/file.csv")).is_err());
    }
}
