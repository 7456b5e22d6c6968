//! Runs the commands of the walk on a scratch event.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::super::args;
use super::super::screen::Screen;
use super::step::{FailedShow, SeenShow, TourShow};
use crate::scratch::{ScratchDirectory, memory, sweep};
use crate::store::place::is_address;
use crate::{Error, Kind, Result};

/// With this begin the names of its directories, behind a dot.
const SCRATCH: &str = "tickets-tour";

/// The event, as it is there by default.
const EVENT: &str = "data/tickets.json";

/// A run that was recorded on a cluster: under the lock `lease`, whose holder was stopped until another had sold.
const LEASE: (&str, &str) = ("src/cli/tour/lease.jsonl", include_str!("lease.jsonl"));
/// What it is called beside the scratch event.
const RECORDING: &str = "lease.jsonl";

/// Runs a command line as the program does.
pub(in crate::cli) type Dispatch = fn(&args::Cli, &Screen) -> Result<u8>;

/// Runs command lines on a scratch event. Dropping it removes that.
pub(super) struct TourRunner {
    directory: ScratchDirectory,
    dispatch: Dispatch,
    /// The address of an event on a cluster, where one is at hand.
    cluster: Option<String>,
    /// Whether pages that step through the runs are wanted.
    draws: bool,
}

impl TourRunner {
    /// In a directory or in memory, or where the cluster is that is named besides.
    pub(super) fn open(place: Option<&Path>, dispatch: Dispatch, draws: bool) -> Result<Self> {
        let cluster = place.filter(|place| is_address(place));
        let files = place.filter(|_| cluster.is_none());
        let files = files.map_or_else(memory, Path::to_owned);
        sweep(&files, SCRATCH);
        let directory = ScratchDirectory::make(&files, SCRATCH).map_err(|e| {
            let error = Error::io("make a directory here", &files, e);
            error.hint("name another directory by --place")
        })?;
        let count = directory.path().join(EVENT);
        let made = fs::create_dir_all(count.parent().unwrap_or(directory.path()))
            .and_then(|()| fs::write(&count, "{\"ticket\": 2}\n"))
            .and_then(|()| fs::write(directory.path().join(RECORDING), LEASE.1));
        made.map_err(|e| Error::io("write", &count, e))?;
        Ok(Self {
            directory,
            dispatch,
            cluster: cluster.map(|cluster| cluster.display().to_string()),
            draws,
        })
    }

    /// The address of an event on a cluster.
    pub(super) fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// Runs a command, and what stands in for it where it did not show what it must.
    pub(super) fn show(
        &self,
        show: &'static TourShow,
    ) -> std::result::Result<SeenShow, Box<FailedShow>> {
        let mut seen = self.run(show)?;
        if let (false, Some(otherwise)) = (seen.holds(), show.otherwise) {
            seen.otherwise = Some(Box::new(self.run(otherwise)?));
        }
        Ok(seen)
    }

    fn run(&self, show: &'static TourShow) -> std::result::Result<SeenShow, Box<FailedShow>> {
        let cluster = self.cluster().unwrap_or_default();
        let line = show.line.replace("{place}", cluster);
        let page = self.directory.path().join("steps.html");
        let _ = fs::remove_file(&page);
        let screen = Screen::keeping();
        let read = args::read(self.words(&line, &page)).map_err(|error| {
            let message = format!("{line:?} is not understood: {error}");
            Error::new(Kind::Usage, message)
        });
        let code = match read.and_then(|cli| (self.dispatch)(&cli, &screen)) {
            Ok(code) => code,
            Err(error) => return Err(Box::new(FailedShow { line, error })),
        };
        let (text, document) = screen.kept().parts();
        Ok(SeenShow {
            show,
            line,
            code,
            text: self.without_scratch(&text),
            document,
            page: fs::read_to_string(&page)
                .ok()
                .filter(|text| !text.is_empty()),
            otherwise: None,
        })
    }

