//! What the gateway judges by: the rule set, the grouping schemes, the profiles. Loaded
//! whole, at start and by `reload`; every answer names the ids and digests of what it used.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{NaiveDate, TimeDelta, Utc};
use chs_grouper::{LintFault, LintSeverity, Scheme, dip};
use chs_quality::{AreaTables, Engine};
use chs_settlement::Profile;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    config::Config,
    dip_catalogues,
    grouped_by::GroupedBy,
    quality_folder::{self, AreaRules, Releases},
    scheme_source::{self, SchemeSourceError},
};

/// A component with the digest of its content.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Component {
    /// Id.
    pub id: String,
    /// Digest of the content, lower-case hex.
    pub digest: String,
}

/// Answer of `/version`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": "0.1.0", "schemes": [{"id": "chs-drg-2.0", "digest": "…"}],
    "rules": {"id": "builtin", "digest": "…"}, "profiles": [{"id": "xianyang", "digest": "…"}]}))]
pub struct Version {
    /// Release of the gateway.
    pub version: &'static str,
    /// Installed grouping schemes.
    pub schemes: Vec<Component>,
    /// The area's DIP catalogues.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dip_catalogues: Vec<Component>,
    /// Active rule set.
    pub rules: Component,
    /// Installed profiles.
    pub profiles: Vec<Component>,
}

/// Rules, schemes and profiles.
pub struct Catalogue {
    area: AreaRules,
    schemes: BTreeMap<String, Installed>,
    dip: BTreeMap<String, dip::Catalogue>,
    profiles: BTreeMap<String, Profile>,
}

/// A scheme, carried by the program or read from a folder.
enum Installed {
    BuiltIn(&'static Scheme),
    Read(Box<Scheme>),
}

impl Installed {
    fn scheme(&self) -> &Scheme {
        match self {
            Installed::BuiltIn(scheme) => scheme,
            Installed::Read(scheme) => scheme,
        }
    }
}

/// A part that does not load, or that a lint refuses.
#[derive(Debug, thiserror::Error)]
#[error("{what} 无法装载 / does not load: {reason}")]
pub struct CatalogueError {
    what: String,
    reason: String,
}

fn failed(what: &str, reason: impl std::fmt::Display) -> CatalogueError {
    CatalogueError {
        what: what.to_owned(),
        reason: reason.to_string(),
    }
}

impl Catalogue {
    /// Loads what is built in.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the part and why.
    pub fn builtin() -> Result<Catalogue, CatalogueError> {
        Catalogue::load(&Config::default())
    }

    /// Loads what is built in, and the schemes, DIP catalogues, profiles and quality folder
    /// that the configuration names, each linted: what has one fault is refused.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the part and why; an id that stands twice, and a profile of
    /// the configuration that is not there, are refused too.
    pub fn load(config: &Config) -> Result<Catalogue, CatalogueError> {
        let area = quality_folder::load(config.quality.folder.as_deref())
            .map_err(|error| failed("rules", error))?;
        let schemes = schemes(&config.schemes.folders)?;
        let dip = dip_catalogues::load(&config.schemes.dip_catalogues, |id| {
            schemes.contains_key(id)
        });
        let dip = dip.map_err(|(folder, error)| failed(&folder.display().to_string(), error))?;
        let find = |id: &str| find(&schemes, &dip, id);
        let profiles = profiles(config.profiles.folder.as_deref(), find)?;
        if !profiles.contains_key(&config.profile) {
            return Err(failed(&config.profile, "没有该付费档案 / no such profile"));
        }
        // The code systems are read at first use; that must not be a caller's request.
        let codes = chs_model::icd::diagnoses().len() + chs_model::icd::procedures().len();
        tracing::debug!(codes, "code systems are loaded");
        Ok(Catalogue {
            area,
            schemes,
            dip,
            profiles,
        })
    }

    /// The rule set in force on a day.
    pub fn engine_on(&self, day: NaiveDate) -> Option<&Engine> {
        self.area.rules.on(day)
    }

    /// Every rule set with the first day of its period.
    pub fn rule_sets(&self) -> impl Iterator<Item = (NaiveDate, &Engine)> {
        self.area.rules.periods()
    }

