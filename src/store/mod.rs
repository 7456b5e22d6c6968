//! Where an event is stored.
//!
//! Knows lines and their arithmetic; knows nothing of who buys, and why.

pub(crate) mod file;
