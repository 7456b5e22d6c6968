//! Where a run is: what each process has read, who holds what, what was written by then.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::model::Timeline;
use super::super::operation::Doing;
use super::super::scene::Scene;
use super::event::{Happening, StepEvent};
use super::holders::gives_up;
use super::ledger::{NAME, Sales};
use super::lock_wish::LockWish;
use super::raced::{Raced, WriteBy};
use super::state::ProcessState;

/// What a process goes by: the version that it has read, and at which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) version: usize,
    pub(super) step: u64,
    /// How many less it writes by that; `None`: it writes nothing by it.
    pub(super) less: Option<u64>,
}

/// A run at a moment.
pub(super) struct Situation<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) sales: &'a Sales,
    /// The lanes that are shown, each with its place.
    pub(super) rows: HashMap<usize, usize>,
    pub(super) processes: Vec<ProcessState>,
    /// What each goes by, until it has written or was told.
    pub(super) pending: BTreeMap<usize, Pending>,
    /// Which lanes hold the lock of each file, and whether shared; and what each lane has asked for.
    pub(super) holders: BTreeMap<u64, Vec<(usize, bool)>>,
    pub(super) waits: BTreeMap<usize, LockWish>,
    /// By lane that was not told: the locks whose leases have ended, and at which step.
    pub(super) ended: BTreeMap<usize, Vec<(u64, u64)>>,
    /// The last version that was written, and that which the count tells of.
    pub(super) latest: usize,
    pub(super) told: usize,
    /// The version whose count was put over newer ones, and is what the count says in the end.
    pub(super) late: Option<usize>,
    /// Who has cut the count to nothing.
    pub(super) cut: Option<usize>,
    /// How many sales were written down.
    pub(super) lines: usize,
    /// By version: who wrote by it, in the order of their writes; and by step: with whom the writer had raced.
    pub(super) writes_by: BTreeMap<usize, Vec<WriteBy>>,
    pub(super) raced: BTreeMap<u64, Raced>,
    /// By file: the last version when it was opened to be locked.
    pub(super) opened: BTreeMap<u64, usize>,
    /// The files that had lost their name when somebody got their lock last.
    pub(super) nameless: BTreeSet<u64>,
    /// The number of the step that is being made, and by version that after which it was no more the last one.
    step: u64,
    pub(super) passed: BTreeMap<usize, u64>,
    /// Who has written by what was out of date then, and since when it was.
    pub(super) wrote_by_old: BTreeMap<usize, u64>,
}