    /// The words of a line as they are run: on the scratch event, with its files, and drawn where that is wanted.
    fn words(&self, line: &str, page: &Path) -> Vec<OsString> {
        let scratch = |name: &str| self.directory.path().join(name).into_os_string();
        let mut all: Vec<OsString> = vec!["tickets".into(), "-f".into(), scratch(EVENT)];
        let draws = self.draws && DRAWN.iter().any(|command| line.starts_with(command));
        all.extend(words(line).into_iter().skip(1).map(|word| match word {
            name if name == LEASE.0 => scratch(RECORDING),
            word => word.into(),
        }));
        if draws {
            all.extend(["--timeline".into(), page.as_os_str().to_owned()]);
        }
        all
    }

    /// A text without the directory that is gone when it is read.
    fn without_scratch(&self, text: &str) -> String {
        let directory = self.directory.path().display().to_string() + std::path::MAIN_SEPARATOR_STR;
        text.replace(&directory, "")
    }
}

/// The commands that can draw what they show.
const DRAWN: [&str; 6] = [
    "tickets buy ",
    "tickets race prove ",
    "tickets race find ",
    "tickets race replay ",
    "tickets race compare",
    "tickets race check ",
];

/// The words of a command line, in which what stands in single quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            all.push(part.to_owned());
        } else {
            all.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::args::TOUR_STEPS;
    use super::super::chapter::steps;
    use super::*;

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        assert_eq!(
            words("tickets race replay '1 2 2 1' --lock"),
            ["tickets", "race", "replay", "1 2 2 1", "--lock"]
        );
    }

    /// A rush that came out right, and a schedule that did not.
    #[expect(clippy::unnecessary_wraps, reason = "so are commands")]
    fn lucky(cli: &args::Cli, screen: &Screen) -> Result<u8> {
        let document = match cli.command.name() {
            "buy" => serde_json::json!({"oversold": 0}),
            _ => serde_json::json!({"sold": 8, "findings": [{"kind": "oversold"}]}),
        };
        screen.result(&document, |out| writeln!(out, "{}", cli.command.name()));
        Ok(0)
    }

    #[test]
    fn where_luck_hides_the_race_a_chosen_schedule_shows_it() {
        let runner = TourRunner::open(None, lucky, false).unwrap();
        let all = steps(None);
        let seen = runner.show(&all[0].1.shows[0]).unwrap();
        assert!(!seen.holds() && seen.is_as_told());
        assert_eq!(seen.text, "buy\n");
        let chosen = seen.otherwise.as_ref().unwrap();
        assert_eq!(chosen.text, "race replay\n");
        // What has nothing in its place is not as it is told.
        let seen = runner.show(&all[2].1.shows[0]).unwrap();
        assert!(!seen.is_as_told());
        let directory = runner.directory.path().to_owned();
        drop(runner);
        assert!(!directory.exists());
    }

    fn failing(cli: &args::Cli, _: &Screen) -> Result<u8> {
        Err(Error::new(Kind::Io, cli.command.name()))
    }

    #[test]
    fn a_command_that_fails_shows_nothing_and_has_its_error() {
        let runner = TourRunner::open(None, failing, false).unwrap();
        let all = steps(None);
        for at in [0, 2] {
            let show = &all[at].1.shows[0];
            let failed = runner.show(show).err().unwrap();
            assert_eq!(failed.line, show.line);
            assert_eq!(failed.error.kind(), Kind::Io);
        }
    }

    #[test]
    fn every_command_of_the_walk_is_understood() {
        for cluster in [None, Some("etcd://127.0.0.1/play")] {
            let all = steps(cluster);
            assert_eq!(all.len(), usize::from(TOUR_STEPS));
            for (_, step) in all {
                let shows = step.shows.iter();
                for show in shows.flat_map(|show| std::iter::once(show).chain(show.otherwise)) {
                    let line = show.line.replace("{place}", cluster.unwrap_or_default());
                    let read = args::read(words(&line).into_iter().map(OsString::from));
                    assert!(read.is_ok(), "{line}: {:?}", read.err());
                }
            }
        }
    }
}