    /// Tables of the area.
    pub fn tables(&self) -> &AreaTables {
        &self.area.tables
    }

    /// Releases of the national catalogue, where the area has them.
    pub fn releases(&self) -> Option<&Releases> {
        self.area.releases.as_ref()
    }

    /// An installed scheme.
    pub fn scheme(&self, id: &str) -> Option<&Scheme> {
        self.schemes.get(id).map(Installed::scheme)
    }

    /// An installed scheme, or a DIP catalogue of the area.
    pub fn grouped_by(&self, id: &str) -> Option<GroupedBy<'_>> {
        find(&self.schemes, &self.dip, id)
    }

    /// The area's DIP catalogues.
    pub fn dip_catalogues(&self) -> impl Iterator<Item = &dip::Catalogue> {
        self.dip.values()
    }

    /// Every profile.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    /// An installed profile.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id)
    }

    fn rules_today(&self) -> Component {
        let today = (Utc::now() + TimeDelta::hours(8)).date_naive();
        match self.engine_on(today) {
            Some(engine) => component(engine.version(), engine.digest()),
            None => component("", ""),
        }
    }

    /// Ids and digests of everything; of the rules, the set in force today.
    pub fn version(&self) -> Version {
        Version {
            version: env!("CARGO_PKG_VERSION"),
            schemes: self
                .schemes
                .values()
                .map(Installed::scheme)
                .map(|scheme| component(scheme.id(), scheme.digest()))
                .collect(),
            dip_catalogues: self
                .dip
                .values()
                .map(|catalogue| component(catalogue.id(), catalogue.digest()))
                .collect(),
            rules: self.rules_today(),
            profiles: self
                .profiles
                .values()
                .map(|profile| component(profile.id(), profile.digest()))
                .collect(),
        }
    }
}

fn find<'a>(
    schemes: &'a BTreeMap<String, Installed>,
    dip: &'a BTreeMap<String, dip::Catalogue>,
    id: &str,
) -> Option<GroupedBy<'a>> {
    let scheme = schemes.get(id).map(Installed::scheme).map(GroupedBy::Drg);
    scheme.or_else(|| dip.get(id).map(GroupedBy::Dip))
}

/// The schemes by their ids.
fn schemes(folders: &[PathBuf]) -> Result<BTreeMap<String, Installed>, CatalogueError> {
    let mut schemes = BTreeMap::new();
    for id in Scheme::builtin_ids() {
        let scheme = Scheme::builtin(id).map_err(|error| failed(id, error))?;
        schemes.insert(id.to_owned(), Installed::BuiltIn(scheme));
    }
    for folder in folders {
        let place = folder.display().to_string();
        let scheme = read_scheme(folder).map_err(|reason| failed(&place, reason))?;
        let id = scheme.id().to_owned();
        if schemes.contains_key(&id) {
            return Err(failed(
                &place,
                format!("方案 {id} 重复 / stands twice: {id}"),
            ));
        }
        schemes.insert(id, Installed::Read(Box::new(scheme)));
    }
    Ok(schemes)
}

/// The scheme of a folder, without an error of its own: those of its base are the base's.
fn read_scheme(folder: &Path) -> Result<Scheme, String> {
    let told = |error: SchemeSourceError| error.to_string();
    let scheme = scheme_source::load_folder(folder).map_err(told)?;
    let errors = scheme_source::beside_base(folder, &scheme, |base| {
        let of_base = base.map(Scheme::lint).unwrap_or_default();
        let own = |fault: &LintFault| {
            fault.severity == LintSeverity::Error && !fault.known && !of_base.contains(&fault.lint)
        };
        let report = scheme.lint_report(base);
        report.faults.into_iter().filter(own).collect::<Vec<_>>()
    });
    let errors = errors.map_err(told)?;
    match errors.first() {
        None => Ok(scheme),
        Some(first) => Err(format!(
            "方案检查有 {} 处错误，其一：{}；详见 scheme lint / `scheme lint` finds {} errors, one: {}",
            errors.len(),
            first.lint,
            errors.len(),
            first.lint,
        )),
    }
}

