//! What a crash left: recovered, archived, cleaned up.
//!
//! Knows ledgers and what a crash leaves of them; knows nothing of sales and of who commands.

pub(crate) mod archive;
pub(crate) mod beginning;
pub(crate) mod clean_up;
pub(crate) mod create;
pub(crate) mod orphans;
pub(crate) mod recover;
pub(crate) mod shared_ledger;
