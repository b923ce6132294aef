//! Every operation × every role × own and foreign data: `matrix/expected.toml` says what
//! each may, and an operation that does not stand there fails the test.

mod subject;

use std::collections::{BTreeMap, BTreeSet};

use chs_gateway::operations::{OperationRow, TABLE};
use serde::Deserialize;
use serde_json::Value;

use self::subject::{Subject, two_institutions};
use crate::{
    clearing::prepared,
    harness::{Answer, Gateway},
    month::{billed, totals},
};

/// The table, as its head explains it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    body: String,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    also: bool,
    #[serde(default)]
    again: bool,
    broad: Option<String>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    sql: Option<String>,
    roles: BTreeMap<String, Cell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    #[serde(default = "answered")]
    own: String,
    foreign: Option<String>,
    body: Option<String>,
    #[serde(default = "shown")]
    shows: bool,
    sees: Option<Sees>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Sees {
    Own,
    Both,
    Nobody,
}

fn answered() -> String {
    "0".into()
}

fn shown() -> bool {
    true
}

/// A caller of each role: A's own hospital, the county and an expert that A's data is for.
const CALLERS: [(&str, &str); 9] = [
    ("hospital", "hospital-a"),
    ("county", "county"),
    ("city", "city"),
    ("core", "core"),
    ("expert", "expert-a"),
    ("finance", "finance"),
    ("province", "province"),
    ("nation", "nation"),
    ("auditor", "auditor"),
];

const WRONG_ROLE: &str = "CHS-40301";

fn expected() -> Expected {
    toml::from_str(include_str!("matrix/expected.toml")).unwrap()
}

fn operation(id: &str) -> &'static OperationRow {
    TABLE
        .iter()
        .find(|row| row.id == id)
        .unwrap_or_else(|| panic!("no operation {id}"))
}

#[test]
fn no_operation_and_no_role_is_forgotten() {
    let expected = expected();
    for operation in TABLE {
        let rows = expected.row.iter().filter(|row| row.id == operation.id);
        let rows: Vec<_> = rows.collect();
        assert!(!rows.is_empty(), "{} is not in the matrix", operation.id);
        let firsts = rows.iter().filter(|row| !row.again).count();
        assert_eq!(firsts, 1, "{} stands there anew", operation.id);
        let named: BTreeSet<_> = rows
            .iter()
            .flat_map(|row| row.roles.keys().map(String::as_str))
            .collect();
        let may: BTreeSet<_> = operation.roles.iter().map(|role| role.as_str()).collect();
        assert_eq!(named, may, "{}: roles", operation.id);
    }
    for row in &expected.row {
        operation(&row.id);
        assert_eq!(row.whole, !row.body.contains('$'), "{}: whole", row.id);
        for (role, cell) in &row.roles {
            let foreign = cell.foreign.is_some();
            assert_eq!(foreign, !row.whole, "{} {role}: foreign", row.id);
            assert!(
                cell.sees.is_none() || row.broad.is_some(),
                "{} {role}",
                row.id
            );
        }
    }
}

#[actix_web::test]
async fn every_role_reaches_its_own_data_and_no_other() {
    let (gateway, [a, b]) = two_institutions().await;
    let mut play = Play {
        gateway,
        a,
        b,
        surprises: Vec::new(),
        calls: 0,
    };
    for row in &expected().row {
        play.row(row).await;
    }
    println!("{} calls", play.calls);
    assert!(
        play.surprises.is_empty(),
        "{} of {}:\n{}",
        play.surprises.len(),
        play.calls,
        play.surprises.join("\n")
    );
    play.gateway.stop().await;
}

struct Play {
    gateway: Gateway,
    a: Subject,
    b: Subject,
    surprises: Vec<String>,
    calls: usize,
}

impl Play {
    async fn row(&mut self, row: &Row) {
        self.prepare(row).await;
        let before = self.fingerprint().await;
        self.refused(row).await;
        let changed = self.fingerprint().await != before;
        if changed {
            self.surprises
                .push(format!("{}: a refused call left something behind", row.id));
        }
        if row.also {
            let body = self.b.fill(&row.body);
            let answer = self.ask("hospital-b", row, &body).await;
            self.wanted(row, "hospital-b", "own", &answer, "0");
            keep(&mut self.b, row, &answer);
        }
        for (role, cell) in &row.roles {
            if cell.foreign.as_deref() == Some("0") {
                self.foreign(row, role, cell).await;
            }
        }
        for (role, cell) in &row.roles {
            let body = self.a.fill(cell.body.as_ref().unwrap_or(&row.body));
            let answer = self.ask(caller(role), row, &body).await;
            self.wanted(row, role, "own", &answer, &cell.own);
            if matches!(role.as_str(), "hospital" | "county" | "expert") {
                self.untold(row, role, &body, &answer);
            }
            keep(&mut self.a, row, &answer);
        }
        if row.id == "bills.run" {
            billed(&self.gateway, "202610").await;
            self.a.learn_batch(&self.gateway).await;
            self.b.learn_batch(&self.gateway).await;
        }
        if row.id == "clearing.propose" {
            assert!(self.surprises.is_empty(), "{}", self.surprises.join("\n"));
            prepared(&self.gateway, "PRE_CLEARING").await;
        }
        for (role, cell) in &row.roles {
            if let (Some(broad), Some(sees)) = (&row.broad, &cell.sees) {
                self.broad(row, role, broad, sees).await;
            }
        }
    }

