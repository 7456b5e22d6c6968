//! `tickets serve` in a process of its own, and a plain client.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::program::Program;
use crate::test_event::{TestEvent, eventually, memory, signal};

/// A client that waits longer counts as never answered: longer than the service lets anybody wait.
const PATIENCE: Duration = Duration::from_secs(45);

/// A service that listens. Dropped, it is killed.
pub(crate) struct Service {
    child: Child,
    address: String,
    log: NamedTempFile,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The id of what was sold.
    #[track_caller]
    pub(crate) fn id(&self) -> String {
        let id = self.body["sale"]["id"].as_str();
        id.unwrap_or_else(|| panic!("nothing was sold: {self:?}"))
            .to_owned()
    }

    /// Why it was refused.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Service {
    /// Why there is none in this program, if so.
    pub(crate) fn missing(program: &Program) -> Option<String> {
        let asked = Command::new(program.path())
            .args(["serve", "--help"])
            .output();
        let there = asked.is_ok_and(|output| output.status.success());
        (!there).then(|| "the program has no service: --features serve".to_owned())
    }

    /// Serves the event; `arguments` split at spaces.
    #[track_caller]
    pub(crate) fn start(event: &TestEvent, arguments: &str) -> Self {
        Self::start_in(event, arguments, [])
    }

    /// The same, in this environment.
    #[track_caller]
    pub(crate) fn start_in<'a>(
        event: &TestEvent,
        arguments: &str,
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let log = NamedTempFile::new_in(memory()).unwrap();
        let mut child = event
            .command(["--json", "serve", "--listen", "127.0.0.1:0"])
            .args(arguments.split_ascii_whitespace())
            .envs(environment)
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        let Some(address) = told["listening"].as_str() else {
            let _ = child.kill();
            let _ = child.wait();
            panic!(
                "it does not listen: {}",
                fs::read_to_string(log.path()).unwrap()
            );
        };
        let address = address.trim_start_matches("http://").to_owned();
        Self {
            child,
            address,
            log,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Buys one ticket under this key, by a connection of its own.
    pub(crate) fn sell(&self, key: &str) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        exchange(&mut stream, order(key, false).as_bytes())
    }

    /// Posts to this path of the API, with a key and one more header.
    pub(crate) fn post(
        &self,
        path: &str,
        key: &str,
        header: &str,
        body: &str,
    ) -> io::Result<Answer> {
        self.send("POST", path, key, header, body)
    }

    /// The same by any method.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        key: &str,
        header: &str,
        body: &str,
    ) -> io::Result<Answer> {
        let length = body.len();
        let request = format!(
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: faults\r\nConnection: close\r\nIdempotency-Key: {key}\r\n{header}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        exchange(&mut self.connect()?, request.as_bytes())
    }

    /// What the event holds.
    pub(crate) fn look(&self) -> io::Result<Answer> {
        let request = "GET /api/v1/event HTTP/1.1\r\nHost: faults\r\nConnection: close\r\n\r\n";
        exchange(&mut self.connect()?, request.as_bytes())
    }

    /// How many orders wait for a clerk, if it says so.
    pub(crate) fn queue(&self) -> Option<usize> {
        let mut stream = self.connect().ok()?;
        let request = "GET /metrics HTTP/1.1\r\nHost: faults\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let line = text
            .lines()
            .find(|line| line.starts_with("tickets_queue"))?;
        line.rsplit_once(' ')?.1.parse().ok()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap_or_default()
    }

    /// Waits for its end: its exit code, none if it was killed.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> Option<i32> {
        eventually("the service has ended", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An order for one ticket under this key; `stays`: on a connection that is used again.
pub(crate) fn order(key: &str, stays: bool) -> String {
    let connection = if stays { "keep-alive" } else { "close" };
    let body = format!("{{\"buyer\":\"{key}\",\"quantity\":1}}");
    let length = body.len();
    format!(
        "POST /api/v1/sales HTTP/1.1\r\nHost: faults\r\nConnection: {connection}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Sends a request and reads its answer, whole; the connection may go on.
pub(crate) fn exchange(stream: &mut TcpStream, request: &[u8]) -> io::Result<Answer> {
    stream.write_all(request)?;
    answer(stream)
}

/// Reads an answer, whole.
pub(crate) fn answer(stream: &mut TcpStream) -> io::Result<Answer> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::UnexpectedEof, what.to_owned());
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
                return Ok(Answer {
                    status: status.ok_or_else(|| broken("no status"))?,
                    body: serde_json::from_str(body).unwrap_or_default(),
                });
            }
        }
        let read = match stream.read(&mut buffer) {
            Ok(read) => read,
            // A socket with a time limit is not read again by itself after a signal.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            return Err(broken("the connection ended without an answer"));
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}
