//! What a case is: the shape of the TOML files under `cases/`, and its checks on load.

use std::{collections::BTreeMap, fmt};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{embedded, expect::Check, family::Family, forgery::Form, transaction::TransactionCall};

/// Part of the contract, by who calls.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    /// What a hospital's vendor must see.
    Hospital,
    /// What a county or city office must see.
    City,
    /// What a provincial or national platform must see.
    Province,
    /// The transaction door (infno messages).
    Transaction,
    /// What a hostile or broken caller must see.
    Security,
}

impl Profile {
    /// Folder under `cases/`, and the word of `--profile`.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Profile::Hospital => "hospital",
            Profile::City => "city",
            Profile::Province => "province",
            Profile::Transaction => "transaction",
            Profile::Security => "security",
        }
    }

    /// Beginning of the ids of this profile's cases.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Profile::Hospital => "HOS-",
            Profile::City => "CIT-",
            Profile::Province => "PRO-",
            Profile::Transaction => "TRA-",
            Profile::Security => "SEC-",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.folder())
    }
}

/// A case file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(default)]
    case: Vec<Case>,
    #[serde(default)]
    family: Vec<Family>,
}

/// One case: steps that are sent in order, each with what must come back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Stable id, e.g. `SEC-003`; never given to another case (`cases.lock`).
    pub(crate) id: String,
    /// Stable short name, e.g. `stale-timestamp`.
    pub(crate) slug: String,
    /// What is tried, in Chinese.
    pub(crate) title: String,
    /// What is tried, in English.
    pub(crate) title_en: String,
    /// Ids of the requirements this case is about (`requirements.csv`).
    pub(crate) clauses: Vec<String>,
    /// What is sent, in order.
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
    /// From the folder.
    #[serde(skip_deserializing, default = "hospital")]
    pub(crate) profile: Profile,
}

fn hospital() -> Profile {
    Profile::Hospital
}

impl Case {
    /// `PROFILE/ID SLUG`, the text that `--filter` looks at.
    pub(crate) fn label(&self) -> String {
        format!("{}/{} {}", self.profile, self.id, self.slug)
    }
}

/// One exchange.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// Name, by which later steps speak of this one.
    pub(crate) name: String,
    /// A sealed call.
    pub(crate) sealed: Option<SealedCall>,
    /// A plain HTTP request.
    pub(crate) http: Option<HttpCall>,
    /// A message at the transaction door.
    pub(crate) transaction: Option<TransactionCall>,
    /// The very bytes of an earlier step again.
    pub(crate) again: Option<String>,
    /// Sends the step several times at once, each with its own nonce.
    pub(crate) parallel: Option<Parallel>,
    /// What must come back.
    pub(crate) expect: Expect,
    /// What must stand in the opened data (or in the plain JSON body).
    #[serde(default, rename = "check")]
    pub(crate) checks: Vec<Check>,
}

/// A sealed call and what is wrong with it on purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedCall {
    /// Caller file without `.toml`.
    pub(crate) caller: String,
    /// Path under `/api/v1/`.
    pub(crate) path: String,
    /// JSON text of data; `${…}` is filled in (see `template.rs`).
    pub(crate) body: String,
    /// Changes of the body before it is signed.
    #[serde(default)]
    pub(crate) edit: Vec<Edit>,
    /// `SM4` or `SM4-GCM`; the caller's own default when absent.
    pub(crate) enc_type: Option<String>,
    /// `canonical` (default) encrypts the canonical text, `as-written` the body as it stands.
    #[serde(default)]
    pub(crate) wire: Wire,
    /// Signs with the key of another caller.
    pub(crate) sign_as: Option<String>,
    /// Claims another appId.
    pub(crate) app_id: Option<String>,
    /// Seconds from now; the clock of China time, or epoch milliseconds with `millis`.
    #[serde(default)]
    pub(crate) time_shift: i64,
    /// Writes the timestamp as 13 digits.
    #[serde(default)]
    pub(crate) millis: bool,
    /// A fixed nonce, or `${step.nonce}`; fresh when absent.
    pub(crate) nonce: Option<String>,
    /// A fixed requestId, or `${step.request_id}`; fresh when absent.
    pub(crate) request_id: Option<String>,
    /// Changes after signing and sealing.
    #[serde(default)]
    pub(crate) tamper: Vec<Tamper>,
}

/// Which text is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Wire {
    /// The canonical text.
    #[default]
    Canonical,
    /// The body as the case wrote it: blanks, nulls and its own order of keys.
    AsWritten,
}

/// A change of a JSON document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// JSON Pointer of the member; its parent must exist.
    pub(crate) pointer: String,
    /// New value; the member is removed when absent.
    pub(crate) set: Option<toml::Value>,
}