    /// What a row needs that is not there yet.
    async fn prepare(&mut self, row: &Row) {
        if let Some(sql) = &row.sql {
            self.gateway.batch(sql).await;
        }
        if row.body.contains("$psntime") {
            for (subject, name) in [(&mut self.a, "hospital-a"), (&mut self.b, "hospital-b")] {
                let (psntime, medfee) = totals(&self.gateway, name, "202610").await;
                subject.set("psntime", &psntime.to_string());
                subject.set("medfee", medfee.to_string().trim_matches('"'));
            }
        }
    }

    /// The roles that may not call, and the foreign data that may not be reached.
    async fn refused(&mut self, row: &Row) {
        let may = operation(&row.id).roles;
        for (role, name) in CALLERS {
            if !may.iter().any(|one| one.as_str() == role) && !row.again {
                for (whose, body) in [
                    ("own", self.a.fill(&row.body)),
                    ("foreign", self.b.fill(&row.body)),
                ] {
                    let answer = self.ask(name, row, &body).await;
                    self.wanted(row, role, whose, &answer, WRONG_ROLE);
                }
            }
        }
        for (role, cell) in &row.roles {
            if cell.foreign.as_deref().is_some_and(|code| code != "0") {
                self.foreign(row, role, cell).await;
            }
        }
    }

    async fn foreign(&mut self, row: &Row, role: &str, cell: &Cell) {
        let wanted = cell.foreign.as_deref().unwrap_or_default();
        let body = self.b.fill(cell.body.as_ref().unwrap_or(&row.body));
        let answer = self.ask(caller(role), row, &body).await;
        self.wanted(row, role, "foreign", &answer, wanted);
        if wanted != "0" || !cell.shows {
            self.untold(row, role, &body, &answer);
        }
    }

    /// B's data stays out of an answer; what the caller named itself, it may hear again.
    fn untold(&mut self, row: &Row, role: &str, body: &str, answer: &Answer) {
        let told = answer.data.to_string();
        let marks = self.b.marks().filter(|mark| !body.contains(*mark));
        let leaked: Vec<_> = marks.filter(|mark| told.contains(*mark)).collect();
        if !leaked.is_empty() {
            let line = format!("{} {role} {body:.100}: tells {leaked:?}", row.id);
            self.surprises.push(line);
        }
    }

    async fn broad(&mut self, row: &Row, role: &str, body: &str, sees: &Sees) {
        let answer = self.ask(caller(role), row, body).await;
        self.wanted(row, role, "broad", &answer, "0");
        let told = answer.data.to_string();
        let seen = |subject: &Subject| subject.marks().any(|mark| told.contains(mark));
        let (own, foreign) = (seen(&self.a), seen(&self.b));
        if own != (*sees != Sees::Nobody) || foreign != (*sees == Sees::Both) {
            let line = format!(
                "{} {role} {body}: own {own}, foreign {foreign}: {told:.300}",
                row.id
            );
            self.surprises.push(line);
        }
    }

    async fn ask(&mut self, name: &str, row: &Row, body: &str) -> Answer {
        self.calls += 1;
        let data: Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{} {error}: {body}", row.id));
        let path = operation(&row.id).path;
        self.gateway.call(name, path, &data).await
    }

    fn wanted(&mut self, row: &Row, role: &str, whose: &str, answer: &Answer, code: &str) {
        if answer.code != code || !answer.sealed {
            let told = answer.data.to_string();
            let line = format!(
                "{} {role} {whose}: {} instead of {code}: {told:.300}",
                row.id, answer.code
            );
            self.surprises.push(line);
        }
    }

    /// All that the database holds beside the traces of calls.
    async fn fingerprint(&self) -> Vec<String> {
        let tables = self
            .gateway
            .sql("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('audit_lanes', 'nonces', 'idempotency') ORDER BY 1")
            .await;
        let sums: Vec<_> = tables
            .iter()
            .filter(|table| !table.starts_with("audit_records"))
            .map(|table| format!("SELECT '{table} ' || md5(COALESCE(STRING_AGG(t::text, '|' ORDER BY t::text), '')) FROM {table} t"))
            .collect();
        self.gateway.sql(&sums.join(" UNION ALL ")).await
    }
}

fn caller(role: &str) -> &'static str {
    let found = CALLERS.iter().find(|(known, _)| *known == role);
    found.unwrap_or_else(|| panic!("no caller is {role}")).1
}

/// Keeps what later rows name.
fn keep(subject: &mut Subject, row: &Row, answer: &Answer) {
    for (name, pointer) in &row.keep {
        if let Some(value) = answer.data.pointer(pointer).and_then(Value::as_str) {
            subject.set(name, value);
            subject.mark(value);
        }
    }
}
