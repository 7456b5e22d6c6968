//! Linux.

mod attributes;
mod block_map;
mod byte_lock;
mod file_system;
mod holder;
mod lease;
mod process;
mod shared_word;
mod xattr;

pub(crate) use attributes::{first_trait, kind_of_name};
pub(crate) use block_map::on_disk;
pub(crate) use byte_lock::{is_byte_locked, share_byte, try_lock_byte, unlock_byte};
pub(crate) use file_system::{DIRECT, NOATIME, exchange, file_system, has_journal};
pub(crate) use holder::{is_locked, lock_holder};
pub(crate) use lease::{under_write_lease, writer_elsewhere};
pub(crate) use process::{effective_user, has_ended, process_name};
pub(crate) use shared_word::SharedWord;
pub(crate) use xattr::{get_xattr, list_xattr, remove_xattr, set_xattr};
