//! Regular files beside one another: opened, read, written, copied.
//!
//! Knows names, handles and rights; knows nothing of ledgers and counts.

pub(crate) mod compare;
pub(crate) mod copy;
pub(crate) mod directory;
pub(crate) mod exchange;
pub(crate) mod open;
pub(crate) mod placement;
pub(crate) mod read;
pub(crate) mod temporary;
pub(crate) mod version;
pub(crate) mod write;
