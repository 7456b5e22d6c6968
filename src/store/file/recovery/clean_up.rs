//! Clean up: what killed processes left beside an event is removed, or gets its own name.

use std::path::PathBuf;

use crate::error::Result;
use crate::store::file::event::EventFiles;
use crate::store::file::recovery::archive::finish_interrupted;
use crate::store::file::recovery::orphans::remove_orphans;

/// What killed processes had left.
#[derive(Debug, Default)]
pub(crate) struct CleanedUp {
    /// How many temporary files were removed.
    pub(crate) orphans: usize,
    /// Ledgers that a killed process had taken the name from, and where they are now.
    pub(crate) archives: Vec<PathBuf>,
}

impl CleanedUp {
    /// What became of old ledgers, for people.
    pub(crate) fn told(&self) -> impl Iterator<Item = String> {
        self.archives.iter().map(|archive| {
            format!(
                "a reset or a restore was interrupted; the ledger before it is kept as {}",
                archive.display()
            )
        })
    }
}

/// Removes the temporary files of killed processes; ledgers that they were archiving get the names of archives.
/// Only for the holder of the sync lock.
pub(crate) fn clean_up(files: &EventFiles) -> Result<CleanedUp> {
    Ok(CleanedUp {
        archives: finish_interrupted(files)?,
        orphans: remove_orphans(files)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_old_ledger_that_was_kept_is_told_of() {
        let cleaned = CleanedUp {
            orphans: 1,
            archives: vec!["/a/one".into(), "/a/two".into()],
        };
        let told: Vec<_> = cleaned.told().collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].ends_with(" is kept as /a/one"), "{told:?}");
        assert!(told[1].ends_with(" is kept as /a/two"), "{told:?}");
    }
}
