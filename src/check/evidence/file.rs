//! Locked files, and what the path of a lock means.

use serde::{Deserialize, Deserializer};

/// A file, as the system tells it from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct File {
    /// The device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

impl File {
    /// Whether it is none: a mutex, or another lock that no file stands for. Its number tells it from others of that kind.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.device == 0
    }
}

/// What the path of a lock meant after the lock was got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LockPath {
    /// That was not said.
    #[default]
    Unsaid,
    /// No file had that name any more.
    Nowhere,
    /// This file.
    File(File),
}

/// The inode of the file that a lock's path meant, as a line says it: `null` where no file had that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathInode {
    /// `null`.
    Nowhere,
    /// An inode.
    Of(u64),
}

impl PathInode {
    pub(super) fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Self>, D::Error> {
        let inode = Option::<u64>::deserialize(from)?;
        Ok(Some(inode.map_or(Self::Nowhere, Self::Of)))
    }
}

impl LockPath {
    /// By the device and the inode that a line says; an error where it has one of them only.
    pub(super) fn of(device: Option<u64>, inode: Option<PathInode>) -> Result<Self, String> {
        match (device, inode) {
            (None, None) => Ok(Self::Unsaid),
            (None, Some(PathInode::Nowhere)) => Ok(Self::Nowhere),
            (Some(_), Some(PathInode::Nowhere)) => {
                Err("\"path_device\" beside \"path_inode\": null: no file has that name".to_owned())
            }
            (Some(device), Some(PathInode::Of(inode))) => Ok(Self::File(File { device, inode })),
            (None, _) => Err("\"path_device\" is missing beside \"path_inode\"".to_owned()),
            (_, None) => Err("\"path_inode\" is missing beside \"path_device\"".to_owned()),
        }
    }

    /// The same, as a line says it.
    pub(super) fn said_as(self) -> (Option<u64>, Option<PathInode>) {
        match self {
            Self::Unsaid => (None, None),
            Self::Nowhere => (None, Some(PathInode::Nowhere)),
            Self::File(file) => (Some(file.device), Some(PathInode::Of(file.inode))),
        }
    }
}
