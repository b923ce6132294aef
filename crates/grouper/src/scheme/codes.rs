//! Codes as dense ids, and which sets each of them is in.
//!
//! The code system is interned once for all schemes. A scheme adds, per code, a
//! bitset of the sets it is in; codes in the same sets share one bitset (a
//! *signature*), so that a case needs one hash and one short slice a code, and a
//! rule is a bit test.

use crate::scheme::SchemeError;
use chs_model::icd::{self, IcdCode};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Words of 64 sets that a scheme may have a side: diagnoses with their exclusion
/// sets, procedures. The largest edition known (3.0) needs fewer than 20.
pub(crate) const MAX_WORDS: usize = 24;

type Ids<K> = HashMap<K, u32, FixedState>;

/// A code system, interned.
pub(crate) struct CodeBook {
    ids: Ids<&'static str>,
    codes: &'static [IcdCode],
}

/// ICD-10 of the insurance edition.
pub(crate) static DIAGNOSES: LazyLock<CodeBook> = LazyLock::new(|| CodeBook::new(icd::diagnoses()));

/// ICD-9-CM-3 of the insurance edition.
pub(crate) static PROCEDURES: LazyLock<CodeBook> =
    LazyLock::new(|| CodeBook::new(icd::procedures()));

impl CodeBook {
    fn new(codes: &'static [IcdCode]) -> Self {
        let ids = (0..).zip(codes).map(|(id, code)| (code.code, id)).collect();
        Self { ids, codes }
    }
}

/// Where a set's bit lies in a code's bitset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bit {
    pub(crate) word: usize,
    pub(crate) mask: u64,
}

impl Bit {
    fn at(index: usize) -> Self {
        Self {
            word: index / 64,
            mask: 1 << (index % 64),
        }
    }

    /// Whether the bit is set; words beyond the slice are empty.
    #[inline]
    pub(crate) fn is_in(self, words: &[u64]) -> bool {
        words
            .get(self.word)
            .is_some_and(|word| word & self.mask != 0)
    }
}

/// What is known of a code besides its sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeState {
    /// In the code system.
    Valid,
    /// In the code system, refused as a settlement code (灰码).
    Grey,
    /// In the scheme's tables only.
    SchemeOnly,
    /// In neither.
    Unknown,
}

/// What the scheme knows of one code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'s> {
    /// The bitset of its sets; empty for a code in none.
    pub(crate) sets: &'s [u64],
    pub(crate) state: CodeState,
    /// 1 + index of its kind of complication; 0 when it is none.
    pub(crate) complication: u16,
}

#[derive(Debug, Clone, Copy)]
struct Info {
    signature: u32,
    complication: u16,
    state: CodeState,
}

/// One side of a scheme: its diagnoses or its procedures.
pub(crate) struct CodeSpace {
    book: &'static CodeBook,
    extra: Vec<String>,
    extra_ids: Ids<String>,
    info: Vec<Info>,
    words: usize,
    signatures: Vec<u64>,
    names: HashMap<String, usize, FixedState>,
    sets: Vec<Vec<u32>>,
}

impl CodeSpace {
    /// What the scheme knows of a code; letter case counts, as in the edition.
    #[inline]
    pub(crate) fn entry(&self, code: &str) -> Entry<'_> {
        let info = self.id(code).and_then(|id| self.info_at(id));
        info.map_or(
            Entry {
                sets: &[],
                state: CodeState::Unknown,
                complication: 0,
            },
            |info| Entry {
                sets: self.signature(info.signature),
                state: info.state,
                complication: info.complication,
            },
        )
    }

    #[inline]
    fn id(&self, code: &str) -> Option<u32> {
        let id = self.book.ids.get(code).copied();
        id.or_else(|| self.extra_ids.get(code).copied())
    }

    #[inline]
    fn info_at(&self, id: u32) -> Option<&Info> {
        self.info.get(usize::try_from(id).ok()?)
    }

    #[inline]
    fn signature(&self, index: u32) -> &[u64] {
        let start = usize::try_from(index)
            .unwrap_or(usize::MAX)
            .saturating_mul(self.words);
        let end = start.saturating_add(self.words);
        self.signatures.get(start..end).unwrap_or_default()
    }

    /// The code of an id.
    fn code(&self, id: u32) -> &str {
        let id = usize::try_from(id).unwrap_or(usize::MAX);
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

    /// The bit of a set; `None` when the side has no such set.
    pub(crate) fn bit(&self, set: &str) -> Option<Bit> {
        self.names.get(set).map(|index| Bit::at(*index))
    }

    /// The codes of a set, sorted as text.
    pub(crate) fn codes_of(&self, set: &str) -> Option<impl Iterator<Item = &str>> {
        let codes = self.sets.get(*self.names.get(set)?)?;
        Some(codes.iter().map(|id| self.code(*id)))
    }
}

