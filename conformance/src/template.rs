//! Bodies: fixtures, `${…}` placeholders, and edits by JSON Pointer.
//!
//! Placeholders: `${run}` (six characters, new for every run), `${case}` (id of the
//! case), `${caller.fixmedins_code}`, `${caller.fixmedins_name}`, `${caller.admdvs}`,
//! `${fixture:NAME}` (text of `fixtures/NAME.json`, itself filled in), and of an earlier
//! step `${STEP.nonce}`, `${STEP.request_id}` and `${STEP/pointer}` (its opened data).

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    caller::Caller,
    case::Edit,
    embedded,
    expect::{Lookup, scalar_text, to_json},
};

/// How deep fixtures may name each other.
const DEPTH: usize = 4;

/// What later steps may speak of.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepMemory {
    /// nonce that was sent.
    pub(crate) nonce: String,
    /// requestId that was sent.
    pub(crate) request_id: String,
    /// Opened data, or the plain body.
    pub(crate) data: Value,
}

/// What placeholders are filled from.
pub(crate) struct Scope<'a> {
    /// Token of the run.
    pub(crate) run: &'a str,
    /// Id of the case.
    pub(crate) case: &'a str,
    /// Caller of the step, if it has one.
    pub(crate) caller: Option<&'a Caller>,
    /// Earlier steps.
    pub(crate) steps: &'a HashMap<String, StepMemory>,
}

impl Lookup for Scope<'_> {
    fn data(&self, step: &str) -> Option<&Value> {
        self.steps.get(step).map(|memory| &memory.data)
    }

    fn fill(&self, text: &str) -> Result<String, String> {
        self.fill_to(text, DEPTH)
    }
}

impl Scope<'_> {
    fn fill_to(&self, text: &str, depth: usize) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after
                .split_once('}')
                .ok_or_else(|| format!("placeholder without end: {after}"))?;
            out.push_str(before);
            out.push_str(&self.value(name, depth)?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str, depth: usize) -> Result<String, String> {
        let unknown = || format!("unknown placeholder ${{{name}}}");
        if let Some(fixture) = name.strip_prefix("fixture:") {
            let text = embedded::text::<embedded::Fixtures>(&format!("{fixture}.json"));
            let depth = depth.checked_sub(1).ok_or_else(unknown)?;
            return self.fill_to(&text.ok_or_else(unknown)?, depth);
        }
        if let Some(field) = name.strip_prefix("caller.") {
            let caller = self.caller.ok_or_else(unknown)?;
            return match field {
                "fixmedins_code" => Ok(caller.fixmedins_code.clone()),
                "fixmedins_name" => Ok(caller.fixmedins_name.clone()),
                "admdvs" => Ok(caller.admdvs.clone()),
                _ => Err(unknown()),
            };
        }
        match name {
            "run" => return Ok(self.run.to_owned()),
            "case" => return Ok(self.case.to_owned()),
            _ => {}
        }
        if let Some((step, pointer)) = name.split_once('/') {
            let data = self.data(step).ok_or_else(unknown)?;
            let value = data.pointer(&format!("/{pointer}")).ok_or_else(unknown)?;
            return scalar_text(value).ok_or_else(unknown);
        }
        let (step, field) = name.split_once('.').ok_or_else(unknown)?;
        let memory = self.steps.get(step).ok_or_else(unknown)?;
        match field {
            "nonce" => Ok(memory.nonce.clone()),
            "request_id" => Ok(memory.request_id.clone()),
            _ => Err(unknown()),
        }
    }
}

/// Applies edits in order.
///
/// # Errors
/// A text that names the pointer whose parent is not there.
pub(crate) fn apply(
    document: &mut Value,
    edits: &[Edit],
    lookup: &dyn Lookup,
) -> Result<(), String> {
    for edit in edits {
        let nowhere = || format!("edit {}: no such place", edit.pointer);
        let (parent, name) = edit.pointer.rsplit_once('/').ok_or_else(nowhere)?;
        let value = edit
            .set
            .as_ref()
            .map(|value| to_json(value, lookup))
            .transpose()?;
        match (document.pointer_mut(parent).ok_or_else(nowhere)?, value) {
            (Value::Object(members), Some(value)) => {
                members.insert(name.to_owned(), value);
            }
            (Value::Object(members), None) => {
                members.shift_remove(name).ok_or_else(nowhere)?;
            }
            (Value::Array(items), Some(value)) if name == "-" => items.push(value),
            (Value::Array(items), value) => {
                let at: usize = name.parse().map_err(|_| nowhere())?;
                let item = items.get_mut(at).ok_or_else(nowhere)?;
                match value {
                    Some(value) => *item = value,
                    None => {
                        items.remove(at);
                    }
                }
            }
            _ => return Err(nowhere()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::caller::tests::caller;

    #[test]
    fn placeholders_are_filled_and_unknown_ones_named() {
        let caller = caller();
        let memory = StepMemory {
            nonce: "N".into(),
            request_id: "R".into(),
            data: json!({"grouping": {"drg_code": "BR21"}}),
        };
        let steps = HashMap::from([("first".to_owned(), memory)]);
        let scope = Scope {
            run: "k3f9a2",
            case: "HOS-001",
            caller: Some(&caller),
            steps: &steps,
        };
        assert_eq!(
            scope.fill("CF-${run}-${case} ${caller.admdvs} ${first.nonce}${first.request_id} ${first/grouping/drg_code}"),
            Ok("CF-k3f9a2-HOS-001 610400 NR BR21".to_owned())
        );
        for bad in [
            "${x}",
            "${first.x}",
            "${second.nonce}",
            "${first/none}",
            "${caller.key}",
            "${fixture:none}",
            "${run",
        ] {
            assert!(scope.fill(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn edits_set_add_remove_and_append() {
        let steps = HashMap::new();
        let scope = Scope {
            run: "r",
            case: "c",
            caller: None,
            steps: &steps,
        };
        let edits: HashMap<String, Vec<Edit>> = toml::from_str(
            "e = [{pointer='/a/b', set=2}, {pointer='/a/c', set='${run}'}, {pointer='/x/0'}, {pointer='/x/-', set={n=1}}, {pointer='/gone'}]",
        )
        .unwrap();
        let mut document = json!({"a": {"b": 1}, "x": [1, 2], "gone": 1});
        apply(&mut document, &edits["e"], &scope).unwrap();
        assert_eq!(
            document,
            json!({"a": {"b": 2, "c": "r"}, "x": [2, {"n": 1}]})
        );
        assert!(apply(&mut document, &edits["e"], &scope).is_err());
    }

    #[test]
    fn every_fixture_is_json_once_filled_in() {
        let caller = caller();
        let steps = HashMap::new();
        let scope = Scope {
            run: "r",
            case: "c",
            caller: Some(&caller),
            steps: &steps,
        };
        for name in <embedded::Fixtures as rust_embed::Embed>::iter() {
            let text = scope
                .fill(&embedded::text::<embedded::Fixtures>(&name).unwrap())
                .unwrap();
            crate::canonical::parse_strict(&text).unwrap();
        }
    }
}
