//! `tickets buy`: shows a rush as it comes, and what it came to.
//!
//! Knows outcomes and reports; knows nothing of the buyers' processes.

mod drawing;
mod steps;
mod summary;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::args::{BuyArgs, DEFAULT_FILE, LockArg};
use super::hint::quoted;
use super::process::{Stop, program};
use super::screen::Screen;
use crate::office::random;
use crate::rush::report::RushReport;
use crate::rush::{Force, News, Recording, Rush};
use crate::store::place::is_address;
use crate::{Error, Kind, LockKind, Result, shown};

/// Up to so many buyers, every step is shown as it comes; above, a progress line.
const SHOWN: u32 = 64;

/// How long a lease lives that nobody says anything of.
const LEASE: Duration = Duration::from_secs(2);

pub(super) fn run(file: &Path, arguments: &BuyArgs, screen: &Screen) -> Result<u8> {
    let rush = wanted(file, arguments)?;
    let picture = drawing::claim(arguments, &rush)?;
    let stop = Stop::on_signals()?;
    let report = match watched(&rush, arguments.verbose, screen, &stop) {
        Err(error) if error.kind() == Kind::Interrupted => {
            screen.error("buy", &error, None);
            return Ok(stop.exit_code());
        }
        report => report.map_err(|error| where_to_rush(error, file))?,
    };
    let timeline = drawing::timeline(&rush, &report);
    let drawn = picture.map(|output| drawing::draw(output, timeline.as_ref()));
    let code = match (report.exit_code(), &drawn) {
        (0, Some(Err(_))) => 1,
        (code, _) => code,
    };
    let document = BuyDocument {
        ok: code == 0,
        command: "buy",
        report: &report,
        timeline: drawn.as_ref().map(PictureDocument::of),
    };
    screen.result(&document, |out| {
        summary::summary(out, &report, timeline.as_ref(), screen)?;
        summary::files(out, &report, drawn.as_ref(), screen)
    });
    Ok(match code {
        130 => stop.exit_code(),
        code => code,
    })
}

/// There is no event: how to get one to rush on, which `tickets init` does not make.
pub(super) fn where_to_rush(error: Error, file: &Path) -> Error {
    if error.kind() != Kind::Missing {
        return error;
    }
    if file == Path::new(DEFAULT_FILE) || is_address(file) {
        return error.hint("'tickets reset' makes an event to practise on, with 2 tickets");
    }
    let directory = file
        .parent()
        .filter(|directory| *directory != Path::new(""));
    let made = match directory.filter(|directory| !directory.exists()) {
        Some(directory) => format!("mkdir -p {} && ", quoted(directory.as_os_str())),
        None => String::new(),
    };
    let file = quoted(file.as_os_str());
    error.hint(format!(
        "{made}echo '{{\"ticket\": 2}}' > {file} makes an event to rush on"
    ))
}

/// The rush that the command line asks for.
fn wanted(file: &Path, arguments: &BuyArgs) -> Result<Rush> {
    Ok(Rush {
        file: file.to_owned(),
        users: arguments.users,
        lock: match arguments.lock {
            Some(lock) => lock.into(),
            // There nobody sells without it unless they say so.
            None if is_address(file) => LockKind::Cas,
            None => LockKind::None,
        },
        threads: arguments.threads,
        think: arguments.think,
        quantity: arguments.quantity,
        seed: match arguments.seed {
            Some(seed) => seed,
            // Short, for people who type it again.
            None => (random()? & 0xffff).into(),
        },
        wait: arguments.wait.limit,
        together: arguments.together,
        pause: arguments.pause_holder,
        time_to_live: time_to_live(file, arguments)?,
        force: match (arguments.force, arguments.lock) {
            (false, _) => Force::No,
            // Who names no lock may not know that there is none.
            (true, None) => Force::Locked,
            (true, Some(_)) => Force::Racing,
        },
        program: program()?,
        recording: match (&arguments.evidence, &arguments.timeline) {
            (Some(path), _) => Recording::File(path.clone()),
            (None, Some(_)) => Recording::Fleeting,
            (None, None) => Recording::Off,
        },
    })
}

/// How long the lease of a lock lives, where its lock has one.
fn time_to_live(file: &Path, arguments: &BuyArgs) -> Result<Duration> {
    let has_lease = matches!(arguments.lock, Some(LockArg::Exclusive | LockArg::Lease));
    match arguments.ttl {
        Some(_) if !is_address(file) || !has_lease => Err(Error::new(
            Kind::Usage,
            "--ttl is of the lease that holds a lock on a cluster: it goes with --lock=lease or exclusive there",
        )),
        Some(time) => Ok(time),
        None => Ok(LEASE),
    }
}

/// Runs it, and shows how it goes.
fn watched(rush: &Rush, verbose: bool, screen: &Screen, stop: &Stop) -> Result<RushReport> {
    let every_step = verbose || (!screen.quiet && rush.users <= SHOWN);
    let progress = steps::progress_line(rush, screen, every_step);
    let report = rush.run(Some(stop.fd()), &mut |news| match news {
        News::Progress { done, sold } => {
            progress.set_position(done.into());
            progress.set_message(format!("{sold} bought"));
        }
        News::Endangers => Screen::warning(&format!(
            "{} is for real, and no lock keeps these buyers apart: a race leaves a ledger that nobody can sell from",
            shown(&rush.file.display().to_string())
        )),
        news if every_step => screen.line(|out| steps::write_step(out, &news)),
        _ => {}
    });
    progress.finish_and_clear();
    report
}

#[derive(Serialize)]
struct BuyDocument<'a> {
    ok: bool,
    command: &'static str,
    #[serde(flatten)]
    report: &'a RushReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<PictureDocument>,
}

/// What became of the picture.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PictureDocument {
    File(String),
    Error(String),
}

impl PictureDocument {
    fn of(picture: &Result<String>) -> Self {
        match picture {
            Ok(file) => Self::File(file.clone()),
            Err(error) => Self::Error(error.to_string()),
        }
    }
}
