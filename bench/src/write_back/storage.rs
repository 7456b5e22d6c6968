//! Thin storage: an image whose free blocks take room only when they are written, in a tmpfs that can be
//! filled up.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FallocateFlags, fallocate};

use crate::Result;

/// The least that a tmpfs gives.
pub(crate) const PAGE: usize = 4096;

/// A tmpfs of its own, mounted as long as this is held.
#[derive(Debug)]
pub(crate) struct Storage {
    at: PathBuf,
    mebibytes: u64,
}

impl Storage {
    /// Mounts it, with room for an image of so many mebibytes and little more.
    pub(crate) fn new(at: &Path, mebibytes: u64) -> Result<Self> {
        // Room in pages of 4 KiB only: a large one is had, and given back, as a whole.
        let options = format!("huge=never,size={}m", mebibytes + 1);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]);
        done(mount.arg(at))?;
        let storage = Self {
            at: at.to_owned(),
            mebibytes,
        };
        let image = File::create(storage.image());
        image
            .and_then(|image| image.set_len(mebibytes << 20))
            .map_err(|error| format!("could not make an image: {error}"))?;
        Ok(storage)
    }

    /// Takes room for every block of the image. Who makes a file system punches holes into it for zeros, even
    /// where its journal is.
    pub(crate) fn take_all(&self) -> Result<()> {
        let image = OpenOptions::new().write(true).open(self.image());
        image
            .and_then(|image| {
                let all = self.mebibytes << 20;
                Ok(fallocate(&image, FallocateFlags::empty(), 0, all)?)
            })
            .map_err(|error| format!("could not take room for the image: {error}"))
    }

    /// The image.
    pub(crate) fn image(&self) -> PathBuf {
        self.at.join("image")
    }

    /// Takes all the room that is left, as long as the result is held.
    pub(crate) fn fill(&self) -> Result<Filler> {
        let filler = Filler {
            path: self.at.join("filler"),
        };
        let problem = |error| format!("could not fill the storage: {error}");
        let mut file = File::create(&filler.path).map_err(problem)?;
        loop {
            match file.write_all(&[b'x'; PAGE]) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => return Ok(filler),
                Err(error) => return Err(problem(error)),
            }
        }
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

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Runs it; what it said.
pub(crate) fn done(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("no {name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty());
    Err(format!("{name}: {}", first.unwrap_or("failed").trim()))
}
