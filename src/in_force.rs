//! What is in force now and may be replaced while calls run: the register of callers, and
//! what the gateway judges by.

use std::sync::{Arc, PoisonError, RwLock};

/// A value that is replaced whole, so that whoever took it sees one state of it for as long
/// as he holds it.
#[derive(Debug)]
pub struct InForce<T>(RwLock<Arc<T>>);

impl<T> InForce<T> {
    /// Begins with this value.
    pub fn new(value: T) -> InForce<T> {
        InForce(RwLock::new(Arc::new(value)))
    }

    /// The value of this moment.
    pub fn current(&self) -> Arc<T> {
        // Nothing can panic while the lock is held, so a poisoned one is as good.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another value in force; who holds the one before keeps it.
    pub fn replace(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}
