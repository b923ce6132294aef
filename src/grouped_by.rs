//! What groups cases: a DRG scheme, or a DIP catalogue of the area. A profile names either
//! by its id; everything behind the grouping holds the group's code whatever the method.

use chs_grouper::{Scheme, dip::Catalogue};

/// A DRG scheme or a DIP catalogue.
#[derive(Debug, Clone, Copy)]
pub enum GroupedBy<'a> {
    /// A DRG scheme.
    Drg(&'a Scheme),
    /// A DIP catalogue.
    Dip(&'a Catalogue),
}

impl<'a> GroupedBy<'a> {
    /// Id of the scheme or catalogue.
    #[must_use]
    pub fn id(self) -> &'a str {
        match self {
            GroupedBy::Drg(scheme) => scheme.id(),
            GroupedBy::Dip(catalogue) => catalogue.id(),
        }
    }

    /// Digest of its content.
    #[must_use]
    pub fn digest(self) -> &'a str {
        match self {
            GroupedBy::Drg(scheme) => scheme.digest(),
            GroupedBy::Dip(catalogue) => catalogue.digest(),
        }
    }

    /// The scheme, of DRG.
    #[must_use]
    pub fn scheme(self) -> Option<&'a Scheme> {
        match self {
            GroupedBy::Drg(scheme) => Some(scheme),
            GroupedBy::Dip(_) => None,
        }
    }

    /// The area's own columns of its groups: the text that stands for a group, or `None`
    /// for an unknown group or an empty cell.
    #[must_use]
    pub fn local(self, code: &str, column: &str) -> Option<&'a str> {
        let columns = match self {
            GroupedBy::Drg(scheme) => scheme.drg(code)?.local(),
            GroupedBy::Dip(catalogue) => catalogue.find(code)?.local(),
        };
        let found = columns.iter().find(|(name, _)| name == column);
        found.map(|(_, text)| text.as_str())
    }
}

impl<'a> From<&'a Scheme> for GroupedBy<'a> {
    fn from(scheme: &'a Scheme) -> GroupedBy<'a> {
        GroupedBy::Drg(scheme)
    }
}
