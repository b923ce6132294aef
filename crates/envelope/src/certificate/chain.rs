//! From a certificate to a trusted CA.

use std::collections::VecDeque;

use super::{Certificate, CertificateError};

/// Most certificates between a leaf and its root, both included.
const CHAIN_MAX: usize = 8;

/// The CAs that are trusted: whatever leads to one of them is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedCas(Vec<Certificate>);

impl TrustedCas {
    /// Trusts these certificates, which must be CAs.
    ///
    /// # Errors
    /// [`CertificateError::NotCa`].
    pub fn new(cas: Vec<Certificate>) -> Result<Self, CertificateError> {
        for ca in &cas {
            check_ca(ca)?;
        }
        Ok(Self(cas))
    }

    /// Checks a certificate for signing messages at a moment, in milliseconds
    /// since 1970-01-01T00:00:00Z. `others` may hold the CAs between, in any
    /// order; nothing in it is trusted. The first way found counts.
    ///
    /// # Errors
    /// [`CertificateError`]; for several possible issuers, that of the one
    /// looked at last.
    pub fn check(
        &self,
        leaf: &Certificate,
        others: &[Certificate],
        at_millis: i64,
    ) -> Result<(), CertificateError> {
        check_time(leaf, at_millis)?;
        if leaf.usage.is_some_and(|usage| !usage.digital_signature()) {
            return Err(CertificateError::Usage(leaf.subject()));
        }
        if self.0.iter().any(|ca| ca.der == leaf.der) {
            return Ok(());
        }
        self.climb(leaf, others, at_millis)
    }

    /// Goes from the leaf to its possible issuers, theirs, and so on, the
    /// nearest first. Each certificate is looked at once, so that CAs which
    /// certify each other in circles cost no more than others.
    fn climb(
        &self,
        leaf: &Certificate,
        others: &[Certificate],
        at_millis: i64,
    ) -> Result<(), CertificateError> {
        let mut failure = CertificateError::UnknownIssuer(leaf.issuer());
        let mut left: Vec<&Certificate> = others.iter().collect();
        // Those reached, with the number of CAs between each and the leaf.
        let mut reached = VecDeque::from([(leaf, 0)]);
        while let Some((from, below)) = reached.pop_front() {
            if below + 2 > CHAIN_MAX {
                return Err(CertificateError::TooLong);
            }
            let issuer = from.inner.tbs_certificate().issuer();
            let named = |ca: &Certificate| ca.inner.tbs_certificate().subject() == issuer;
            for ca in self.0.iter().filter(|ca| named(ca)) {
                match check_issuer(from, ca, at_millis, below) {
                    Ok(()) => return Ok(()),
                    Err(error) => failure = error,
                }
            }
            let (next, rest) = left.into_iter().partition(|ca| named(ca));
            left = rest;
            let next: Vec<&Certificate> = next;
            for ca in next {
                match check_issuer(from, ca, at_millis, below) {
                    Ok(()) => {
                        failure = CertificateError::UnknownIssuer(ca.issuer());
                        reached.push_back((ca, below + 1));
                    }
                    Err(error) => failure = error,
                }
            }
        }
        Err(failure)
    }
}

fn check_issuer(
    from: &Certificate,
    ca: &Certificate,
    at_millis: i64,
    below: usize,
) -> Result<(), CertificateError> {
    if !from.is_signed_by(&ca.key) {
        return Err(CertificateError::Signature(from.subject()));
    }
    check_ca(ca)?;
    check_time(ca, at_millis)?;
    let most = ca.constraints.as_ref().and_then(|c| c.path_len_constraint);
    if most.is_some_and(|most| below > usize::from(most)) {
        return Err(CertificateError::PathLength(ca.subject()));
    }
    Ok(())
}

fn check_ca(ca: &Certificate) -> Result<(), CertificateError> {
    let is_ca = ca
        .constraints
        .as_ref()
        .is_some_and(|constraints| constraints.ca);
    if is_ca && ca.usage.is_none_or(|usage| usage.key_cert_sign()) {
        Ok(())
    } else {
        Err(CertificateError::NotCa(ca.subject()))
    }
}

fn check_time(certificate: &Certificate, at_millis: i64) -> Result<(), CertificateError> {
    let (first, last) = certificate.validity_millis();
    if at_millis < first {
        Err(CertificateError::NotYetValid(certificate.subject()))
    } else if at_millis > last {
        Err(CertificateError::Expired(certificate.subject()))
    } else {
        Ok(())
    }
}
