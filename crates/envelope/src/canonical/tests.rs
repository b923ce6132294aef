//! The rules one by one, and `serde_json` as the second opinion.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn canonical(text: &str) -> String {
    Document::parse(text.as_bytes())
        .unwrap()
        .canonical(Scalars::Native)
}

fn refusal(text: &str) -> JsonErrorKind {
    Document::parse(text.as_bytes()).unwrap_err().kind
}

/// V2 of the published fixture, with its members in another order.
#[test]
fn vector_v2() {
    let input = r#" { "number": 123, "boolTrue": true, "boolFalse": false,
        "chinese": "高平市人民医院", "emptyString": "", "nullValue": null, "emptyDict": {},
        "emptyList": [], "nested": {"b": 2, "a": 1,
            "deep": {"z": "", "y": [1, "", null, {"k": "值"}]}} } "#;
    let expected = r#"{"boolFalse":false,"boolTrue":true,"chinese":"高平市人民医院","nested":{"a":1,"b":2,"deep":{"y":[1,{"k":"值"}]}},"number":123}"#;
    assert_eq!(canonical(input), expected);
    assert_eq!(canonical(expected), expected);
}

/// Only what a sender wrote in canonical form is taken as it is.
#[test]
fn a_text_is_its_own_canonical_form() {
    let as_it_is = |text: &str, scalars| {
        let read = Reading::of(text.as_bytes()).unwrap();
        assert_eq!(read.canonical(scalars), read.document().canonical(scalars));
        matches!(read.canonical(scalars), Cow::Borrowed(_))
    };
    let texts = "{\"\":\" \",\"a\":[\"测\",{\"b\":\"/\"}],\"c\":\"\u{7f}\"}";
    let scalars = r#"{"a":12.50,"b":[true,1E5]}"#;
    assert!(as_it_is(texts, Scalars::Native) && as_it_is(texts, Scalars::Text));
    assert!(as_it_is(scalars, Scalars::Native) && !as_it_is(scalars, Scalars::Text));
    for other in [
        r#"{"b":"1","a":"1"}"#,
        r#"{"a": "1"}"#,
        r#" {"a":"1"}"#,
        "{\"a\":\"1\"}\n",
        r#"{"a":"1","b":""}"#,
        r#"{"a":"1","b":null}"#,
        r#"{"a":"1","b":[]}"#,
        r#"{"a":"1","b":{}}"#,
        r#"{"a":"1","b":[{"c":""}]}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\/"}"#,
        r#"{"\u0061":"1"}"#,
        "{}",
    ] {
        assert!(!as_it_is(other, Scalars::Native), "{other}");
    }
}

