//! What the buyers of the lab are to try: from what the command line says.

use std::path::Path;

use super::super::args::TrialArgs;
use super::super::picture;
use super::super::process::program;
use crate::lab::Trial;
use crate::{Error, Kind, LockKind, Output, Result};

impl TrialArgs {
    /// What is to be tried.
    pub(super) fn trial(&self, users: u8) -> Result<Trial> {
        let lock = self.lock.map_or(LockKind::None, LockKind::from);
        if !LockKind::ALL.contains(&lock) {
            let message = format!(
                "there is no lock {} for events in files, which are what the lab runs",
                lock.name()
            );
            return Err(Error::new(Kind::Usage, message));
        }
        Ok(Trial {
            users: users.into(),
            stock: self.stock.unwrap_or(1),
            lock,
            writes: self.writes.into(),
            query: self.query,
            crashes: self.crashes,
            second_name: self.second_name,
            scenario: None,
            place: self.place.clone(),
            program: program()?,
        })
    }

    /// The file for the picture, where one is wanted.
    pub(super) fn claim_picture(&self, event: &Path) -> Result<Option<Output>> {
        picture::claim(self.timeline.as_deref(), event)
    }
}
