//! Being told that an event may have changed, where it is somewhere that tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the thread that watches is to do.
#[derive(Debug, Default)]
struct Wishes {
    is_over: AtomicBool,
    rests: AtomicBool,
}

/// As long as this is there, changes are told.
#[derive(Debug)]
pub(crate) struct ChangeWatch(Arc<Wishes>);

impl ChangeWatch {
    /// One that ends when this does; with what its thread looks at.
    pub(super) fn new() -> (Self, WatchEnd) {
        let wishes = Arc::new(Wishes::default());
        (Self(Arc::clone(&wishes)), WatchEnd(wishes))
    }

    /// Nobody needs to be told for now, or somebody does again: then it is told at once that there may be something new.
    pub(crate) fn rest(&self, rests: bool) {
        self.0.rests.store(rests, Ordering::Relaxed);
    }
}

impl Drop for ChangeWatch {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

/// Whether nobody wants to be told any more, or for now.
#[derive(Debug)]
pub(super) struct WatchEnd(Arc<Wishes>);

impl WatchEnd {
    pub(super) fn is_over(&self) -> bool {
        self.0.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn rests(&self) -> bool {
        self.0.rests.load(Ordering::Relaxed)
    }
}

/// What is done when an event may have changed.
pub(crate) type OnChange = Box<dyn Fn() + Send>;