impl<'a> Situation<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, sales: &'a Sales) -> Self {
        let rows: HashMap<usize, usize> = scene.choice.lanes.keys().copied().zip(0..).collect();
        Self {
            scene,
            sales,
            processes: vec![ProcessState::default(); rows.len()],
            rows,
            pending: BTreeMap::new(),
            holders: BTreeMap::new(),
            waits: BTreeMap::new(),
            ended: BTreeMap::new(),
            latest: 0,
            told: 0,
            late: None,
            cut: None,
            lines: 0,
            writes_by: BTreeMap::new(),
            raced: BTreeMap::new(),
            opened: BTreeMap::new(),
            nameless: BTreeSet::new(),
            step: 0,
            passed: BTreeMap::new(),
            wrote_by_old: BTreeMap::new(),
        }
    }

    pub(super) fn timeline(&self) -> &'a Timeline {
        self.scene.timeline
    }

    pub(super) fn row(&self, lane: usize) -> Option<usize> {
        self.rows.get(&lane).copied()
    }

    /// What is called so in a sentence.
    pub(super) fn name(&self, lane: usize) -> String {
        self.scene.name(lane, NAME)
    }

    pub(super) fn pending(&self, lane: usize) -> Option<Pending> {
        self.pending.get(&lane).copied()
    }

    /// Who else goes by a version.
    pub(super) fn go_by(&self, version: usize, but: usize) -> Vec<usize> {
        let all = self.pending.iter();
        let same = all.filter(|(lane, one)| one.version == version && **lane != but);
        same.map(|(lane, _)| *lane).collect()
    }

    /// Something happens; `told`: what its process is told with it.
    pub(super) fn apply(&mut self, event: &StepEvent, told: Option<String>) {
        let lane = event.place.lane;
        let passes = event.what == Happening::Does(Doing::Pass);
        let frees = matches!(event.what, Happening::Frees(..) | Happening::Ends(..));
        if !frees && !passes {
            self.waits.remove(&lane);
        }
        self.written(event, true);
        if let Happening::Takes(file) | Happening::Shares(file) = &event.what {
            self.opened.entry(*file).or_insert(self.latest);
            self.note_name(event, *file);
        }
        match &event.what {
            Happening::Takes(file) => self.holders.entry(*file).or_default().push((lane, false)),
            Happening::Shares(file) => self.holders.entry(*file).or_default().push((lane, true)),
            Happening::Converts(file, shared) => {
                let holders = self.holders.entry(*file).or_default();
                holders.retain(|(holder, _)| *holder != lane);
                holders.push((lane, *shared));
            }
            Happening::Frees(file, shared) | Happening::Ends(file, shared) => {
                let holders = self.holders.entry(*file).or_default();
                if let Some(at) = holders.iter().position(|one| *one == (lane, *shared)) {
                    holders.remove(at);
                }
                self.note_lease(event, *file);
            }
            Happening::Does(Doing::Point(words)) if gives_up(words) => {
                self.ended.remove(&lane);
            }
            Happening::Does(doing) => self.does(event, doing),
            Happening::Publishes(version) => {
                self.late = Some(*version);
                self.told = *version;
            }
            Happening::Answers => {}
            Happening::Dies => {
                self.pending.remove(&lane);
            }
        }
        let row = self.row(lane);
        let Some(process) = row.and_then(|row| self.processes.get_mut(row)) else {
            return;
        };
        if event.is_shown && event.is_done() && !event.words.is_empty() {
            process.did.clone_from(&event.words);
            if !passes {
                process.told.clear();
            }
        }
        process.killed |= event.what == Happening::Dies;
        if told.is_some() || process.killed {
            self.ended.remove(&lane);
        }
        if let Some(told) = told.filter(|_| !process.killed) {
            process.told = told;
            self.pending.remove(&lane);
        }
    }

    /// Goes on to just before an event: what is not shown was written meanwhile.
    pub(super) fn arrive(&mut self, event: &StepEvent) {
        self.step = event.number;
        self.written(event, false);
    }

    /// What was written by the time of an event, with its own or without.
    fn written(&mut self, event: &StepEvent, with_own: bool) {
        let operation = self.timeline().operation(event.place);
        let last = match &event.what {
            Happening::Takes(_) | Happening::Shares(_) | Happening::Converts(..) => 0,
            Happening::Does(doing) if doing.writes() => {
                let wrote = operation.and_then(|operation| operation.wrote);
                let before = |wrote: usize| wrote.saturating_sub(usize::from(!with_own));
                wrote.map_or(usize::MAX, before)
            }
            Happening::Does(doing) if doing.reads() || *doing == Doing::Query => operation
                .and_then(|operation| operation.read.as_ref()?.version())
                .unwrap_or(usize::MAX),
            Happening::Does(Doing::Truncate) if !with_own => 0,
            // Of one time these come before what is read and written then.
            Happening::Does(doing) if doing.waits() || matches!(doing, Doing::Point(_)) => 0,
            _ => usize::MAX,
        };
        let latest = self.sales.version_by(event.at, last).unwrap_or(self.latest);
        if latest != self.latest {
            self.passed.entry(self.latest).or_insert(self.step);
            self.latest = latest;
        }
        self.lines = self.sales.lines_by(event.at, last);
        if !self.timeline().publishes {
            self.told = self.late.unwrap_or(self.latest);
        }
    }

    fn does(&mut self, event: &StepEvent, doing: &Doing) {
        let lane = event.place.lane;
        let Some(operation) = self.timeline().operation(event.place) else {
            return;
        };
        if let Some(wish) = LockWish::of(self.timeline().time, operation, event) {
            self.waits.insert(lane, wish);
            if let Some(file) = wish.file {
                self.opened.entry(file).or_insert(self.latest);
            }
        }
        match doing {
            Doing::Truncate => self.cut = Some(lane),
            // Who publishes what is on the ledger by then tells of all of it.
            Doing::Sync if operation.wrote.is_some_and(|wrote| wrote > self.told) => {
                self.told = self.latest;
            }
            _ => {}
        }
        self.learns(event, operation, doing);
        if doing.writes() {
            self.cut = None;
            let by = self.pending.remove(&lane);
            if let Some(by) = by {
                self.races(lane, by, event.number);
            }
            let by = by.map(|one| one.version);
            // Its own write is what puts an end to what it goes by, where nobody else's did.
            let old = by.and_then(|by| self.passed.get(&by)).copied();
            if let Some(since) = old.filter(|since| *since < self.step) {
                self.wrote_by_old.insert(lane, since);
            }
        }
    }
}
