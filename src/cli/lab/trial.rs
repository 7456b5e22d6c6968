//! What the buyers of the lab are to try: from what the command line says.

use std::path::{Path, PathBuf};

use super::super::args::TrialArgs;
use super::super::picture;
use super::super::process::program;
use crate::lab::Trial;
use crate::store::place::is_address;
use crate::{Error, Kind, LockKind, Output, Result};

impl TrialArgs {
    /// What is to be tried.
    pub(super) fn trial(&self, users: u8, event: &Path) -> Result<Trial> {
        Ok(Trial {
            users: users.into(),
            stock: self.stock.unwrap_or(1),
            lock: self.lock.map_or(LockKind::None, LockKind::from),
            writes: self.writes.into(),
            query: self.query,
            crashes: self.crashes,
            second_name: self.second_name,
            scenario: None,
            place: place(self.place.as_deref(), event),
            program: program()?,
        })
    }

    /// The file for the picture, where one is wanted.
    pub(super) fn claim_picture(&self, event: &Path) -> Result<Option<Output>> {
        picture::claim(self.timeline.as_deref(), event)
    }
}

/// Where the scratch event goes: to the place that was named, or beside an event on a cluster.
pub(super) fn place(named: Option<&Path>, event: &Path) -> Option<PathBuf> {
    let beside = Some(event).filter(|event| is_address(event));
    named.or(beside).map(Path::to_owned)
}

/// An error where schedules are not drawn, but all run.
pub(super) fn refuse_cluster(trial: &Trial) -> Result<()> {
    if !trial.is_on_cluster() {
        return Ok(());
    }
    let message = "on a cluster all schedules are run, and none drawn at random";
    let error = Error::new(Kind::Usage, message);
    Err(error.hint("leave --samples out; --users 3 is enough to see each way in which buyers meet"))
}
