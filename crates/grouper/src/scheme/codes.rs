//! Codes as dense ids, and which sets each of them is in.
//!
//! A scheme adds to the interned codes, per code, a bitset of the sets it is in; codes in the same sets share one bitset (a
//! *signature*), so that a case needs one hash and one short slice a code, and a
//! rule is a bit test.

use super::interner::Interner;
use crate::scheme::SchemeError;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// Words of 64 sets that a scheme may have a side: diagnoses with their exclusion
/// sets, procedures. The largest edition known (3.0) needs fewer than 20.
pub(crate) const MAX_WORDS: usize = 24;

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
    codes: Interner,
    info: Vec<Info>,
    words: usize,
    signatures: Vec<u64>,
    names: HashMap<String, usize, FixedState>,
    sets: Vec<Arc<[u32]>>,
}

impl CodeSpace {
    /// Works out what the scheme knows of each code. `complications` holds by id
    /// 1 + the index of its kind, 0 for none, and may end early.
    pub(crate) fn new(
        codes: Interner,
        sets: Vec<(&str, Arc<[u32]>)>,
        complications: &[u16],
    ) -> Result<Self, SchemeError> {
        let words = sets.len().div_ceil(64);
        if words > MAX_WORDS {
            return Err(SchemeError::meaning(
                "sets.txt",
                format!("集合多于 {}", MAX_WORDS * 64),
                format!("more than {} sets on one side", MAX_WORDS * 64),
            ));
        }
        let book = codes.book().iter();
        let states = book.map(|code| match code.grey {
            true => CodeState::Grey,
            false => CodeState::Valid,
        });
        let states = states.chain(std::iter::repeat(CodeState::SchemeOnly));
        let complications = complications.iter().copied().chain(std::iter::repeat(0));
        let info = states.zip(complications).take(codes.len());
        let info = info.map(|(state, complication)| Info {
            signature: 0,
            complication,
            state,
        });
        let mut space = Self {
            info: info.collect(),
            codes,
            words,
            signatures: Vec::new(),
            names: HashMap::default(),
            sets: Vec::with_capacity(sets.len()),
        };
        for (index, (name, codes)) in sets.into_iter().enumerate() {
            space.names.insert(name.to_owned(), index);
            space.sets.push(codes);
        }
        space.sign();
        Ok(space)
    }

    /// Works out the signatures.
    fn sign(&mut self) {
        if self.words == 0 {
            return;
        }
        let mut rows = vec![0_u64; self.info.len() * self.words];
        for (index, codes) in self.sets.iter().enumerate() {
            let bit = Bit::at(index);
            for id in codes.iter() {
                let row = usize::try_from(*id).unwrap_or(usize::MAX);
                let word = row.saturating_mul(self.words).saturating_add(bit.word);
                if let Some(word) = rows.get_mut(word) {
                    *word |= bit.mask;
                }
            }
        }
        let mut seen: HashMap<&[u64], u32, FixedState> = HashMap::default();
        for (info, row) in self.info.iter_mut().zip(rows.chunks_exact(self.words)) {
            let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
            info.signature = *seen.entry(row).or_insert_with(|| {
                self.signatures.extend_from_slice(row);
                next
            });
        }
    }

    /// What the scheme knows of a code; letter case counts, as in the edition.
    #[inline]
    pub(crate) fn entry(&self, code: &str) -> Entry<'_> {
        let info = self.codes.id(code).and_then(|id| self.info_at(id));
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
    pub(crate) fn code(&self, id: u32) -> &str {
        self.codes.code(id)
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
