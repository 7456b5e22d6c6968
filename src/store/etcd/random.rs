//! Random numbers that no two processes share, also those that one has forked.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Instant;

/// One of them.
pub(super) fn random() -> u32 {
    let mut bytes = [0; 4];
    if crate::random::fill(&mut bytes) {
        return u32::from_ne_bytes(bytes);
    }
    RandomState::new().hash_one((std::process::id(), Instant::now())) as u32
}
