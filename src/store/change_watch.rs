//! Being told that an event may have changed, where it is somewhere that tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// As long as this is there, changes are told.
#[derive(Debug)]
pub(crate) struct ChangeWatch(Arc<AtomicBool>);

impl ChangeWatch {
    /// One that ends when this does; with what its thread looks at.
    pub(super) fn new() -> (Self, WatchEnd) {
        let over = Arc::new(AtomicBool::new(false));
        (Self(Arc::clone(&over)), WatchEnd(over))
    }
}

impl Drop for ChangeWatch {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whether nobody wants to be told any more.
#[derive(Debug)]
pub(super) struct WatchEnd(Arc<AtomicBool>);

impl WatchEnd {
    pub(super) fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is done when an event may have changed.
pub(crate) type OnChange = Box<dyn Fn() + Send>;
