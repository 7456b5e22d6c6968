//! The certificates that a cluster is spoken to with.

use std::path::Path;

use ureq::config::ConfigBuilder;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::typestate::AgentScope;

use super::address::Address;
use crate::error::{Error, Kind, Result};

/// The longest file of certificates, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// Whom this address trusts, and who it says that it is.
pub(super) fn configure(
    config: ConfigBuilder<AgentScope>,
    address: &Address,
) -> Result<ConfigBuilder<AgentScope>> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = &address.ca_certificate {
        let roots = certificates(path)?;
        tls = tls.root_certs(RootCerts::from(roots));
    }
    if let (Some(certificate), Some(key)) = (&address.certificate, &address.private_key) {
        let chain = certificates(certificate)?;
        let private = PrivateKey::from_pem(&contents(key)?)
            .map_err(|_| unreadable(key, "holds no private key in PEM"))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, private)));
    }
    Ok(config.tls_config(tls.build()))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = contents(path)?;
    let items = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let found: Vec<_> = items.collect();
    if found.is_empty() {
        return Err(unreadable(path, "holds no certificate in PEM"));
    }
    Ok(found)
}

fn contents(path: &Path) -> Result<Vec<u8>> {
    let read = std::fs::metadata(path).and_then(|metadata| {
        if metadata.len() > LONGEST_FILE {
            return Err(std::io::Error::other("it is too long for certificates"));
        }
        std::fs::read(path)
    });
    read.map_err(|e| Error::io("read", path, e))
}

fn unreadable(path: &Path, why: &str) -> Error {
    Error::new(Kind::Usage, why).at(path, 0, 0)
}
