//! A socket with a name: for a proxy on this machine. Its file goes with the service.
//!
//! Invariant: who makes or removes a socket of a name holds the lock of that name, `PATH.lock`, as long as it listens.
//! So of two services that start at once on what a killed one has left, one listens, and the other one says so. The
//! lock's file stays: who removed it could not know who is just taking it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, flock};
use rustix::io::Errno;
use rustix::process::umask;

use super::failure;
use crate::error::{Error, Result};

/// The name of a socket, removed with it.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
    _lock: File,
}

/// Opens a socket that its owner and its group may write to. One of that name is replaced only if nobody answers there.
pub(super) fn bind(path: &Path) -> Result<(UnixListener, SocketFile)> {
    let lock = lock(path)?;
    remove_stale(path)?;
    // From its first moment on nobody else may connect. No other thread makes files yet.
    let before = umask(Mode::from_raw_mode(0o117));
    let socket = UnixListener::bind(path);
    umask(before);
    let socket = socket.map_err(|error| Error::io("listen", path, error))?;
    let id = id_of(path).map_err(|error| Error::io("look at", path, error))?;
    let path = path.to_path_buf();
    let file = SocketFile {
        path,
        id,
        _lock: lock,
    };
    Ok((socket, file))
}

/// Takes the lock of this name, or finds that another service has it.
fn lock(path: &Path) -> Result<File> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let name = PathBuf::from(name);
    let mut options = File::options();
    options.create(true).truncate(false).write(true).mode(0o600);
    let file = options.open(&name);
    let file = file.map_err(|error| Error::io("open", &name, error))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(answers(path)),
        Err(error) => Err(Error::io("lock", &name, error.into())),
    }
}

fn answers(path: &Path) -> Error {
    let message = "somebody answers there: another service listens";
    failure::refused(path, 0, message).hint("stop that one, or listen elsewhere")
}

fn remove_stale(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("look at", path, error)),
    };
    if !found.file_type().is_socket() {
        return Err(failure::refused(path, 0, "is no socket, and is left alone"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| Error::io("remove", path, error))
        }
        Err(error) => Err(Error::io(
            "find out whether somebody answers at",
            path,
            error,
        )),
        Ok(_) => Err(answers(path)),
    }
}

fn id_of(path: &Path) -> std::io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if id_of(&self.path).ok() == Some(self.id) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
