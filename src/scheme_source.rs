//! Where a scheme comes from: built in, by its id, or a folder in the source form.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use chs_grouper::{Scheme, SchemeError, SchemeSource};

use crate::config::Config;

/// No scheme's file comes near this; a folder may hold anything.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Bases of bases; nobody needs more, and a circle must end.
const MAX_BASES: usize = 4;

/// The files of a scheme's folder that are read; others (a note, a report) may stand
/// beside them.
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

/// A scheme that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SchemeSourceError {
    /// Neither an id nor a folder.
    #[error(
        "没有方案 {0}：既不是内置方案编号（见 schemes），也不是方案目录 / no scheme {0}: neither a built-in id (see `schemes`) nor a folder"
    )]
    Unknown(String),
    /// A folder without `scheme.toml`, or with a file that cannot be read.
    #[error("{path} 无法读取 / cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Bases that lead in a circle, or too far.
    #[error("{0} 的基础方案层数过多 / too many bases of bases: {0}")]
    TooManyBases(PathBuf),
    /// The scheme does not load.
    #[error("{place}: {error}")]
    Scheme {
        /// The id or folder.
        place: String,
        /// Why.
        error: SchemeError,
    },
}

/// The scheme of an id, or of a folder in the source form. A folder's base is the
/// folder beside it with the base's id, else the built-in scheme of that id.
///
/// A scheme read from a folder stays for the life of the process, as a built-in one does.
///
/// # Errors
/// There is no such scheme, or it does not load.
pub fn resolve(id_or_folder: &str) -> Result<&'static Scheme, SchemeSourceError> {
    if Scheme::builtin_ids().any(|id| id == id_or_folder) {
        return Scheme::builtin(id_or_folder).map_err(|error| failed(id_or_folder, error));
    }
    let folder = Path::new(id_or_folder);
    if !folder.is_dir() {
        return Err(SchemeSourceError::Unknown(id_or_folder.to_owned()));
    }
    Ok(Box::leak(Box::new(load_folder(folder)?)))
}

/// The built-in schemes and those of a configuration's folders.
#[derive(Debug, Default)]
pub struct Installed(Vec<&'static Scheme>);

impl Installed {
    /// Those of a configuration file, or the built-in ones alone.
    ///
    /// # Errors
    /// The configuration, or one of its folders, cannot be used.
    pub fn of(
        config: Option<&Path>,
    ) -> Result<Installed, Box<dyn std::error::Error + Send + Sync>> {
        let Some(file) = config else {
            return Ok(Installed::default());
        };
        let config = Config::load(Some(file))?;
        let folders = config.schemes.folders.iter();
        let schemes = folders.map(|folder| resolve(&folder.to_string_lossy()));
        Ok(Installed(schemes.collect::<Result<_, _>>()?))
    }

    /// A scheme by its id.
    ///
    /// # Errors
    /// It is neither built in nor in a folder, or does not load.
    pub fn get(&self, id: &str) -> Result<&'static Scheme, SchemeError> {
        let known = self.0.iter().find(|scheme| scheme.id() == id);
        known.copied().map_or_else(|| Scheme::builtin(id), Ok)
    }
}

/// The scheme of a folder, with its bases.
///
/// # Errors
/// The folder cannot be read, or its scheme does not load.
pub fn load_folder(folder: &Path) -> Result<Scheme, SchemeSourceError> {
    let place = folder.display().to_string();
    let mut sources = vec![read_folder(folder)?];
    while let Some(base) = sources
        .last()
        .map(SchemeSource::ids)
        .transpose()
        .map_err(|error| failed(&place, error))?
        .and_then(|(_, base)| base)
    {
        if sources.len() > MAX_BASES {
            return Err(SchemeSourceError::TooManyBases(folder.to_owned()));
        }
        sources.push(base_of(folder, &base)?);
    }
    sources.reverse();
    Scheme::load(&sources).map_err(|error| failed(&place, error))
}

/// Looks at a folder's scheme beside its base, if it has one, compiled on its own.
///
/// # Errors
/// The base is not there or does not load.
pub fn beside_base<T>(
    folder: &Path,
    scheme: &Scheme,
    look: impl FnOnce(Option<&Scheme>) -> T,
) -> Result<T, SchemeSourceError> {
    let Some(base) = scheme.base() else {
        return Ok(look(None));
    };
    match beside(folder, base).filter(|beside| beside.is_dir()) {
        Some(beside) => Ok(look(Some(&load_folder(&beside)?))),
        None => {
            let base = Scheme::builtin(base).map_err(|error| failed(base, error))?;
            Ok(look(Some(base)))
        }
    }
}

