//! SM2 certificates (X.509, GB/T 20518; SM2-with-SM3, GM/T 0015) and the
//! chain from one to a trusted CA.
//!
//! Checked: signatures, validity at a given moment, basic constraints with
//! path length, key usage, critical extensions. Not checked: revocation
//! (there is no list here to ask) and names beyond equality.

mod chain;
mod error;

pub use chain::TrustedCas;
pub use error::CertificateError;

use der::{Decode, DecodePem, Encode, oid::AssociatedOid};
use spki::ObjectIdentifier;
use x509_cert::{
    Certificate as X509,
    certificate::Version,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName},
};

use crate::sm::{DEFAULT_USER_ID, Sm2PublicKey, Sm2Signature, Sm3Digest, sm3};

/// SM2 with SM3.
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// Extensions whose meaning is known here; an unknown critical one refuses
/// the certificate.
const KNOWN: [ObjectIdentifier; 4] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
];

/// A certificate of an SM2 key, signed with SM2 and SM3. Its form has been
/// checked, its signature has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    inner: X509,
    key: Sm2PublicKey,
    signature: Sm2Signature,
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
}

impl Certificate {
    /// Reads one `CERTIFICATE` block.
    ///
    /// # Errors
    /// [`CertificateError`] of form, algorithm or extension.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let inner = X509::from_pem(pem.trim()).map_err(|_| CertificateError::Form)?;
        let der = inner.to_der().map_err(|_| CertificateError::Form)?;
        Self::new(inner, der)
    }

    /// Reads the DER form.
    ///
    /// # Errors
    /// As [`Self::from_pem`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let inner = X509::from_der(der).map_err(|_| CertificateError::Form)?;
        Self::new(inner, der.to_vec())
    }

    fn new(inner: X509, der: Vec<u8>) -> Result<Self, CertificateError> {
        let form = |_| CertificateError::Form;
        let tbs = inner.tbs_certificate();
        // What is signed is the encoding: ours must be the sender's.
        if inner.to_der().map_err(form)? != der || tbs.version() != Version::V3 {
            return Err(CertificateError::Form);
        }
        let algorithm = inner.signature_algorithm();
        if algorithm.oid != SM2_WITH_SM3 || tbs.signature() != algorithm {
            return Err(CertificateError::Algorithm(algorithm.oid.to_string()));
        }
        for extension in tbs.extensions().into_iter().flatten() {
            if extension.critical && !KNOWN.contains(&extension.extn_id) {
                return Err(CertificateError::Extension(extension.extn_id.to_string()));
            }
        }
        let spki = tbs.subject_public_key_info().to_der().map_err(form)?;
        let key = Sm2PublicKey::from_spki_der(&spki).map_err(|_| CertificateError::Key)?;
        let signature = inner.signature().as_bytes().ok_or(CertificateError::Form)?;
        let signature = Sm2Signature::from_der(signature).map_err(|_| CertificateError::Form)?;
        let constraints = tbs.get_extension().map_err(form)?.map(|(_, value)| value);
        let usage = tbs.get_extension().map_err(form)?.map(|(_, value)| value);
        let tbs = tbs.to_der().map_err(form)?;
        Ok(Self {
            der,
            tbs,
            inner,
            key,
            signature,
            constraints,
            usage,
        })
    }

    /// The key that the certificate names, with the default user id.
    #[must_use]
    pub const fn public_key(&self) -> &Sm2PublicKey {
        &self.key
    }

    /// The subject as text, e.g. `CN=…,O=…,C=CN`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.inner.tbs_certificate().subject().to_string()
    }

    /// The issuer as text.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.inner.tbs_certificate().issuer().to_string()
    }

    /// The serial number in hex.
    #[must_use]
    pub fn serial(&self) -> String {
        crate::sm::encode_lower_hex(self.inner.tbs_certificate().serial_number().as_bytes())
    }

    /// First and last moment of validity, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn validity_millis(&self) -> (i64, i64) {
        let validity = self.inner.tbs_certificate().validity();
        let millis = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX)
        };
        // A certificate is valid through its last second.
        let last = millis(&validity.not_after).saturating_add(999);
        (millis(&validity.not_before), last)
    }

    /// SM3 of the DER form, by which people compare certificates.
    #[must_use]
    pub fn fingerprint(&self) -> Sm3Digest {
        sm3(&[&self.der])
    }

    /// Whether this certificate was signed by that key, with the default
    /// user id, as certificates are.
    fn is_signed_by(&self, key: &Sm2PublicKey) -> bool {
        debug_assert_eq!(key.user_id(), DEFAULT_USER_ID);
        key.verify(&[&self.tbs], &self.signature).is_ok()
    }
}
