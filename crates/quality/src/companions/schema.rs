//! The documents and members that conditions may name.

use std::sync::LazyLock;

use serde::Deserialize;

/// A document by its place in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocumentId(pub(super) usize);

/// What a member is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Text,
    Number,
    Moment,
    Flag,
}

/// A member of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) document: DocumentId,
    pub(super) slot: usize,
    pub(crate) reading: Reading,
}

impl Member {
    /// What a rule that lacks it says it needs: `title: HIS.ward_entry_time`.
    pub(crate) fn shown(self) -> &'static str {
        let shown = self.document.definition().shown.get(self.slot);
        shown.map_or("", String::as_str)
    }

    /// JSON Pointer of the member, in a row of its document where it has some.
    pub(crate) fn pointer(self, row: usize) -> String {
        let document = self.document.definition();
        let member = document.members.get(self.slot);
        let member = member
            .map_or("", |(name, _)| name.as_str())
            .replace('.', "/");
        if document.rows {
            format!("{}/{row}/{member}", document.pointer)
        } else {
            format!("{}/{member}", document.pointer)
        }
    }
}

/// One document.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) name: String,
    /// What a rule that lacks it says it needs.
    pub(crate) title: String,
    pub(crate) rows: bool,
    /// JSON Pointer of the document in the message.
    pub(crate) pointer: String,
    /// The document without which its absence means anything.
    pub(super) optional_in: Option<DocumentId>,
    pub(super) members: Vec<(String, Reading)>,
    /// Title and name of each member, as an answer names it.
    shown: Vec<String>,
}

impl DocumentId {
    /// Its definition. An id only comes from this schema.
    pub(crate) fn definition(self) -> &'static Document {
        static NONE: Document = Document {
            name: String::new(),
            title: String::new(),
            rows: false,
            pointer: String::new(),
            optional_in: None,
            members: Vec::new(),
            shown: Vec::new(),
        };
        schema().get(self.0).unwrap_or(&NONE)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    title: String,
    pointer: Option<String>,
    #[serde(default)]
    rows: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    number: Vec<String>,
    #[serde(default)]
    moment: Vec<String>,
    #[serde(default)]
    flag: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    document: Vec<Entry>,
}

static SCHEMA: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let text = include_str!("../../tables/documents.toml");
    // a test keeps the shipped file readable; a rule that names a document of an
    // unreadable one is refused
    let entries = toml::from_str::<File>(text).map_or_else(|_| Vec::new(), |file| file.document);
    let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let owner = |entry: &Entry| {
        let (owner, _) = entry.name.split_once('.').filter(|_| entry.optional)?;
        names.iter().position(|name| name == owner).map(DocumentId)
    };
    let documents = entries.iter().map(|entry| Document {
        name: entry.name.clone(),
        title: entry.title.clone(),
        rows: entry.rows,
        pointer: entry
            .pointer
            .clone()
            .unwrap_or_else(|| format!("/{}", entry.name)),
        optional_in: owner(entry),
        shown: [&entry.text, &entry.number, &entry.moment, &entry.flag]
            .into_iter()
            .flatten()
            .map(|member| format!("{}: {}.{member}", entry.title, entry.name))
            .collect(),
        members: [
            (&entry.text, Reading::Text),
            (&entry.number, Reading::Number),
            (&entry.moment, Reading::Moment),
            (&entry.flag, Reading::Flag),
        ]
        .into_iter()
        .flat_map(|(names, reading)| names.iter().map(move |name| (name.clone(), reading)))
        .collect(),
    });
    documents.collect()
});

/// All documents.
pub(crate) fn schema() -> &'static [Document] {
    &SCHEMA
}

/// The document of a name.
pub(crate) fn find_document(name: &str) -> Option<DocumentId> {
    schema()
        .iter()
        .position(|document| document.name == name)
        .map(DocumentId)
}

/// A member of a document by its name within it.
pub(crate) fn find_member(document: DocumentId, name: &str) -> Option<Member> {
    let members = &document.definition().members;
    let slot = members.iter().position(|(known, _)| known == name)?;
    members.get(slot).map(|(_, reading)| Member {
        document,
        slot,
        reading: *reading,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Reading, find_document, find_member, schema};

    #[test]
    fn the_shipped_schema_loads() {
        assert_eq!(schema().len(), 17);
        let hospital = find_document("HIS").unwrap();
        let member = find_member(hospital, "adm_change.done").unwrap();
        assert_eq!(member.reading, Reading::Flag);
        assert_eq!(
            member.shown(),
            "hospital record (hospital): HIS.adm_change.done"
        );
        let vouchers = find_document("HIS.vouchers").unwrap();
        assert_eq!(vouchers.definition().optional_in, Some(hospital));
    }
}
