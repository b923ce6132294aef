//! The master key: what is kept in the database is sealed under it.

use chs_envelope::sm::{self, Sm4Key};
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::KeyError;

/// What a sealed value is, so that one cannot be put in the place of another.
#[derive(Debug, Clone, Copy)]
pub enum SealedAs<'a> {
    /// appSecret of this application id.
    AppSecret(&'a str),
    /// SM4-GCM key of this application id.
    GcmKey(&'a str),
    /// Gateway secret (CSB, TIF) of this application id.
    GatewaySecret(&'a str),
    /// SM4 key of transaction input and output of this application id.
    InputKey(&'a str),
    /// A settlement list: institution and setl_id.
    List(&'a str, &'a str),
    /// A settlement record: institution and setl_id.
    SettlementRecord(&'a str, &'a str),
    /// Number, name and certificate of a list's person: institution and setl_id.
    Person(&'a str, &'a str),
    /// A front page: institution and mdtrt_sn.
    FrontPage(&'a str, &'a str),
    /// A file of 9101 or 9102: institution and file_qury_no.
    File(&'a str, &'a str),
    /// A kept answer: application id and requestId.
    Answer(&'a str, &'a str),
    /// A message to the upper platform, by its id.
    Outgoing(&'a str),
    /// The upper platform's answer to a message, by the message's id.
    UpperAnswer(&'a str),
}

impl SealedAs<'_> {
    fn aad(self) -> String {
        match self {
            SealedAs::AppSecret(app_id) => format!("v1|app_secret|{app_id}"),
            SealedAs::GcmKey(app_id) => format!("v1|gcm_key|{app_id}"),
            SealedAs::GatewaySecret(app_id) => format!("v1|gateway_secret|{app_id}"),
            SealedAs::InputKey(app_id) => format!("v1|input_key|{app_id}"),
            SealedAs::List(institution, setl_id) => format!("v1|list|{institution}|{setl_id}"),
            SealedAs::SettlementRecord(institution, setl_id) => {
                format!("v1|settlement|{institution}|{setl_id}")
            }
            SealedAs::Person(institution, setl_id) => format!("v1|person|{institution}|{setl_id}"),
            SealedAs::FrontPage(institution, mdtrt_sn) => {
                format!("v1|front_page|{institution}|{mdtrt_sn}")
            }
            SealedAs::File(institution, number) => format!("v1|file|{institution}|{number}"),
            SealedAs::Answer(app_id, request_id) => format!("v1|answer|{app_id}|{request_id}"),
            SealedAs::Outgoing(message_id) => format!("v1|outgoing|{message_id}"),
            SealedAs::UpperAnswer(message_id) => format!("v1|upper_answer|{message_id}"),
        }
    }
}

/// First byte of a sealed value that names its key, and says how its plain text is packed.
const PACKED: u8 = 3;

/// First byte of a sealed value that names its key: of earlier releases.
const NAMES_ITS_KEY: u8 = 2;

/// Plain text from here on is packed: lists and answers shrink to a third, and SM4 and the
/// database have that much less to do. Secrets are shorter.
const WORTH_PACKING: usize = 512;

/// Seals values at rest with SM4-GCM, and makes keyed digests to search sealed ones by.
///
/// A sealed value is `03`, the four bytes of its key's version, nonce, ciphertext and tag.
/// Its plain text begins with `01` when LZ4 with the length before it follows, with `00`
/// when the value itself does. Earlier releases wrote `02` and the value itself, the first
/// ones not even the first five bytes.
#[derive(Debug, Clone)]
pub struct MasterKey {
    /// Seals.
    current: VersionedKey,
    /// Open what they sealed; the newest first.
    earlier: Vec<VersionedKey>,
}

#[derive(Debug, Clone)]
struct VersionedKey {
    version: [u8; 4],
    key: Sm4Key,
}

impl VersionedKey {
    /// The version is drawn from the key itself, so that it needs no register.
    fn new(key: Sm4Key) -> VersionedKey {
        let digest = sm::sm3(&[b"chs-gateway master key", key.expose_hex().as_bytes()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        VersionedKey {
            version: [a, b, c, d],
            key,
        }
    }
}

impl MasterKey {
    /// A key with those before it, the newest first.
    pub fn new(current: Sm4Key, earlier: Vec<Sm4Key>) -> MasterKey {
        MasterKey {
            current: VersionedKey::new(current),
            earlier: earlier.into_iter().map(VersionedKey::new).collect(),
        }
    }

    /// How every value begins that the current key has sealed.
    pub fn prefix(&self) -> Vec<u8> {
        [&[PACKED][..], &self.current.version].concat()
    }

    /// HMAC-SM3 of a value under the oldest key and a label, lower-case hex: equal values
    /// have equal digests whatever keys came since, and nobody without the key can try
    /// values out.
    ///
    /// # Errors
    /// [`KeyError::Digest`].
    pub fn digest(&self, label: &str, value: &str) -> Result<String, KeyError> {
        let parts = [label.as_bytes(), b"|", value.as_bytes()];
        let oldest = self.earlier.last().unwrap_or(&self.current);
        sm::hmac_sm3(oldest.key.expose_hex().as_bytes(), &parts)
            .map(|digest| digest.to_hex())
            .map_err(|_| KeyError::Digest)
    }

    /// Seals `plain` for its place.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn seal(&self, place: SealedAs<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let sealed = self
            .current
            .key
            .gcm_seal(packed_aad(place).as_bytes(), &pack(plain), &mut SysRng)
            .map_err(|_| KeyError::Random)?;
        let mut value = self.prefix();
        value.extend(sealed);
        Ok(value)
    }

    /// Opens what was sealed for this place; nothing if it was altered, sealed under an
    /// unknown key or for another place.
    pub fn open(&self, place: SealedAs<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let keys = || std::iter::once(&self.current).chain(&self.earlier);
        let named = sealed.split_first_chunk::<5>().and_then(|(head, body)| {
            let [mark, version @ ..] = head;
            let key = &keys().find(|key| key.version == *version)?.key;
            match *mark {
                PACKED => unpack(key.gcm_open(packed_aad(place).as_bytes(), body).ok()?),
                NAMES_ITS_KEY => key.gcm_open(place.aad().as_bytes(), body).ok(),
                _ => None,
            }
        });
        // A value of the first releases names no key; its nonce may begin like one that does.
        let aad = place.aad();
        named.or_else(|| keys().find_map(|key| key.key.gcm_open(aad.as_bytes(), sealed).ok()))
    }
}

/// Says that the plain text is packed, so that no other reading of it is authentic.
fn packed_aad(place: SealedAs<'_>) -> String {
    format!("packed|{}", place.aad())
}

fn pack(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(if plain.len() < WORTH_PACKING {
        [&[0], plain].concat()
    } else {
        [&[1], &*lz4_flex::compress_prepend_size(plain)].concat()
    })
}

fn unpack(packed: Vec<u8>) -> Option<Vec<u8>> {
    match packed.split_first()? {
        (0, plain) => Some(plain.to_vec()),
        (1, rest) => lz4_flex::decompress_size_prepended(rest).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_own_place_only() {
        let master = MasterKey::new(key(), Vec::new());
        let sealed = master.seal(SealedAs::AppSecret("a"), b"secret").unwrap();
        assert_eq!(
            master.open(SealedAs::AppSecret("a"), &sealed).unwrap(),
            b"secret"
        );
        assert!(master.open(SealedAs::AppSecret("b"), &sealed).is_none());
        assert!(master.open(SealedAs::GcmKey("a"), &sealed).is_none());
    }

    #[test]
    fn long_values_are_packed_and_come_back_whole() {
        let master = MasterKey::new(key(), Vec::new());
        let place = SealedAs::Answer("a", "r");
        let row = r#"{"rule_id":"QC-FEE-033","needs":"fee lines (hospital.fee_lines)"},"#;
        for length in [0, 1, WORTH_PACKING - 1, WORTH_PACKING, 10_000] {
            let plain = &row.repeat(200).into_bytes()[..length];
            let sealed = master.seal(place, plain).unwrap();
            assert_eq!(master.open(place, &sealed).unwrap(), plain, "{length}");
            if length == 10_000 {
                assert!(sealed.len() < 1_000, "{}", sealed.len());
            }
        }
    }

    fn key() -> Sm4Key {
        Sm4Key::generate(&mut SysRng).unwrap()
    }

    #[test]
    fn a_new_master_key_opens_what_the_earlier_ones_sealed() {
        let (first, second, third) = (key(), key(), key());
        let place = SealedAs::Outgoing("m");
        // As the first releases sealed: without the name of a key; then with it.
        let unnamed = first
            .gcm_seal(place.aad().as_bytes(), b"a", &mut SysRng)
            .unwrap();
        let version = VersionedKey::new(first.clone()).version;
        let unpacked = [&[NAMES_ITS_KEY][..], &version, &unnamed].concat();
        let oldest = MasterKey::new(first.clone(), Vec::new());
        let older = MasterKey::new(second.clone(), vec![first.clone()]);
        let newest = MasterKey::new(third, vec![second, first]);
        let sealed = [oldest.seal(place, b"a"), older.seal(place, b"a")].map(Result::unwrap);
        for value in sealed.iter().chain([&unnamed, &unpacked]) {
            assert_eq!(newest.open(place, value).as_deref(), Some(&b"a"[..]));
            assert!(!value.starts_with(&newest.prefix()));
        }
        let own = newest.seal(place, b"a").unwrap();
        assert!(own.starts_with(&newest.prefix()));
        assert!(older.open(place, &own).is_none());
        assert_eq!(
            newest.digest("psn_no", "1").unwrap(),
            oldest.digest("psn_no", "1").unwrap()
        );
    }

    #[test]
    fn a_keyed_digest_depends_on_key_label_and_value() {
        let master = || MasterKey::new(key(), Vec::new());
        let (one, other) = (master(), master());
        let digest = |key: &MasterKey, label, value| key.digest(label, value).unwrap();
        assert_eq!(digest(&one, "psn_no", "1"), digest(&one, "psn_no", "1"));
        for another in [
            digest(&other, "psn_no", "1"),
            digest(&one, "institution", "1"),
            digest(&one, "psn_no", "2"),
        ] {
            assert_ne!(digest(&one, "psn_no", "1"), another);
        }
    }
}
