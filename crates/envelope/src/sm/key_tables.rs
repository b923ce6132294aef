//! Which public keys have a table: those that were used often of late.

use std::{
    num::NonZeroUsize,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use ::sm2::AffinePoint;
use lru::LruCache;

use super::point_table::PointTable;

/// Keys that are remembered. Each takes up to 99 KB, all together 63 MB.
const KEYS: NonZeroUsize = NonZeroUsize::new(640).unwrap();

/// Verifications of one key before its table is made: making it costs as much
/// as it saves in about six.
const WORTH_A_TABLE: u32 = 8;

/// What is known of a key.
enum Known {
    /// How often it was used without a table.
    Uses(u32),
    Table(Arc<PointTable>),
}

/// A bounded cache of tables. Counting happens inside the cache: a key that
/// is used too rarely to stay is never given a table, so that no pattern of
/// use makes tables over and over.
struct KeyTables(Mutex<LruCache<[u8; 32], Known>>);

/// One for the process, since whoever holds a copy of a key gains by the same
/// table. It changes how long a verification takes and nothing else.
static TABLES: LazyLock<KeyTables> = LazyLock::new(|| KeyTables::new(KEYS));

/// The table of the key at `point`, if it is worth one. `z` tells keys apart.
pub(super) fn table_of(z: &[u8; 32], point: &AffinePoint) -> Option<Arc<PointTable>> {
    TABLES.table_of(z, point)
}

impl KeyTables {
    fn new(keys: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(keys)))
    }

    fn table_of(&self, z: &[u8; 32], point: &AffinePoint) -> Option<Arc<PointTable>> {
        {
            // A panic elsewhere leaves the map whole: nothing inside can panic
            // halfway.
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match known.get_or_insert_mut(*z, || Known::Uses(0)) {
                Known::Table(table) => return Some(Arc::clone(table)),
                Known::Uses(uses) => {
                    *uses = uses.saturating_add(1);
                    // Only the thread that counts to the threshold makes the
                    // table; the others go on without.
                    if *uses != WORTH_A_TABLE {
                        return None;
                    }
                }
            }
        }
        let table = Arc::new(PointTable::of_key(point));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.put(*z, Known::Table(Arc::clone(&table)));
        Some(table)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tables(keys: usize) -> KeyTables {
        KeyTables::new(NonZeroUsize::new(keys).unwrap())
    }

    fn uses(tables: &KeyTables, key: u8, times: u32) -> u32 {
        let with_table = |_| {
            tables
                .table_of(&[key; 32], &AffinePoint::GENERATOR)
                .is_some()
        };
        (0..times).map(with_table).map(u32::from).sum()
    }

    #[test]
    fn a_table_is_made_when_it_pays() {
        let tables = tables(4);
        assert_eq!(uses(&tables, 1, WORTH_A_TABLE - 1), 0);
        assert_eq!(uses(&tables, 1, 3), 3);
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let tables = tables(2);
        uses(&tables, 1, WORTH_A_TABLE);
        for stranger in 10..100 {
            assert_eq!(uses(&tables, stranger, 1), 0);
            assert_eq!(uses(&tables, 1, 1), 1, "used between the strangers");
        }
        assert_eq!(tables.0.lock().unwrap().len(), 2);
        uses(&tables, 10, 1);
        uses(&tables, 11, 1);
        assert_eq!(uses(&tables, 1, 1), 0, "pushed out, counted anew");
    }

    /// More keys in turn than the cache holds: no table is ever made.
    #[test]
    fn a_round_of_many_keys_makes_no_table() {
        let tables = tables(4);
        for _ in 0..20 {
            for key in 0..8 {
                assert_eq!(uses(&tables, key, 1), 0);
            }
        }
    }
}
