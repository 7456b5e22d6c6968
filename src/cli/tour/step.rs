//! A step of the walk: what is told and shown, and what was seen.

use serde_json::Value;

use crate::Error;

/// A step.
pub(super) struct TourStep {
    /// A word for programs.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What is done.
    pub(super) does: &'static str,
    /// What to look at.
    pub(super) look: &'static str,
    pub(super) shows: &'static [TourShow],
    /// For the class.
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
}

/// A command that shows something.
pub(super) struct TourShow {
    /// As one could type it; `{place}` stands for the address of an event on a cluster.
    pub(super) line: &'static str,
    /// With what the lines begin that are shown of its output; `#` is a line of a table that begins with a number. Nothing:
    /// all of them are shown.
    pub(super) keep: &'static [&'static str],
    /// What it must show, in words.
    pub(super) claim: &'static str,
    /// The same of its document.
    pub(super) holds: fn(&Value) -> bool,
    /// What shows it by a chosen schedule, where luck can have it that this does not.
    pub(super) otherwise: Option<&'static TourShow>,
}

/// What a command showed.
pub(super) struct SeenShow {
    pub(super) show: &'static TourShow,
    /// The command line, as it was run.
    pub(super) line: String,
    pub(super) code: u8,
    /// What it printed for people, with its colours.
    pub(super) text: String,
    pub(super) document: Value,
    /// The page that steps through it, where one was wanted and drawn.
    pub(super) page: Option<String>,
    /// What showed the same by a chosen schedule, where this did not.
    pub(super) otherwise: Option<Box<SeenShow>>,
}

impl SeenShow {
    /// Whether this command itself showed what it must.
    pub(super) fn holds(&self) -> bool {
        (self.show.holds)(&self.document)
    }

    /// Whether it did, or what was run in its place.
    pub(super) fn is_as_told(&self) -> bool {
        self.holds() || self.otherwise.as_ref().is_some_and(|other| other.holds())
    }
}

/// A command that failed: it shows nothing, right or wrong.
#[derive(Debug)]
pub(super) struct FailedShow {
    /// The command line, as it was run.
    pub(super) line: String,
    pub(super) error: Error,
}

/// What was seen of a step.
pub(super) struct SeenStep {
    pub(super) number: u8,
    pub(super) step: &'static TourStep,
    pub(super) shows: Vec<SeenShow>,
}

impl SeenStep {
    pub(super) fn new(number: u8, step: &'static TourStep) -> Self {
        Self {
            number,
            step,
            shows: Vec::new(),
        }
    }

    pub(super) fn is_as_told(&self) -> bool {
        self.shows.iter().all(SeenShow::is_as_told)
    }
}
