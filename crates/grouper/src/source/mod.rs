//! A scheme as people write and review it: a folder of small text files.
//!
//! | file | what | in a local scheme |
//! |---|---|---|
//! | `scheme.toml` | id, title, publisher, document, source, dates, base, counts | whole |
//! | `mdc.csv`, `adrg.csv`, `drg.csv` | rows with rules | a column `change`: `+` new, `~` instead of the base's row, `-` gone |
//! | `weights.csv` | drg, weight, further columns of the area | rows instead of the base's |
//! | `sets.txt`, `exclusions.txt` | `[SET]` and its codes | `[SET]` new, `[SET +]`, `[SET -]`, `[SET removed]` |
//! | `cc.txt` | `[MCC EX_1]` and its codes | the codes so assigned, `[removed]` |

mod complications;
mod definition;
mod lists;
mod manifest;
mod rows;
mod weights;

pub(crate) use definition::Definition;
pub use manifest::Counts;
pub(crate) use manifest::Manifest;
pub(crate) use rows::MdcRow;

use crate::scheme::SchemeError;

/// The files a scheme's folder may hold.
const FILES: [&str; 8] = [
    "scheme.toml",
    "mdc.csv",
    "adrg.csv",
    "drg.csv",
    "weights.csv",
    "sets.txt",
    "exclusions.txt",
    "cc.txt",
];

/// The texts of one scheme's folder.
#[derive(Debug, Clone, Default)]
pub struct SchemeSource {
    texts: [String; FILES.len()],
}

impl SchemeSource {
    /// Takes the folder's files by name and text.
    ///
    /// # Errors
    /// A name that no scheme has.
    pub fn new<'a>(
        files: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Result<Self, SchemeError> {
        let mut source = Self::default();
        for (name, text) in files {
            let place = FILES.iter().position(|known| *known == name);
            let Some(slot) = place.and_then(|at| source.texts.get_mut(at)) else {
                return Err(SchemeError::source(
                    name,
                    0,
                    "方案中没有这种文件",
                    "a scheme has no such file",
                ));
            };
            *slot = text;
        }
        Ok(source)
    }

    /// The folder's files that hold something, by name and text.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = self.texts.iter().map(String::as_str);
        FILES
            .into_iter()
            .zip(texts)
            .filter(|(_, text)| !text.is_empty())
    }

    /// The id that the scheme gives itself, and that of its base.
    ///
    /// # Errors
    /// `scheme.toml` does not follow its form.
    pub fn ids(&self) -> Result<(String, Option<String>), SchemeError> {
        self.manifest().map(|manifest| (manifest.id, manifest.base))
    }

    /// The text of a file; empty when the folder has none.
    fn text(&self, name: &str) -> &str {
        let place = FILES.iter().position(|known| *known == name);
        place
            .and_then(|at| self.texts.get(at))
            .map_or("", |text| text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    pub(crate) fn manifest(&self) -> Result<Manifest, SchemeError> {
        Manifest::read(self.text("scheme.toml"))
    }
}
