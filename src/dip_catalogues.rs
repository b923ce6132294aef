//! DIP catalogues of the area, read from folders: no national one is published in a form
//! that programs read, so what is not configured is not there.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use chs_grouper::dip::{Catalogue, CatalogueError, CatalogueSource};

/// A catalogue that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DipCatalogueError {
    /// The folder holds none.
    #[error("{0} 中没有 catalogue.toml / no catalogue.toml in it")]
    Missing(PathBuf),
    /// A file that cannot be read.
    #[error("{path} 无法读取 / cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The files do not make a catalogue.
    #[error(transparent)]
    Faulty(#[from] CatalogueError),
    /// A group whose code means something else where cases are paid.
    #[error(
        "病种编码 {0} 在支付中另有含义（0000 未入组，…QY 歧义）/ {0} means something else where cases are paid (0000 ungrouped, …QY ambiguous)"
    )]
    Reserved(String),
    /// Two catalogues, or a catalogue and a scheme, of one id.
    #[error("目录编号 {0} 重复 / the id {0} stands twice")]
    Twice(String),
}

/// The catalogue in a folder.
///
/// # Errors
/// A folder without `catalogue.toml`, a file that cannot be read, the faults of the files.
pub fn read(folder: &Path) -> Result<Catalogue, DipCatalogueError> {
    let source = files(folder, &CatalogueSource::FILES)?;
    if source.text("catalogue.toml").is_empty() {
        return Err(DipCatalogueError::Missing(folder.to_owned()));
    }
    Ok(Catalogue::load(&source)?)
}

/// Those of the named files that the folder has.
///
/// # Errors
/// A file that is there and cannot be read.
pub fn files(folder: &Path, names: &[&str]) -> Result<CatalogueSource, DipCatalogueError> {
    let mut files = Vec::new();
    for name in names {
        let path = folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => files.push(((*name).to_owned(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(DipCatalogueError::Unreadable { path, error }),
        }
    }
    Ok(CatalogueSource::new(files))
}

/// The catalogues of folders by their ids; `taken` says whether a scheme has an id.
///
/// # Errors
/// The folder and its fault: as [`read`], a reserved code, an id that stands twice.
pub fn load(
    folders: &[PathBuf],
    taken: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Catalogue>, (PathBuf, DipCatalogueError)> {
    let mut catalogues = BTreeMap::new();
    for folder in folders {
        let catalogue = payable(folder).map_err(|error| (folder.clone(), error))?;
        let id = catalogue.id().to_owned();
        if taken(&id) || catalogues.contains_key(&id) {
            return Err((folder.clone(), DipCatalogueError::Twice(id)));
        }
        catalogues.insert(id, catalogue);
    }
    Ok(catalogues)
}

/// The catalogue in a folder, if its cases can be paid by it.
fn payable(folder: &Path) -> Result<Catalogue, DipCatalogueError> {
    let catalogue = read(folder)?;
    let mut codes = catalogue.groups().iter().map(|group| group.code());
    match codes.find(|code| *code == "0000" || code.ends_with("QY")) {
        Some(code) => Err(DipCatalogueError::Reserved(code.to_owned())),
        None => Ok(catalogue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "id = \"t\"\ntitle = \"虚构\"\npublisher = \"无\"\ndocument = \"无\"\n\
        in_force_from = \"2026-01-01\"\nscore_scale = 1000\nstages = [\"core\"]\n\
        excluded_procedure = \"remove\"\n";

    fn folder(core: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("catalogue.toml"), TOML).unwrap();
        fs::write(folder.path().join("core.csv"), core).unwrap();
        folder
    }

    #[test]
    fn a_folder_is_a_catalogue_or_says_why_not() {
        let good = folder("code,name,dx,px,score\nA,甲,K35.8,47.0100,800\nA,甲,K36,47.0900,800\n");
        let catalogue = read(good.path()).unwrap();
        let group = catalogue.find("A").unwrap();
        assert_eq!(
            (group.diagnoses(), group.procedures()),
            ("K35.8|K36", "47.0100|47.0900")
        );
        assert_eq!(catalogue.digest().len(), 64);
        let other = folder("code,name,dx,px,score\nA,甲,K35.8,47.0100,801\nA,甲,K36,47.0900,801\n");
        assert_ne!(read(other.path()).unwrap().digest(), catalogue.digest());
        let error = read(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(error.contains("catalogue.toml"), "{error}");
        let faulty = folder("code,name,dx,px,score\nA,甲,K35.8,47.0100,viel\n");
        let error = read(faulty.path()).unwrap_err().to_string();
        assert!(error.contains("core.csv"), "{error}");
    }

    #[test]
    fn ids_stand_once_and_codes_keep_their_meaning() {
        let good = folder("code,name,dx,px,score\nA,甲,K35.8,47.0100,800\n");
        let one = good.path().to_owned();
        assert_eq!(
            load(std::slice::from_ref(&one), |_| false).unwrap().len(),
            1
        );
        for (folders, taken) in [(vec![one.clone(), one.clone()], false), (vec![one], true)] {
            let (_, error) = load(&folders, |_| taken).unwrap_err();
            assert!(matches!(error, DipCatalogueError::Twice(id) if id == "t"));
        }
        for code in ["0000", "KQY"] {
            let odd = folder(&format!(
                "code,name,dx,px,score\n{code},甲,K35.8,47.0100,800\n"
            ));
            let (_, error) = load(&[odd.path().to_owned()], |_| false).unwrap_err();
            assert!(matches!(error, DipCatalogueError::Reserved(_)), "{error}");
        }
    }
}
