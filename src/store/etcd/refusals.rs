//! What etcd refuses, in words for people, and what to do about it.

use std::path::Path;

use super::wire::Failed;
use crate::error::{Error, Kind};

/// What etcd says, and what helps.
const HINTS: [(&str, &str); 7] = [
    (
        "user name is empty",
        "the cluster wants to know who asks: name the user in $ETCDCTL_USER or before the hosts, as in -f \
         etcd://USER@HOST/EVENT, and the password in $ETCDCTL_PASSWORD",
    ),
    (
        "authentication failed",
        "$ETCDCTL_USER names the user, or the address does before the hosts; $ETCDCTL_PASSWORD is the password",
    ),
    (
        "authentication is not enabled",
        "leave the user out: this cluster knows none",
    ),
    (
        "permission denied",
        "the event's keys begin with its name and '/': 'etcdctl role grant-permission ROLE --prefix readwrite NAME/'",
    ),
    (
        "database space exceeded",
        "the cluster's quota is full: 'etcdctl compact', 'etcdctl defrag' and 'etcdctl alarm disarm' make room; a ledger \
         is kept",
    ),
    (
        "request is too large",
        "the cluster takes no request of this size: --max-request-bytes of its nodes",
    ),
    (
        "too many operations",
        "the cluster takes no transaction of this size: --max-txn-ops of its nodes is below 128",
    ),
];

/// The error that an endpoint refused a request.
pub(super) fn refusal(place: &Path, endpoint: &str, failed: &Failed) -> Error {
    let said = failed.message.trim_start_matches("etcdserver: ");
    let message = format!("{endpoint} refused: {}", crate::shown(said));
    let error = Error::new(Kind::Io, message).at(place, 0, 0);
    match HINTS.iter().find(|(part, _)| failed.message.contains(part)) {
        Some((_, hint)) => error.hint(*hint),
        None => error,
    }
}
