//! Where an event is: a path of a file, or an address on a cluster.

use std::path::Path;

use super::Store;
use super::change_watch::{ChangeWatch, OnChange};
#[cfg(feature = "etcd")]
use super::etcd::event_store::EtcdStore;
use super::file::file_store::FileStore;
use super::file::reader::key_index::KeyIndex;
use crate::error::Result;
#[cfg(not(feature = "etcd"))]
use crate::error::{Error, Kind};

/// Whether this names an event on a cluster, as `etcd://HOST/NAME` does.
pub(crate) fn is_address(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.starts_with(b"etcd://") || text.starts_with(b"etcds://")
}

/// The store of the event there. `keys`: where the keys of a file are remembered.
pub(crate) fn open(path: &Path, keys: Option<&KeyIndex>) -> Result<Box<dyn Store>> {
    if is_address(path) {
        return on_cluster(path);
    }
    let file = FileStore::at(path)?;
    Ok(match keys {
        Some(keys) => Box::new(file.with_keys(keys)),
        None => Box::new(file),
    })
}

#[cfg(feature = "etcd")]
fn on_cluster(path: &Path) -> Result<Box<dyn Store>> {
    Ok(Box::new(EtcdStore::at(path)?))
}

#[cfg(not(feature = "etcd"))]
fn on_cluster(path: &Path) -> Result<Box<dyn Store>> {
    Err(without_client(path))
}

/// Tells whenever the event there may have changed; `None`: it is in files, which are looked at.
#[cfg(feature = "etcd")]
pub(crate) fn watch(path: &Path, on_change: OnChange) -> Result<Option<ChangeWatch>> {
    if !is_address(path) {
        return Ok(None);
    }
    EtcdStore::at(path)?.watch(on_change).map(Some)
}

/// None: events are in files, which are looked at.
#[cfg(not(feature = "etcd"))]
pub(crate) fn watch(_path: &Path, _on_change: OnChange) -> Result<Option<ChangeWatch>> {
    Ok(None)
}

/// The error that this program knows nothing of clusters.
#[cfg(not(feature = "etcd"))]
pub(crate) fn without_client(path: &Path) -> Error {
    let message = "this program was built without the client of a cluster";
    let error = Error::new(Kind::Usage, message).at(path, 0, 0);
    error.hint("'cargo install --path . --features etcd' builds it with one")
}
