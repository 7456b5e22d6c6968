//! The ledger of a process that sells: open twice, with its wakeup.

use std::fs::File;

use crate::error::Result;
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::recycled::RecycledVersions;
use crate::store::file::sync::own_tail::OwnTail;
use crate::store::file::sync::wakeup::Wakeup;

/// The ledger, open twice: Linux appends whatever is written through an appending handle, at
/// whatever offset, so that writing in place needs another.
#[derive(Debug)]
pub(crate) struct OpenLedger {
    pub(crate) rewrite: LedgerFile,
    pub(crate) append: File,
    pub(crate) wakeup: Wakeup,
    pub(crate) recycled: RecycledVersions,
    /// What this process wrote itself through `rewrite`.
    pub(crate) own: OwnTail,
}

impl OpenLedger {
    /// `recycled`: for versions of the count that lose their name.
    pub(crate) fn open(files: &EventFiles, recycled: &RecycledVersions) -> Result<Option<Self>> {
        let Some(rewrite) = open_ledger(files, Access::ReadWrite)? else {
            return Ok(None);
        };
        let append = open_regular(&files.ledger, Access::Append)?;
        Ok(Some(Self {
            wakeup: Wakeup::of(&rewrite.file),
            recycled: recycled.clone(),
            rewrite,
            append,
            own: OwnTail::default(),
        }))
    }
}
