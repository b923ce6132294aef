//! Key files under a password.

use chs_envelope::{
    certificate::Certificate,
    sm::{KeyFileError, Sm2PrivateKey},
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::fixture;

const PASSWORD: &[u8] = b"test-password";

fn open(name: &str, password: &[u8]) -> Result<Sm2PrivateKey, KeyFileError> {
    Sm2PrivateKey::from_encrypted_pem(&fixture(name), password)
}

/// Every suite that OpenSSL 3 and GmSSL write opens to the key of sign.crt.
#[test]
fn every_suite() {
    let certificate = Certificate::from_pem(&fixture("sign.crt")).unwrap();
    let plain = Sm2PrivateKey::from_text(&fixture("sign.plain.key")).unwrap();
    assert_eq!(plain.public_key(), certificate.public_key());
    for name in [
        "sign.aes-256.key",
        "sign.aes-128.key",
        "sign.sm4.key",
        "sign.gm.key",
    ] {
        let key = open(name, PASSWORD).unwrap();
        assert_eq!(key.public_key(), plain.public_key(), "{name}");
        assert!(Sm2PrivateKey::is_encrypted(&fixture(name)));
        assert!(Sm2PrivateKey::from_text(&fixture(name)).is_err());
        // A wrong password leaves a right padding once in 256 times, and
        // never a key.
        for wrong in [&b""[..], b"test-passwore", b"TEST-PASSWORD"] {
            assert_eq!(
                open(name, wrong).unwrap_err(),
                KeyFileError::Password,
                "{name}"
            );
        }
    }
    assert!(!Sm2PrivateKey::is_encrypted(&fixture("sign.plain.key")));
}

#[test]
fn what_is_not_opened() {
    let error = |name| open(name, PASSWORD).unwrap_err();
    assert!(matches!(error("sign.sha1.key"), KeyFileError::Algorithm(_)));
    assert!(matches!(
        error("sign.scrypt.key"),
        KeyFileError::Algorithm(_)
    ));
    assert_eq!(error("p256.aes-256.key"), KeyFileError::Password);
    assert_eq!(error("sign.plain.key"), KeyFileError::Form);
    assert_eq!(error("sign.crt"), KeyFileError::Form);
    let cut = fixture("sign.sm4.key").replace("\n-----END", "=\n-----END");
    assert_eq!(
        Sm2PrivateKey::from_encrypted_pem(&cut, PASSWORD).unwrap_err(),
        KeyFileError::Form
    );
}

#[test]
fn what_we_write_opens_again() {
    let key = Sm2PrivateKey::from_text(&fixture("sign.plain.key")).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let pem = key.to_encrypted_pem(PASSWORD, &mut rng).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    let again = Sm2PrivateKey::from_encrypted_pem(&pem, PASSWORD).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    assert!(Sm2PrivateKey::from_encrypted_pem(&pem, b"other").is_err());
    assert_ne!(pem, key.to_encrypted_pem(PASSWORD, &mut rng).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// A file altered anywhere is refused or holds the same key; it never
    /// panics. The rounds are bounded, so that it does not run for ever.
    #[test]
    fn altered_files(at in 38_usize..120, letter in "[A-Za-z0-9+/]") {
        let mut text = fixture("sign.aes-128.key").into_bytes();
        text[at] = letter.as_bytes()[0];
        let text = String::from_utf8(text).unwrap();
        // Altered rounds may be millions: only the reading is of interest.
        if let Err(error) = Sm2PrivateKey::from_encrypted_pem(&text.replace("-----END", "\n-----END"), PASSWORD) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
