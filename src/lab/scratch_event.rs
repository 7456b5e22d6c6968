//! The scratch event of the lab: in files, or on a cluster.

use std::path::PathBuf;

use super::left_behind::LeftBehind;
use super::run::Trial;
#[cfg(feature = "etcd")]
use super::scratch_cluster::ScratchCluster;
use super::scratch_files::ScratchFiles;
use crate::error::{Error, Kind, Result};
use crate::ledger::LockKind;
use crate::office::Writes;
#[cfg(not(feature = "etcd"))]
use crate::store::place::without_client;

/// The event that the buyers of the lab sell from.
#[derive(Debug)]
pub(super) enum ScratchEvent {
    Files(Box<ScratchFiles>),
    #[cfg(feature = "etcd")]
    Cluster(Box<ScratchCluster>),
}

impl ScratchEvent {
    /// Makes it where the trial says.
    pub(super) fn open(trial: &Trial) -> Result<Self> {
        refuse(trial)?;
        if trial.is_on_cluster() {
            return Self::on_cluster(trial);
        }
        Ok(Self::Files(Box::new(ScratchFiles::open(trial)?)))
    }

    #[cfg(feature = "etcd")]
    fn on_cluster(trial: &Trial) -> Result<Self> {
        let place = trial.place.clone().unwrap_or_default();
        let event = ScratchCluster::open(&place, trial.stock)?;
        Ok(Self::Cluster(Box::new(event)))
    }

    #[cfg(not(feature = "etcd"))]
    fn on_cluster(trial: &Trial) -> Result<Self> {
        Err(without_client(&trial.place.clone().unwrap_or_default()))
    }

    /// The name by which a buyer knows it.
    pub(super) fn name_for(&self, buyer: usize) -> PathBuf {
        match self {
            Self::Files(event) => event.count_of(buyer),
            #[cfg(feature = "etcd")]
            Self::Cluster(event) => event.address.clone(),
        }
    }

    /// Makes it as it was at first.
    pub(super) fn begin(&self) -> Result<()> {
        match self {
            Self::Files(event) => event.begin(),
            #[cfg(feature = "etcd")]
            Self::Cluster(event) => event.begin(),
        }
    }

    /// Ends the lease of the holder of its lock.
    pub(super) fn end_lease(&self) -> Result<()> {
        match self {
            // The kernel's locks have none.
            Self::Files(_) => Ok(()),
            #[cfg(feature = "etcd")]
            Self::Cluster(event) => event.end_lease(),
        }
    }

    /// What the buyers have left.
    pub(super) fn left_behind(&self) -> Result<LeftBehind> {
        match self {
            Self::Files(event) => event.left_behind(),
            #[cfg(feature = "etcd")]
            Self::Cluster(event) => event.left_behind(),
        }
    }

    /// A text without the name that is gone when it is read.
    pub(super) fn without_scratch(&self, text: &str) -> String {
        match self {
            Self::Files(event) => event.without_scratch(text),
            #[cfg(feature = "etcd")]
            Self::Cluster(event) => event.without_scratch(text),
        }
    }
}

/// An error where there is no such thing as the trial's lock, or its way of writing, in such a place.
fn refuse(trial: &Trial) -> Result<()> {
    let lock = trial.lock.name();
    if !trial.is_on_cluster() {
        if LockKind::ALL.contains(&trial.lock) {
            return Ok(());
        }
        let message = format!("there is no lock {lock} for events in files");
        let error = Error::new(Kind::Usage, message);
        return Err(error.hint("--place etcd://10.0.0.1,10.0.0.2/NAME runs it on that cluster"));
    }
    let why = if trial.scenario.is_some() {
        "a scenario is of an event in files"
    } else if !LockKind::ON_CLUSTER.contains(&trial.lock) {
        let message = format!("there is no lock {lock} on a cluster");
        let error = Error::new(Kind::Usage, message);
        return Err(error.hint("there are --lock=none, cas, exclusive and lease"));
    } else if trial.writes == Writes::InPlace {
        "a cluster has no file that could be written in place"
    } else if trial.second_name {
        "an event on a cluster has one name"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Usage, why).hint("--place names another place, as /dev/shm"))
}