/// The base of a folder's scheme, if it has one, compiled on its own.
///
/// # Errors
/// The base is not there or does not load.
pub fn base(
    id_or_folder: &str,
    scheme: &Scheme,
) -> Result<Option<&'static Scheme>, SchemeSourceError> {
    let Some(base) = scheme.base() else {
        return Ok(None);
    };
    let beside = beside(Path::new(id_or_folder), base);
    match beside.filter(|folder| folder.is_dir()) {
        Some(folder) => resolve(&folder.to_string_lossy()).map(Some),
        None => resolve(base).map(Some),
    }
}

fn base_of(folder: &Path, base: &str) -> Result<SchemeSource, SchemeSourceError> {
    match beside(folder, base).filter(|beside| beside.is_dir()) {
        Some(beside) => read_folder(&beside),
        None => SchemeSource::builtin(base).map_err(|error| failed(base, error)),
    }
}

/// The folder beside another one. An id is one name: it leads nowhere else.
fn beside(folder: &Path, id: &str) -> Option<PathBuf> {
    let plain = !id.is_empty() && !id.starts_with('.') && !id.contains(['/', '\\']);
    let folder = fs::canonicalize(folder).ok()?;
    plain
        .then(|| folder.parent().map(|parent| parent.join(id)))
        .flatten()
}

fn read_folder(folder: &Path) -> Result<SchemeSource, SchemeSourceError> {
    let mut files = Vec::new();
    for name in FILES {
        let path = folder.join(name);
        match read_file(&path) {
            Ok(text) => files.push((name, text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && name != "scheme.toml" => {}
            Err(error) => return Err(SchemeSourceError::Unreadable { path, error }),
        }
    }
    SchemeSource::new(files).map_err(|error| failed(&folder.display().to_string(), error))
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_string(&mut text)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(io::Error::other("文件过大 / the file is too large"));
    }
    Ok(text.replace("\r\n", "\n"))
}

fn failed(place: &str, error: SchemeError) -> SchemeSourceError {
    SchemeSourceError::Scheme {
        place: place.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, files: &[(&str, &str)]) {
        fs::create_dir_all(folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    const LOCAL: &str = "id = \"local\"\ntitle = \"试验\"\npublisher = \"本项目\"\nsource = \"试验\"\n\
        base = \"chs-drg-2.0\"\nin_force_from = \"2026-01-01\"\n\
        [counts]\nmdc = 26\nadrg = 409\ndrg = 634\nmcc = 4477\ncc = 8009\nsets = 515\n";

    #[test]
    fn an_id_or_a_folder_is_a_scheme_and_nothing_else_is() {
        assert_eq!(resolve("chs-drg-2.0").unwrap().id(), "chs-drg-2.0");
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("local");
        write(&local, &[("scheme.toml", LOCAL), ("note.md", "beside it")]);
        let scheme = resolve(&local.to_string_lossy()).unwrap();
        assert_eq!((scheme.id(), scheme.base()), ("local", Some("chs-drg-2.0")));
        assert_eq!(
            base(&local.to_string_lossy(), scheme)
                .unwrap()
                .unwrap()
                .id(),
            "chs-drg-2.0"
        );
        for unknown in ["", "chs-drg-9", "../no/such/folder"] {
            assert!(
                matches!(resolve(unknown), Err(SchemeSourceError::Unknown(_))),
                "{unknown}"
            );
        }
        let empty = folder.path().join("empty");
        write(&empty, &[]);
        let error = resolve(&empty.to_string_lossy()).unwrap_err();
        assert!(
            matches!(error, SchemeSourceError::Unreadable { .. }),
            "{error}"
        );
    }

    #[test]
    fn bases_that_lead_in_a_circle_end() {
        let folder = tempfile::tempdir().unwrap();
        let text = |id: &str, base: &str| {
            LOCAL
                .replace("\"local\"", &format!("{id:?}"))
                .replace("\"chs-drg-2.0\"", &format!("{base:?}"))
        };
        write(
            &folder.path().join("a"),
            &[("scheme.toml", &text("a", "b"))],
        );
        write(
            &folder.path().join("b"),
            &[("scheme.toml", &text("b", "a"))],
        );
        let error = load_folder(&folder.path().join("a")).unwrap_err();
        assert!(
            matches!(error, SchemeSourceError::TooManyBases(_)),
            "{error}"
        );
        // A base is a name, not a way through the file system.
        write(
            &folder.path().join("c"),
            &[("scheme.toml", &text("c", "../a"))],
        );
        let error = load_folder(&folder.path().join("c")).unwrap_err();
        assert!(matches!(error, SchemeSourceError::Scheme { .. }), "{error}");
    }
}
