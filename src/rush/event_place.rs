//! Where the event of a rush is: its files, or a cluster.

use std::collections::HashMap;
use std::path::Path;

use super::outcome_reader::ReportedSale;
use super::outcomes::Outcomes;
use super::settings::Rush;
use crate::error::Result;
use crate::ledger::LockKind;
#[cfg(feature = "etcd")]
use crate::store::etcd::event_store::EtcdStore;
use crate::store::file::admin::prepare::Opening;
use crate::store::file::file_store::FileStore;
use crate::store::place;

/// The store of the event that is rushed on.
#[derive(Debug)]
pub(super) enum EventPlace {
    File(Box<FileStore>),
    #[cfg(feature = "etcd")]
    Cluster {
        store: Box<EtcdStore>,
        /// Which of its ledgers is rushed on.
        generation: u64,
    },
}

impl EventPlace {
    /// That of this event.
    pub(super) fn at(event: &Path) -> Result<Self> {
        if place::is_address(event) {
            return Self::on_cluster(event);
        }
        Ok(Self::File(Box::new(FileStore::at(event)?)))
    }

    #[cfg(feature = "etcd")]
    fn on_cluster(event: &Path) -> Result<Self> {
        Ok(Self::Cluster {
            store: Box::new(EtcdStore::at(event)?),
            generation: 0,
        })
    }

    #[cfg(not(feature = "etcd"))]
    fn on_cluster(event: &Path) -> Result<Self> {
        Err(place::without_client(event))
    }

    /// Gets the event ready for this rush, or refuses it.
    pub(super) fn prepare(
        &mut self,
        rush: &Rush,
        wanted: &mut dyn FnMut() -> bool,
    ) -> Result<Opening> {
        let (lock, force, wait) = (rush.lock, rush.force, rush.wait);
        match self {
            Self::File(store) => store.prepare(lock, force, wait, wanted),
            #[cfg(feature = "etcd")]
            Self::Cluster { store, generation } => {
                let (opening, now) = store.prepare(lock, force, wait, wanted)?;
                *generation = now;
                Ok(opening)
            }
        }
    }

    /// Makes durable what the buyers left, where they did not.
    pub(super) fn sync(&self, lock: LockKind) -> Result<()> {
        match self {
            Self::File(store) if lock != LockKind::Exclusive => store.sync(),
            Self::File(_) => Ok(()),
            #[cfg(feature = "etcd")]
            Self::Cluster { .. } => Ok(()),
        }
    }

    /// What the rush has left behind, read and judged.
    pub(super) fn outcomes(
        &self,
        opening: &Opening,
        run: &str,
        sales: &HashMap<String, ReportedSale>,
        records: bool,
    ) -> Result<Outcomes> {
        match self {
            Self::File(store) => Outcomes::read(store.files(), opening, run, sales, records),
            #[cfg(feature = "etcd")]
            Self::Cluster { store, generation } => {
                let after = store.aftermath(opening, *generation)?;
                Outcomes::read(&after.files, &after.opening, run, sales, records)
            }
        }
    }
}
