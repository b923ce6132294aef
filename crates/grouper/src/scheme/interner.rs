//! Codes as dense ids: those of the code system first, then those that only a scheme has.

use chs_model::icd::{self, IcdCode};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

type Ids<K> = HashMap<K, u32, FixedState>;

/// A code system, interned once for all schemes.
pub(crate) struct CodeBook {
    ids: Ids<&'static str>,
    codes: &'static [IcdCode],
}

/// ICD-10 of the insurance edition.
static DIAGNOSES: LazyLock<CodeBook> = LazyLock::new(|| CodeBook::new(icd::diagnoses()));

/// ICD-9-CM-3 of the insurance edition.
static PROCEDURES: LazyLock<CodeBook> = LazyLock::new(|| CodeBook::new(icd::procedures()));

impl CodeBook {
    fn new(codes: &'static [IcdCode]) -> Self {
        let ids = (0..).zip(codes).map(|(id, code)| (code.code, id)).collect();
        Self { ids, codes }
    }
}

/// The codes that one scheme knows on one side, by id.
#[derive(Clone)]
pub(crate) struct Interner {
    book: &'static CodeBook,
    extra: Vec<String>,
    extra_ids: Ids<String>,
}

impl Interner {
    pub(crate) fn diagnoses() -> Self {
        Self::new(&DIAGNOSES)
    }

    pub(crate) fn procedures() -> Self {
        Self::new(&PROCEDURES)
    }

    fn new(book: &'static CodeBook) -> Self {
        Self {
            book,
            extra: Vec::new(),
            extra_ids: HashMap::default(),
        }
    }

    /// The code system.
    pub(crate) fn book(&self) -> &'static [IcdCode] {
        self.book.codes
    }

    /// How many ids there are.
    pub(crate) fn len(&self) -> usize {
        self.book.codes.len() + self.extra.len()
    }

    #[inline]
    pub(crate) fn id(&self, code: &str) -> Option<u32> {
        let id = self.book.ids.get(code).copied();
        id.or_else(|| self.extra_ids.get(code).copied())
    }

    /// The code of an id.
    pub(crate) fn code(&self, id: u32) -> &str {
        let id = place(id);
        match self.book.codes.get(id) {
            Some(code) => code.code,
            None => {
                let extra = id.checked_sub(self.book.codes.len());
                extra
                    .and_then(|at| self.extra.get(at))
                    .map_or("", String::as_str)
            }
        }
    }

    /// The id of a code, new if neither the code system nor the scheme had it.
    pub(crate) fn intern(&mut self, code: &str) -> u32 {
        if let Some(id) = self.id(code) {
            return id;
        }
        let id = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.extra.push(code.to_owned());
        self.extra_ids.insert(code.to_owned(), id);
        id
    }

    /// The ids of sorted codes. Sets hold runs of the code system with small gaps, so
    /// the next few codes of the system are tried before any hash.
    pub(crate) fn intern_all(&mut self, codes: &[&str]) -> Arc<[u32]> {
        const GAP: usize = 8;
        let mut next = 0;
        let ids = codes.iter().map(|code| {
            let ahead = (next..).zip(self.book.codes.get(place(next)..).unwrap_or_default());
            let mut ahead = ahead.take(GAP);
            let found = ahead.find(|(_, known)| known.code == *code);
            let id = found.map_or_else(|| self.intern(code), |(id, _)| id);
            next = id.saturating_add(1);
            id
        });
        ids.collect()
    }
}

fn place(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interner")
            .field("book", &self.book.codes.len())
            .field("extra", &self.extra)
            .finish_non_exhaustive()
    }
}
