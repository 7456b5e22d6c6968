//! A socket with a name: for a proxy on this machine. Its file goes with the service.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::umask;

use super::failure;
use crate::error::{Error, Result};

/// The name of a socket, removed with it.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

/// Opens a socket that its owner and its group may write to. One of that name is replaced only if nobody answers there.
pub(super) fn bind(path: &Path) -> Result<(UnixListener, SocketFile)> {
    remove_stale(path)?;
    // From its first moment on nobody else may connect. No other thread makes files yet.
    let before = umask(Mode::from_raw_mode(0o117));
    let socket = UnixListener::bind(path);
    umask(before);
    let socket = socket.map_err(|error| Error::io("listen", path, error))?;
    let id = id_of(path).map_err(|error| Error::io("look at", path, error))?;
    let path = path.to_path_buf();
    Ok((socket, SocketFile { path, id }))
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
        Ok(_) => {
            let message = "somebody answers there: another service listens";
            Err(failure::refused(path, 0, message).hint("stop that one, or listen elsewhere"))
        }
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
