//! Lists in codes of the clinical editions (国家临床版), put into the insurance edition
//! (医保版) by the NHSA's map and by what a person has decided.
//!
//! The editions share most codes. Of those that differ, some 250 stand in both editions
//! and mean different things: such a code stays where the name beside it is that of the
//! insurance edition, so that lists which are mapped already are not mapped again.

mod candidates;
mod decisions;

use chs_model::{icd, names_procedure};
use chs_quality::same_name;
use serde_json::{Map, Value};

pub use decisions::{DecisionError, Decisions};

/// Which codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// ICD-10, clinical edition 2.0.
    Diagnosis,
    /// ICD-9-CM-3, clinical edition 3.0.
    Procedure,
}

/// What a code became by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The NHSA's map.
    Table,
    /// A person's decision.
    Decision,
}

/// What becomes of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict<'d> {
    /// Of the insurance edition as it stands, or no code, or decided to stay.
    Kept,
    Mapped(&'d str, By),
    /// In neither the edition, nor the map, nor the decisions.
    Open,
}

/// A code that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// JSON Pointer of the code in the list.
    pub pointer: String,
    /// The clinical code.
    pub from: String,
    /// The code of the insurance edition.
    pub to: String,
    /// What it was replaced by.
    pub by: By,
}

/// A code that nobody has decided on yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// Which codes it is one of.
    pub system: System,
    /// The code.
    pub code: String,
    /// The name beside it.
    pub name: String,
}

/// What mapping one list came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Codes that were replaced, in the order of the list.
    pub changes: Vec<Change>,
    /// Codes that stay as they are because nobody knows better.
    pub open: Vec<Open>,
}

/// A place of a code: the node (and the node within it), the member of the code and of
/// its name.
struct Place {
    node: [&'static str; 2],
    code: &'static str,
    name: &'static str,
    system: System,
}

const fn place(node: [&'static str; 2], members: [&'static str; 2], system: System) -> Place {
    let [code, name] = members;
    Place {
        node,
        code,
        name,
        system,
    }
}

/// Where a 4101 input, and the hospital's record beside it, have codes of the editions.
const PLACES: [Place; 7] = [
    place(
        ["setlinfo", ""],
        ["wm_dise_code", "otp_wm_dise"],
        System::Diagnosis,
    ),
    place(
        ["diseinfo", ""],
        ["diag_code", "diag_name"],
        System::Diagnosis,
    ),
    place(
        ["oprninfo", ""],
        ["oprn_oprt_code", "oprn_oprt_name"],
        System::Procedure,
    ),
    place(
        ["opspdiseinfo", ""],
        ["diag_code", "diag_name"],
        System::Diagnosis,
    ),
    place(
        ["opspdiseinfo", ""],
        ["oprn_oprt_code", "oprn_oprt_name"],
        System::Procedure,
    ),
    place(
        ["hospital", "diagnoses"],
        ["code", "name"],
        System::Diagnosis,
    ),
    place(
        ["hospital", "operations"],
        ["code", "name"],
        System::Procedure,
    ),
];

impl System {
    /// As the decisions name it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            System::Diagnosis => "icd10",
            System::Procedure => "icd9",
        }
    }

    fn from_id(id: &str) -> Option<System> {
        [System::Diagnosis, System::Procedure]
            .into_iter()
            .find(|system| system.id() == id)
    }

    /// The code in the insurance edition.
    fn find(self, code: &str) -> Option<&'static icd::IcdCode> {
        match self {
            System::Diagnosis => icd::diagnosis(code),
            System::Procedure => icd::procedure(code),
        }
    }

    /// What the map makes of a clinical code.
    fn mapped(self, code: &str) -> Option<&'static str> {
        match self {
            System::Diagnosis => icd::diagnosis_from_clinical(code),
            System::Procedure => icd::procedure_from_clinical(code),
        }
    }
}

impl Decisions {
    /// Puts the codes of a list, and their names, into the insurance edition. What is no
    /// text, or no row, stays as it is: the reader of the list says so.
    pub fn map(&self, list: &mut Value) -> Mapped {
        let mut mapped = Mapped::default();
        for place in &PLACES {
            let [node, inner] = place.node;
            let found = list.get_mut(node);
            let found = match inner {
                "" => found,
                inner => found.and_then(|node| node.get_mut(inner)),
            };
            let pointer = match inner {
                "" => format!("/{node}"),
                inner => format!("/{node}/{inner}"),
            };
            match found {
                Some(Value::Object(row)) => self.row(place, &pointer, row, &mut mapped),
                Some(Value::Array(rows)) => {
                    for (index, row) in rows.iter_mut().enumerate() {
                        if let Value::Object(row) = row {
                            self.row(place, &format!("{pointer}/{index}"), row, &mut mapped);
                        }
                    }
                }
                _ => {}
            }
        }
        mapped
    }

    fn row(&self, place: &Place, pointer: &str, row: &mut Map<String, Value>, mapped: &mut Mapped) {
        let text = |member: &str| row.get(member).and_then(Value::as_str).map(str::trim);
        // traditional diagnoses have codes of their own
        if matches!(text("diag_type"), Some("2" | "3")) {
            return;
        }
        let Some(code) = text(place.code).filter(|code| !code.is_empty()) else {
            return;
        };
        let name = text(place.name).unwrap_or_default();
        match self.verdict(place.system, code, name) {
            Verdict::Kept => {}
            Verdict::Open => mapped.open.push(Open {
                system: place.system,
                code: code.to_owned(),
                name: name.to_owned(),
            }),
            Verdict::Mapped(to, by) => {
                mapped.changes.push(Change {
                    pointer: format!("{pointer}/{}", place.code),
                    from: code.to_owned(),
                    to: to.to_owned(),
                    by,
                });
                row.insert(place.code.to_owned(), Value::from(to));
                if let Some(known) = place.system.find(to) {
                    row.insert(place.name.to_owned(), Value::from(known.name));
                }
            }
        }
    }

