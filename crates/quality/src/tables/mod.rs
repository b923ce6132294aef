//! Tables that conditions name as `TAB.x`, and the settings they name as `cfg.x`.

mod code_system;
mod ranges;
mod registry;
mod settings;

pub(crate) use code_system::CodeSystem;
pub(crate) use ranges::CodeRanges;
pub(crate) use registry::{Registry, Table, carried_tables};
pub use settings::{Config, Setting, SettingError};

/// Tables that are not part of this crate: those derived from the active scheme
/// and those a pooling area supplies.
///
/// The gateway answers `mdc_principal`, `mdcm_principal`, `mdcn_principal`,
/// `ss_valid`, `mcc` and `cc` from the scheme it groups with.
pub trait Tables {
    /// Whether `table` holds `code`; `None` if the table is not loaded, which makes
    /// the rule answer "not evaluated" instead of passing.
    fn contains(&self, table: &str, code: &str) -> Option<bool>;
}

/// No table loaded: every rule that needs one answers "not evaluated".
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTables;

impl Tables for NoTables {
    fn contains(&self, _table: &str, _code: &str) -> Option<bool> {
        None
    }
}
