//! Strict text forms of bytes: one text for one value, nothing skipped.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::SmError;

/// Decodes hexadecimal digits of either case.
///
/// # Errors
/// On an odd length or any other character.
pub fn decode_hex(text: &str) -> Result<Vec<u8>, SmError> {
    base16ct::mixed::decode_vec(text).map_err(|_| SmError)
}

/// Decodes hexadecimal digits, upper case only, as `encData` is written.
///
/// # Errors
/// On an odd length, a lower-case digit or any other character.
pub fn decode_upper_hex(text: &str) -> Result<Vec<u8>, SmError> {
    // Many kilobytes of what everybody may see: this is not the constant-time decoder. It
    // would take lower-case digits and a prefix `0x` as well.
    let digits = text.bytes().fold(true, |all, byte| {
        all & matches!(byte, b'0'..=b'9' | b'A'..=b'F')
    });
    if !digits {
        return Err(SmError);
    }
    const_hex::decode(text).map_err(|_| SmError)
}

/// Writes bytes as upper-case hexadecimal digits.
#[must_use]
pub fn encode_upper_hex(bytes: &[u8]) -> String {
    base16ct::upper::encode_string(bytes)
}

/// Writes bytes as lower-case hexadecimal digits, as hash values are written.
#[must_use]
pub fn encode_lower_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Decodes Base64 (RFC 4648 section 4) with its padding. Blanks, line breaks,
/// missing padding and stray bits behind the last byte are refused.
///
/// # Errors
/// On anything that an encoder would not have written.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, SmError> {
    STANDARD.decode(text).map_err(|_| SmError)
}

/// Writes bytes as Base64 with padding.
#[must_use]
pub fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_strict() {
        assert_eq!(decode_upper_hex("00FF"), Ok(vec![0, 255]));
        for bad in ["00ff", "0", "0x00", "0X00", " 00", "GG", "é"] {
            assert_eq!(decode_upper_hex(bad), Err(SmError), "{bad}");
        }
        assert_eq!(decode_hex("00fF"), Ok(vec![0, 255]));
        assert_eq!(
            (encode_upper_hex(&[0, 255]), encode_lower_hex(&[0, 255])),
            ("00FF".into(), "00ff".into())
        );
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(decode_base64("AQ=="), Ok(vec![1]));
        for bad in ["AQ", "AQ=", "AR==", "AQ==\n", " AQ==", "A-==", "AQ==AQ=="] {
            assert_eq!(decode_base64(bad), Err(SmError), "{bad:?}");
        }
        assert_eq!(encode_base64(&[1]), "AQ==");
    }
}