    fn verdict(&self, system: System, code: &str, name: &str) -> Verdict<'_> {
        if system == System::Procedure && !names_procedure(code) {
            return Verdict::Kept;
        }
        if let Some(decided) = self.decided(system, code) {
            return match decided {
                Some(to) if to != code => Verdict::Mapped(to, By::Decision),
                _ => Verdict::Kept,
            };
        }
        let known = system.find(code);
        match system.mapped(code) {
            Some(to) if to == code => Verdict::Kept,
            Some(_) if known.is_some_and(|known| same_name(known.name, name)) => Verdict::Kept,
            Some(to) => Verdict::Mapped(to, By::Table),
            None if known.is_some() => Verdict::Kept,
            None => Verdict::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decisions(csv: &str) -> Decisions {
        Decisions::read(csv.as_bytes()).unwrap()
    }

    #[test]
    fn codes_and_names_go_into_the_insurance_edition() {
        let mut list = json!({
            "setlinfo": {"wm_dise_code": "A01.000x002", "otp_wm_dise": "临床名"},
            "diseinfo": [
                {"diag_type": "1", "diag_code": "K35.300", "diag_name": "急性阑尾炎伴局限性腹膜炎"},
                {"diag_type": "1", "diag_code": "A01.000x002", "diag_name": "临床名"},
                {"diag_type": "2", "diag_code": "A01.000x002", "diag_name": "中医"},
            ],
            "oprninfo": [
                {"oprn_oprt_code": "00.6600x008", "oprn_oprt_name": "临床名"},
                {"oprn_oprt_code": "无"},
            ],
            "hospital": {"diagnoses": [{"code": "A01.000x002", "name": "临床名"}]},
        });
        let mapped = Decisions::default().map(&mut list);
        assert_eq!(mapped.open, []);
        let pointers: Vec<&str> = mapped
            .changes
            .iter()
            .map(|one| one.pointer.as_str())
            .collect();
        assert_eq!(
            pointers,
            [
                "/setlinfo/wm_dise_code",
                "/diseinfo/1/diag_code",
                "/oprninfo/0/oprn_oprt_code",
                "/hospital/diagnoses/0/code"
            ]
        );
        assert_eq!(list["diseinfo"][1]["diag_code"], "A01.003");
        let name = icd::diagnosis("A01.003").unwrap().name;
        assert_eq!(list["diseinfo"][1]["diag_name"], name);
        assert_eq!(list["diseinfo"][2]["diag_code"], "A01.000x002");
        assert_eq!(list["oprninfo"][0]["oprn_oprt_code"], "00.6601");
        let again = Decisions::default().map(&mut list);
        assert_eq!(again, Mapped::default(), "mapped lists stay as they are");
    }

    #[test]
    fn a_code_of_both_editions_goes_by_the_name_beside_it() {
        // A20.900x002: in the clinical edition plague, in the insurance edition a disease
        // of its own name
        let insurance = icd::diagnosis("A20.900x002").unwrap().name;
        let row =
            |name: &str| json!({"diseinfo": [{"diag_code": "A20.900x002", "diag_name": name}]});
        let mut list = row(insurance);
        assert_eq!(Decisions::default().map(&mut list), Mapped::default());
        let mut list = row("鼠疫");
        assert_eq!(Decisions::default().map(&mut list).changes.len(), 1);
        assert_eq!(list["diseinfo"][0]["diag_code"], "A20.900");
    }

    #[test]
    fn what_nobody_knows_is_open_until_somebody_decides() {
        let sent = json!({"diseinfo": [{"diag_code": "A00.999x999", "diag_name": "样例病"}]});
        let mut list = sent.clone();
        let mapped = Decisions::default().map(&mut list);
        let open = Open {
            system: System::Diagnosis,
            code: "A00.999x999".into(),
            name: "样例病".into(),
        };
        assert_eq!((mapped.open, &list), (vec![open], &sent));

        let head = "system,clinical_code,insurance_code\n";
        let decided = decisions(&format!("{head}icd10,A00.999x999,A00.900\n"));
        let mapped = decided.map(&mut list);
        assert_eq!(mapped.changes[0].by, By::Decision);
        assert_eq!(list["diseinfo"][0]["diag_code"], "A00.900");

        let mut list = sent.clone();
        let stays = decisions(&format!("{head}icd10,A00.999x999,-\n"));
        assert_eq!(stays.map(&mut list), Mapped::default());
        let undecided = decisions(&format!("{head}icd10,A00.999x999,\n"));
        assert_eq!(undecided.map(&mut list).open.len(), 1);
    }

    #[test]
    fn other_shapes_stay_as_they_are() {
        for shape in [
            json!([]),
            json!({"diseinfo": "x", "setlinfo": [1], "hospital": 7}),
            json!({"diseinfo": [1, {"diag_code": 7}, {"diag_code": null}]}),
        ] {
            let mut list = shape.clone();
            assert_eq!(Decisions::default().map(&mut list), Mapped::default());
            assert_eq!(list, shape);
        }
    }
}
