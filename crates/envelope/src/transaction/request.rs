//! A transaction request.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

use super::{
    InfTime, MsgId, RequestError, Warning,
    fields::{Field, INPUT_PUBLISHED, REQUEST_FIELDS, named},
};
use crate::canonical::Document;

/// Most characters of an unknown member's name that a warning repeats.
const NAME_MAX: usize = 64;

/// The business part of a message, before anything is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The JSON text of an object, exactly as it stands in the message: this
    /// is what a signature covers.
    Plain(String),
    /// Encrypted text.
    Sealed(String),
}

/// Whether a transaction needs a signed-in operator. The published text says
/// that signing in precedes other transactions, and its table that `sign_no`
/// may be empty: a local matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignNoPolicy {
    /// `sign_no` is not looked at.
    #[default]
    Ignored,
    /// Every transaction but 9001 must carry one. Whether it is a live one,
    /// the receiver's sessions tell.
    Required,
}

impl SignNoPolicy {
    /// Checks a request.
    ///
    /// # Errors
    /// [`RequestError::NotSignedIn`].
    pub fn check(self, request: &TransactionRequest) -> Result<(), RequestError> {
        let needed = self == Self::Required && request.infno() != "9001";
        if needed && request.get("sign_no").is_empty() {
            Err(RequestError::NotSignedIn)
        } else {
            Ok(())
        }
    }
}

/// A request whose form has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRequest {
    /// The text members that are not empty.
    members: BTreeMap<&'static str, String>,
    inf_time: InfTime,
    input: Input,
}

