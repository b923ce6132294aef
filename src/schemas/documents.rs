//! Opened documents as the validator sees them: they are checked where they stand, without
//! a tree of values between.

use std::borrow::Cow;

use chs_envelope::canonical::Document;
use jsonschema::{
    json::{Array, Json, JsonNumber, Node, NodeIdentity, Object},
    types::JsonType,
};
use serde_json::{Number, Value};

/// The representation that [`Document`]s are.
#[derive(Debug)]
pub struct Documents;

type Member<'a> = (Cow<'a, str>, Document<'a>);

impl Json for Documents {
    type Node<'a> = &'a Document<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Members are sorted: a lookup compares names, as it does in the validator's own trees.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), text: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(&Document::Text(Cow::Borrowed(text)))
    }
}

impl<'a> Node<'a, Documents> for &'a Document<'a> {
    type Object = &'a [Member<'a>];
    type Array = &'a [Document<'a>];
    type Number = Lexeme<'a>;

    fn as_object(&self) -> Option<Self::Object> {
        match self {
            Document::Object(members) => Some(members),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Self::Array> {
        match self {
            Document::Array(elements) => Some(elements),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Document::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Lexeme<'a>> {
        match self {
            Document::Number(lexeme) => Some(Lexeme(lexeme)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Document::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Document::Null)
    }

    fn is_number(&self) -> bool {
        matches!(self, Document::Number(_))
    }

    fn json_type(&self) -> JsonType {
        match self {
            Document::Null => JsonType::Null,
            Document::Bool(_) => JsonType::Boolean,
            Document::Number(_) => JsonType::Number,
            Document::Text(_) => JsonType::String,
            Document::Array(_) => JsonType::Array,
            Document::Object(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned((*self).clone().into_value())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(*self).addr()))
    }
}

impl<'a> Object<'a, Documents> for &'a [Member<'a>] {
    type Node = &'a Document<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Document<'a>> {
        let members: &'a [Member<'a>] = self;
        let place = members.binary_search_by(|(name, _)| name.as_ref().cmp(key));
        members.get(place.ok()?).map(|(_, value)| value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object.
#[derive(Debug)]
pub struct Members<'a>(std::slice::Iter<'a, Member<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Document<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_ref(), value))
    }
}

impl<'a> Array<'a, Documents> for &'a [Document<'a>] {
    type Node = &'a Document<'a>;
    type ElementsIter = std::slice::Iter<'a, Document<'a>>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

/// A number as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct Lexeme<'a>(&'a str);

impl JsonNumber for Lexeme<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        let value: f64 = self.0.parse().ok()?;
        value.is_finite().then_some(value)
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        // Every number of a document is one of JSON, and those can all be held.
        Cow::Owned(self.0.parse().unwrap_or_else(|_| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        let exponent = self.0.contains(['e', 'E']);
        match self.0.split_once('.') {
            _ if exponent => self.as_f64().is_some_and(|value| value.fract() == 0.0),
            Some((_, fraction)) => fraction.bytes().all(|digit| digit == b'0'),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        error::FieldError,
        operations::TABLE,
        sample::{SampleOptions, generate},
        schemas::fits,
    };

    /// Right and wrong, by types, names, lengths and every way to write a number.
    const TEXTS: &[&str] = &[
        "{}",
        r#"{"options":{"trace":1},"setlinfo":{"age":12.50,"gend":["1"],"psn_name":true}}"#,
        r#"{"input":{"setlinfo":{}},"report":"4101","submit":"yes"}"#,
        r#"{"input":{"stastinfo":[{"psn_no":"P","setl_id":"S","stas_type":1.0}]},"report":"4102"}"#,
        r#"{"input":{"stastinfo":[{"psn_no":"","setl_id":"S","stas_type":2}]},"report":"4102"}"#,
        r#"{"input":{"setlinfo":{"fixmedins_code":"H1","medfee_sumamt":1E2,"setl_id":"S"}},"report":"2304"}"#,
        r#"{"page_num":1,"page_size":10.0,"setl_ym":"202610"}"#,
        r#"{"page_num":1.5,"page_size":1e1,"setl_ym":"202613"}"#,
        r#"{"page_num":0,"page_size":-1,"setl_ym":"2026","unknown":{"a":[null]}}"#,
        r#"{"page_num":100000000000000000000,"page_size":1e400,"setl_ym":""}"#,
        r#"{"level":"group","setl_ym":"202610"}"#,
        r#"{"diseinfo":{},"setlinfo":[],"":0}"#,
    ];

    fn told(errors: Result<(), Vec<FieldError>>) -> BTreeSet<(String, String)> {
        let errors = errors.err().unwrap_or_default();
        let told = errors.into_iter().map(|one| (one.pointer, one.message_en));
        told.collect()
    }

    /// Of every operation: documents are refused and taken like the values they are read as,
    /// for the same reasons.
    #[test]
    fn a_document_is_judged_as_its_value_is() {
        let scheme = chs_grouper::Scheme::builtin("chs-drg-2.0").unwrap();
        let options = SampleOptions {
            lists: 3,
            seed: 1,
            institution: "H61040100001".into(),
        };
        let lists: Vec<Value> = generate(scheme, &options).collect();
        let uploads = lists.iter().map(|list| {
            let upload = serde_json::json!({"report": "4101", "input": list});
            upload.to_string()
        });
        let texts: Vec<String> = uploads
            .chain(lists.iter().map(Value::to_string))
            .chain(TEXTS.iter().map(|text| (*text).to_owned()))
            .collect();
        let (mut taken, mut refused) = (0, 0);
        for row in TABLE {
            let schema = (row.schema)();
            let of_values = jsonschema::validator_for(&schema).unwrap();
            let of_documents = jsonschema::options_for::<Documents>()
                .build(&schema)
                .unwrap();
            for text in &texts {
                let value: Value = serde_json::from_str(text).unwrap();
                let document = Document::parse(text.as_bytes()).unwrap();
                let expected = told(fits(&of_values, &value));
                let found = told(fits(&of_documents, &document));
                assert_eq!(found, expected, "{} {text}", row.id);
                taken += usize::from(found.is_empty());
                refused += usize::from(!found.is_empty());
            }
        }
        assert!(
            taken > 10 && refused > 100,
            "{taken} taken, {refused} refused"
        );
    }
}
