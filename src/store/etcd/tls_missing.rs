//! What a program that was built without TLS says where TLS is asked for.

use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

use super::address::Address;
use crate::error::{Error, Kind, Result};

/// No connection through TLS.
pub(super) fn configure(
    _: ConfigBuilder<AgentScope>,
    address: &Address,
) -> Result<ConfigBuilder<AgentScope>> {
    let error = Error::new(Kind::Usage, "this program was built without TLS");
    let error = error.at(&address.shown(), 0, 0);
    Err(error.hint("'cargo install --path . --features etcd-tls' builds one that speaks it"))
}