/// A change of a message that was signed and sealed already.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Tamper {
    /// Flips one bit of what the hex or Base64 text of a member stands for; counts from the end when negative.
    FlipBit {
        /// `encData` or `signData`.
        member: String,
        /// Number of the bit.
        bit: i64,
    },
    /// Writes encData in lower case.
    LowerHex,
    /// Encrypts another body under the right key and keeps the signature.
    Reseal {
        /// Changes of the body that was signed.
        edit: Vec<Edit>,
    },
    /// Encrypts this very text under the right key and keeps the signature.
    ResealText {
        /// The text, not looked at.
        text: String,
    },
    /// Encrypts the signed text with another last byte of padding (PKCS#7) and keeps the signature.
    Padding {
        /// The byte.
        last: u8,
    },
    /// Puts other numbers, or another form of them, in the place of the signature.
    Signature {
        /// Which.
        form: Form,
    },
    /// Sets or adds a member of the message.
    Set {
        /// Name of the member.
        member: String,
        /// Its new value.
        value: toml::Value,
    },
    /// Leaves a member out.
    Remove {
        /// Name of the member.
        member: String,
    },
    /// Writes a member twice.
    Duplicate {
        /// Name of the member.
        member: String,
    },
    /// Adds blanks after the message until it has this many bytes.
    PadBytes {
        /// Bytes of the body in all.
        bytes: usize,
    },
    /// Cuts the message after this many bytes.
    Cut {
        /// Bytes that remain.
        bytes: usize,
    },
    /// Sends the message under another media type.
    ContentType {
        /// The media type.
        value: String,
    },
}

/// A plain HTTP request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpCall {
    /// GET, POST, …
    pub(crate) method: String,
    /// Path from the root.
    pub(crate) path: String,
    /// Body, sent as application/json.
    pub(crate) body: Option<String>,
}

/// The same step several times at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parallel {
    /// How many.
    pub(crate) count: usize,
    /// Members (JSON Pointers) in which the opened answers may differ.
    #[serde(default)]
    pub(crate) equal_except: Vec<String>,
    /// A pointer that is true in every answer but one.
    pub(crate) marks_all_but_one: Option<String>,
}

/// What must come back; exactly one member is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// Status 200, sealed, outer code `0`, success `true`.
    #[serde(default)]
    pub(crate) success: bool,
    /// A row of `refusals.toml`.
    pub(crate) refusal: Option<String>,
    /// A plain answer with this status.
    pub(crate) status: Option<u16>,
    /// Headers that must match a regular expression.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

/// A case file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("用例文件有误 / the case file {file} is not valid: {reason}")]
pub(crate) struct CaseError {
    file: String,
    reason: String,
}

/// Longest id of a case: requestIds are made of it and of a step, and those have 64 characters.
const LONGEST_ID: usize = 32;

/// All embedded cases, by profile and id.
///
/// # Errors
/// [`CaseError`] names the file and what is wrong with it.
pub(crate) fn load_all() -> Result<Vec<Case>, CaseError> {
    let mut cases = Vec::new();
    let mut files: Vec<String> = <embedded::Cases as rust_embed::Embed>::iter()
        .map(|name| name.into_owned())
        .collect();
    files.sort();
    for file in files {
        let failed = |reason: String| CaseError {
            file: file.clone(),
            reason,
        };
        let profile = Profile::value_variants()
            .iter()
            .copied()
            .find(|profile| file.starts_with(&format!("{profile}/")))
            .ok_or_else(|| failed("not in the folder of a profile".to_owned()))?;
        let text = embedded::text::<embedded::Cases>(&file)
            .ok_or_else(|| failed("not UTF-8".to_owned()))?;
        cases.extend(parse(&text, profile).map_err(failed)?);
    }
    cases.sort_by(|left, right| (left.profile, &left.id).cmp(&(right.profile, &right.id)));
    Ok(cases)
}

/// Parses one case file and checks what its shape alone does not say.
///
/// # Errors
/// A text that names the case and what is wrong.
pub(crate) fn parse(text: &str, profile: Profile) -> Result<Vec<Case>, String> {
    let file: CaseFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut cases = file.case;
    for family in &file.family {
        cases.extend(family.cases()?);
    }
    for case in &mut cases {
        case.profile = profile;
        validate(case).map_err(|reason| format!("{}: {reason}", case.id))?;
    }
    Ok(cases)
}

fn validate(case: &Case) -> Result<(), String> {
    if !case.id.starts_with(case.profile.prefix()) {
        return Err(format!(
            "ids of this profile begin with {}",
            case.profile.prefix()
        ));
    }
    if case.id.len() > LONGEST_ID {
        return Err(format!("ids have at most {LONGEST_ID} characters"));
    }
    if case.steps.is_empty() || case.clauses.is_empty() {
        return Err("a case has steps and clauses".to_owned());
    }
    let mut names = Vec::new();
    for step in &case.steps {
        let at = |reason: &str| Err(format!("step {}: {reason}", step.name));
        if names.contains(&&step.name) {
            return at("the name is used twice");
        }
        let ways = [
            step.sealed.is_some(),
            step.http.is_some(),
            step.transaction.is_some(),
            step.again.is_some(),
        ];
        if ways.iter().filter(|way| **way).count() != 1 {
            return at("exactly one of sealed, http, transaction, again");
        }
        if step
            .again
            .as_ref()
            .is_some_and(|earlier| !names.contains(&earlier))
        {
            return at("again names no earlier step");
        }
        if step.parallel.is_some() && step.sealed.is_none() {
            return at("only a sealed call can be parallel");
        }
        let expect = &step.expect;
        let ends = [
            expect.success,
            expect.refusal.is_some(),
            expect.status.is_some(),
        ];
        if ends.iter().filter(|end| **end).count() != 1 {
            return at("exactly one of expect.success, expect.refusal, expect.status");
        }
        for check in &step.checks {
            check
                .validate()
                .map_err(|reason| format!("step {}: {reason}", step.name))?;
        }
        names.push(&step.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
