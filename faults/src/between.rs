//! Something between a client and a node, which is told of each request before it is passed on, and of each answer.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is passed on, and its answer too.
    Passed,
    /// It is passed on, and its answer is lost.
    AnswerLost,
    /// It is lost itself.
    Lost,
}

/// Where to speak to a node through it. `fate` is told how each request begins; `answered` is called when a node has answered
/// one, before that is passed on.
pub(crate) fn between(
    node: &str,
    mut fate: impl FnMut(&str) -> Fate + Send + 'static,
    mut answered: impl FnMut() + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let node = node.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = whole(&mut stream) else {
                continue;
            };
            let fate = fate(&request);
            if fate == Fate::Lost {
                continue;
            }
            let Ok(mut node) = TcpStream::connect(&node) else {
                continue;
            };
            let mut answer = Vec::new();
            if node.write_all(request.as_bytes()).is_err() || node.read_to_end(&mut answer).is_err()
            {
                continue;
            }
            answered();
            if fate == Fate::Passed {
                let _ = stream.write_all(&answer);
            }
        }
    });
    address
}

/// A whole request, which asks for the connection to be closed behind the answer.
fn whole(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let words = head.to_ascii_lowercase();
            let length = words.split("content-length: ").nth(1)?;
            let length: usize = length.lines().next()?.trim().parse().ok()?;
            if body.len() >= length {
                return Some(format!("{head}\r\nConnection: close\r\n\r\n{body}"));
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(bytes_of(&more, read)),
        }
    }
}

fn bytes_of(buffer: &[u8], read: usize) -> &[u8] {
    buffer.get(..read).unwrap_or_default()
}
