//! A made-up area: past cases out of sample lists, and the catalogue that `dip build` makes
//! of them. Nothing of it is any area's policy.

use std::{path::Path, process::Command};

use chs_model::Money;
use serde_json::Value;

use crate::harness::{Gateway, data_dir};

/// What past cases like a list's cost: its own cost × times ÷ over.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    pub(crate) times: i64,
    pub(crate) over: i64,
}

fn codes(list: &Value, node: &str, code: &str, flag: &str) -> Vec<String> {
    let rows = list[node].as_array().cloned().unwrap_or_default();
    let principal = |row: &Value| row[flag] == "1";
    let mut rows: Vec<Value> = rows
        .into_iter()
        .filter(|row| node != "diseinfo" || row["diag_type"] == "1")
        .collect();
    rows.sort_by_key(|row| !principal(row));
    let codes = rows.iter().filter_map(|row| row[code].as_str());
    codes.map(str::to_owned).collect()
}

/// The category of a list's principal diagnosis, by which it falls to comprehensive groups.
pub(crate) fn principal(list: &Value) -> String {
    let codes = codes(list, "diseinfo", "diag_code", "maindiag_flag");
    codes[0][..3].to_owned()
}

/// The file of past cases that `dip build` reads: for each list one case of each of three
/// years.
pub(crate) fn history(lists: &[Value], past: impl Fn(usize) -> Past) -> String {
    let mut text = "year,dx,px,cost\n".to_owned();
    for (number, list) in lists.iter().enumerate() {
        let dx = codes(list, "diseinfo", "diag_code", "maindiag_flag").join("|");
        let px = codes(list, "oprninfo", "oprn_oprt_code", "oprn_oprt_type").join("|");
        let items = list["iteminfo"].as_array().unwrap();
        let cost: i64 = items
            .iter()
            .map(|item| crate::month::fen(&item["amt"]))
            .sum();
        let past = past(number);
        let cost = Money::from_fen(cost * past.times / past.over);
        for year in 2023..2026 {
            text.push_str(&format!("{year},{dx},{px},{cost}\n"));
        }
    }
    text
}

/// A folder with the catalogue that the program's own command makes of past cases, and with
/// coefficients for the old and the very young.
pub(crate) fn catalogue(id: &str, history: &str) -> tempfile::TempDir {
    let folder = data_dir();
    let (past, out) = (
        folder.path().join("past.csv"),
        folder.path().join("catalogue"),
    );
    std::fs::write(&past, history).unwrap();
    let built = Command::new(env!("CARGO_BIN_EXE_chs-gateway"))
        .args(["dip", "build", "--id", id, "--core-min", "3", "--in"])
        .args([&past])
        .arg("--out")
        .args([&out])
        .args([
            "--in-force-from",
            "2025-01-01",
            "--title",
            "虚构目录（测试用）",
        ])
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let toml = out.join("catalogue.toml");
    let settings = std::fs::read_to_string(&toml).unwrap();
    let ages = "\n[[auxiliary.age]]\nname = \"0-6\"\nyears = \"-6\"\ncoefficient = \"1.15\"\n\
        [[auxiliary.age]]\nname = \"66-\"\nyears = \"66-\"\ncoefficient = \"1.05\"\n";
    std::fs::write(toml, settings + ages).unwrap();
    folder
}

/// A gateway of Lhasa with that catalogue.
pub(crate) async fn lhasa(folder: &Path) -> Gateway {
    Gateway::start_with(|config| {
        config.profile = "lhasa".into();
        config.schemes.dip_catalogues = vec![folder.join("catalogue")];
        config.settlement.billing_seconds = 1;
        config.settlement.deposit = "0.05".parse().unwrap();
    })
    .await
}
