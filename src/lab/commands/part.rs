//! The part of one process in a scenario.

use std::path::Path;
use std::sync::Arc;

use super::super::protocol::{Answer, WorkerEnd};
use super::super::scenario::Part;
use super::super::worker_pipe::Queue;
use super::setting::Standing;
use super::stepped_store::{StepTeller, SteppedStore};
use crate::error::{Error, Kind, Result};
use crate::office::BoxOffice;
use crate::store::file::file_store::FileStore;
use crate::store::file::lock::strategy::WaitStrategy;

/// Plays it once, step by step.
pub(in crate::lab) fn play(file: &Path, part: &Part) -> WorkerEnd {
    match perform(file, part) {
        Ok(answers) => WorkerEnd::Answered { answers },
        Err(error) => {
            let message = error.to_string();
            match error.kind() {
                Kind::Integrity => WorkerEnd::Torn { message },
                _ => WorkerEnd::Failed { message },
            }
        }
    }
}

fn perform(file: &Path, part: &Part) -> Result<Vec<Answer>> {
    let Some(act) = part.scenario.acts().get(part.process).copied() else {
        let message = format!("a scenario has no process {}", part.process + 1);
        return Err(Error::new(Kind::Usage, message));
    };
    let strategy = WaitStrategy::Stepped(Box::new(Queue));
    let teller = Arc::new(StepTeller::default());
    let store = FileStore::at(file)?.waiting(strategy);
    let office = BoxOffice::over(SteppedStore::over(store, &teller));
    let mut office = if part.scenario.asks_the_time() {
        office.told_the_time(teller)
    } else {
        office.told_the_time(Arc::new(Standing))
    };
    act.perform(&mut office)
}
