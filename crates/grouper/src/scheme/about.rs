//! What a scheme says of itself: who published it, by which document, and when.

use super::Scheme;
use crate::source::Counts;

impl Scheme {
    /// The id, such as `chs-drg-2.0`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// The Chinese title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.manifest.title
    }

    /// Who published it.
    #[must_use]
    pub fn publisher(&self) -> &str {
        &self.manifest.publisher
    }

    /// The title of the document that published it; `None` where it is not known.
    #[must_use]
    pub fn document(&self) -> Option<&str> {
        self.manifest.document.as_deref()
    }

    /// The number of that document, such as `医保办发〔2024〕9号`; where none is known, the name
    /// that the area gives its tables.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.manifest.source
    }

    /// When it was published, as precisely as it is known: `yyyy`, `yyyy-MM` or `yyyy-MM-dd`.
    #[must_use]
    pub fn published(&self) -> Option<&str> {
        self.manifest.published.as_deref()
    }

    /// The scheme that it extends.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.manifest.base.as_deref()
    }

    /// The first day of its force, `yyyy-MM-dd`.
    #[must_use]
    pub fn in_force_from(&self) -> &str {
        &self.manifest.in_force_from
    }

    /// The last day of its force, `yyyy-MM-dd`; `None` while no successor ends it.
    #[must_use]
    pub fn in_force_to(&self) -> Option<&str> {
        self.manifest.in_force_to.as_deref()
    }

    /// Whether it is in force on a day, `yyyy-MM-dd`. What an area really applies from when is
    /// for its profile to say: this is the scheme's own date.
    #[must_use]
    pub fn is_in_force_on(&self, day: &str) -> bool {
        self.in_force_from() <= day && self.in_force_to().is_none_or(|to| day <= to)
    }

    /// Which of `publisher`, `document`, `source`, `published`, `in_force_from` and `in_force_to`
    /// no document states: they are inferred, and the scheme's source says from what.
    #[must_use]
    pub fn inferred(&self) -> &[String] {
        &self.manifest.inferred
    }

    /// How much it holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.manifest.counts
    }
}
