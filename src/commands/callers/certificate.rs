//! A caller's key out of its SM2 certificate.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use chs_envelope::{
    certificate::{Certificate, TrustedCas},
    sm::Sm2PublicKey,
};

type Fault = Box<dyn Error + Send + Sync>;

const END: &str = "-----END CERTIFICATE-----";

/// A key that a trusted CA vouches for, until a moment.
pub(super) struct Certified {
    pub(super) public_key: Sm2PublicKey,
    /// When the certificate, or the last chain that leads from it to a trusted CA, ends.
    pub(super) not_after: DateTime<Utc>,
}

/// Reads a certificate, with the CAs between behind it in the same file, and checks it at
/// `now` against the CAs of a file or of the `.crt`, `.cer` and `.pem` files of a folder.
/// Revocation is not checked: there is no list here to ask.
pub(super) fn certified(file: &Path, cas: &Path, now: DateTime<Utc>) -> Result<Certified, Fault> {
    let mut sent = read(file)?.into_iter();
    let leaf = sent
        .next()
        .ok_or_else(|| format!("{} 没有证书 / no certificate", file.display()))?;
    let between: Vec<Certificate> = sent.collect();
    let mut roots = Vec::new();
    for path in files(cas)? {
        roots.extend(read(&path)?);
    }
    // A chain breaks at the end of one of these.
    let mut ends: Vec<i64> = std::iter::once(&leaf)
        .chain(&between)
        .chain(&roots)
        .map(|certificate| certificate.validity_millis().1)
        .collect();
    ends.sort_unstable();
    let refused = |error| format!("{}: {error}", file.display());
    let trusted = TrustedCas::new(roots).map_err(refused)?;
    trusted
        .check(&leaf, &between, now.timestamp_millis())
        .map_err(refused)?;
    let holds = |at: i64| trusted.check(&leaf, &between, at).is_ok();
    let end = ends
        .into_iter()
        .filter(|end| *end >= now.timestamp_millis())
        .find(|end| !holds(end.saturating_add(1)))
        .and_then(DateTime::from_timestamp_millis)
        .ok_or("证书有效期无法表示 / the validity cannot be told")?;
    println!(
        "证书 certificate {}，签发者 issuer {}，序号 serial {}，有效至 until {}",
        leaf.subject(),
        leaf.issuer(),
        leaf.serial(),
        end.format("%Y-%m-%d %H:%M:%SZ"),
    );
    Ok(Certified {
        public_key: leaf.public_key().clone(),
        not_after: end,
    })
}

/// The certificates of a file, in their order.
fn read(path: &Path) -> Result<Vec<Certificate>, Fault> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| told(&error))?;
    text.split_inclusive(END)
        .filter(|block| block.contains(END))
        .map(|block| Certificate::from_pem(block).map_err(|error| told(&error).into()))
        .collect()
}

fn files(cas: &Path) -> Result<Vec<PathBuf>, Fault> {
    if cas.is_file() {
        return Ok(vec![cas.to_owned()]);
    }
    let told = |error: std::io::Error| format!("{}: {error}", cas.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(cas).map_err(told)? {
        files.push(entry.map_err(told)?.path());
    }
    let ending = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ["crt", "cer", "pem"].contains(&ending))
    };
    files.retain(ending);
    files.sort();
    if files.is_empty() {
        return Err(format!("{} 没有 CA 证书 / no CA certificates", cas.display()).into());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURES: &str = "crates/envelope/tests/certificates/fixtures";

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(FIXTURES)
            .join(name)
    }

    /// A certificate with the CA between behind it.
    fn chain(folder: &Path, leaf: &str) -> PathBuf {
        let of = |name| fs::read_to_string(fixture(name)).unwrap();
        let path = folder.join(leaf);
        fs::write(&path, of(leaf) + &of("sub.crt")).unwrap();
        path
    }

    #[test]
    fn a_certificate_of_a_trusted_ca_gives_its_key_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (file, root) = (chain(folder.path(), "sign.crt"), fixture("root.crt"));
        let leaf = read(&file).unwrap().remove(0);
        let (first, last) = leaf.validity_millis();
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let found = certified(&file, &root, at(first)).unwrap();
        assert_eq!(&found.public_key, leaf.public_key());
        // The root was made first, so it ends first; nothing holds beyond the certificate.
        assert!(found.not_after > at(first) && found.not_after <= at(last));
        for (moment, cas, why) in [
            (first - 1, "root.crt", "not valid yet"),
            (last + 1, "root.crt", "expired"),
            (first, "namesake.crt", "another root of the same name"),
        ] {
            assert!(
                certified(&file, &fixture(cas), at(moment)).is_err(),
                "{why}"
            );
        }
        let encrypts = chain(folder.path(), "enc.crt");
        assert!(
            certified(&encrypts, &root, at(first)).is_err(),
            "no signing"
        );
        assert!(certified(&fixture("sign.crt"), &root, at(first)).is_err());
        fs::create_dir(folder.path().join("none")).unwrap();
        assert!(certified(&file, &folder.path().join("none"), at(first)).is_err());
    }
}
