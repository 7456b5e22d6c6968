//! What the buyers of the lab are to try, from what the command line says.

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
        if lock == LockKind::Mutex {
            let message =
                "a mutex is nothing between processes, and the lab's buyers are processes";
            return Err(Error::new(Kind::Usage, message)
                .hint("'tickets buy --users 8 --threads --lock=mutex' shows it"));
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
