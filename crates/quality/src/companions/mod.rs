//! Documents that stand beside the list: what only the hospital knows, the settlement
//! record, the front page, the patient's other stays, the group and statistics.
//!
//! Each is described in `tables/documents.toml`; conditions name a member as
//! `HIS.ward_entry_time` and rows as `any(feedetail, …)`. A document that the caller
//! does not give makes the rules that need it answer "not evaluated".

mod reading;
mod schema;

pub use reading::CompanionError;
pub(crate) use schema::{DocumentId, Member, Reading, find_document, find_member};

/// One record, or one row, of a document: its members by their place in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    document: DocumentId,
    index: usize,
    cells: Box<[Option<Box<str>>]>,
}

impl Record {
    pub(crate) fn document(&self) -> DocumentId {
        self.document
    }

    /// Its place among the rows of the document.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The value of a member; `None` where the message did not carry it.
    pub(crate) fn text(&self, member: Member) -> Option<&str> {
        self.cells.get(member.slot)?.as_deref()
    }
}

/// The documents that came with one list.
///
/// ```
/// use chs_quality::Companions;
/// use serde_json::json;
///
/// let mut beside = Companions::default();
/// beside.hospital(&json!({
///     "ward_entry_time": "2025-03-01 10:05",
///     "adm_change": {"done": false},
///     "diagnoses": [{"code": "K35.300"}],
/// }))?;
/// assert!(beside.has("HIS") && beside.has("HIS.diagnoses") && !beside.has("feedetail"));
/// # Ok::<(), chs_quality::CompanionError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Companions {
    /// By document; shorter than the schema until a document is put in.
    documents: Vec<Option<Vec<Record>>>,
}

impl Companions {
    /// Whether the document of this name was given.
    #[must_use]
    pub fn has(&self, document: &str) -> bool {
        find_document(document).is_some_and(|id| self.given(id).is_some())
    }

    fn given(&self, document: DocumentId) -> Option<&[Record]> {
        self.documents.get(document.0)?.as_deref()
    }

    /// The rows of a document; `None` if it was not given. One that is optional within
    /// another has none where the other was given without it.
    pub(crate) fn rows(&self, document: DocumentId) -> Option<&[Record]> {
        self.given(document).or_else(|| {
            let owner = document.definition().optional_in?;
            self.given(owner).map(|_| &[][..])
        })
    }

    /// The one record of a document.
    pub(crate) fn record(&self, document: DocumentId) -> Option<&Record> {
        self.given(document)?.first()
    }

    fn put(&mut self, document: DocumentId, rows: Vec<Record>) {
        if self.documents.len() <= document.0 {
            self.documents.resize(document.0 + 1, None);
        }
        if let Some(place) = self.documents.get_mut(document.0) {
            *place = Some(rows);
        }
    }
}
