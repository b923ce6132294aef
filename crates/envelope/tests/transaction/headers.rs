//! CSB and TIF: the two vectors of the facts file, and everything that must
//! be refused.

use chs_envelope::transaction::{
    CsbError, CsbHeaders, CsbTimestamp, GatewaySecret, HeaderError, Headers, TifError, TifHeaders,
    refusal_body,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000_000;

fn sk() -> GatewaySecret {
    GatewaySecret::new("SK_TEST").unwrap()
}

fn token() -> GatewaySecret {
    GatewaySecret::new("testtoken").unwrap()
}

const CSB: [(&str, &str); 5] = [
    ("_api_name", "1101"),
    ("_api_version", "1.0.0"),
    ("_api_timestamp", "1700000000000"),
    ("_api_access_key", "AK_TEST"),
    ("_api_signature", "995AkCqjI4nI2pfigaZ5nJpHxCg="),
];

const TIF: [(&str, &str); 5] = [
    ("x-tif-paasid", "app-1"),
    ("x-tif-timestamp", "1700000000"),
    ("x-tif-nonce", "nonce-1"),
    (
        "x-tif-signature",
        "c7241c08e82b5b92f9d673372b159a5e5d7561453ffe1e08210205ee393256cb",
    ),
    ("x-tif-serviceId", "svc"),
];

fn csb(pairs: &[(&str, &str)]) -> Result<CsbHeaders, CsbError> {
    let bytes: Vec<_> = pairs.iter().map(|(k, v)| (*k, v.as_bytes())).collect();
    CsbHeaders::read(&Headers::new(&bytes))
}

fn tif(pairs: &[(&str, &str)]) -> Result<TifHeaders, TifError> {
    let bytes: Vec<_> = pairs.iter().map(|(k, v)| (*k, v.as_bytes())).collect();
    TifHeaders::read(&Headers::new(&bytes))
}

fn with<'a>(
    pairs: &[(&'a str, &'a str); 5],
    name: &str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let swap = |(key, old): &(&'a str, &'a str)| (*key, if *key == name { value } else { old });
    pairs.iter().map(swap).collect()
}

#[test]
fn csb_vector() {
    let headers = csb(&CSB).unwrap();
    assert_eq!(
        headers.signed_text(&[]),
        "_api_access_key=AK_TEST&_api_name=1101&_api_timestamp=1700000000000&_api_version=1.0.0"
    );
    assert_eq!(headers.verify(&sk(), &[]), Ok(()));
    assert_eq!(headers.check_time(CsbTimestamp::Millis, NOW, 1800), Ok(()));
    assert_eq!(
        (headers.api_name(), headers.access_key()),
        ("1101", "AK_TEST")
    );
    let made = CsbHeaders::sign("1101", "1.0.0", "1700000000000", "AK_TEST", &sk(), &[]).unwrap();
    assert_eq!(made, headers);
    assert_eq!(csb(&made.pairs()), Ok(headers));
}

#[test]
fn tif_vector() {
    let headers = tif(&TIF).unwrap();
    assert_eq!(headers.verify(&token()), Ok(()));
    assert_eq!(headers.check_time(NOW, 300), Ok(()));
    assert_eq!((headers.paasid(), headers.nonce()), ("app-1", "nonce-1"));
    assert_eq!(headers.service_id(), Some("svc"));
    assert_eq!(tif(&headers.pairs()), Ok(headers));
    let made = TifHeaders::sign("app-1", NOW / 1000, "nonce-1", &token()).unwrap();
    assert_eq!(made, tif(&TIF[..4]).unwrap());
    let upper = TIF[3].1.to_uppercase();
    assert_eq!(
        tif(&with(&TIF, TIF[3].0, &upper)).unwrap().verify(&token()),
        Ok(())
    );
}

