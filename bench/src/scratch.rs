//! A directory for one benchmark, removed when it ends.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Result, note};

/// A fresh directory below the system's temporary one (`$TMPDIR`), removed on drop.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Creates the directory; it is an error if it exists.
    pub(crate) fn new() -> Result<Self> {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let name = format!("tickets-bench-{}-{nanos}", process::id());
        let path = env::temp_dir().join(name);
        create(&path)?;
        let path = fs::canonicalize(&path)
            .map_err(|error| format!("could not resolve {}: {error}", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A new directory inside it.
    pub(crate) fn subdirectory(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        create(&path)?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            note(&format!(
                "could not remove {}: {error}",
                self.path.display()
            ));
        }
    }
}

fn create(path: &Path) -> Result<()> {
    fs::create_dir(path).map_err(|error| format!("could not create {}: {error}", path.display()))
}