#[test]
fn what_becomes_empty_is_dropped() {
    assert_eq!(
        canonical(r#"{"a":{"b":[null,{"c":""},[]]},"d":0}"#),
        r#"{"d":0}"#
    );
    assert_eq!(canonical(r#"{"a":[[],[[""]],1,{}]}"#), r#"{"a":[1]}"#);
    assert_eq!(canonical(r#"{"a":{"b":{}}}"#), "{}");
    assert_eq!(canonical("[null]"), "{}");
    assert_eq!(
        canonical(r#"{"":1,"f":false,"z":0,"s":" "}"#),
        r#"{"":1,"f":false,"s":" ","z":0}"#
    );
}

#[test]
fn lexemes_stay() {
    let text = "[0,-0,12.50,1E5,1e+05,0.10,-1.0e-7,100000000000000000000000000000.000]";
    assert_eq!(canonical(text), text);
    let value = Document::parse(b"[12.50,-0,1.10]").unwrap().into_value();
    assert_eq!(value.to_string(), "[12.50,-0,1.10]");
}

#[test]
fn scalars_as_text() {
    let document = Document::parse(br#"{"n":12.50,"t":true,"s":"x","e":null,"a":[0]}"#).unwrap();
    assert_eq!(
        document.canonical(Scalars::Text),
        r#"{"a":["0"],"n":"12.50","s":"x","t":"true"}"#
    );
    assert_eq!(Scalars::from_setting("string"), Some(Scalars::Text));
    assert_eq!(Scalars::from_setting("native"), Some(Scalars::Native));
    assert_eq!(Scalars::from_setting("String"), None);
}

#[test]
fn only_the_needed_escapes() {
    let input = r#"["\u6d4b\u8bd5\/\"\\\b\t\n\f\r\u001F\u007f\ud83d\ude00"]"#;
    let expected = "[\"测试/\\\"\\\\\\b\\t\\n\\f\\r\\u001f\u{7f}😀\"]";
    assert_eq!(canonical(input), expected);
    assert_eq!(canonical(expected), expected);
}

#[test]
fn compact_keeps_everything() {
    let document = Document::parse(br#"{"b": [ ], "a": null, "c": {"d": ""}}"#).unwrap();
    assert_eq!(document.compact(), r#"{"a":null,"b":[],"c":{"d":""}}"#);
}

#[test]
fn refusals() {
    use JsonErrorKind as Kind;
    for (text, kind) in [
        ("", Kind::Unfinished),
        ("{", Kind::Unfinished),
        (r#"{"a""#, Kind::Unfinished),
        (r#"{"a":1"#, Kind::Unfinished),
        (r#"{"a":"#, Kind::Unfinished),
        ("[1", Kind::Unfinished),
        (r#"["a"#, Kind::Unfinished),
        (r#"["\"#, Kind::Unfinished),
        ("1.", Kind::Unfinished),
        ("\u{feff}{}", Kind::Unexpected),
        ("{a:1}", Kind::Unexpected),
        (r#"{"a":1,}"#, Kind::Unexpected),
        (r#"{"a" 1}"#, Kind::Unexpected),
        ("[1,]", Kind::Unexpected),
        ("[,1]", Kind::Unexpected),
        ("[1 2]", Kind::Unexpected),
        ("{]", Kind::Unexpected),
        ("nul", Kind::Unexpected),
        ("True", Kind::Unexpected),
        ("NaN", Kind::Unexpected),
        ("+1", Kind::Unexpected),
        (".5", Kind::Unexpected),
        ("-x", Kind::Unexpected),
        ("1.x", Kind::Unexpected),
        ("1ex", Kind::Unexpected),
        ("'a'", Kind::Unexpected),
        ("01", Kind::Trailing),
        ("1 2", Kind::Trailing),
        ("{}}", Kind::Trailing),
        ("{}\u{0}", Kind::Trailing),
        ("\"a\u{0}\"", Kind::Control),
        ("\"a\nb\"", Kind::Control),
        (r#""\x41""#, Kind::Escape),
        (r#""\u12g4""#, Kind::Escape),
        (r#""\u+123""#, Kind::Escape),
        (r#""\u12"#, Kind::Escape),
        (r#""\ud800""#, Kind::Escape),
        (r#""\ud800\u0041""#, Kind::Escape),
        (r#""\udc00\ud800""#, Kind::Escape),
        (r#""\u6d4测""#, Kind::Escape),
        (r#"{"a":1,"b":2,"a":3}"#, Kind::Duplicate("a".into())),
        (r#"{"a":1,"\u0061":1}"#, Kind::Duplicate("a".into())),
        (r#"[{"x":{"k":1,"k":1}}]"#, Kind::Duplicate("k".into())),
    ] {
        assert_eq!(refusal(text), kind, "{text:?}");
    }
    let error = Document::parse(b"[\"\xff\"]").unwrap_err();
    assert_eq!(
        error,
        JsonError {
            offset: 2,
            kind: Kind::NotUtf8
        }
    );
    assert!(error.to_string().contains("UTF-8") && error.to_string().contains('2'));
    assert_eq!(Document::parse(br#"{"ab":x}"#).unwrap_err().offset, 6);
}

#[test]
fn limits() {
    let nested = |levels: usize| "[".repeat(levels) + "1" + &"]".repeat(levels);
    assert!(Document::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), JsonErrorKind::TooDeep);
    assert_eq!(refusal(&nested(100_000)), JsonErrorKind::TooDeep);
    // Depth is a height, not a count.
    assert!(Document::parse(("[".to_owned() + &"[],".repeat(99) + "[]]").as_bytes()).is_ok());
    assert!(Document::parse("9".repeat(MAX_NUMBER).as_bytes()).is_ok());
    assert_eq!(
        refusal(&"9".repeat(MAX_NUMBER + 1)),
        JsonErrorKind::LongNumber
    );
}

/// `serde_json` reads an object with this key as a number; we must not.
#[test]
fn no_magic_key() {
    let text = r#"{"$serde_json::private::Number":"1"}"#;
    assert!(
        Document::parse(text.as_bytes())
            .unwrap()
            .into_value()
            .is_object()
    );
    assert_eq!(canonical(text), text);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[^\u{0}]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[^\u{0}]{0,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The rules once more, on values and without any care for speed.
fn cleaned(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(cleaned).collect();
            (!items.is_empty()).then(|| json!(items))
        }
        Value::Object(map) => {
            let map: std::collections::BTreeMap<_, _> = map
                .iter()
                .filter_map(|(k, v)| Some((k.clone(), cleaned(v)?)))
                .collect();
            (!map.is_empty()).then(|| json!(map))
        }
        other => Some(other.clone()),
    }
}

proptest! {
    #[test]
    fn agrees_with_serde_json(value in any_json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let document = Document::parse(text.as_bytes()).unwrap();
            let compact = document.compact();
            prop_assert_eq!(&Document::parse(compact.as_bytes()).unwrap(), &document);
            prop_assert_eq!(document.clone().into_value(), value.clone());
            let expected = cleaned(&value).unwrap_or_else(|| json!({})).to_string();
            let canonical = document.canonical(Scalars::Native);
            prop_assert_eq!(&canonical, &expected);
            prop_assert_eq!(Document::from_value(&value).canonical(Scalars::Native), expected);
            let again = Document::parse(canonical.as_bytes()).unwrap();
            prop_assert_eq!(again.canonical(Scalars::Native), canonical.clone());
            for text in [&text, &canonical] {
                let read = Reading::of(text.as_bytes()).unwrap();
                for scalars in [Scalars::Native, Scalars::Text] {
                    prop_assert_eq!(read.canonical(scalars), read.document().canonical(scalars));
                }
            }
        }
    }

    #[test]
    fn takes_what_serde_json_takes(text in r#"[\[\]{}:,"\\a-fnrtu0-9.eE+ \-]{0,24}"#) {
        let ours = Document::parse(text.as_bytes());
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => match ours {
                Ok(document) => prop_assert_eq!(document.into_value(), value),
                Err(error) => prop_assert!(matches!(error.kind, JsonErrorKind::Duplicate(_))),
            },
            Err(_) => prop_assert!(ours.is_err(), "{text}"),
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let ours = Document::parse(&bytes).is_ok();
        prop_assert!(!ours || serde_json::from_slice::<Value>(&bytes).is_ok());
    }
}
