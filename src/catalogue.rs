//! What the gateway judges by: the rule set, the grouping schemes, the profiles. Loaded
//! once at start; every answer names the ids and digests of what it used.

use std::collections::BTreeMap;

use chs_grouper::Scheme;
use chs_quality::Engine;
use chs_settlement::Profile;

use serde::Serialize;
use utoipa::ToSchema;

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
    engine: Engine,
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
        let engine = Engine::builtin().map_err(|error| failed("rules", error))?;
        let mut schemes = BTreeMap::new();
        for id in Scheme::builtin_ids() {
            schemes.insert(id, Scheme::builtin(id).map_err(|error| failed(id, error))?);
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
            engine,
            schemes,
            profiles,
        })
    }

    /// The rule set.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// An installed scheme.
    pub fn scheme(&self, id: &str) -> Option<&'static Scheme> {
        self.schemes.get(id).copied()
    }

    /// An installed profile.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id)
    }

    /// Ids and digests of everything.
    pub fn version(&self) -> Version {
        Version {
            version: env!("CARGO_PKG_VERSION"),
            schemes: self
                .schemes
                .values()
                .map(|scheme| component(scheme.id(), scheme.digest()))
                .collect(),
            rules: component(self.engine.version(), self.engine.digest()),
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
