//! Socket activation: a socket that the service manager has opened for this process.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use listenfd::ListenFd;

use super::failure;
use crate::error::Result;

/// A socket from the service manager.
pub(super) enum Activated {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// The first one, if there is any.
pub(super) fn socket() -> Result<Option<Activated>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        let message = "the service manager passes several sockets: one is served";
        return Err(failure::usage(message).hint("one ListenStream= a socket unit"));
    }
    if let Ok(tcp) = sockets.take_tcp_listener(0) {
        return Ok(tcp.map(Activated::Tcp));
    }
    let unix = sockets.take_unix_listener(0);
    let unix =
        unix.map_err(|error| failure::io("take the socket of the service manager", &error))?;
    Ok(unix.map(Activated::Unix))
}