impl TransactionRequest {
    /// Reads a request and checks the form of every member. The warnings are
    /// for the answer to the vendor and the log, not for refusing.
    ///
    /// # Errors
    /// [`RequestError`], with the member and the cause.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<Warning>), RequestError> {
        let Document::Object(document) = Document::parse(bytes).map_err(RequestError::Json)? else {
            return Err(RequestError::NotAnObject);
        };
        let mut warnings = Vec::new();
        let mut members = BTreeMap::new();
        let mut input = None;
        for (name, value) in &document {
            if name == "input" {
                input = Some(read_input(value, bytes)?);
            } else if let Some(field) = named(name) {
                if let Some(text) = text_of(field, value, &mut warnings)? {
                    members.insert(field.name, text);
                }
            } else {
                warnings.push(Warning::Unknown(name.chars().take(NAME_MAX).collect()));
            }
        }
        let input = input.ok_or(RequestError::Missing {
            name: "input",
            zh: "交易输入",
        })?;
        let (request, more) = Self::checked(members, input)?;
        warnings.extend(more);
        Ok((request, warnings))
    }

    /// Makes a request of named members. Empty ones are left out.
    ///
    /// # Errors
    /// As [`Self::parse`]; unknown names are left out with a warning.
    pub fn build(
        named_members: &[(&str, &str)],
        input: Input,
    ) -> Result<(Self, Vec<Warning>), RequestError> {
        let mut warnings = Vec::new();
        let mut members = BTreeMap::new();
        for (name, text) in named_members {
            match named(name) {
                Some(_) if text.is_empty() => {}
                Some(field) => {
                    members.insert(field.name, (*text).to_owned());
                }
                None => warnings.push(Warning::Unknown((*name).to_owned())),
            }
        }
        if let Input::Plain(text) = &input
            && !Document::parse(text.as_bytes()).is_ok_and(|document| document.is_object())
        {
            return Err(RequestError::Input);
        }
        let (request, more) = Self::checked(members, input)?;
        warnings.extend(more);
        Ok((request, warnings))
    }

    fn checked(
        members: BTreeMap<&'static str, String>,
        input: Input,
    ) -> Result<(Self, Vec<Warning>), RequestError> {
        let mut warnings = Vec::new();
        for field in &REQUEST_FIELDS {
            let text = members.get(field.name).map_or("", String::as_str);
            check_text(field, text, &mut warnings)?;
        }
        let text = |name| members.get(name).map_or("", String::as_str);
        if !text("infno")
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(RequestError::Infno);
        }
        let inf_time = InfTime::parse(text("inf_time")).ok_or(RequestError::Time)?;
        if let (Some(snake), Some(camel)) = (members.get("enc_type"), members.get("encType"))
            && snake != camel
        {
            return Err(RequestError::EncType);
        }
        match MsgId::from_layout(text("msgid")) {
            None => warnings.push(Warning::MsgidLayout),
            Some(id) if id.fixmedins_code() != text("fixmedins_code") => {
                warnings.push(Warning::MsgidInstitution);
            }
            Some(_) => {}
        }
        if !matches!(text("opter_type"), "1" | "2" | "3") {
            warnings.push(Warning::OperatorType);
        }
        if text("recer_sys_code").is_empty() {
            warnings.push(Warning::NoReceiver);
        }
        for name in ["mdtrtarea_admvs", "insuplc_admdvs"] {
            let code = text(name);
            let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
            if !code.is_empty() && !digits {
                warnings.push(Warning::Division(name));
            }
        }
        let (Input::Plain(body) | Input::Sealed(body)) = &input;
        let length = body.chars().count();
        if length > INPUT_PUBLISHED {
            warnings.push(Warning::Long {
                name: "input",
                length,
                published: INPUT_PUBLISHED,
            });
        }
        if matches!(&input, Input::Plain(body) if body.contains("\"psn_no\""))
            && text("insuplc_admdvs").is_empty()
        {
            warnings.push(Warning::NoInsuredPlace);
        }
        let request = Self {
            members,
            inf_time,
            input,
        };
        Ok((request, warnings))
    }

    /// A text member by its name on the wire; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.members.get(name).map_or("", String::as_str)
    }

    /// The transaction's number.
    #[must_use]
    pub fn infno(&self) -> &str {
        self.get("infno")
    }

    /// The sender's message id, an opaque text of at most 30 characters.
    #[must_use]
    pub fn msgid(&self) -> &str {
        self.get("msgid")
    }

    /// When the sender says it sent the message. No window is published.
    #[must_use]
    pub const fn inf_time(&self) -> &InfTime {
        &self.inf_time
    }

    /// `enc_type`, or `encType` as one province spells it.
    #[must_use]
    pub fn enc_type(&self) -> &str {
        match self.get("enc_type") {
            "" => self.get("encType"),
            text => text,
        }
    }

    /// The business part.
    #[must_use]
    pub const fn input(&self) -> &Input {
        &self.input
    }

    /// The message as JSON text, its members in the published order, a plain
    /// input byte for byte as it was given.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut parts: Vec<String> = REQUEST_FIELDS
            .iter()
            .filter_map(|field| Some((field.name, self.members.get(field.name)?)))
            .map(|(name, text)| format!("\"{name}\":{}", quoted(text)))
            .collect();
        parts.push(match &self.input {
            Input::Plain(text) => format!("\"input\":{text}"),
            Input::Sealed(text) => format!("\"input\":{}", quoted(text)),
        });
        format!("{{{}}}", parts.join(","))
    }
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn text_of(
    field: &Field,
    value: &Document<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<String>, RequestError> {
    match value {
        Document::Null => Ok(None),
        Document::Text(text) => Ok(Some(text.to_string()).filter(|text| !text.is_empty())),
        Document::Number(lexeme) => {
            warnings.push(Warning::NumberForText(field.name));
            Ok(Some(lexeme.to_string()))
        }
        _ => Err(RequestError::NotText(field.name)),
    }
}

fn check_text(field: &Field, text: &str, warnings: &mut Vec<Warning>) -> Result<(), RequestError> {
    let Field {
        name,
        zh,
        published,
        longest,
        required,
    } = *field;
    if required && text.trim().is_empty() {
        return Err(RequestError::Missing { name, zh });
    }
    let length = text.chars().count();
    if length > longest {
        return Err(RequestError::TooLong {
            name,
            length,
            most: longest,
        });
    }
    if text.chars().any(char::is_control) {
        return Err(RequestError::Control(name));
    }
    if length > published {
        warnings.push(Warning::Long {
            name,
            length,
            published,
        });
    }
    Ok(())
}

fn read_input(value: &Document<'_>, bytes: &[u8]) -> Result<Input, RequestError> {
    match value {
        Document::Object(_) => raw_member(bytes, "input")
            .map(Input::Plain)
            .ok_or(RequestError::Input),
        Document::Text(text) if !text.is_empty() => Ok(Input::Sealed(text.to_string())),
        Document::Null | Document::Text(_) => Err(RequestError::Missing {
            name: "input",
            zh: "交易输入",
        }),
        _ => Err(RequestError::Input),
    }
}

/// The text of a member of the outermost object as it stands there.
pub(crate) fn raw_member(bytes: &[u8], name: &str) -> Option<String> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).ok()?;
    members.get(name).map(|raw| raw.get().to_owned())
}
