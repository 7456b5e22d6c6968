//! A plain client of the service: a connection of its own for each request.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

/// A client that waits longer counts as never answered.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    /// The same, if it has this status.
    pub(super) fn is(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let (got, body) = (self.status, self.body.chars().take(300));
        Err(format!(
            "answered with {got} instead of {status}: {}",
            body.collect::<String>()
        ))
    }

    /// A header that must be there.
    pub(super) fn header(&self, name: &str) -> Result<&str> {
        let found = self.head.lines().find_map(|line| {
            let (header, value) = line.split_once(':')?;
            header.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        found.ok_or_else(|| format!("no {name} in {:?}", self.head))
    }
}

/// Asks, as in `GET /`, with these headers, a line each; reads until the other end closes.
pub(super) fn ask(
    address: SocketAddr,
    request: &str,
    headers: &[&str],
    body: &str,
) -> Result<Answer> {
    let asked = begin(address, request, headers, body, body.len()).and_then(|mut stream| {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    });
    let text = asked.map_err(|error| format!("{request}: {error}"))?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(|| format!("{request}: no status in {head:?}"))?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Sends a request whose body is said to be so long, and does not wait.
pub(super) fn begin(
    address: SocketAddr,
    request: &str,
    headers: &[&str],
    body: &str,
    length: usize,
) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut text = format!(
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    );
    for header in headers {
        text = text + header + "\r\n";
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes())?;
    Ok(stream)
}
