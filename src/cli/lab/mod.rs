//! `tickets race`: what the lab finds, as people and programs read it.
//!
//! Knows runs and their findings; knows nothing of how a schedule is run.

mod advice;
mod command_line;
mod compare;
mod compare_command;
mod compare_document;
mod compare_text;
mod compare_words;
mod compared;
mod document;
mod find;
mod locks;
mod locks_rows;
mod progress;
mod proof;
mod prove;
mod replay;
mod run;
mod sample;
mod scenario;
mod selfcheck;
mod steps;
mod trial;
mod words;

use std::path::Path;

use super::args::{RaceCommand, TourArgs};
use super::screen::Screen;
use crate::Result;

/// Runs it; returns the exit code. No picture is drawn over the files of this event. `tour`: what walks through the
/// chapter, by commands of the whole program.
pub(crate) fn run(
    race: &RaceCommand,
    event: &Path,
    screen: &Screen,
    tour: &dyn Fn(&TourArgs) -> Result<u8>,
) -> Result<u8> {
    match race {
        RaceCommand::Prove(arguments) => prove::prove(arguments, event, screen),
        RaceCommand::Scenarios => Ok(scenario::list(screen)),
        RaceCommand::Find(arguments) => find::find(arguments, event, screen),
        RaceCommand::Locks(arguments) => locks::locks(arguments, event, screen),
        RaceCommand::Replay(arguments) => replay::replay(arguments, event, screen),
        RaceCommand::Compare(arguments) => compare::compare(arguments, event, screen),
        RaceCommand::Tour(arguments) => tour(arguments),
        RaceCommand::Check { evidence, timeline } => {
            super::check::check(evidence, timeline.as_deref(), event, screen)
        }
        RaceCommand::Selfcheck(arguments) => selfcheck::check(arguments, screen),
    }
}
