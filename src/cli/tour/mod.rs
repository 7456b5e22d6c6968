//! `tickets race tour`: why a lock is needed and which locks are none, step by step, each run on a scratch event and shown.
//!
//! Knows what each step claims, and which commands show it; knows nothing of what these commands do: they are run as the
//! command line would run them.

mod chapter;
mod claims;
mod cut;
mod document;
mod lease_steps;
mod lock_steps;
mod page;
mod pause;
mod race_steps;
mod runner;
mod step;
mod text;
mod walk_end;

use std::path::Path;

use super::args::{TOUR_STEPS, TourArgs};
use super::process::Stop;
use super::screen::Screen;
use crate::{Error, Kind, Output, Result};
use chapter::steps;
use document::TourDocument;
use pause::{EnterPause, Heard};
use runner::{Dispatch, TourRunner};
use step::SeenStep;
use walk_end::WalkEnd;

/// Runs it; returns the exit code. The page is none of the files of this event.
pub(super) fn tour(
    arguments: &TourArgs,
    event: &Path,
    screen: &Screen,
    dispatch: Dispatch,
) -> Result<u8> {
    if let Some(to) = arguments.to.filter(|to| *to < arguments.from) {
        let from = arguments.from;
        let message = format!("the last step, {to}, comes before the first, {from}");
        let hint =
            format!("'tickets race tour {to} --to {from}' shows both and those between them");
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    let mut page = match &arguments.page {
        Some(path) => Some(Output::claim_of(event, path, page::CONTENTS)?),
        None => None,
    };
    let stop = Stop::on_signals()?;
    let pause = EnterPause::new(&stop, screen.json || arguments.yes);
    let runner = TourRunner::open(arguments.place.as_deref(), dispatch, page.is_some())?;
    let mut seen = Vec::new();
    let recorded = runner.cluster().is_none();
    let ended = walk(arguments, screen, &pause, &runner, &mut seen);
    // Nothing of it is left when the last word is said.
    drop(runner);
    if let Some(page) = page.as_mut().filter(|_| !seen.is_empty()) {
        page.write(page::page(&seen, recorded).as_bytes())?;
    }
    let drawn = page.as_ref().map(Output::path).filter(|_| !seen.is_empty());
    if ended.is_err() {
        screen.line(|out| text::paged(out, drawn));
    }
    let ended = ended?;
    let as_told = seen.iter().all(SeenStep::is_as_told);
    let ok = as_told && !matches!(ended, WalkEnd::Stopped);
    let document = TourDocument::of(&seen, ok, drawn);
    screen.result(&document, |out| text::ended(out, ended, as_told, drawn));
    Ok(match ended {
        WalkEnd::Stopped => stop.exit_code(),
        _ if !as_told => Kind::Integrity.exit_code(),
        _ => 0,
    })
}

fn walk(
    arguments: &TourArgs,
    screen: &Screen,
    pause: &EnterPause<'_>,
    runner: &TourRunner,
    seen: &mut Vec<SeenStep>,
) -> Result<WalkEnd> {
    let last = arguments.to.unwrap_or(TOUR_STEPS);
    let (bounds, recorded) = ((arguments.from, last), runner.cluster().is_none());
    screen.line(|out| text::begins(out, bounds, recorded, pause.waits()));
    // The first that was neither seen nor skipped.
    let mut next = arguments.from;
    for (number, step) in steps(runner.cluster()) {
        if number < next || number > last {
            continue;
        }
        screen.line(|out| text::introduced(out, number, step));
        screen.line(|out| text::ready(out, pause.waits()));
        match pause.wait(|| screen.line(text::keys)) {
            Heard::GoOn => {}
            Heard::Skip => {
                next = skip(screen, number);
                continue;
            }
            heard => return Ok(heard.ended(number)),
        }
        next = number + 1;
        let mut shown = SeenStep::new(number, step);
        for show in step.shows {
            let one = runner.show(show);
            if pause.was_told() {
                return Ok(WalkEnd::Stopped);
            }
            // What failed has shown nothing: that is no lesson, and not to be told as one.
            let one = one.map_err(|failed| {
                screen.line(|out| text::typed(out, &failed.line));
                failed.error
            })?;
            screen.line(|out| text::shown(out, &one));
            shown.shows.push(one);
        }
        seen.push(shown);
        screen.line(|out| text::asked(out, step, pause.waits()));
        match pause.wait(|| screen.line(text::keys)) {
            Heard::GoOn => {}
            // It was seen, all but its answer.
            Heard::Skip => continue,
            heard => return Ok(heard.ended(next)),
        }
        screen
            .line(|out| text::answered(out, step, (number < last).then_some(next), pause.waits()));
        if number == last {
            break;
        }
        match pause.wait(|| screen.line(text::keys)) {
            Heard::GoOn => {}
            Heard::Skip => next = skip(screen, next),
            heard => return Ok(heard.ended(next)),
        }
    }
    Ok(WalkEnd::Through { next: last + 1 })
}

/// Says that this step is left out; returns the next.
fn skip(screen: &Screen, number: u8) -> u8 {
    screen.line(|out| text::skipped(out, number));
    number + 1
}

impl Heard {
    /// How a walk ends that does not go on; `next`: where it would.
    fn ended(self, next: u8) -> WalkEnd {
        match self {
            Self::Stop => WalkEnd::Stopped,
            Self::GoOn | Self::Skip | Self::Leave => WalkEnd::Left { next },
        }
    }
}
