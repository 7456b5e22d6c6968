//! The service in a process of its own, and a plain client.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{TestEvent, eventually, signal};

/// The token of the tests.
pub(super) const TOKEN: &str = "0123456789abcdef";

/// A service that listens.
pub(super) struct Server {
    client: Client,
    child: Child,
    log: PathBuf,
}

/// Asks the service at this address.
pub(super) struct Client {
    pub(super) address: String,
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A refusal, as RFC 9457 says.
    #[track_caller]
    pub(super) fn is_problem(&self, status: u16, code: &str) {
        let told = (self.status, self.json()["code"].as_str().map(str::to_owned));
        assert_eq!(told, (status, Some(code.to_owned())), "{self:?}");
        assert!(
            self.head.contains("content-type: application/problem+json"),
            "{self:?}"
        );
        assert_eq!(self.json()["status"], status, "{self:?}");
    }

    #[track_caller]
    pub(super) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }
}

/// A sale: its id, and how many were left then.
pub(super) type Told = (String, u64);

/// What is told of the sale in this answer.
pub(super) fn told(answer: &Value) -> Told {
    of_sale(&answer["sale"], answer)
}

/// The same of each of these lines of the ledger.
pub(super) fn written(lines: &[Value]) -> Vec<Told> {
    lines.iter().map(|line| of_sale(line, line)).collect()
}

fn of_sale(sale: &Value, count: &Value) -> Told {
    let id = sale["id"].as_str().unwrap().to_owned();
    (id, count["left"].as_u64().unwrap())
}

/// A whole request for one ticket, as bytes.
pub(super) fn order(key: &str, buyer: &str) -> Vec<u8> {
    let body = format!("{{\"buyer\":\"{buyer}\",\"quantity\":1}}");
    let length = body.len();
    let head = "POST /api/v1/sales HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json";
    format!("{head}\r\nIdempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Writes the file with the token.
pub(super) fn write_tokens(event: &TestEvent) -> PathBuf {
    let tokens = event.path("tokens");
    fs::write(&tokens, format!("carol {TOKEN}\n")).unwrap();
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o600)).unwrap();
    tokens
}

/// `tickets serve` with a token; `arguments` split at spaces, without those that say where.
pub(super) fn command(event: &TestEvent, arguments: &str) -> Command {
    let mut command = event.command(["--json", "serve", "--tokens"]);
    command
        .arg(write_tokens(event))
        .args(arguments.split_ascii_whitespace());
    command
}

/// The same command in the hands of a shell, which does something first.
pub(super) fn through_shell(first: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{first}; exec \"$@\""), "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    shell
}

impl Client {
    pub(super) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends these bytes; what comes back until the other end closes.
    pub(super) fn raw(&self, bytes: &[u8]) -> Answer {
        exchange(self.connect(), bytes)
    }

    /// `method` as in `POST /api/v1/sales`, headers a line each.
    pub(super) fn call(&self, method: &str, headers: &[&str], body: &str) -> Answer {
        let mut text = format!("{method} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for header in headers {
            text.extend([*header, "\r\n"]);
        }
        if !body.is_empty() {
            text.push_str("Content-Type: application/json\r\n");
            text.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        self.raw(format!("{text}\r\n{body}").as_bytes())
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.call(&format!("GET {path}"), &[], "")
    }

    /// Posts with this key.
    pub(super) fn post(&self, path: &str, key: &str, body: &str) -> Answer {
        let key = format!("Idempotency-Key: {key}");
        self.call(&format!("POST {path}"), &[&key], body)
    }

    /// The same with the token.
    pub(super) fn managed(&self, path: &str, key: &str, body: &str) -> Answer {
        let (key, token) = (format!("Idempotency-Key: {key}"), bearer());
        self.call(&format!("POST {path}"), &[&key, &token], body)
    }

    pub(super) fn sell(&self, key: &str, buyer: &str, quantity: u64) -> Answer {
        let order = serde_json::json!({"buyer": buyer, "quantity": quantity});
        self.post("/api/v1/sales", key, &order.to_string())
    }
}

impl Server {
    /// Serves the event at some port, with a token; `arguments` split at spaces.
    #[track_caller]
    pub(super) fn start(event: &TestEvent, arguments: &str) -> Self {
        let arguments = format!("--listen 127.0.0.1:0 {arguments}");
        Self::run(event, command(event, &arguments))
    }

    /// What this command serves, once it listens.
    #[track_caller]
    pub(super) fn run(event: &TestEvent, mut command: Command) -> Self {
        let log = event.path("log");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let document: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
            let log = fs::read_to_string(&log).unwrap();
            panic!("{error}: {line:?} {log}")
        });
        let address = document["listening"].as_str().unwrap();
        let address = address.trim_start_matches("http://").to_owned();
        Self {
            client: Client { address },
            child,
            log,
        }
    }

    /// What it has logged so far.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until that stands in the log.
    pub(super) fn has_logged(&self, what: &str) {
        eventually(what, || self.log().contains(what).then_some(()));
    }

    /// The number of its process.
    pub(super) fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    pub(super) fn terminate(&self) {
        signal(self.pid(), "TERM");
    }

    /// Its exit code, and what it has logged.
    pub(super) fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, fs::read_to_string(&self.log).unwrap())
    }
}

/// Sends these bytes; what comes back until the other end closes.
pub(super) fn exchange(mut stream: impl Read + Write, bytes: &[u8]) -> Answer {
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Answer::parse(&String::from_utf8_lossy(&answer))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) fn bearer() -> String {
    format!("Authorization: Bearer {TOKEN}")
}
