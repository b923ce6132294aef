//! A transaction answer.

use super::{
    ResponseError, ref_msgid,
    request::{Input, quoted, raw_member},
    time::seventeen_digits,
};
use crate::{canonical::Document, transaction::MsgIdError};

/// Most characters of `err_msg`.
const ERR_MSG_MAX: usize = 200;

/// `infcode`: `0` is success, everything else a failure. Published values are
/// 0 and −1; others were seen in samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfCode(String);

impl InfCode {
    /// `0`.
    #[must_use]
    pub fn success() -> Self {
        Self("0".to_owned())
    }

    /// `-1`.
    #[must_use]
    pub fn failure() -> Self {
        Self("-1".to_owned())
    }

    /// Whether this is success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.0 == "0"
    }

    /// The code as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How `infcode` is written: both are seen, a setting of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InfCodeForm {
    /// `0`, as the table has it.
    #[default]
    Number,
    /// `"0"`.
    Text,
}

/// An answer. Its fields are the members of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionResponse {
    /// 交易状态码.
    pub infcode: InfCode,
    /// 接收方报文ID; empty when the request never reached the platform.
    pub inf_refmsgid: String,
    /// 接收报文时间, 17 digits or empty.
    pub refmsg_time: String,
    /// 响应报文时间, 17 digits or empty.
    pub respond_time: String,
    /// 错误信息.
    pub err_msg: String,
    /// A remark beside a success. Seen in one client only.
    pub warn_msg: String,
    /// 数字签名信息 over the output, where answers are signed.
    pub cainfo: String,
    /// `SM4` when the output is encrypted.
    pub enctype: String,
    /// `SM2` when the output is signed.
    pub signtype: String,
    /// 交易输出; `None` when there is none.
    pub output: Option<Input>,
}

impl TransactionResponse {
    /// The answer to a request that was received and carried out: `output` is
    /// the JSON text of an object.
    ///
    /// # Errors
    /// [`MsgIdError`] when an id of the answer cannot be made of `stamp`.
    pub fn success(stamp: &Stamp<'_>, output: String) -> Result<Self, MsgIdError> {
        let mut answer = Self::new(stamp, InfCode::success())?;
        answer.output = Some(Input::Plain(output));
        Ok(answer)
    }

    /// The answer to a request that failed; the message is cut to the
    /// published 200 characters.
    ///
    /// # Errors
    /// As [`Self::success`].
    pub fn failure(stamp: &Stamp<'_>, err_msg: &str) -> Result<Self, MsgIdError> {
        let mut answer = Self::new(stamp, InfCode::failure())?;
        answer.err_msg = err_msg.chars().take(ERR_MSG_MAX).collect();
        Ok(answer)
    }

    fn new(stamp: &Stamp<'_>, infcode: InfCode) -> Result<Self, MsgIdError> {
        let time = |millis| seventeen_digits(millis).ok_or(MsgIdError::Time);
        Ok(Self {
            infcode,
            inf_refmsgid: ref_msgid(stamp.admdvs, stamp.received_millis, stamp.serial)?,
            refmsg_time: time(stamp.received_millis)?,
            respond_time: time(stamp.answered_millis)?,
            err_msg: String::new(),
            warn_msg: String::new(),
            cainfo: String::new(),
            enctype: String::new(),
            signtype: String::new(),
            output: None,
        })
    }

    /// Reads an answer of any of the forms seen: `infcode` as number or text,
    /// nulls for empty members, output as object, text or nothing.
    ///
    /// # Errors
    /// [`ResponseError`]; [`ResponseError::Gateway`] for the refusal of a
    /// gateway in front.
    pub fn parse(bytes: &[u8]) -> Result<Self, ResponseError> {
        let Document::Object(members) = Document::parse(bytes).map_err(ResponseError::Json)? else {
            return Err(ResponseError::NotAnObject);
        };
        let member = |name: &str| {
            let found = members.iter().find(|(key, _)| key == name);
            found.map_or(&Document::Null, |(_, value)| value)
        };
        let text = |name: &'static str| match member(name) {
            Document::Null => Ok(String::new()),
            Document::Text(text) | Document::Number(text) => Ok(text.to_string()),
            _ => Err(ResponseError::NotText(name)),
        };
        let infcode = match (member("infcode"), member("code")) {
            (Document::Text(code) | Document::Number(code), _) if !code.is_empty() => {
                InfCode(code.to_string())
            }
            (Document::Null, Document::Text(_) | Document::Number(_)) => {
                let (code, message) = (text("code")?, text("message")?);
                return Err(ResponseError::Gateway { code, message });
            }
            _ => return Err(ResponseError::InfCode),
        };
        let output = match member("output") {
            Document::Null => None,
            Document::Text(text) if text.is_empty() => None,
            Document::Text(text) => Some(Input::Sealed(text.to_string())),
            Document::Object(_) => raw_member(bytes, "output").map(Input::Plain),
            _ => return Err(ResponseError::Output),
        };
        Ok(Self {
            infcode,
            inf_refmsgid: text("inf_refmsgid")?,
            refmsg_time: text("refmsg_time")?,
            respond_time: text("respond_time")?,
            err_msg: text("err_msg")?,
            warn_msg: text("warn_msg")?,
            cainfo: text("cainfo")?,
            enctype: text("enctype")?,
            signtype: text("signtype")?,
            output,
        })
    }

    /// The answer as JSON text: the six published members always, the others
    /// when they hold something.
    #[must_use]
    pub fn to_json(&self, form: InfCodeForm) -> String {
        let code = &self.infcode.0;
        // Only what is a number of JSON may stand without quotes.
        let bare = form == InfCodeForm::Number
            && code.parse::<i32>().is_ok_and(|n| n.to_string() == *code);
        let code = if bare { code.clone() } else { quoted(code) };
        let mut parts = vec![format!("\"infcode\":{code}")];
        for (name, text, always) in [
            ("inf_refmsgid", &self.inf_refmsgid, true),
            ("refmsg_time", &self.refmsg_time, true),
            ("respond_time", &self.respond_time, true),
            ("err_msg", &self.err_msg, true),
            ("warn_msg", &self.warn_msg, false),
            ("cainfo", &self.cainfo, false),
            ("enctype", &self.enctype, false),
            ("signtype", &self.signtype, false),
        ] {
            if always || !text.is_empty() {
                parts.push(format!("\"{name}\":{}", quoted(text)));
            }
        }
        parts.push(match &self.output {
            None => "\"output\":{}".to_owned(),
            Some(Input::Plain(text)) => format!("\"output\":{text}"),
            Some(Input::Sealed(text)) => format!("\"output\":{}", quoted(text)),
        });
        format!("{{{}}}", parts.join(","))
    }
}

/// Who answers and when: what the ids and times of an answer are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// The receiver's division, six digits.
    pub admdvs: &'a str,
    /// When the request came, milliseconds since 1970-01-01T00:00:00Z.
    pub received_millis: i64,
    /// When it is answered.
    pub answered_millis: i64,
    /// The receiver's running number, up to ten digits.
    pub serial: u64,
}
