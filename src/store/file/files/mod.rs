//! Regular files beside one another: opened, read, written, copied.

pub(crate) mod copy;
pub(crate) mod directory;
pub(crate) mod open;
pub(crate) mod placement;
pub(crate) mod read;
pub(crate) mod temporary;
pub(crate) mod version;
pub(crate) mod write;
