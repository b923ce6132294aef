//! Requests: the form of every member, and what is only remarked.

use chs_envelope::transaction::{
    Input, REQUEST_FIELDS, RequestError, SignNoPolicy, TransactionRequest, Warning,
};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) fn good() -> Value {
    json!({
        "infno": "4101A", "msgid": "H61040000001202611220800000007",
        "mdtrtarea_admvs": "610400", "insuplc_admdvs": "610400", "recer_sys_code": "YBXT",
        "dev_no": "", "dev_safe_info": null, "cainfo": "", "signtype": "", "infver": "V1.0",
        "opter_type": "1", "opter": "001", "opter_name": "测试员",
        "inf_time": "2026-11-22 08:00:00", "fixmedins_code": "H61040000001",
        "fixmedins_name": "测试医院", "sign_no": "S1",
        "input": {"setlinfo": {"psn_no": "P1", "amt": 12.50}},
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut message = good();
    message[name] = value;
    message
}

fn parse(message: &Value) -> Result<(TransactionRequest, Vec<Warning>), RequestError> {
    TransactionRequest::parse(message.to_string().as_bytes())
}

fn warnings(message: &Value) -> Vec<Warning> {
    parse(message).unwrap().1
}

#[test]
fn a_good_one() {
    let (request, warnings) = parse(&good()).unwrap();
    assert_eq!(
        (request.infno(), request.msgid()),
        ("4101A", "H61040000001202611220800000007")
    );
    assert_eq!(request.inf_time().millis(), 1_795_305_600_000);
    assert_eq!(
        (request.get("opter_name"), request.get("dev_no")),
        ("测试员", "")
    );
    assert_eq!(request.enc_type(), "");
    assert_eq!(
        warnings,
        [Warning::Long {
            name: "infno",
            length: 5,
            published: 4
        }]
    );
    assert_eq!(
        TransactionRequest::parse(request.to_json().as_bytes())
            .unwrap()
            .0,
        request
    );
    assert!(
        request
            .to_json()
            .starts_with(r#"{"infno":"4101A","msgid":"#)
    );
}

/// What a signature covers is the text as it was sent, blanks and order and
/// number lexemes and all.
#[test]
fn input_is_kept_as_sent() {
    let text = good().to_string();
    let odd = "{ \"z\" : 12.50,\n\t\"a\":\"\\u6d4b\\/\", \"n\":null }";
    let text = text.replace(&good()["input"].to_string(), odd);
    let (request, _) = TransactionRequest::parse(text.as_bytes()).unwrap();
    assert_eq!(request.input(), &Input::Plain(odd.to_owned()));
    assert!(request.to_json().contains(odd));
}

#[test]
fn required_members() {
    let required: Vec<_> = REQUEST_FIELDS
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .chain(["input"])
        .collect();
    assert_eq!(required.len(), 11);
    for name in required {
        let mut message = good();
        message.as_object_mut().unwrap().shift_remove(name);
        let error = parse(&message).unwrap_err();
        assert!(
            matches!(error, RequestError::Missing { name: found, .. } if found == name),
            "{error}"
        );
        for empty in [json!(""), json!(null)] {
            assert_eq!(parse(&with(name, empty)).unwrap_err(), error);
        }
    }
    assert!(parse(&with("opter", json!("  "))).is_err());
}

/// Beyond the published length and within the longest seen: remarked. Beyond
/// that: refused. Lengths are in characters.
#[test]
fn lengths() {
    for field in &REQUEST_FIELDS {
        if matches!(field.name, "infno" | "inf_time" | "enc_type" | "encType") {
            continue;
        }
        let at = |length: usize| with(field.name, json!("测".repeat(length)));
        let long = |message: &Value| {
            warnings(message)
                .iter()
                .any(|w| matches!(w, Warning::Long { name, .. } if *name == field.name))
        };
        assert!(!long(&at(field.published)), "{}", field.name);
        assert_eq!(
            long(&at(field.longest)),
            field.longest > field.published,
            "{}",
            field.name
        );
        assert_eq!(
            parse(&at(field.longest + 1)),
            Err(RequestError::TooLong {
                name: field.name,
                length: field.longest + 1,
                most: field.longest
            })
        );
    }
    let conflicting: Vec<_> = REQUEST_FIELDS
        .iter()
        .filter(|field| field.longest > field.published)
        .map(|field| (field.name, field.longest))
        .collect();
    assert_eq!(
        conflicting[..4],
        [
            ("infno", 6),
            ("fixmedins_code", 30),
            ("fixmedins_name", 200),
            ("sign_no", 32)
        ]
    );
    assert!(parse(&with("infno", json!("100001"))).is_ok());
    assert!(matches!(
        parse(&with("infno", json!("1000011"))),
        Err(RequestError::TooLong { .. })
    ));
    let big = with("input", json!({"a": "x".repeat(40_000)}));
    assert!(warnings(&big).contains(&Warning::Long {
        name: "input",
        length: 40_008,
        published: 40_000
    }));
}

#[test]
fn what_is_only_remarked() {
    let says = |name: &str, value: Value| {
        let mut all = warnings(&with(name, value));
        all.retain(|w| !matches!(w, Warning::Long { name: "infno", .. }));
        all
    };
    assert_eq!(
        says("msgid", json!("2611220800-H6104-0007")),
        [Warning::MsgidLayout]
    );
    assert_eq!(
        says("fixmedins_code", json!("H61040000002")),
        [Warning::MsgidInstitution]
    );
    assert_eq!(
        says("opter_type", json!(1)),
        [Warning::NumberForText("opter_type")]
    );
    assert_eq!(says("opter_type", json!("9")), [Warning::OperatorType]);
    assert_eq!(says("recer_sys_code", json!("")), [Warning::NoReceiver]);
    assert_eq!(
        says("mdtrtarea_admvs", json!("6104")),
        [Warning::Division("mdtrtarea_admvs")]
    );
    assert_eq!(says("insuplc_admdvs", json!("")), [Warning::NoInsuredPlace]);
    assert_eq!(
        says("MSGID", json!("x")),
        [Warning::Unknown("MSGID".into())]
    );
    assert_eq!(says("fixmedins_soft_fcty", json!("厂商")), []);
    assert_eq!(
        says(&"长".repeat(99), json!(1)),
        [Warning::Unknown("长".repeat(64))]
    );
}

#[test]
fn what_is_refused() {
    let error = |name: &str, value: Value| parse(&with(name, value)).unwrap_err();
    for bad in [json!(["x"]), json!({}), json!(true)] {
        assert_eq!(error("opter", bad), RequestError::NotText("opter"));
    }
    assert_eq!(
        error("msgid", json!("a\nb")),
        RequestError::Control("msgid")
    );
    assert_eq!(
        error("inf_time", json!("20261122080000")),
        RequestError::Time
    );
    assert_eq!(
        error("inf_time", json!("2026-13-22 08:00:00")),
        RequestError::Time
    );
    assert_eq!(error("infno", json!("41/1")), RequestError::Infno);
    for bad in [json!([]), json!(1), json!(false)] {
        assert_eq!(error("input", bad), RequestError::Input);
    }
    let mut both = with("enc_type", json!("SM4"));
    both["encType"] = json!("SM2");
    assert_eq!(parse(&both).unwrap_err(), RequestError::EncType);
    both["encType"] = json!("SM4");
    assert_eq!(parse(&both).unwrap().0.enc_type(), "SM4");
    for bad in ["", "{", "[]", "null", "{} {}", "\"x\""] {
        let error = TransactionRequest::parse(bad.as_bytes()).unwrap_err();
        assert!(
            matches!(error, RequestError::Json(_) | RequestError::NotAnObject),
            "{bad}"
        );
    }
    // The same member twice: no reading of it is the right one.
    for name in ["infno", "input", "cainfo"] {
        let text = good()
            .to_string()
            .replacen('{', &format!("{{\"{name}\":\"9001\","), 1);
        let error = TransactionRequest::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, RequestError::Json(_)), "{name}");
    }
    let twice_inside = good().to_string().replace("\"amt\"", "\"psn_no\"");
    assert!(matches!(
        TransactionRequest::parse(twice_inside.as_bytes()),
        Err(RequestError::Json(_))
    ));
    let built = TransactionRequest::build(&[], Input::Plain("[]".into()));
    assert_eq!(built.unwrap_err(), RequestError::Input);
}

#[test]
fn sign_in_is_a_setting() {
    let without = |infno: &str| {
        let mut message = with("sign_no", json!(""));
        message["infno"] = json!(infno);
        parse(&message).unwrap().0
    };
    let required = SignNoPolicy::Required;
    assert_eq!(
        required.check(&without("1101")),
        Err(RequestError::NotSignedIn)
    );
    assert_eq!(required.check(&without("9001")), Ok(()));
    assert_eq!(SignNoPolicy::Ignored.check(&without("1101")), Ok(()));
    assert_eq!(required.check(&parse(&good()).unwrap().0), Ok(()));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = TransactionRequest::parse(&bytes);
    }

    /// Any value in any member: an answer, never a panic, and what is taken
    /// survives being written and read again.
    #[test]
    fn any_member(field in 0..REQUEST_FIELDS.len(), text in "\\PC{0,40}", number in any::<i64>(), as_number: bool) {
        let value = if as_number { json!(number) } else { json!(text) };
        if let Ok((request, _)) = parse(&with(REQUEST_FIELDS[field].name, value)) {
            let (again, _) = TransactionRequest::parse(request.to_json().as_bytes()).unwrap();
            prop_assert_eq!(again, request);
        }
    }
}