/// Each signed part altered, another secret, and the ways in which a
/// signature is written wrongly.
#[test]
fn signatures_are_bound() {
    for (name, value) in [
        ("_api_name", "1102"),
        ("_api_version", "1.0.1"),
        ("_api_timestamp", "1700000000001"),
        ("_api_access_key", "AK_TEST2"),
        ("_api_signature", "995AkCqjI4nI2pfigaZ5nJpHxCg"),
        ("_api_signature", "995akCqjI4nI2pfigaZ5nJpHxCg="),
        ("_api_signature", "f7de40902aa32389c8da97e281a6799c9a47c428"),
        ("_api_signature", "AAAA"),
    ] {
        let headers = csb(&with(&CSB, name, value)).unwrap();
        assert_eq!(
            headers.verify(&sk(), &[]),
            Err(CsbError::Signature),
            "{name} {value}"
        );
    }
    let headers = csb(&CSB).unwrap();
    let other = GatewaySecret::new("SK_TEST2").unwrap();
    assert_eq!(headers.verify(&other, &[]), Err(CsbError::Signature));
    assert_eq!(
        headers.verify(&sk(), &[("a", "1")]),
        Err(CsbError::Signature)
    );
    for (name, value) in [
        ("x-tif-timestamp", "1700000001"),
        ("x-tif-nonce", "nonce-2"),
        ("x-tif-signature", &"00".repeat(32)),
        ("x-tif-signature", "c724"),
        ("x-tif-signature", "xyz"),
    ] {
        let headers = tif(&with(&TIF, name, value)).unwrap();
        assert_eq!(
            headers.verify(&token()),
            Err(TifError::Signature),
            "{name} {value}"
        );
    }
    assert_eq!(tif(&TIF).unwrap().verify(&sk()), Err(TifError::Signature));
}

/// Form parameters sort in among the headers; a JSON body adds nothing.
#[test]
fn form_parameters_are_signed() {
    let form = [("zone", "1"), ("_api_a", "2"), ("b", "")];
    let headers = CsbHeaders::sign("/svc/1101", "1", "1700000000", "AK", &sk(), &form).unwrap();
    assert_eq!(
        headers.signed_text(&form),
        "_api_a=2&_api_access_key=AK&_api_name=/svc/1101&_api_timestamp=1700000000\
         &_api_version=1&b=&zone=1"
    );
    assert_eq!(headers.verify(&sk(), &form), Ok(()));
    assert_eq!(headers.verify(&sk(), &[]), Err(CsbError::Signature));
}

#[test]
fn every_header_once() {
    for (index, (name, _)) in CSB.iter().enumerate() {
        let mut less = CSB.to_vec();
        less.remove(index);
        let missing = HeaderError::Missing(name);
        assert_eq!(csb(&less), Err(CsbError::Header(missing.clone())));
        assert_eq!(csb(&with(&CSB, name, " ")), Err(CsbError::Header(missing)));
        let mut twice = CSB.to_vec();
        twice.push((name, CSB[index].1));
        assert_eq!(
            csb(&twice),
            Err(CsbError::Header(HeaderError::Duplicate(name)))
        );
        let long = "1".repeat(301);
        assert!(matches!(
            csb(&with(&CSB, name, &long)),
            Err(CsbError::Header(HeaderError::TooLong { .. }))
        ));
    }
    for (index, (name, value)) in TIF.iter().enumerate() {
        let mut less = TIF.to_vec();
        less.remove(index);
        let optional = *name == "x-tif-serviceId";
        assert_eq!(tif(&less).is_ok(), optional, "{name}");
        let upper = name.to_uppercase();
        let mut twice = TIF.to_vec();
        twice.push((&upper, value));
        assert_eq!(
            tif(&twice),
            Err(TifError::Header(HeaderError::Duplicate(name)))
        );
    }
    // Text that would move the border between two members.
    let moved = with(&CSB, "_api_name", "1101&_api_name=1102");
    assert_eq!(
        csb(&moved),
        Err(CsbError::Header(HeaderError::Characters("_api_name")))
    );
}

