//! Where a secret comes from: a file, the environment, or a command that asks a key
//! management service or a device.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{
            AdditionalProperties, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, Type,
        },
    },
};
use zeroize::Zeroizing;

/// 密钥来源：文件路径、{ env = "变量" } 或 { command = ["程序", "参数"] } / where a secret comes
/// from. In configuration a plain text is a file:
/// `master_key = "/etc/chs/master.hex"`, `{ env = "CHS_MASTER" }`,
/// `{ command = ["/usr/bin/kms-read", "chs-master"] }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretSource {
    /// A file that holds it.
    File(PathBuf),
    /// An environment variable that holds it.
    Env {
        /// Its name.
        env: String,
    },
    /// A program that prints it.
    Command {
        /// The program and its arguments; no shell reads them.
        command: Vec<String>,
    },
}

/// Written by hand, because the derived one cannot say that a path is a text.
impl PartialSchema for SecretSource {
    fn schema() -> RefOr<Schema> {
        let text = || Object::with_type(Type::String);
        let only = |name: &str, value: RefOr<Schema>| {
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .property(name, value)
                .required(name)
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        let command = ArrayBuilder::new().items(text()).into();
        OneOfBuilder::new()
            .item(text())
            .item(only("env", text().into()))
            .item(only("command", command))
            .into()
    }
}

impl ToSchema for SecretSource {}

/// A secret that its source does not give.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read, or the program not started.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The variable is not set.
    #[error("环境变量未设置 / the environment variable is not set")]
    Unset,
    /// The program ended with an error.
    #[error("命令失败 / the command failed: {0}")]
    Failed(std::process::ExitStatus),
    /// What it gives is no text.
    #[error("内容不是 UTF-8 文本 / the content is no UTF-8 text")]
    Text,
}

impl SecretSource {
    /// The secret, without the white space around it.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn read(&self) -> Result<Zeroizing<String>, SecretError> {
        let text = match self {
            SecretSource::File(path) => fs::read_to_string(path)?,
            SecretSource::Env { env } => std::env::var(env).map_err(|_| SecretError::Unset)?,
            SecretSource::Command { command } => printed_by(command)?,
        };
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    /// The file, where it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            SecretSource::File(path) => Some(path),
            _ => None,
        }
    }
}

/// What the program prints. Its complaints go where ours go.
fn printed_by(command: &[String]) -> Result<String, SecretError> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(SecretError::Failed(output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| SecretError::Text)
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::File(path) => write!(f, "{}", path.display()),
            SecretSource::Env { env } => write!(f, "${env}"),
            // The arguments may tell more than a log should.
            SecretSource::Command { command } => {
                write!(f, "{} …", command.first().map_or("", String::as_str))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(toml: &str) -> SecretSource {
        #[derive(Deserialize)]
        struct Line {
            key: SecretSource,
        }
        toml::from_str::<Line>(toml).unwrap().key
    }

    #[test]
    fn a_secret_comes_from_file_variable_or_command() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "from a file\n").unwrap();
        let from_file = source(&format!("key = '{}'", file.display()));
        assert_eq!(*from_file.read().unwrap(), "from a file");
        // Cargo sets this one for every test.
        let from_variable = source("key = { env = 'CARGO_PKG_NAME' }");
        assert_eq!(*from_variable.read().unwrap(), "chs-gateway");
        let from_command = source("key = { command = ['printf', 'from a %s\\n', 'command'] }");
        assert_eq!(*from_command.read().unwrap(), "from a command");
    }

    #[test]
    fn a_source_that_fails_says_why() {
        let failed = |toml| source(toml).read().unwrap_err().to_string();
        assert!(failed("key = { env = 'CHS_NO_SUCH_VARIABLE' }").contains("not set"));
        assert!(failed("key = { command = ['false'] }").contains("failed"));
        assert!(!failed("key = { command = [] }").is_empty());
        assert!(!failed("key = '/no/such/file'").is_empty());
    }

    #[test]
    fn arguments_of_a_command_are_not_shown() {
        let shown = source("key = { command = ['kms', '--token', 'x1'] }").to_string();
        assert_eq!(shown, "kms …");
    }
}
