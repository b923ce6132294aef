//! What is known of diagnoses by the beginnings of their codes.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Values by prefix of a diagnosis (1, 2, 3 or 5 characters) or by a whole code. A look-up
/// is a hash a length in use and allocates nothing.
#[derive(Debug, Clone)]
pub(crate) struct PrefixMap<T> {
    values: HashMap<Box<str>, T, FixedState>,
    /// Which of [`LENGTHS`] some key has.
    used: [bool; LENGTHS.len()],
    whole: bool,
}

/// The lengths of prefixes, shortest first.
const LENGTHS: [usize; 4] = [1, 2, 3, 5];

impl<T> Default for PrefixMap<T> {
    fn default() -> Self {
        Self {
            values: HashMap::default(),
            used: [false; LENGTHS.len()],
            whole: false,
        }
    }
}

impl<T: Default> PrefixMap<T> {
    /// The value of a prefix or a whole code, new if there was none.
    pub(crate) fn entry(&mut self, key: &str) -> &mut T {
        match LENGTHS.iter().position(|length| *length == key.len()) {
            Some(place) => {
                if let Some(used) = self.used.get_mut(place) {
                    *used = true;
                }
            }
            None => self.whole = true,
        }
        self.values.entry(key.into()).or_default()
    }
}

impl<T> PrefixMap<T> {
    /// The values that concern a code: of its prefixes, the shortest first, then of the
    /// code itself.
    pub(crate) fn matches(&self, code: &str) -> impl Iterator<Item = &T> {
        let lengths = LENGTHS.iter().zip(self.used);
        let lengths = lengths.filter_map(|(length, used)| used.then_some(*length));
        let prefixes = lengths.filter_map(move |length| code.get(..length));
        let longest = LENGTHS.last().copied().unwrap_or_default();
        let whole = (self.whole && code.len() > longest).then_some(code);
        prefixes.chain(whole).filter_map(|key| self.values.get(key))
    }

    /// Whether any value concerns the code.
    pub(crate) fn contains(&self, code: &str) -> bool {
        self.matches(code).next().is_some()
    }
}
