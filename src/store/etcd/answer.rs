//! What one endpoint's answer comes to.

use super::wire::Failed;

/// Where a certificate of the client is told.
pub(super) const CERTIFICATE_OF_OURS: &str =
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

/// What is said with another status than 200.
pub(super) fn refused(status: u16, body: &[u8]) -> AttemptAnswer {
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
pub(super) fn of_certificates(why: &str) -> Option<String> {
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
pub(super) fn failed(error: &ureq::Error) -> AttemptAnswer {
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
