//! The service in a process of its own, and a plain client.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::harness::{TestEvent, signal};

/// The token of the tests.
pub(super) const TOKEN: &str = "0123456789abcdef";

/// A service that listens.
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    log: std::path::PathBuf,
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

impl Server {
    /// Serves the event, with a token; `arguments` split at spaces.
    #[track_caller]
    pub(super) fn start(event: &TestEvent, arguments: &str) -> Self {
        let (tokens, log) = (event.path("tokens"), event.path("log"));
        fs::write(&tokens, format!("carol {TOKEN}\n")).unwrap();
        fs::set_permissions(&tokens, fs::Permissions::from_mode(0o600)).unwrap();
        let mut child = event
            .command(["--json", "serve", "--listen", "127.0.0.1:0", "--tokens"])
            .arg(tokens)
            .args(arguments.split_ascii_whitespace())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let document: Value = serde_json::from_str(&line).unwrap();
        let address = document["listening"].as_str().unwrap();
        let address = address.trim_start_matches("http://").to_owned();
        Self {
            child,
            address,
            log,
        }
    }

    pub(super) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends these bytes; what comes back until the other end closes.
    pub(super) fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::parse(&String::from_utf8_lossy(&answer))
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

    pub(super) fn terminate(&self) {
        signal(i32::try_from(self.child.id()).unwrap(), "TERM");
    }

    /// Its exit code, and what it has logged.
    pub(super) fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, fs::read_to_string(&self.log).unwrap())
    }
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
