//! Who calls: from which address, and with which right.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::keys::SaleKey;
use super::peer::{ClientPeer, plain};
use super::problem::ProblemResponse;
use super::service::Site;

/// By which headers a proxy says for whom it calls.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

/// Who calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    /// The address whose requests are counted; `None`: those of this machine are not.
    pub(super) counted: Option<IpAddr>,
    /// Whether it is a process of this machine that calls for itself.
    pub(super) is_direct: bool,
}

impl Caller {
    /// By the connection and the headers: a proxy is believed only where it is on this machine.
    fn of(peer: ClientPeer, headers: &HeaderMap, trust_proxy: bool) -> Self {
        let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
        let own = peer.address().filter(|_| !peer.is_local());
        let told = peer.is_local() && trust_proxy;
        Self {
            counted: if told { rightmost(headers) } else { own },
            is_direct: matches!(peer, ClientPeer::Tcp(_)) && peer.is_local() && !forwarded,
        }
    }
}

/// The address that the last proxy has seen: those before it are what a client may make up.
fn rightmost(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let last = last.to_str().ok()?.rsplit(',').next()?.trim();
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    last.parse().ok().or_else(with_port).map(plain)
}

impl FromRequestParts<Site> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ClientPeer>()
            .copied()
            .unwrap_or(ClientPeer::Unix);
        Ok(Self::of(peer, &parts.headers, site.service.trust_proxy))
    }
}

/// Somebody who has a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manager(pub(super) String);

impl FromRequestParts<Site> for Manager {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ProblemResponse> {
        let manager = manager(parts, site).await?;
        manager.ok_or_else(|| {
            ProblemResponse::unauthorized("this takes a token: Authorization: Bearer …")
        })
    }
}

/// Who sends a token; `None`: nobody does. A wrong one is never taken for none.
async fn manager(parts: &mut Parts, site: &Site) -> Result<Option<Manager>, ProblemResponse> {
    if !parts.headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let Ok(caller) = Caller::from_request_parts(parts, site).await;
    site.service.limits.may_guess(caller.counted)?;
    let Some(sent) = parts.headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let secret = sent.to_str().ok().and_then(|sent| {
        let (scheme, secret) = sent.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    let name = secret.and_then(|secret| site.service.tokens.name_of(secret));
    if let Some(name) = name {
        return Ok(Some(Manager(name.to_owned())));
    }
    site.service.limits.guessed(caller.counted);
    Err(ProblemResponse::unauthorized("there is no such token"))
}

/// By which right one sale or hold is seen or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Right {
    /// Its own key.
    Key(String),
    /// A token.
    Manager(String),
}

impl Right {
    /// The token's name.
    pub(super) fn manager(&self) -> Option<&str> {
        match self {
            Self::Manager(name) => Some(name),
            Self::Key(_) => None,
        }
    }

    /// The key that the sale must have.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Manager(_) => None,
        }
    }
}

impl FromRequestParts<Site> for Right {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ProblemResponse> {
        // One that makes no sense is told also beside a token.
        let key = SaleKey::from_request_parts(parts, site).await?;
        if let Some(Manager(name)) = manager(parts, site).await? {
            return Ok(Self::Manager(name));
        }
        let missing = "this takes the sale's key, in Sale-Key, or a token";
        key.0
            .map(Self::Key)
            .ok_or_else(|| ProblemResponse::unauthorized(missing))
    }
}

/// Somebody who may have a token and need not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anybody(pub(super) Option<Manager>);

impl FromRequestParts<Site> for Anybody {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ProblemResponse> {
        manager(parts, site).await.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(peer: &str, forwarded: &[&str], trust_proxy: bool) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let peer = match peer {
            "unix" => ClientPeer::Unix,
            address => ClientPeer::Tcp(SocketAddr::new(address.parse().unwrap(), 9)),
        };
        let caller = Caller::of(peer, &headers, trust_proxy);
        caller.counted.map(|address| address.to_string())
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_and_only_its_own_word() {
        let far = Some("203.0.113.9".to_owned());
        for (peer, forwarded, trust_proxy, expected) in [
            ("203.0.113.9", &[][..], false, far.clone()),
            ("203.0.113.9", &["198.51.100.1"], true, far.clone()),
            ("::ffff:203.0.113.9", &[], false, far.clone()),
            ("127.0.0.1", &[], true, None),
            ("127.0.0.1", &["203.0.113.9"], false, None),
            (
                "127.0.0.1",
                &["198.51.100.1, 203.0.113.9"],
                true,
                far.clone(),
            ),
            (
                "::1",
                &["198.51.100.1", "203.0.113.9:443"],
                true,
                far.clone(),
            ),
            ("unix", &["203.0.113.9"], true, far),
            ("unix", &["203.0.113.9, somebody"], true, None),
        ] {
            assert_eq!(
                counted(peer, forwarded, trust_proxy),
                expected,
                "{peer} {forwarded:?}"
            );
        }
    }
}
