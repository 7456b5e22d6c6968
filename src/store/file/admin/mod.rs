//! Commands on a whole event: audit, repair, backup, restore, reset.
//!
//! Knows the event, its locks and files; knows nothing of who asks for the command, and why.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod backup_target;
pub(crate) mod booked;
mod copy_ahead;
pub(crate) mod drift;
pub(crate) mod edited_ledger;
pub(crate) mod extra_lines;
mod given_up;
pub(crate) mod init;
pub(crate) mod prepare;
pub(crate) mod repair;
pub(crate) mod reset;
pub(crate) mod restart;
pub(crate) mod restore;
pub(crate) mod saved;
pub(crate) mod shared_directory;
mod swap;
mod torn_booking;
mod way_back;
