//! Something that happens in a run.

use super::super::model::Spot;
use super::super::operation::Doing;

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Happening {
    /// This is done.
    Does(Doing),
    /// The lock of this file is got, for itself alone.
    Takes(u64),
    /// It is got shared.
    Shares(u64),
    /// What was held in the other mode is held shared from here on, or alone.
    Converts(u64, bool),
    /// It is given up, which was held shared, or alone.
    Frees(u64, bool),
    /// It is lost, which was held shared, or alone: its lease ends.
    Ends(u64, bool),
    /// The count of this version is put over a newer one.
    Publishes(usize),
    /// What it was told.
    Answers,
    /// It is killed.
    Dies,
}

/// Something that happens at one moment.
#[derive(Debug, Clone)]
pub(super) struct StepEvent {
    /// When, in the unit of the run.
    pub(super) at: u64,
    pub(super) place: Spot,
    /// Which of the spans of its operation it is of.
    pub(super) span: Option<usize>,
    pub(super) what: Happening,
    /// For people; empty of what is said by something else.
    pub(super) words: String,
    /// The number of its step in a schedule.
    pub(super) number: u64,
    /// Whether it is a step of its own.
    pub(super) is_shown: bool,
    /// Whether a finding names it.
    pub(super) is_marked: bool,
    /// Over whose sale it writes, where that is known.
    pub(super) over: Option<usize>,
    /// Among those of one moment: what comes first.
    pub(super) rank: (u8, usize),
}

impl StepEvent {
    /// Whether its process does it: what it is told, and that its lease ends, it does not do.
    pub(super) fn is_done(&self) -> bool {
        match &self.what {
            Happening::Answers | Happening::Ends(..) => false,
            Happening::Does(Doing::Point(words)) => !words.contains("lease"),
            _ => true,
        }
    }
}
