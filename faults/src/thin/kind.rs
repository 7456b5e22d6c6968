//! The file systems that are struck.

use super::storage::PAGE;

/// A file system, and how it is made and mounted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Its name in that of a case.
    pub(crate) name: &'static str,
    /// How it is made; not at all: memory, which is lost when it is unmounted.
    pub(super) make: &'static [&'static str],
    pub(super) options: &'static str,
    pub(super) mebibytes: u64,
    /// How large its blocks are.
    pub(crate) block: u64,
    /// Whether a new block whose write-back failed stays unwritten when it is written and synced again.
    pub(crate) stays_unwritten: bool,
}

/// Inode tables and journal are written at once, not in the background when there is no room.
const EXT4: &str = "-Elazy_itable_init=0,lazy_journal_init=0,offset=OFFSET";
/// Stands for where the file system begins in the image.
pub(super) const OFFSET: &str = "OFFSET";

const fn kind(name: &'static str, make: &'static [&'static str], options: &'static str) -> Kind {
    Kind {
        name,
        make,
        options,
        mebibytes: 24,
        block: 4096,
        stays_unwritten: true,
    }
}

/// All of them; in a slice, the first.
pub(crate) const KINDS: [Kind; 7] = [
    kind(
        "ext4, 4 KiB",
        &["mkfs.ext4", "-qF", "-b4096", EXT4, "-Jsize=4"],
        "loop",
    ),
    Kind {
        block: 1024,
        ..kind(
            "ext4, 1 KiB",
            &["mkfs.ext4", "-qF", "-b1024", EXT4, "-Jsize=4"],
            "loop,offset=OFFSET",
        )
    },
    kind(
        "ext4, no journal",
        &["mkfs.ext4", "-qF", "-b4096", EXT4, "-O^has_journal"],
        "loop",
    ),
    Kind {
        stays_unwritten: false,
        ..kind(
            "ext4, data=journal",
            &["mkfs.ext4", "-qF", "-b4096", EXT4, "-Jsize=4"],
            "loop,data=journal",
        )
    },
    Kind {
        mebibytes: 320,
        stays_unwritten: false,
        ..kind("xfs", &["mkfs.xfs", "-qfK"], "loop")
    },
    Kind {
        mebibytes: 160,
        stays_unwritten: false,
        ..kind("btrfs", &["mkfs.btrfs", "-qfK"], "loop")
    },
    Kind {
        stays_unwritten: false,
        ..kind("tmpfs", &[], "")
    },
];

impl Kind {
    /// Whether it lasts: memory does not.
    pub(crate) fn lasts(&self) -> bool {
        !self.make.is_empty()
    }

    /// Whether a write that begins in a block that is there and ends in one that is not can be trusted to fail:
    /// where blocks are smaller than a page of the storage, the device may take both in one write, which ends
    /// early, and is taken for success.
    pub(crate) fn fails_across(&self) -> bool {
        self.block == PAGE
    }
}
