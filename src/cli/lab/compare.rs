//! `tickets race compare`: one order of turns under two ways of selling, side by side.

use std::path::Path;

use super::super::args::CompareArgs;
use super::super::picture;
use super::super::process::program;
use super::super::screen::Screen;
use super::compare_document::CompareDocument;
use super::compared::Compared;
use super::progress::{SearchProgress, foresee};
use super::run::Pictured;
use super::trial::place;
use super::words::buyers;
use super::{compare_text, compare_words};
use crate::lab::explore::{self, smallest_of_all};
use crate::lab::{CarriedRun, Run, Schedule, Trial, carry};
use crate::office::Writes;
use crate::{Error, Kind, LockKind, Result};

/// The exit code when nothing goes wrong under the first lock.
const NONE: u8 = 3;

/// So many buyers meet where nobody says how many.
const USERS: usize = 2;

/// Runs it; returns the exit code.
pub(super) fn compare(arguments: &CompareArgs, event: &Path, screen: &Screen) -> Result<u8> {
    let (trials, order) = wanted(arguments, event)?;
    let mut picture = picture::claim(arguments.timeline.as_deref(), event)?;
    let users = trials[0].users;
    let mut progress = SearchProgress::of_all("race compare", screen, users)?;
    let mut told = |schedules| progress.tell(schedules);
    let done = run(&trials, arguments.stock, order.as_ref(), &mut told);
    let compared = match progress.done(done)? {
        Ok(compared) => compared,
        Err(code) => return Ok(code),
    };
    let Some(compared) = compared else {
        let document = CompareDocument::none(&trials);
        screen.result(&document, |out| {
            compare_text::none(out, &trials[0], arguments.stock, picture.as_ref())
        });
        return Ok(NONE);
    };
    if let Some(output) = picture.as_mut() {
        let [first, second] = compared.timelines();
        let [one, other] = compare_text::names(&compared);
        let title = format!("{one}, and {other}, in one order of turns");
        picture::draw_both(output, &title, [&first, &second])?;
    }
    let difference = compare_words::difference(&compared);
    let document = CompareDocument::of(&compared, difference.clone());
    screen.result(&document, |out| {
        compare_text::tell(out, &compared, &difference)?;
        super::run::drawn(out, picture.as_ref())
    });
    Ok(if compared.second.run.is_bad() {
        Kind::Integrity.exit_code()
    } else {
        0
    })
}

/// Both runs; `None`: nothing goes wrong under the first lock, with any stock that was to be tried.
fn run(
    [first, second]: &[Trial; 2],
    stock: Option<u64>,
    order: Option<&Schedule>,
    told: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Compared>> {
    let found = match order {
        Some(schedule) => Some((first.clone(), explore::replay(first, &schedule.steps())?)),
        None => smallest(first, stock, told)?,
    };
    let Some((first, run)) = found else {
        return Ok(None);
    };
    let second = Trial {
        stock: first.stock,
        ..second.clone()
    };
    let CarriedRun {
        run: carried,
        turns,
    } = carry(&second, &run.steps())?;
    Ok(Some(Compared {
        first: Pictured::of(&first, run, told)?,
        second: Pictured::of(&second, carried, told)?,
        turns,
    }))
}

/// The smallest schedule of all these buyers that goes wrong, with the fewest tickets.
fn smallest(
    trial: &Trial,
    stock: Option<u64>,
    told: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<(Trial, Run)>> {
    let stocks = match stock {
        Some(stock) => stock..=stock,
        None => 1..=trial.users as u64,
    };
    for stock in stocks {
        let trial = Trial {
            stock,
            ..trial.clone()
        };
        foresee(&trial)?;
        if let Some(run) = smallest_of_all(&trial, told)? {
            return Ok(Some((trial, run)));
        }
    }
    Ok(None)
}

/// What is to be compared, and in which order, where one is named.
fn wanted(arguments: &CompareArgs, event: &Path) -> Result<([Trial; 2], Option<Schedule>)> {
    let order: Option<Schedule> = match &arguments.schedule {
        Some(text) => Some(text.parse()?),
        None => None,
    };
    let named = order.as_ref().map_or(0, Schedule::buyers);
    let users = match arguments.users.map(usize::from) {
        Some(users) if users < named => {
            let message = format!("the schedule is of {}, not of {users}", buyers(named));
            return Err(Error::new(Kind::Usage, message)
                .hint("buyers count from 1; leave --users out, or give at least as many"));
        }
        Some(users) => users,
        None if named > 0 => named,
        None => USERS,
    };
    let stock = match (&order, arguments.stock) {
        (_, Some(stock)) => stock,
        // In a class all sell.
        (Some(Schedule::Class(_)), None) => users as u64,
        _ => 1,
    };
    let locks = arguments.lock.iter().copied().map(LockKind::from);
    let [first, second] = match locks.collect::<Vec<_>>()[..] {
        [] => [LockKind::None, LockKind::Exclusive],
        [one] => [LockKind::None, one],
        [one, other] => [one, other],
        _ => return Err(two("--lock none,exclusive")),
    };
    let writes = arguments.writes.iter().copied().map(Writes::from);
    let writes = match writes.collect::<Vec<_>>()[..] {
        [] => [Writes::Replace; 2],
        [both] => [both; 2],
        [one, other] => [one, other],
        _ => return Err(two("--writes in-place,replace")),
    };
    let trial = Trial {
        users,
        stock,
        lock: first,
        writes: writes[0],
        query: arguments.query,
        crashes: false,
        second_name: false,
        scenario: None,
        place: place(arguments.place.as_deref(), event),
        program: program()?,
    };
    let other = Trial {
        lock: second,
        writes: writes[1],
        ..trial.clone()
    };
    Ok(([trial, other], order))
}

/// That two are compared, and no more.
fn two(example: &str) -> Error {
    let message = "two are compared, one after the other";
    Error::new(Kind::Usage, message).hint(format!("as in {example}"))
}
