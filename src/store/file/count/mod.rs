//! The count file: read, written, replaced, published.
//!
//! Knows the count file and its edits; knows nothing of locks and syncs.

pub(crate) mod edit;
pub(crate) mod former;
pub(crate) mod in_place;
pub(crate) mod kept;
pub(crate) mod publish;
pub(crate) mod read;
pub(crate) mod replace;
