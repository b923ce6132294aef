//! From a line to a list with what stands beside it.

use chs_model::SettlementList;
use chs_quality::{CompanionError, Companions};
use serde::Serialize;
use serde_json::Value;

use crate::clinical_codes::Decisions;

/// A line that holds no list.
#[derive(Debug, Serialize)]
pub(super) struct Unreadable {
    error: Fault,
}

#[derive(Debug, Serialize)]
struct Fault {
    message: &'static str,
    message_en: &'static str,
    errors: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    pointer: String,
    message: String,
    message_en: String,
}

impl Unreadable {
    fn new(message: &'static str, message_en: &'static str, errors: Vec<Place>) -> Unreadable {
        Unreadable {
            error: Fault {
                message,
                message_en,
                errors,
            },
        }
    }

    /// There are no rules for the day of the list.
    pub(super) fn no_rules() -> Unreadable {
        Unreadable::new("该日无生效规则", "no rules in force on the day", Vec::new())
    }
}

/// A line as it is checked.
pub(super) struct Read {
    pub(super) list: SettlementList,
    pub(super) companions: Companions,
    /// Clinical codes that nobody has decided on.
    pub(super) open_codes: usize,
}

/// Reads a line, its codes put into the insurance edition where `clinical` says how.
pub(super) fn read(line: Option<&[u8]>, clinical: Option<&Decisions>) -> Result<Read, Unreadable> {
    let Some(text) = line else {
        return Err(Unreadable::new(
            "该行过长",
            "the line is too long",
            Vec::new(),
        ));
    };
    let mut value: Value = serde_json::from_slice(text).map_err(|error| {
        // where it is, not what stands there: a line holds a patient's data
        let place = Place {
            pointer: String::new(),
            message: format!("第 {} 个字节处", error.column()),
            message_en: format!("at byte {}", error.column()),
        };
        Unreadable::new("不是有效的 JSON", "not valid JSON", vec![place])
    })?;
    let open_codes = clinical.map_or(0, |decisions| decisions.map(&mut value).open.len());
    let companions = companions(&mut value).map_err(|error| {
        let place = Place {
            pointer: String::new(),
            message: error.to_string(),
            message_en: error.to_string(),
        };
        Unreadable::new(
            "清单之外的文档有误",
            "a document beside the list is wrong",
            vec![place],
        )
    })?;
    let list = SettlementList::parse(&value).map_err(|violations| {
        let places = violations.into_iter().map(|violation| Place {
            pointer: violation.pointer,
            message: violation.zh,
            message_en: violation.en,
        });
        let places = places.collect();
        Unreadable::new(
            "不符合 4101 清单的结构",
            "not a 4101 settlement list",
            places,
        )
    })?;
    Ok(Read {
        list,
        companions,
        open_codes,
    })
}

/// Takes the documents beside the list out of the line.
fn companions(line: &mut Value) -> Result<Companions, CompanionError> {
    let mut companions = Companions::default();
    let mut take = |name: &str| line.as_object_mut().and_then(|all| all.shift_remove(name));
    if let Some(node) = take("hospital") {
        companions.hospital(&node)?;
    }
    if let Some(page) = take("front_page") {
        companions.front_page(&page)?;
    }
    for (name, document) in [
        ("settlement", "settlement"),
        ("history", "HIST"),
        ("outpatient", "outpatient"),
        ("benchmark", "benchmark"),
        ("month", "month"),
    ] {
        if let Some(node) = take(name) {
            companions.put_json(document, &node)?;
        }
    }
    Ok(companions)
}
