//! One request to one endpoint, and what came of it.

use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;

use super::address::Address;
use super::answer::{AttemptAnswer, CERTIFICATE_OF_OURS, failed, of_certificates, refused};
use super::tls;
use crate::error::Result;

/// The longest answer that is read, in bytes: a page of the longest lines in base64.
const LONGEST_ANSWER: u64 = 32 << 20;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(2);

/// What is said of a connection that was closed before an answer.
const CLOSED: &str = "Peer disconnected";

/// What sends requests and keeps connections.
pub(super) fn agent(address: &Address) -> Result<Agent> {
    let mut config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        // A cluster is spoken to directly: a proxy for the web knows nothing of it.
        .proxy(None)
        .user_agent("tickets");
    if address.tls {
        config = tls::configure(config, address)?;
    }
    Ok(config.build().new_agent())
}

/// A call of one endpoint, as this user.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) agent: Agent,
    pub(super) url: String,
    pub(super) token: Option<String>,
}

/// What is answered as long as the connection holds, and so long at most; `None`: it is refused.
pub(super) fn stream(
    way: &Way,
    body: &[u8],
    limit: Duration,
) -> Option<impl std::io::Read + use<>> {
    let request = way.agent.post(&way.url);
    let request = request.config().timeout_global(Some(limit));
    let request = request.timeout_connect(Some(limit.min(CONNECT))).build();
    let request = request
        .header("Content-Type", "application/json")
        .header("Grpc-Metadata-hasleader", wants_leader());
    let request = match &way.token {
        Some(token) => request.header("Authorization", token),
        None => request,
    };
    let response = request.send(body).ok()?;
    let is_done = response.status().as_u16() == 200;
    is_done.then(|| response.into_body().into_reader())
}

/// Sends a request, and waits so long at most.
pub(super) fn attempt(
    agent: &Agent,
    url: &str,
    token: Option<&str>,
    body: &[u8],
    limit: Duration,
) -> AttemptAnswer {
    let (all, some) = (Some(limit), Some(limit.min(CONNECT)));
    let request = agent.post(url).config().timeout_connect(some);
    // A limit for all of a request is one for the look-up of its host, too, which takes a thread each time.
    let request = if has_number(url) {
        let request = request.timeout_send_request(all).timeout_send_body(all);
        request.timeout_recv_response(all).timeout_recv_body(all)
    } else {
        request.timeout_global(all).timeout_resolve(some)
    };
    let request = request
        .build()
        .header("Content-Type", "application/json")
        .header("Grpc-Metadata-hasleader", wants_leader());
    let request = match token {
        Some(token) => request.header("Authorization", token),
        None => request,
    };
    let answered = request.send(body).and_then(|mut response| {
        let status = response.status();
        let limited = response.body_mut().with_config().limit(LONGEST_ANSWER);
        Ok((status.as_u16(), limited.read_to_vec()?))
    });
    match answered {
        Ok((200, body)) => AttemptAnswer::Done(body),
        Ok((status, body)) => refused(status, &body),
        Err(error) => match failed(&error) {
            AttemptAnswer::Failed { why, fate } if url.starts_with("http:") && why == CLOSED => {
                let why = "it closed the connection: where it speaks TLS the address begins with etcds://";
                let why = why.to_owned();
                AttemptAnswer::Failed { why, fate }
            }
            AttemptAnswer::Failed { why, fate }
                if url.starts_with("https:") && is_broken_off(&error) =>
            {
                let why = format!(
                    "{why}: where it wants a certificate of the client, {CERTIFICATE_OF_OURS}"
                );
                AttemptAnswer::Failed { why, fate }
            }
            answer => answer,
        },
    }
}

/// Whether the connection ended before an answer. Under TLS 1.3 a server refuses the client's certificate, or that it has none,
/// behind the handshake: its alert may be lost where more is sent to it meanwhile.
fn is_broken_off(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let is_end = |error: &std::io::Error| {
        matches!(
            error.kind(),
            BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
        ) || error.to_string() == CLOSED
    };
    matches!(error, ureq::Error::Io(error) if is_end(error) && of_certificates(&error.to_string()).is_none())
}

/// Whether the host is told by its number, and need not be looked up.
fn has_number(url: &str) -> bool {
    let mut parts = url.split('/').skip(2);
    let host = parts.next().unwrap_or_default();
    host.parse::<std::net::SocketAddr>().is_ok()
}

/// Whether a node is asked only as long as it has a leader: else one that is cut off from the others waits for them, or
/// answers nothing for ever.
fn wants_leader() -> &'static str {
    known_bad!(ReadLagging => return "false");
    "true"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_from_a_name() {
        for (url, expected) in [
            ("http://127.0.0.1:2379/v3/kv/txn", true),
            ("https://[::1]:2379/v3/kv/txn", true),
            ("http://localhost:2379/v3/kv/txn", false),
            ("http://127.0.0.1.example:2379/", false),
            ("http:", false),
        ] {
            assert_eq!(has_number(url), expected, "{url}");
        }
    }
}
