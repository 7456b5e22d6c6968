//! `tickets serve`: an event sold over HTTP.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::value::whole;
use crate::serve::Listen;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The events, each at a path of its name where there are several [default: the event's file]
    #[arg(value_name = "EVENT")]
    pub(crate) events: Vec<PathBuf>,

    /// Where to listen: an address with a port, or unix:PATH for a proxy on this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen)]
    pub(crate) listen: Listen,

    #[arg(
        long,
        value_name = "URL",
        value_parser = public_url,
        help = "Where people reach it, as in https://tickets.example.org; behind a proxy its page needs this"
    )]
    pub(crate) public_url: Option<String>,

    /// Who may manage: a file with a name and a token a line. Without it nobody may
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,

    /// How long who does nothing stays logged in at the desk: 1s to 12h
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = session_idle)]
    pub(crate) session_idle: Duration,

    /// How many orders of an event may wait; more are refused at once
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = queue)]
    pub(crate) queue: usize,

    /// How many threads sell an event
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clerks)]
    pub(crate) clerks: usize,

    /// How many orders one address may give, as in 30/min; those of this machine are not counted
    #[arg(long, value_name = "N/min", value_parser = per_address)]
    pub(crate) per_address: Option<NonZeroU32>,

    /// Believe a proxy on this machine who calls: the rightmost address in X-Forwarded-For
    #[arg(long)]
    pub(crate) trust_proxy: bool,

    /// How to write the log, on standard error
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) log: LogArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogArg {
    /// A line for people
    Human,
    /// An object a line
    Json,
}

pub(super) const HELP: &str = "\
Examples:
  tickets -f gala.json serve
  tickets serve gala.json ball.json --listen unix:/run/tickets.sock
  tickets serve --tokens tokens.txt --public-url https://gala.example
  tickets serve --listen 0.0.0.0:8080 --per-address 30/min

'tickets book' and all other commands go on beside it, on the same files. Ctrl-C or SIGTERM drains: no new orders, \
those that were accepted are answered; a second one ends it. Exits 0 then, 1 when it cannot listen.";

fn listen(text: &str) -> Result<Listen, String> {
    if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
        return Ok(Listen::Unix(path.into()));
    }
    let address = text.parse::<SocketAddr>().map(Listen::Tcp);
    address.map_err(|_| "write 127.0.0.1:8080, [::1]:8080 or unix:PATH".to_owned())
}

fn public_url(text: &str) -> Result<String, String> {
    let wrong = || "write https://tickets.example.org, or with a path behind it".to_owned();
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or_else(wrong)?.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_graphic() && !"?#\"'<>\\".contains(c);
    if rest.is_empty() || rest.starts_with('/') || !rest.chars().all(plain) {
        return Err(wrong());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn session_idle(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).ok();
    let allowed = Duration::from_secs(1)..=Duration::from_secs(12 * 3600);
    let time = time.filter(|time| allowed.contains(time));
    time.ok_or_else(|| "write 30m or 2h: from 1s to 12h".to_owned())
}

fn queue(text: &str) -> Result<usize, String> {
    whole(text, 1, 1 << 20).map(|number| number as usize)
}

fn clerks(text: &str) -> Result<usize, String> {
    whole(text, 1, 64).map(|number| number as usize)
}

fn per_address(text: &str) -> Result<NonZeroU32, String> {
    let number = text.strip_suffix("/min").unwrap_or_default();
    let number = number.parse().ok().and_then(NonZeroU32::new);
    number.ok_or_else(|| "write 30/min".to_owned())
}
