//! One request to one endpoint, and what came of it.

use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;

use super::address::Address;
use super::tls;
use super::wire::Failed;
use crate::error::Result;

/// The longest answer that is read, in bytes: a page of the longest lines in base64.
const LONGEST_ANSWER: u64 = 32 << 20;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(2);

/// What is said of a connection that was closed before an answer.
const CLOSED: &str = "Peer disconnected";

/// Where a certificate of the client is told.
const CERTIFICATE_OF_OURS: &str =
    "$ETCDCTL_CERT and $ETCDCTL_KEY, or cert= and key= in the address";

/// What came of a request to one endpoint.
#[derive(Debug)]
pub(super) enum AttemptAnswer {
    /// It was answered.
    Done(Vec<u8>),
    /// It was refused, and would be by any of them.
    Refused(Failed),
    /// Another one may do it.
    Failed { why: String, fate: AttemptFate },
}

/// What one endpoint did with a request that it has not done for all that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptFate {
    /// It never had it.
    Unsent,
    /// It had it, and did nothing with it.
    TurnedAway,
    /// It may have done it.
    Unsure,
}

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

/// What is said with another status than 200.
fn refused(status: u16, body: &[u8]) -> AttemptAnswer {
    let Ok(mut failed) = serde_json::from_slice::<Failed>(body) else {
        let said = String::from_utf8_lossy(body.get(..200).unwrap_or(body))
            .trim()
            .to_owned();
        let why = match status {
            404 => "it does not know this call: an etcd before 3.4, one without its JSON gateway \
                    (--enable-grpc-gateway), or no etcd at all"
                .to_owned(),
            _ if said.contains("HTTPS") => {
                "it speaks TLS: the address begins with etcds://".to_owned()
            }
            _ => format!(
                "it answers as no etcd does: {status} {}",
                crate::shown(&said)
            ),
        };
        let fate = AttemptFate::Unsent;
        return AttemptAnswer::Failed { why, fate };
    };
    if failed.message.is_empty() {
        failed.message = std::mem::take(&mut failed.error);
    }
    if is_passing(&failed) {
        // A node that knows of no leader says so before it looks at the request: see `wants_leader`.
        let fate = if failed.message == "etcdserver: no leader" {
            AttemptFate::TurnedAway
        } else {
            AttemptFate::Unsure
        };
        let why = failed.message;
        return AttemptAnswer::Failed { why, fate };
    }
    AttemptAnswer::Refused(failed)
}

/// Whether another endpoint, or the same one a moment later, may do it: gRPC's Unavailable, too many requests, and what
/// etcd says while it has no leader.
fn is_passing(failed: &Failed) -> bool {
    let says = |part: &str| failed.message.contains(part);
    failed.code == 14
        || says("no leader")
        || says("leader changed")
        || says("timed out")
        || says("too many requests")
        || says("server stopped")
        || says("proposal dropped")
}

/// What helps where certificates are refused: nothing was done then, whatever was sent already.
fn of_certificates(why: &str) -> Option<String> {
    const OURS: [&str; 5] = [
        "CertificateRequired",
        "BadCertificate",
        "UnknownCA",
        "CertificateExpired",
        "HandshakeFailure",
    ];
    if why.contains("peer certificate") {
        let hint =
            "$ETCDCTL_CACERT names who signed the cluster's certificate, or cacert= in the address";
        return Some(hint.to_owned());
    }
    let is_ours = why.contains("alert") && OURS.iter().any(|alert| why.contains(alert));
    is_ours.then(|| format!("the cluster wants a certificate of the client: {CERTIFICATE_OF_OURS}"))
}

/// What the connection came to.
fn failed(error: &ureq::Error) -> AttemptAnswer {
    use std::io::ErrorKind;
    let (why, sent) = match error {
        ureq::Error::HostNotFound => ("there is no host of this name".to_owned(), false),
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            ("no connection was had in time".to_owned(), false)
        }
        ureq::Error::Timeout(_) => ("no answer in time".to_owned(), true),
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            ("connection refused".to_owned(), false)
        }
        ureq::Error::ConnectionFailed => ("no connection was had".to_owned(), false),
        ureq::Error::Io(error) => {
            let why = error.to_string();
            match of_certificates(&why) {
                Some(hint) => (format!("TLS: {why}: {hint}"), false),
                None => (crate::error::told(error), true),
            }
        }
        #[cfg(feature = "etcd-tls")]
        ureq::Error::Rustls(error) => {
            let why = error.to_string();
            let hint = of_certificates(&why).map_or(String::new(), |hint| format!(": {hint}"));
            (format!("TLS: {why}{hint}"), false)
        }
        ureq::Error::BodyExceedsLimit(_) => ("its answer is too long".to_owned(), true),
        error => (error.to_string(), true),
    };
    let fate = if sent {
        AttemptFate::Unsure
    } else {
        AttemptFate::Unsent
    };
    AttemptAnswer::Failed {
        why: crate::shown(&why),
        fate,
    }
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

    #[test]
    fn what_passes_is_told_from_what_any_endpoint_would_refuse() {
        let is_failed = |status: u16, body: &str| {
            matches!(
                refused(status, body.as_bytes()),
                AttemptAnswer::Failed { .. }
            )
        };
        assert!(is_failed(503, "{\"error\":\"x\",\"code\":14}"));
        assert!(is_failed(
            500,
            "{\"message\":\"etcdserver: request timed out\",\"code\":2}"
        ));
        assert!(is_failed(404, "Not Found"));
        assert!(!is_failed(
            400,
            "{\"error\":\"etcdserver: user name is empty\",\"code\":3}"
        ));
        let AttemptAnswer::Refused(failed) = refused(400, b"{\"error\":\"x\",\"code\":3}") else {
            panic!("refused by all");
        };
        assert_eq!(failed.message, "x");
        let fate = |message: &str| {
            let body = format!("{{\"message\":\"etcdserver: {message}\",\"code\":14}}");
            match refused(503, body.as_bytes()) {
                AttemptAnswer::Failed { fate, .. } => Some(fate),
                _ => None,
            }
        };
        assert_eq!(fate("no leader"), Some(AttemptFate::TurnedAway));
        for unsure in ["leader changed", "request timed out", "server stopped"] {
            assert_eq!(fate(unsure), Some(AttemptFate::Unsure), "{unsure}");
        }
        let AttemptAnswer::Failed { why, .. } =
            refused(400, b"Client sent an HTTP request to an HTTPS server.\n")
        else {
            panic!("another may do it");
        };
        assert!(why.contains("etcds://"));
    }
}
