//! How the service is run, and what it says when it has begun.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// How the service is run.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The counts of the events.
    pub(crate) events: Vec<PathBuf>,
    /// Where it listens, unless the service manager has a socket for it.
    pub(crate) listen: Listen,
    /// Where people reach it, without a slash at the end.
    pub(crate) public_url: Option<String>,
    /// The file with the tokens of those who manage.
    pub(crate) tokens: Option<PathBuf>,
    /// How long somebody stays logged in at the desk who does nothing there.
    pub(crate) session_idle: Duration,
    /// How many orders of an event may wait.
    pub(crate) queue: usize,
    /// How many threads sell an event.
    pub(crate) clerks: usize,
    /// How many orders one address may give in a minute.
    pub(crate) per_address: Option<NonZeroU32>,
    /// Whether a proxy in front says who calls.
    pub(crate) trust_proxy: bool,
    /// How the log is written.
    pub(crate) log: LogFormat,
    /// Whether the parent process wants Ctrl-C to be ignored.
    pub(crate) ignores_interrupt: bool,
}

/// Where the service listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listen {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "http://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// A line for people.
    Human,
    /// An object a line.
    Json,
}

/// That the service listens.
#[derive(Debug)]
pub(crate) struct Started {
    /// Where.
    pub(crate) listening: Listen,
    /// Each event's file, and the path that it is served at: empty, or as in `/gala`.
    pub(crate) events: Vec<(PathBuf, String)>,
    /// Whether there are tokens, and with them a desk.
    pub(crate) has_desk: bool,
}
