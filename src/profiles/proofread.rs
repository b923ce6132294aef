//! Proofreading (参数校核): a profile and its scheme against a parameter sheet exported
//! from the provincial module.
//!
//! The sheet is CSV, UTF-8, with the header `kind,key,item,value`:
//! - `parameter,<version>,<item>,<value>`: items as `profile show` prints them, such as
//!   `rate`, `low.bound`, `high.band1.bound`.
//! - `group,<group code>,<item>,<value>`: item `weight`, `name`, or a column of the
//!   scheme's group table such as `系数-一级`.
//!
//! Numbers are compared as numbers (3 and 3.00 are equal), everything else as text. An
//! item on one side only is a difference too; columns that the sheet never mentions for
//! any group are left out of the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use chs_grouper::Scheme;
use chs_model::parse_decimal;
use chs_settlement::Profile;

/// Where a value stands: kind, key, item.
type Place = (String, String, String);

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `parameter` or `group`.
    pub kind: String,
    /// Version or group code.
    pub key: String,
    /// The item.
    pub item: String,
    /// What the profile or scheme says; `None` when it has no such item.
    pub ours: Option<String>,
    /// What the sheet says; `None` when it has no such item.
    pub sheet: Option<String>,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// Items that both sides have alike.
    pub equal: usize,
    /// Every difference, by kind, key and item.
    pub differences: Vec<Difference>,
}

/// Compares a profile and a scheme with a sheet.
///
/// # Errors
/// A sheet that cannot be read: its line and why.
pub fn proofread(
    profile: &Profile,
    scheme: Option<&Scheme>,
    sheet: impl Read,
) -> Result<Proof, String> {
    let sheet = read(sheet)?;
    let mentioned: BTreeSet<&str> = sheet
        .keys()
        .filter(|(kind, _, _)| kind == "group")
        .map(|(_, _, item)| item.as_str())
        .collect();
    let ours = ours(profile, scheme, &mentioned);
    let mut proof = Proof::default();
    let places: BTreeSet<&Place> = ours.keys().chain(sheet.keys()).collect();
    for place in places {
        let (mine, theirs) = (ours.get(place), sheet.get(place));
        if let (Some(mine), Some(theirs)) = (mine, theirs)
            && alike(mine, theirs)
        {
            proof.equal += 1;
            continue;
        }
        let (kind, key, item) = place.clone();
        proof.differences.push(Difference {
            kind,
            key,
            item,
            ours: mine.cloned(),
            sheet: theirs.cloned(),
        });
    }
    Ok(proof)
}

fn alike(a: &str, b: &str) -> bool {
    match (parse_decimal(a), parse_decimal(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim() == b.trim(),
    }
}

fn ours(
    profile: &Profile,
    scheme: Option<&Scheme>,
    mentioned: &BTreeSet<&str>,
) -> BTreeMap<Place, String> {
    let mut all = BTreeMap::new();
    for version in profile.parameter_versions() {
        for (item, value) in version.items() {
            all.insert(
                ("parameter".to_owned(), version.version.clone(), item),
                value,
            );
        }
    }
    for group in scheme.into_iter().flat_map(|scheme| scheme.drgs()) {
        let weight = group.weight().map(|weight| weight.to_string());
        let own = [("weight", weight), ("name", Some(group.name().to_owned()))];
        let local = group
            .local()
            .iter()
            .map(|(name, value)| (name.as_str(), Some(value.clone())));
        for (item, value) in own.into_iter().chain(local) {
            if let (Some(value), true) = (value, mentioned.contains(item)) {
                let place = ("group".to_owned(), group.code().to_owned(), item.to_owned());
                all.insert(place, value);
            }
        }
    }
    all
}

fn read(sheet: impl Read) -> Result<BTreeMap<Place, String>, String> {
    let mut reader = csv::Reader::from_reader(sheet);
    let header = reader.headers().map_err(|error| error.to_string())?;
    let names: Vec<&str> = header
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim())
        .collect();
    if names != ["kind", "key", "item", "value"] {
        return Err("表头应为 kind,key,item,value / the header is kind,key,item,value".to_owned());
    }
    let mut values = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        let field = |at| row.get(at).unwrap_or_default().trim().to_owned();
        let place = (field(0), field(1), field(2));
        if place.0 != "parameter" && place.0 != "group" {
            return Err(format!(
                "第 {line} 行：kind 应为 parameter 或 group / line {line}: kind is parameter or group"
            ));
        }
        // An empty cell is an item without a value.
        let value = field(3);
        if !value.is_empty() && values.insert(place, value).is_some() {
            return Err(format!("第 {line} 行重复 / line {line} stands twice"));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::profiles::builtin;

    fn proof(sheet: &str) -> Result<Proof, String> {
        let scheme = Scheme::builtin("xianyang-2025").unwrap();
        proofread(
            &builtin("xianyang").unwrap(),
            Some(scheme),
            sheet.as_bytes(),
        )
    }

    fn whole_sheet() -> String {
        let mut sheet = "kind,key,item,value\n".to_owned();
        for version in builtin("xianyang").unwrap().parameter_versions() {
            for (item, value) in version.items() {
                sheet.push_str(&format!("parameter,{},{item},{value}\n", version.version));
            }
        }
        for group in Scheme::builtin("xianyang-2025").unwrap().drgs() {
            if let Some(weight) = group.weight() {
                sheet.push_str(&format!("group,{},weight,{weight:.7}\n", group.code()));
            }
        }
        sheet
    }

    #[test]
    fn an_equal_sheet_has_no_difference() {
        let proof = proof(&whole_sheet()).unwrap();
        assert_eq!(proof.differences, []);
        assert!(proof.equal > 700, "{}", proof.equal);
    }

    #[test]
    fn every_difference_is_listed() {
        let sheet = whole_sheet()
            .replacen("low.bound,0.3", "low.bound,0.4", 1)
            .replacen("parameter,2025-example,high.share,1\n", "", 1)
            .replacen("group,OF25,weight,0.4027", "group,OF25,weight,0.4028", 1)
            + "group,XX99,weight,1\n";
        let found: Vec<String> = proof(&sheet)
            .unwrap()
            .differences
            .iter()
            .map(|d| {
                format!(
                    "{} {} {:?} {:?}",
                    d.key,
                    d.item,
                    d.ours.as_deref(),
                    d.sheet.as_deref()
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "OF25 weight Some(\"0.4027\") Some(\"0.4028000\")",
                "XX99 weight None Some(\"1\")",
                "2025-example high.share Some(\"1\") None",
                "2025-example low.bound Some(\"0.3\") Some(\"0.4\")",
            ]
        );
    }

    #[test]
    fn a_bad_sheet_is_refused_with_its_line() {
        assert!(proof("a,b\n").unwrap_err().contains("kind,key,item,value"));
        let kind = proof("kind,key,item,value\nx,y,z,1\n").unwrap_err();
        assert!(kind.contains("line 2"), "{kind}");
        let twice = proof("kind,key,item,value\ngroup,A,weight,1\ngroup,A,weight,1\n");
        assert!(twice.unwrap_err().contains("line 3"));
    }
}
