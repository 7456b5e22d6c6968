//! Thin storage: an image whose free blocks take room only when they are written, in a tmpfs that can be
//! filled up.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FallocateFlags, fallocate};

use crate::disk::do_it;

/// The least that a tmpfs gives.
pub(crate) const PAGE: u64 = 4096;

/// A tmpfs of its own, mounted as long as this is held.
#[derive(Debug)]
pub(crate) struct Storage {
    at: PathBuf,
    mebibytes: u64,
}

impl Storage {
    /// Mounts it, with room for so many mebibytes and little more.
    pub(super) fn new(at: &Path, mebibytes: u64) -> Result<Self, String> {
        // Room in pages of 4 KiB only: a large one is had, and given back, as a whole.
        let options = format!("huge=never,size={}m", mebibytes + 1);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]);
        do_it(mount.arg(at))?;
        Ok(Self {
            at: at.to_owned(),
            mebibytes,
        })
    }

    /// An image, all of it thin.
    pub(super) fn image(&self) -> PathBuf {
        let path = self.at.join("image");
        let image = File::create(&path).unwrap();
        image.set_len(self.mebibytes << 20).unwrap();
        path
    }

    /// Takes room for every block of the image. Who makes a file system punches holes into it for zeros, even
    /// where its journal is.
    pub(super) fn take_all(&self, image: &Path) -> Result<(), String> {
        let image = OpenOptions::new().write(true).open(image).unwrap();
        let all = self.mebibytes << 20;
        let taken = fallocate(&image, FallocateFlags::empty(), 0, all);
        taken.map_err(|error| format!("no room for an image: {error}"))
    }

    /// Takes all the room that is left but so many pages, as long as the result is held.
    pub(super) fn fill(&self, leave: u64) -> Filler {
        let path = self.at.join("filler");
        let mut file = File::create(&path).unwrap();
        let filler = Filler { path };
        loop {
            match file.write_all(&[b'x'; PAGE as usize]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("the storage cannot be filled: {error}"),
            }
        }
        filler.give(leave);
        filler
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

/// What takes the room.
#[derive(Debug)]
pub(crate) struct Filler {
    path: PathBuf,
}

impl Filler {
    /// Gives so many pages back.
    pub(crate) fn give(&self, pages: u64) {
        let file = OpenOptions::new().write(true).open(&self.path).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(pages * PAGE)).unwrap();
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
