//! Certificates and chains.

use chs_envelope::certificate::{Certificate, CertificateError, TrustedCas};
use proptest::prelude::*;

use crate::fixture;

const DAY: i64 = 86_400_000;

fn read(name: &str) -> Certificate {
    Certificate::from_pem(&fixture(name)).unwrap()
}

fn trusted(name: &str) -> TrustedCas {
    TrustedCas::new(vec![read(name)]).unwrap()
}

/// A moment at which every certificate but the short one is valid.
fn later() -> i64 {
    read("sign.crt").validity_millis().0 + 400 * DAY
}

fn check(name: &str, others: &[&str]) -> Result<(), CertificateError> {
    let others: Vec<_> = others.iter().map(|name| read(name)).collect();
    trusted("root.crt").check(&read(name), &others, later())
}

#[test]
fn a_chain_of_three() {
    let sign = read("sign.crt");
    assert_eq!(sign.subject(), "CN=TEST sign,O=TEST,C=CN");
    assert_eq!(sign.issuer(), "CN=TEST sub,O=TEST,C=CN");
    assert_eq!(check("sign.crt", &["sub.crt"]), Ok(()));
    // What else is sent along does no harm, in any order.
    assert_eq!(
        check(
            "sign.crt",
            &["enc.crt", "namesake.crt", "sub.crt", "sign.crt"]
        ),
        Ok(())
    );
    assert_eq!(trusted("sub.crt").check(&sign, &[], later()), Ok(()));
    let (first, last) = sign.validity_millis();
    assert_eq!((last - first) / DAY, 3650);
    assert_eq!(sign.fingerprint().to_hex().len(), 64);
    assert!(!sign.serial().is_empty());
    let der = read("sign.crt");
    assert_eq!(Certificate::from_der(&pem_body("sign.crt")), Ok(der));
}

#[test]
fn broken_chains() {
    use CertificateError as E;
    let root = "CN=TEST root,O=TEST,C=CN".to_owned();
    let sub = "CN=TEST sub,O=TEST,C=CN".to_owned();
    assert_eq!(check("sign.crt", &[]), Err(E::UnknownIssuer(sub.clone())));
    let namesake = trusted("namesake.crt").check(&read("sign.crt"), &[read("sub.crt")], later());
    assert_eq!(
        namesake,
        Err(E::Signature(sub.clone())),
        "another root of the same name"
    );
    assert_eq!(
        check("enc.crt", &["sub.crt"]),
        Err(E::Usage("CN=TEST enc,O=TEST,C=CN".into()))
    );
    assert_eq!(
        check("too-deep.crt", &["below.crt", "sub.crt"]),
        Err(E::PathLength(sub))
    );
    assert!(matches!(
        check("by-leaf.crt", &["sign.crt", "sub.crt"]),
        Err(E::NotCa(_))
    ));
    assert!(matches!(
        check("by-crl-only.crt", &["crl-only.crt"]),
        Err(E::NotCa(_))
    ));
    assert!(matches!(
        TrustedCas::new(vec![read("sign.crt")]),
        Err(E::NotCa(_))
    ));
    assert!(matches!(check("root.crt", &[]), Err(E::Usage(name)) if name == root));
}

#[test]
fn time_is_an_argument() {
    let sub = [read("sub.crt")];
    let check = |name: &str, at| trusted("root.crt").check(&read(name), &sub, at);
    let (first, last) = read("short.crt").validity_millis();
    for (at, fine) in [
        (first, true),
        (last, true),
        (first - 1, false),
        (last + 1, false),
    ] {
        assert_eq!(check("short.crt", at).is_ok(), fine, "{at}");
    }
    assert!(matches!(
        check("short.crt", i64::MIN),
        Err(CertificateError::NotYetValid(_))
    ));
    assert!(matches!(
        check("short.crt", i64::MAX),
        Err(CertificateError::Expired(_))
    ));
    // The CA between has run out, the leaf has not been looked at alone.
    let (_, end) = read("sub.crt").validity_millis();
    assert!(matches!(
        check("sign.crt", end + 2 * DAY),
        Err(CertificateError::Expired(_))
    ));
}

#[test]
fn what_is_no_certificate_of_ours() {
    use CertificateError as E;
    let error = |name| Certificate::from_pem(&fixture(name)).unwrap_err();
    assert_eq!(
        error("p256.crt"),
        E::Algorithm("1.2.840.10045.4.3.2".into())
    );
    assert_eq!(error("critical.crt"), E::Extension("1.2.3.4".into()));
    assert_eq!(error("sign.plain.key"), E::Form);
    assert_eq!(Certificate::from_pem("").unwrap_err(), E::Form);
    let mut longer = pem_body("sign.crt");
    longer.push(0);
    assert_eq!(Certificate::from_der(&longer), Err(E::Form));
}

fn pem_body(name: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text: String = fixture(name)
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    STANDARD.decode(text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    /// One byte altered anywhere: refused somewhere on the way, no panic.
    #[test]
    fn altered_certificates(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut der = pem_body("sign.crt");
        let at = place.index(der.len());
        der[at] ^= flip;
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert!(trusted("sub.crt").check(&certificate, &[], later()).is_err());
        }
    }
}
