//! What the gateway judges by: the rule set, the grouping schemes, the profiles. Loaded
//! once at start; every answer names the ids and digests of what it used.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::{NaiveDate, TimeDelta, Utc};
use chs_grouper::Scheme;
use chs_quality::{AreaTables, Engine};
use chs_settlement::Profile;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    quality_folder::{self, AreaRules, Releases},
    scheme_source::resolve,
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
    /// Active rule set.
    pub rules: Component,
    /// Installed profiles.
    pub profiles: Vec<Component>,
}

/// Rules, schemes and profiles.
pub struct Catalogue {
    area: AreaRules,
    schemes: BTreeMap<&'static str, &'static Scheme>,
    profiles: BTreeMap<&'static str, Profile>,
}

/// A built-in part that does not load.
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
        Catalogue::load(&[], None)
    }

    /// Loads what is built in, the schemes of further folders, and the quality folder of
    /// the area.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the part and why; a folder whose scheme has the id of
    /// another one is refused, as is a quality folder with one fault.
    pub fn load(folders: &[PathBuf], quality: Option<&Path>) -> Result<Catalogue, CatalogueError> {
        let area = quality_folder::load(quality).map_err(|error| failed("rules", error))?;
        let mut schemes = BTreeMap::new();
        for id in Scheme::builtin_ids() {
            schemes.insert(id, Scheme::builtin(id).map_err(|error| failed(id, error))?);
        }
        for folder in folders {
            let place = folder.display().to_string();
            let scheme = resolve(&place).map_err(|error| failed(&place, error))?;
            if schemes.insert(scheme.id(), scheme).is_some() {
                let reason = format!("方案 {} 重复 / stands twice: {}", scheme.id(), scheme.id());
                return Err(failed(&place, reason));
            }
        }
        let mut profiles = BTreeMap::new();
        for id in crate::profiles::builtin_ids() {
            let profile = crate::profiles::builtin(id).map_err(|error| failed(id, error))?;
            profiles.insert(*id, profile);
        }
        // The code systems are read at first use; that must not be a caller's request.
        let codes = chs_model::icd::diagnoses().len() + chs_model::icd::procedures().len();
        tracing::debug!(codes, "code systems are loaded");
        Ok(Catalogue {
            area,
            schemes,
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
    pub fn scheme(&self, id: &str) -> Option<&'static Scheme> {
        self.schemes.get(id).copied()
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
                .map(|scheme| component(scheme.id(), scheme.digest()))
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

    #[test]
    fn a_folder_with_a_scheme_joins_the_built_in_ones() {
        let folder = tempfile::tempdir().unwrap();
        let text = "id = \"local\"\ntitle = \"试验\"\npublisher = \"本项目\"\nsource = \"试验\"\n\
            base = \"chs-drg-2.0\"\nin_force_from = \"2026-01-01\"\n\
            [counts]\nmdc = 26\nadrg = 409\ndrg = 634\nmcc = 4477\ncc = 8009\nsets = 515\n";
        std::fs::write(folder.path().join("scheme.toml"), text).unwrap();
        let folders = [folder.path().to_owned()];
        let catalogue = Catalogue::load(&folders, None).unwrap();
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
        let twice = [folders[0].clone(), folders[0].clone()];
        assert!(Catalogue::load(&twice, None).is_err());
        assert!(Catalogue::load(&["no/such/folder".into()], None).is_err());
    }
}
