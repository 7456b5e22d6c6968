//! Who is at the other end of a connection.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientPeer {
    Tcp(SocketAddr),
    /// A process of this machine that may write to the socket.
    Unix,
}

impl ClientPeer {
    /// Whether it is on this machine.
    pub(super) fn is_local(self) -> bool {
        match self {
            Self::Tcp(address) => plain(address.ip()).is_loopback(),
            Self::Unix => true,
        }
    }

    /// Its address, where it has one of its own.
    pub(super) fn address(self) -> Option<IpAddr> {
        match self {
            Self::Tcp(address) => Some(plain(address.ip())),
            Self::Unix => None,
        }
    }
}

impl fmt::Display for ClientPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(address) => address.fmt(f),
            None => f.write_str("unix"),
        }
    }
}

/// An IPv4 address as such, also where it came through an IPv6 socket.
pub(super) fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}