/// Builds a [`CodeSpace`] from lists of codes.
pub(crate) struct CodeSpaceBuilder {
    space: CodeSpace,
}

impl CodeSpaceBuilder {
    pub(crate) fn new(book: &'static CodeBook) -> Self {
        let info = book.codes.iter().map(|code| Info {
            signature: 0,
            complication: 0,
            state: if code.grey {
                CodeState::Grey
            } else {
                CodeState::Valid
            },
        });
        let space = CodeSpace {
            book,
            extra: Vec::new(),
            extra_ids: HashMap::default(),
            info: info.collect(),
            words: 0,
            signatures: Vec::new(),
            names: HashMap::default(),
            sets: Vec::new(),
        };
        Self { space }
    }

    /// The id of a code, new if neither the code system nor the scheme had it.
    fn intern(&mut self, code: &str) -> u32 {
        let space = &mut self.space;
        if let Some(id) = space.id(code) {
            return id;
        }
        let id = u32::try_from(space.info.len()).unwrap_or(u32::MAX);
        space.extra.push(code.to_owned());
        space.extra_ids.insert(code.to_owned(), id);
        space.info.push(Info {
            signature: 0,
            complication: 0,
            state: CodeState::SchemeOnly,
        });
        id
    }

    /// Adds a set, codes sorted as text.
    pub(crate) fn add_set(&mut self, name: &str, codes: &[&str]) {
        let codes = codes.iter().map(|code| self.intern(code)).collect();
        self.space
            .names
            .insert(name.to_owned(), self.space.sets.len());
        self.space.sets.push(codes);
    }

    /// Marks a code as a complication of a kind, 1 + its index.
    pub(crate) fn set_complication(&mut self, code: &str, complication: u16) {
        let id = usize::try_from(self.intern(code)).unwrap_or(usize::MAX);
        if let Some(info) = self.space.info.get_mut(id) {
            info.complication = complication;
        }
    }

    /// Works out the signatures.
    pub(crate) fn finish(mut self) -> Result<CodeSpace, SchemeError> {
        let space = &mut self.space;
        space.words = space.sets.len().div_ceil(64);
        if space.words > MAX_WORDS {
            return Err(SchemeError::meaning(
                "sets.txt",
                format!("集合多于 {}", MAX_WORDS * 64),
                format!("more than {} sets on one side", MAX_WORDS * 64),
            ));
        }
        if space.words == 0 {
            return Ok(self.space);
        }
        let mut rows = vec![0_u64; space.info.len() * space.words];
        for (index, codes) in space.sets.iter().enumerate() {
            let bit = Bit::at(index);
            for id in codes {
                let row = usize::try_from(*id).unwrap_or(usize::MAX);
                let word = row.saturating_mul(space.words).saturating_add(bit.word);
                if let Some(word) = rows.get_mut(word) {
                    *word |= bit.mask;
                }
            }
        }
        let mut seen: HashMap<&[u64], u32, FixedState> = HashMap::default();
        for (info, row) in space.info.iter_mut().zip(rows.chunks_exact(space.words)) {
            let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
            info.signature = *seen.entry(row).or_insert_with(|| {
                space.signatures.extend_from_slice(row);
                next
            });
        }
        Ok(self.space)
    }
}
