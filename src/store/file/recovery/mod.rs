//! What a crash left: recovered, archived, cleaned up.

pub(crate) mod archive;
pub(crate) mod clean_up;
pub(crate) mod create;
pub(crate) mod orphans;
pub(crate) mod recover;
