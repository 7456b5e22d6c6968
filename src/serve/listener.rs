//! Where the service listens: an address, a socket with a name, or a socket of the service manager.

use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::PathBuf;

use rustix::net::listen;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::either::Either;

use super::activation::{self, Activated};
use super::failure;
use super::peer::ClientPeer;
use super::settings::Listen;
use super::unix_socket::{self, SocketFile};
use crate::error::{Error, Result};

/// How many connections may wait to be accepted; the system allows at most `net.core.somaxconn`. A TCP client that finds no
/// room there is not refused: it believes to be connected, and nobody ever hears it.
const BACKLOG: i32 = 16_384;

/// A connection.
pub(super) type Connection = Either<TcpStream, UnixStream>;

/// A socket that is open, before there is a runtime: clients wait from now on.
#[derive(Debug)]
pub(super) struct Listener {
    socket: Socket,
    place: Listen,
    file: Option<SocketFile>,
}

#[derive(Debug)]
enum Socket {
    Tcp(StdTcpListener),
    Unix(StdUnixListener),
}

/// The same within the runtime. Dropped, it is closed, and nobody can connect any more.
#[derive(Debug)]
pub(super) struct OpenSocket {
    socket: AsyncSocket,
    _file: Option<SocketFile>,
}

#[derive(Debug)]
enum AsyncSocket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Why nothing listens at this address.
fn refused(address: SocketAddr, error: &io::Error) -> Error {
    let told = failure::io(&format!("listen at {address}"), error);
    if error.kind() != io::ErrorKind::AddrInUse {
        return told;
    }
    let other = SocketAddr::new(
        address.ip(),
        if address.port() == 8081 { 8082 } else { 8081 },
    );
    told.hint(format!(
        "another program listens there, perhaps this service already; another port: --listen {other}"
    ))
}

impl Listener {
    /// Listens at the socket of the service manager, if there is one, or there.
    pub(super) fn bind(wanted: &Listen) -> Result<Self> {
        let (socket, file) = match (activation::socket()?, wanted) {
            (Some(Activated::Tcp(socket)), _) => (Socket::Tcp(socket), None),
            (Some(Activated::Unix(socket)), _) => (Socket::Unix(socket), None),
            (None, Listen::Tcp(address)) => {
                let socket = StdTcpListener::bind(address)
                    .and_then(|socket| with_room(&socket).map(|()| socket))
                    .map_err(|error| refused(*address, &error))?;
                (Socket::Tcp(socket), None)
            }
            (None, Listen::Unix(path)) => {
                let (socket, file) = unix_socket::bind(path)?;
                with_room(&socket).map_err(|error| Error::io("listen", path, error))?;
                (Socket::Unix(socket), Some(file))
            }
        };
        let place = place(&socket).map_err(|error| failure::io("look at the socket", &error))?;
        Ok(Self {
            socket,
            place,
            file,
        })
    }

    /// Where it listens, with the number of the port.
    pub(super) fn place(&self) -> &Listen {
        &self.place
    }

    /// Listens within the runtime.
    pub(super) fn listen(self) -> Result<OpenSocket> {
        let socket = match self.socket {
            Socket::Tcp(socket) => asynchronous(socket),
            Socket::Unix(socket) => asynchronous_unix(socket),
        };
        Ok(OpenSocket {
            socket: socket.map_err(|error| failure::io("listen", &error))?,
            _file: self.file,
        })
    }
}

/// Lets as many connections wait as may. A socket of the service manager has what its unit says.
fn with_room(socket: &impl AsFd) -> io::Result<()> {
    Ok(listen(socket, BACKLOG)?)
}

fn asynchronous(socket: StdTcpListener) -> io::Result<AsyncSocket> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket).map(AsyncSocket::Tcp)
}

fn asynchronous_unix(socket: StdUnixListener) -> io::Result<AsyncSocket> {
    socket.set_nonblocking(true)?;
    UnixListener::from_std(socket).map(AsyncSocket::Unix)
}

fn place(socket: &Socket) -> io::Result<Listen> {
    Ok(match socket {
        Socket::Tcp(socket) => Listen::Tcp(socket.local_addr()?),
        Socket::Unix(socket) => {
            let address = socket.local_addr()?;
            Listen::Unix(address.as_pathname().map_or_else(PathBuf::new, Into::into))
        }
    })
}

impl OpenSocket {
    /// The next client.
    pub(super) async fn accept(&self) -> io::Result<(Connection, ClientPeer)> {
        match &self.socket {
            AsyncSocket::Tcp(socket) => {
                let (stream, address) = socket.accept().await?;
                // Answers are short, and are not kept back.
                let _ = stream.set_nodelay(true);
                Ok((Either::Left(stream), ClientPeer::Tcp(address)))
            }
            AsyncSocket::Unix(socket) => {
                let (stream, _) = socket.accept().await?;
                Ok((Either::Right(stream), ClientPeer::Unix))
            }
        }
    }
}
