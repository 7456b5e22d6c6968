//! etcd's JSON gateway, spoken to by one connection that is kept: what it costs at least.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::Result;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection.
pub(super) struct Gateway {
    stream: BufReader<TcpStream>,
}

impl Gateway {
    pub(super) fn open(address: SocketAddr) -> Result<Self> {
        let problem = |error: std::io::Error| format!("{address}: {error}");
        let stream = TcpStream::connect(address).map_err(problem)?;
        stream.set_nodelay(true).map_err(problem)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(problem)?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// What is answered to this call.
    pub(super) fn ask(&mut self, call: &str, body: &str) -> Result<Value> {
        let head = format!(
            "POST /v3/{call} HTTP/1.1\r\nHost: etcd\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let (status, answer) = self
            .exchange(&[head.as_bytes(), body.as_bytes()].concat())
            .map_err(|error| format!("{call}: {error}"))?;
        if status != 200 {
            return Err(format!(
                "{call}: {status} {}",
                String::from_utf8_lossy(&answer)
            ));
        }
        serde_json::from_slice(&answer).map_err(|error| format!("{call}: {error}"))
    }

    fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        self.stream.get_mut().write_all(request)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let (mut length, mut is_chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().unwrap_or(0);
            }
            is_chunked |= header == "transfer-encoding: chunked";
        }
        let answer = if is_chunked {
            self.chunks()?
        } else {
            self.bytes(length)?
        };
        let status = status.ok_or_else(|| std::io::Error::other("no HTTP was answered"))?;
        Ok((status, answer))
    }

    fn bytes(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length =
                usize::from_str_radix(line.trim_end(), 16).map_err(std::io::Error::other)?;
            all.extend(self.bytes(length)?);
            self.bytes(2)?;
            if length == 0 {
                return Ok(all);
            }
        }
    }
}
