//! Tables that conditions name as `TAB.x`, and the settings they name as `cfg.x`.

use chrono::NaiveDate;

mod area;
mod bands;
mod code_system;
mod combinations;
mod ranges;
mod registry;
mod settings;

pub use area::{AreaTables, TableError, area_table_help};
pub(crate) use bands::AgeBands;
pub(crate) use code_system::CodeSystem;
pub(crate) use combinations::{Combinations, Marks, System};
pub(crate) use ranges::CodeRanges;
pub(crate) use registry::{Entries, External, Registry, Table, carried_tables};
pub use settings::{Config, Setting, SettingError};

/// Tables that are not part of this crate: those derived from the active scheme
/// and those a pooling area supplies.
///
/// The gateway answers `mdc_principal`, `mdcm_principal`, `mdcn_principal`,
/// `ss_valid`, `mcc`, `cc`, `AH1` and the sites of multiple trauma from the scheme it
/// groups with; the others come from [`AreaTables`].
pub trait Tables {
    /// Whether `table` holds `code`; `None` if the table is not loaded, which makes
    /// the rule answer "not evaluated" instead of passing.
    fn contains(&self, table: &str, code: &str) -> Option<bool>;

    /// An attribute of the entry of a code, of the one in force `on` a day where the
    /// table has periods.
    fn attribute<'t>(
        &'t self,
        _table: &str,
        _code: &str,
        _on: Option<NaiveDate>,
        _attribute: &str,
    ) -> Attribute<'t> {
        Attribute::NotLoaded
    }

    /// Whether the scheme does not count `code` as a complication of `principal`; `None`
    /// if the tables know no exclusions.
    fn excluded(&self, _code: &str, _principal: &str) -> Option<bool> {
        None
    }
}

/// What a table says of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute<'t> {
    /// The table is not there.
    NotLoaded,
    /// The table has no entry of the code, or the entry leaves the attribute blank.
    None,
    /// The value.
    Is(&'t str),
}

/// No table loaded: every rule that needs one answers "not evaluated".
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTables;

impl Tables for NoTables {
    fn contains(&self, _table: &str, _code: &str) -> Option<bool> {
        None
    }
}
