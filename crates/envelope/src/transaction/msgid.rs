//! Message ids: the sender's `msgid` and the receiver's `inf_refmsgid`.

use crate::sealed::Timestamp;

/// A sender's message id in the published layout: institution (12), China
/// time `yyyyMMddHHmmss` (14), running number (4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MsgId {
    fixmedins_code: String,
    millis: i64,
    serial: u16,
}

/// Why a message id cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MsgIdError {
    /// The institution's code is not 12 letters and digits.
    #[error(
        "定点医药机构编号应为 12 位字母或数字 the institution's code must be 12 letters and digits"
    )]
    Institution,
    /// The division's code is not six digits.
    #[error("区划代码应为 6 位数字 the division's code must be 6 digits")]
    Division,
    /// The moment lies outside the years 0 to 9999.
    #[error("时间超出范围 the moment is out of range")]
    Time,
    /// The running number has too many digits.
    #[error("顺序号超出位数 the running number has too many digits")]
    Serial,
}

impl MsgId {
    /// The id of message number `serial` (0 to 9999) of an institution at a
    /// moment.
    ///
    /// # Errors
    /// [`MsgIdError`].
    pub fn new(fixmedins_code: &str, millis: i64, serial: u16) -> Result<Self, MsgIdError> {
        let letters = fixmedins_code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric());
        if fixmedins_code.len() != 12 || !letters {
            return Err(MsgIdError::Institution);
        }
        if serial > 9_999 {
            return Err(MsgIdError::Serial);
        }
        let moment = Timestamp::from_millis(millis).ok_or(MsgIdError::Time)?;
        Ok(Self {
            fixmedins_code: fixmedins_code.to_owned(),
            millis: moment.millis(),
            serial,
        })
    }

    /// Reads the published layout. Several senders follow layouts of their
    /// own, so that `None` is no reason to refuse a message.
    #[must_use]
    pub fn from_layout(text: &str) -> Option<Self> {
        let (code, rest) = text.split_at_checked(12)?;
        let (time, serial) = rest.split_at_checked(14)?;
        if serial.len() != 4 || !serial.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let millis = Timestamp::parse(time)?.millis();
        Self::new(code, millis, serial.parse().ok()?).ok()
    }

    /// The institution that the id names.
    #[must_use]
    pub fn fixmedins_code(&self) -> &str {
        &self.fixmedins_code
    }

    /// The moment that the id names, in milliseconds since
    /// 1970-01-01T00:00:00Z, whole seconds.
    #[must_use]
    pub const fn millis(&self) -> i64 {
        self.millis
    }

    /// The running number.
    #[must_use]
    pub const fn serial(&self) -> u16 {
        self.serial
    }

    /// The id, 30 characters.
    #[must_use]
    pub fn to_text(&self) -> String {
        // The moment was checked when this was made.
        let time = Timestamp::from_millis(self.millis);
        let time = time.as_ref().map_or("", Timestamp::as_str);
        format!("{}{time}{:04}", self.fixmedins_code, self.serial)
    }
}

/// The receiver's `inf_refmsgid`, 30 characters: its division (6), China time
/// `yyyyMMddHHmmss` (14), running number (10).
///
/// # Errors
/// [`MsgIdError`].
pub fn ref_msgid(admdvs: &str, millis: i64, serial: u64) -> Result<String, MsgIdError> {
    if admdvs.len() != 6 || !admdvs.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MsgIdError::Division);
    }
    if serial > 9_999_999_999 {
        return Err(MsgIdError::Serial);
    }
    let time = Timestamp::from_millis(millis).ok_or(MsgIdError::Time)?;
    Ok(format!("{admdvs}{}{serial:010}", time.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: i64 = 1_795_305_600_000;

    #[test]
    fn the_published_layout() {
        let id = MsgId::new("H61040000001", NOW, 7).unwrap();
        assert_eq!(id.to_text(), "H61040000001202611220800000007");
        assert_eq!(id.to_text().len(), 30);
        assert_eq!(MsgId::from_layout(&id.to_text()), Some(id));
        // The recorded sample of an integration.
        let recorded = ref_msgid("500000", 1_626_232_097_000, 514_555).unwrap();
        assert_eq!(recorded, "500000202107141108170000514555");
    }

    #[test]
    fn what_has_no_layout() {
        for other in [
            "",
            "H61040000001",
            "H6104000000120261122080000000",
            "H610400000012026112208000000071",
            "H61040000001202613220800000007",
            "H6104000000120261122080000+007",
            "院61040000001202611220800000007",
            "2611220800-H61040000001-0007",
        ] {
            assert_eq!(MsgId::from_layout(other), None, "{other}");
        }
        let new = |code, millis, serial| MsgId::new(code, millis, serial).unwrap_err();
        assert_eq!(new("H6104000001", NOW, 1), MsgIdError::Institution);
        assert_eq!(new("H6104-000001", NOW, 1), MsgIdError::Institution);
        assert_eq!(new("H61040000001", NOW, 10_000), MsgIdError::Serial);
        assert_eq!(new("H61040000001", i64::MAX, 1), MsgIdError::Time);
        assert_eq!(ref_msgid("61040", NOW, 1), Err(MsgIdError::Division));
        assert_eq!(
            ref_msgid("610400", NOW, 10_000_000_000),
            Err(MsgIdError::Serial)
        );
        assert_eq!(ref_msgid("610400", i64::MIN, 1), Err(MsgIdError::Time));
    }
}
