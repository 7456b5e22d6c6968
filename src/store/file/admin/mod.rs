//! Commands on a whole event: audit, repair, backup, restore, reset.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod prepare;
pub(crate) mod reset;
pub(crate) mod restart;
pub(crate) mod restore;
pub(crate) mod swap;
