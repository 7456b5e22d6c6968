//! A scratch event on a cluster: its name begins with that of the event at the place that was named.

use std::path::{Path, PathBuf};

use super::left_behind::LeftBehind;
use crate::error::Result;
use crate::ledger::Nonce;
use crate::office::random;
use crate::store::etcd::event_store::EtcdStore;

/// An event with a name of its own. Dropping it removes its keys.
#[derive(Debug)]
pub(super) struct ScratchCluster {
    pub(super) address: PathBuf,
    store: EtcdStore,
    stock: u64,
}

impl ScratchCluster {
    pub(super) fn open(place: &Path, stock: u64) -> Result<Self> {
        let address = beside(place, Nonce(random()?));
        let store = EtcdStore::at(&address)?;
        Ok(Self {
            address,
            store,
            stock,
        })
    }

    pub(super) fn begin(&self) -> Result<()> {
        self.store.begin_scratch(self.stock)
    }

    pub(super) fn end_lease(&self) -> Result<()> {
        self.store.end_lease()
    }

    pub(super) fn left_behind(&self) -> Result<LeftBehind> {
        let (ledger, count) = self.store.left_behind()?;
        Ok(LeftBehind {
            ledger,
            begun: 1,
            count,
        })
    }

    /// A text without the address.
    pub(super) fn without_scratch(&self, text: &str) -> String {
        let place = self.store.shown().display().to_string();
        text.replace(&(place.clone() + "/"), "")
            .replace(&place, "the event")
    }
}

impl Drop for ScratchCluster {
    fn drop(&mut self) {
        // What cannot be removed is a few keys of a name that nobody uses.
        let _ = self.store.remove();
    }
}

/// The address of an event beside this one.
fn beside(place: &Path, nonce: Nonce) -> PathBuf {
    let text = place.to_string_lossy();
    let (address, options) = match text.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (&*text, String::new()),
    };
    format!("{address}.race-{nonce}{options}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_goes_before_what_an_address_says_else() {
        for (place, is) in [
            ("etcd://a/b", "etcd://a/b.race-000000"),
            (
                "etcds://u@a,b/c?cacert=/d",
                "etcds://u@a,b/c.race-000000?cacert=/d",
            ),
        ] {
            assert_eq!(beside(Path::new(place), Nonce(0)), Path::new(is));
        }
    }
}