/// The profiles by their ids: the built-in ones, and the `.toml` files of a folder.
fn profiles<'s>(
    folder: Option<&Path>,
    find: impl Fn(&str) -> Option<GroupedBy<'s>>,
) -> Result<BTreeMap<String, Profile>, CatalogueError> {
    let mut profiles = BTreeMap::new();
    for id in crate::profiles::builtin_ids() {
        let profile = crate::profiles::builtin(id).map_err(|error| failed(id, error))?;
        profiles.insert((*id).to_owned(), profile);
    }
    let Some(folder) = folder else {
        return Ok(profiles);
    };
    let unread = |error: io::Error| failed(&folder.display().to_string(), error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        files.push(entry.map_err(unread)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    for path in files {
        let place = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| failed(&place, error))?;
        let profile = Profile::from_toml(&text).map_err(|error| failed(&place, error))?;
        let remarks = crate::profiles::lint::lint(&profile, &find);
        if let Some(fault) = remarks.iter().find(|remark| remark.fault) {
            return Err(failed(&place, format!("{} / {}", fault.zh, fault.en)));
        }
        let id = profile.id().to_owned();
        if profiles.insert(id.clone(), profile).is_some() {
            return Err(failed(
                &place,
                format!("付费档案 {id} 重复 / stands twice: {id}"),
            ));
        }
    }
    Ok(profiles)
}

/// An id with its digest.
pub fn component(id: impl Into<String>, digest: impl Into<String>) -> Component {
    Component {
        id: id.into(),
        digest: digest.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "id = \"local\"\ntitle = \"试验\"\npublisher = \"本项目\"\nsource = \"试验\"\n\
        base = \"chs-drg-2.0\"\nin_force_from = \"2026-01-01\"\n\
        [counts]\nmdc = 26\nadrg = 409\ndrg = 634\nmcc = 4477\ncc = 8009\nsets = 515\n";

    fn with_schemes(folders: Vec<PathBuf>) -> Result<Catalogue, CatalogueError> {
        let mut config = Config::default();
        config.schemes.folders = folders;
        Catalogue::load(&config)
    }

    #[test]
    fn a_folder_with_a_scheme_joins_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("scheme.toml"), LOCAL).unwrap();
        let local = folder.path().to_owned();
        let catalogue = with_schemes(vec![local.clone()]).unwrap();
        assert_eq!(
            catalogue.scheme("local").unwrap().base(),
            Some("chs-drg-2.0")
        );
        let named: Vec<_> = catalogue
            .version()
            .schemes
            .into_iter()
            .map(|s| s.id)
            .collect();
        assert!(named.contains(&"local".to_owned()));
        assert!(with_schemes(vec![local.clone(), local]).is_err());
        assert!(with_schemes(vec!["no/such/folder".into()]).is_err());
    }

    #[test]
    fn a_scheme_with_an_error_of_its_own_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("scheme.toml"), LOCAL).unwrap();
        // A code that no code system has.
        fs::write(folder.path().join("sets.txt"), "[OP_ALL +]\n99.9999x999\n").unwrap();
        let error = with_schemes(vec![folder.path().to_owned()]).err().unwrap();
        assert!(error.reason.contains("99.9999x999"), "{error}");
    }

    #[test]
    fn a_folder_of_profiles_joins_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        let built_in = include_str!("../profiles/xianyang.toml");
        let load = |file: &str, text: &str, profile: &str| {
            fs::write(folder.path().join(file), text).unwrap();
            let mut config = Config::default();
            config.profiles.folder = Some(folder.path().to_owned());
            profile.clone_into(&mut config.profile);
            Catalogue::load(&config).map_err(|error| error.to_string())
        };
        let own = built_in.replacen("id = \"xianyang\"", "id = \"ours\"", 1);
        let catalogue = load("ours.toml", &own, "ours").unwrap();
        assert_eq!(catalogue.profile("ours").unwrap().id(), "ours");
        assert!(load("ours.toml", &own, "theirs").is_err());
        let twice = load("twice.toml", built_in, "ours").err().unwrap();
        assert!(twice.contains("twice.toml"), "{twice}");
        let faulty = own.replacen("id = \"xianyang-2025\"", "id = \"nowhere\"", 1);
        let faulty = load("twice.toml", &faulty, "ours").err().unwrap();
        assert!(faulty.contains("nowhere"), "{faulty}");
    }
}
