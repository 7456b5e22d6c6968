//! The address of an event on a cluster: `etcd://HOST:2379,HOST/NAME`.
//!
//! Knows nothing of what is asked there.

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

/// The port that etcd listens on for clients.
const PORT: u16 = 2379;

/// The longest name of an event, in bytes.
const LONGEST_NAME: usize = 128;

/// The most endpoints: a cluster has 3, 5 or 7 nodes.
const MOST_ENDPOINTS: usize = 32;

/// Where an event's keys are, and how the cluster is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Whether it is spoken to through TLS.
    pub(super) tls: bool,
    /// Each a host and its port.
    pub(super) endpoints: Vec<String>,
    /// The event's name: its keys begin with it.
    pub(super) event: String,
    /// Who asks; the password is no part of an address, which all processes of a machine may see.
    pub(super) user: Option<String>,
    /// The certificates of those who may have signed the cluster's.
    pub(super) ca_certificate: Option<PathBuf>,
    /// The client's own certificate, and its key.
    pub(super) certificate: Option<PathBuf>,
    pub(super) private_key: Option<PathBuf>,
}

impl Address {
    /// What this address says. `variable`: what the environment says under such a name, where the address does not.
    ///
    /// # Errors
    /// [`Kind::Usage`]: it is no address of an event.
    pub(crate) fn parse(path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        Self::of_text(&path.to_string_lossy(), variable).map_err(|why| {
            let error = Error::new(Kind::Usage, why).at(path, 0, 0);
            error.hint(
                "an event on a cluster is named as in -f etcd://10.0.0.1:2379,10.0.0.2:2379/gala",
            )
        })
    }

    fn of_text(
        text: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> std::result::Result<Self, String> {
        let (tls, rest) = match (text.strip_prefix("etcd://"), text.strip_prefix("etcds://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err("begins with neither etcd:// nor etcds://".to_owned()),
        };
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, event) = rest
            .split_once('/')
            .ok_or("names a cluster, and no event on it")?;
        let (user, hosts) = match hosts.rsplit_once('@') {
            Some((user, hosts)) => (Some(user.to_owned()), hosts),
            None => (None, hosts),
        };
        let mut address = Self {
            tls,
            endpoints: endpoints(hosts)?,
            event: event_name(event)?,
            user,
            ca_certificate: variable("ETCDCTL_CACERT").map(PathBuf::from),
            certificate: variable("ETCDCTL_CERT").map(PathBuf::from),
            private_key: variable("ETCDCTL_KEY").map(PathBuf::from),
        };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            match name {
                "cacert" => address.ca_certificate = Some(value.into()),
                "cert" => address.certificate = Some(value.into()),
                "key" => address.private_key = Some(value.into()),
                "user" => address.user = Some(value.to_owned()),
                _ => return Err(format!("{name:?} is none of cacert, cert, key and user")),
            }
        }
        if address
            .user
            .as_deref()
            .is_some_and(|user| user.contains(':'))
        {
            return Err(
                "a password in it could be read by all on this machine: put it into $ETCDCTL_PASSWORD"
                    .to_owned(),
            );
        }
        if address.certificate.is_some() != address.private_key.is_some() {
            return Err("a client's certificate and its key go together".to_owned());
        }
        Ok(address)
    }

    /// The address as it is shown, and goes by: without who asks, and how.
    pub(super) fn shown(&self) -> PathBuf {
        let scheme = if self.tls { "etcds" } else { "etcd" };
        format!("{scheme}://{}/{}", self.endpoints.join(","), self.event).into()
    }

    /// The event's name.
    pub(super) fn event(&self) -> &str {
        &self.event
    }

    /// Who asks.
    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The same, where this one asks.
    pub(super) fn asked_by(self, user: String) -> Self {
        Self {
            user: Some(user),
            ..self
        }
    }

    /// Where a request to an endpoint goes.
    pub(super) fn url(&self, endpoint: &str, call: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{endpoint}/v3/{call}")
    }
}

fn endpoints(hosts: &str) -> std::result::Result<Vec<String>, String> {
    let endpoints: Vec<String> = hosts
        .split(',')
        .map(endpoint)
        .collect::<std::result::Result<_, _>>()?;
    if endpoints.len() > MOST_ENDPOINTS {
        return Err(format!("names more than {MOST_ENDPOINTS} endpoints"));
    }
    Ok(endpoints)
}

/// A host and its port, that of etcd where none is said.
fn endpoint(host: &str) -> std::result::Result<String, String> {
    let (name, port) = match host.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((name, port)) if !port.ends_with(']') => {
            let port = port.parse::<u16>().ok().filter(|port| *port > 0);
            (
                name,
                port.ok_or_else(|| format!("{host:?} has no port from 1 to 65535"))?,
            )
        }
        _ => (host, PORT),
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._:%".contains(c);
    if bare.is_empty() || !bare.chars().all(is_host) || (bare == name && name.contains(':')) {
        return Err(format!(
            "{host:?} is no host; an IPv6 address stands in brackets"
        ));
    }
    Ok(format!("{name}:{port}"))
}

/// A name that can begin keys, and is no part of another event's.
fn event_name(name: &str) -> std::result::Result<String, String> {
    let is_plain = |c: char| c.is_alphanumeric() || "-._".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(format!(
            "{name:?} is no name of an event there: letters, digits, '-', '.' and '_', at most {LONGEST_NAME} bytes"
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address> {
        Address::parse(Path::new(text), &|_| None)
    }

    #[test]
    fn an_address_names_endpoints_and_an_event() {
        let address = parse("etcd://a,b:99,[::1],[::1]:7/gala").unwrap();
        assert_eq!(
            address.endpoints,
            ["a:2379", "b:99", "[::1]:2379", "[::1]:7"]
        );
        assert_eq!((address.tls, address.event.as_str()), (false, "gala"));
        assert_eq!(address.url("a:1", "kv/txn"), "http://a:1/v3/kv/txn");
        assert_eq!(
            address.shown(),
            Path::new("etcd://a:2379,b:99,[::1]:2379,[::1]:7/gala")
        );
    }

    #[test]
    fn who_asks_and_how_is_no_part_of_what_is_shown() {
        let environment = |name: &str| (name == "ETCDCTL_CACERT").then(|| "/ca".to_owned());
        let text = "etcds://eve@a/gala?cert=/c&key=/k";
        let address = Address::parse(Path::new(text), &environment).unwrap();
        assert_eq!(address.user.as_deref(), Some("eve"));
        assert_eq!(address.ca_certificate, Some("/ca".into()));
        assert_eq!(address.shown(), Path::new("etcds://a:2379/gala"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("etcd://a", "no event"),
            ("etcd://a/", "no name"),
            ("etcd://a/b/c", "no name"),
            ("etcd:///gala", "no host"),
            ("etcd://a,,b/gala", "no host"),
            ("etcd://a:0/gala", "no port"),
            ("etcd://a:x/gala", "no port"),
            ("etcd://::1/gala", "no host"),
            ("etcd://eve:secret@a/gala", "ETCDCTL_PASSWORD"),
            ("etcd://a/gala?cert=/c", "go together"),
            ("etcd://a/gala?colour=red", "none of"),
            ("http://a/gala", "neither"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{text}");
            assert!(error.message().contains(why), "{text}: {error}");
        }
    }
}