#[test]
fn clocks() {
    let at = |text: &str, unit, now| {
        csb(&with(&CSB, "_api_timestamp", text))
            .unwrap()
            .check_time(unit, now, 1800)
    };
    use CsbTimestamp::{Either, Millis, Seconds};
    for (text, unit, now, fine) in [
        ("1700000000000", Millis, NOW + 1_800_000, true),
        ("1700000000000", Millis, NOW + 1_800_001, false),
        ("1700000000000", Either, NOW - 1_800_000, true),
        ("1700000000000", Either, NOW - 1_800_001, false),
        ("1700000000", Seconds, NOW + 1_800_000, true),
        ("1700000000", Either, NOW, true),
        ("9999999999999", Either, NOW, false),
        ("0000000000000", Either, i64::MIN, false),
    ] {
        let answer = at(text, unit, now);
        assert_eq!(answer.is_ok(), fine, "{text} {unit:?} {now}");
        assert!(fine || matches!(answer, Err(CsbError::Stale { .. })));
    }
    assert_eq!(
        at("1700000000000", Either, NOW + 3_600_000),
        Err(CsbError::Stale {
            skew_seconds: -3_600
        })
    );
    for (text, unit) in [
        ("1700000000000", Seconds),
        ("1700000000", Millis),
        ("170000000000", Either),
        ("-700000000000", Either),
        ("17000000000.0", Either),
        ("20231115061320", Either),
    ] {
        assert!(
            matches!(at(text, unit, NOW), Err(CsbError::Timestamp(_))),
            "{text}"
        );
    }
    let at = |text: &str, now| {
        tif(&with(&TIF, "x-tif-timestamp", text))
            .unwrap()
            .check_time(now, 300)
    };
    assert_eq!(at("1700000000", NOW + 300_000), Ok(()));
    assert_eq!(
        at("1700000000", NOW - 301_000),
        Err(TifError::Stale { skew_seconds: 301 })
    );
    for text in ["1700000000000", "170000000", "+700000000", "17000000.0"] {
        assert_eq!(at(text, NOW), Err(TifError::Timestamp), "{text}");
    }
    assert_eq!(
        TifHeaders::sign("a", -1, "n", &token()),
        Err(TifError::Timestamp)
    );
    assert_eq!(
        TifHeaders::sign("a", i64::MAX, "n", &token()),
        Err(TifError::Timestamp)
    );
}

/// The four published answers.
#[test]
fn refusals_as_published() {
    let cases = [
        (csb(&CSB[..3]).unwrap_err(), "缺少服务网关的请求头!"),
        (CsbError::Stale { skew_seconds: 1 }, "签名时间戳超时!"),
        (CsbError::UnknownCaller, "非法用户!"),
        (
            csb(&CSB).unwrap().verify(&token(), &[]).unwrap_err(),
            "签名不一致!",
        ),
    ];
    for (error, message) in cases {
        let body: Value = serde_json::from_str(&refusal_body(&error)).unwrap();
        assert_eq!(body, json!({"code": 401, "message": message}));
    }
}

proptest! {
    /// Nothing a stranger sends panics or passes.
    #[test]
    fn no_header_panics(values in prop::collection::vec((0_usize..7, prop::collection::vec(any::<u8>(), 0..40)), 0..12)) {
        let names = ["_api_name", "_api_version", "_api_timestamp", "_api_access_key", "_api_signature", "x", "_API_NAME"];
        let pairs: Vec<(&str, &[u8])> = values.iter().map(|(name, value)| (names[*name], value.as_slice())).collect();
        if let Ok(headers) = CsbHeaders::read(&Headers::new(&pairs)) {
            let _ = headers.check_time(CsbTimestamp::Either, NOW, 1800);
            prop_assert_eq!(headers.verify(&sk(), &[]), Err(CsbError::Signature));
        }
    }

    /// What one side makes the other takes, and no other secret does.
    #[test]
    fn made_headers_verify(name in "[!-%'-~]{1,100}", nonce in "[!-%'-~]{1,128}", secret in "[!-~]{1,256}", seconds in 1_000_000_000_i64..9_999_999_999) {
        let secret = GatewaySecret::new(&secret).unwrap();
        let made = CsbHeaders::sign(&name, "1.0.0", &seconds.to_string(), "AK", &secret, &[]).unwrap();
        prop_assert_eq!(csb(&made.pairs()).unwrap().verify(&secret, &[]), Ok(()));
        prop_assert!(made.verify(&token(), &[]).is_err());
        let made = TifHeaders::sign(&name, seconds, &nonce, &secret).unwrap();
        prop_assert_eq!(tif(&made.pairs()).unwrap().verify(&secret), Ok(()));
        prop_assert!(made.verify(&sk()).is_err());
    }
}
