//! Every schedule of a few buyers, run with real processes.
//!
//! Schedules are enumerated as they unfold, by depth-first search: a run follows the steps chosen so far,
//! and then always the first that may come next. Three reductions keep it small, and lose no outcome (tested
//! against the search without them):
//!
//! - **Only the order of steps that touch the same thing matters** (sleep sets, Godefroid 1996): of two
//!   neighbouring steps that do not, the second is not tried first once the first has been.
//! - **To find a lock taken changes nothing**: nobody tries one that somebody holds, unless it matters
//!   which file it opens.
//! - **The buyers are alike**: of those that have made the same steps and seen the same things, one stands
//!   for all.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::arena::{Arena, Move, Run, Trial};
use super::racer::{End, Point, Says};
use super::schedule::{Class, Grant, Grants};
use super::verdict::Anomaly;
use crate::error::{Error, Kind, Result};
use crate::office::Writes;
use crate::store::lock::LockKind;

/// What a search has found.
#[derive(Debug, Clone, Default)]
pub struct Explored {
    /// How many schedules were run to their end.
    pub schedules: u64,
    /// How many of them were bad: something was found, or nobody could go on.
    pub bad: u64,
    /// How many sold more than there was.
    pub oversold: u64,
    /// How many classes of [`Class`] they were; `None` where that is not how they differ.
    pub classes: Option<u64>,
    /// The different outcomes.
    pub outcomes: BTreeSet<Outcome>,
    /// The anomalies that were found.
    pub anomalies: BTreeSet<Anomaly>,
    /// The steps that buyers were stopped at.
    pub points: BTreeSet<Point>,
    /// The first bad run that was found.
    pub first: Option<Run>,
}

/// What came of a run, whoever it was: what each sale left, in the order of the ledger, and what is left;
/// how many were refused, torn, failed, and stuck.
pub type Outcome = (Vec<u64>, [usize; 4]);

/// How thoroughly to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// One schedule of each class.
    Reduced,
    /// Every schedule.
    Full,
    /// Every schedule with so many switches at most, up to the first bad one.
    Bounded(usize),
}

/// Runs every schedule of a trial, on every processor. `progress` is told how many were run, and stops the
/// search by `false`.
///
/// # Errors
/// [`Kind::Io`]: the scratch event or the processes failed; [`Kind::Interrupted`]: it was stopped.
pub fn explore(
    trial: &Trial,
    search: Search,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Explored> {
    // The first bad one of a bounded search is to be the first in order; and few are soon done.
    let alone = matches!(search, Search::Bounded(_)) || trial.users < CROWD;
    let searchers = match thread::available_parallelism() {
        Ok(processors) if !alone => processors.get().min(MOST_SEARCHERS),
        _ => 1,
    };
    let (schedules, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let shared = (&schedules, &stopped);
        let start = |me| {
            let share = Share { me, of: searchers };
            scope.spawn(move || {
                let found = search_share(trial, search, share, shared);
                if found.is_err() {
                    shared.1.store(true, Ordering::Relaxed);
                }
                found
            })
        };
        let searchers: Vec<_> = (0..searchers).map(start).collect();
        while searchers.iter().any(|searcher| !searcher.is_finished()) {
            thread::park_timeout(GLANCE);
            if !progress(schedules.load(Ordering::Relaxed)) {
                stopped.store(true, Ordering::Relaxed);
            }
        }
        let ended = |_| Error::new(Kind::Io, "a searcher panicked");
        let join = |searcher: thread::ScopedJoinHandle<'_, _>| searcher.join().map_err(ended)?;
        let mut found = Explored::default();
        let mut classes = HashSet::new();
        for share in searchers
            .into_iter()
            .map(join)
            .collect::<Result<Vec<_>>>()?
        {
            let (share, its_classes): (Explored, HashSet<_>) = share;
            found.add(share);
            classes.extend(its_classes);
        }
        if classes.len() as u64 == found.schedules {
            found.classes = Some(found.schedules);
        }
        Ok(found)
    })
}

/// So many buyers are worth more than one searcher.
const CROWD: usize = 5;

/// The most processors that a search uses.
const MOST_SEARCHERS: usize = 8;

/// How often progress is told.
const GLANCE: Duration = Duration::from_millis(2);

/// The depth of the tree at which it is shared out: none of so many buyers is at its end before it has made
/// a step.
const SHARED_DEPTH: usize = CROWD;

/// Which part of the tree a searcher looks at.
#[derive(Debug, Clone, Copy)]
struct Share {
    me: usize,
    of: usize,
}

fn search_share(
    trial: &Trial,
    search: Search,
    share: Share,
    (schedules, stopped): (&AtomicU64, &AtomicBool),
) -> Result<(Explored, HashSet<Vec<u64>>)> {
    let mut arena = Arena::open(trial)?;
    let mut explorer = Explorer {
        trial,
        search,
        nodes: Vec::new(),
        found: Explored::default(),
        classes: HashSet::new(),
        share,
        branches: 0,
    };
    loop {
        if let Some(run) = explorer.run(&mut arena)? {
            explorer.note(run);
            schedules.fetch_add(1, Ordering::Relaxed);
        }
        if stopped.load(Ordering::Relaxed) {
            return Err(Error::new(Kind::Interrupted, "the search was stopped"));
        }
        let found = explorer.found.first.is_some() && matches!(search, Search::Bounded(_));
        if found || !explorer.next() {
            return Ok((explorer.found, explorer.classes));
        }
    }
}

impl Explored {
    /// Adds what another searcher has found.
    fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.bad += other.bad;
        self.oversold += other.oversold;
        self.outcomes.extend(other.outcomes);
        self.anomalies.extend(other.anomalies);
        self.points.extend(other.points);
        let first = [self.first.take(), other.first].into_iter().flatten();
        self.first = first.min_by_key(Run::grants);
    }
}

/// The smallest bad schedule: of the fewest buyers, then of the fewest switches, then the first in the
/// order of its grants. `None`: there is none up to the trial's number of buyers.
///
/// # Errors
/// As [`explore`].
pub fn smallest(trial: &Trial, progress: &mut dyn FnMut(u64) -> bool) -> Result<Option<Run>> {
    for users in 1..=trial.users {
        let trial = Trial {
            users,
            ..trial.clone()
        };
        if explore(&trial, Search::Reduced, progress)?.bad == 0 {
            continue;
        }
        for switches in 0.. {
            let found = explore(&trial, Search::Bounded(switches), progress)?;
            if found.first.is_some() {
                return Ok(found.first);
            }
        }
    }
    Ok(None)
}

/// Runs one schedule. Where it ends, those who can still go on do, in the order of their numbers.
///
/// # Errors
/// [`Kind::Refused`]: a buyer that is to go on cannot; the message says at which step. Else as
/// [`explore`].
pub fn replay(trial: &Trial, grants: &Grants) -> Result<Run> {
    let mut arena = Arena::open(trial)?;
    let mut state = State::begin(&mut arena, trial)?;
    for (at, &grant) in grants.0.iter().enumerate() {
        if !state.is_enabled(grant.buyer()) {
            let (step, buyer) = (at + 1, grant.buyer());
            let message =
                format!("the schedule diverges at step {step}: buyer {buyer} cannot go on");
            return Err(Error::new(Kind::Refused, message)
                .hint("it is of another lock, another way of writing, or another version"));
        }
        state.grant(&mut arena, grant)?;
    }
    while let Some(buyer) = (0..trial.users).find(|&buyer| state.is_enabled(buyer)) {
        state.grant(&mut arena, Grant::Go(buyer))?;
    }
    state.end(&mut arena, trial)
}

/// What a step does with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touch {
    Nothing,
    Reads,
    Writes,
}

impl Touch {
    fn conflicts(self, other: Self) -> bool {
        self != Self::Nothing && other != Self::Nothing && Self::Writes == self.max(other)
    }

    fn max(self, other: Self) -> Self {
        if self == Self::Writes { self } else { other }
    }
}

/// What a step touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Footprint {
    count: Touch,
    ledger: Touch,
    locks: bool,
}

impl Footprint {
    fn touches(self, other: Self) -> bool {
        self.count.conflicts(other.count)
            || self.ledger.conflicts(other.ledger)
            || (self.locks && other.locks)
    }
}

/// A buyer in the middle of a run.
#[derive(Debug, Clone)]
struct Buyer {
    next: Option<Point>,
    /// Waits until some lock is given up.
    blocked: bool,
    holds: bool,
    killed: bool,
    end: Option<End>,
    /// What it has done and seen: those with the same are alike.
    history: u64,
}

/// A run so far.
struct State {
    lock: LockKind,
    /// Whether they sell as real tickets are sold.
    sound: bool,
    buyers: Vec<Buyer>,
    moves: Vec<Move>,
    /// How often the event was written: the version.
    version: u64,
    /// Who made each write, and which version it had read.
    read: Vec<u64>,
    commits: Vec<u64>,
}

impl State {
    fn begin(arena: &mut Arena, trial: &Trial) -> Result<Self> {
        let says = arena.begin()?;
        let buyers = says.into_iter().map(|says| Buyer {
            next: says.next,
            blocked: false,
            holds: false,
            killed: false,
            end: says.end,
            history: 0,
        });
        Ok(Self {
            lock: trial.lock,
            sound: trial.lock == LockKind::Exclusive && trial.writes == Writes::Replace,
            buyers: buyers.collect(),
            moves: Vec::new(),
            version: 0,
            read: vec![0; trial.users],
            commits: Vec::new(),
        })
    }

    fn is_enabled(&self, buyer: usize) -> bool {
        let can = |buyer: &Buyer| buyer.next.is_some() && !buyer.blocked;
        self.buyers.get(buyer).is_some_and(can)
    }

    /// Whether its next step is to find its lock taken, and nothing else: that changes nothing. Not where
    /// the lock is on a file that is replaced: then it matters when it was opened.
    fn would_wait(&self, buyer: usize) -> bool {
        let locks = self.buyers.get(buyer).and_then(|buyer| buyer.next) == Some(Point::Lock);
        let one = matches!(self.lock, LockKind::Exclusive | LockKind::WriteOnly);
        one && locks && self.buyers.iter().any(|other| other.holds)
    }

    fn footprint(&self, grant: Grant) -> Option<Footprint> {
        use Touch::{Nothing, Reads, Writes};
        let buyer = self.buyers.get(grant.buyer())?;
        if let Grant::Die(_) = grant {
            return Some(Footprint {
                count: Nothing,
                ledger: Nothing,
                // Its lock is free then.
                locks: buyer.holds,
            });
        }
        let (count, ledger) = match buyer.next? {
            Point::Query => (Reads, Nothing),
            // Whoever sells soundly reads the count, and then the ledger behind what that counts: so it
            // sees the same whether or not somebody has published meanwhile.
            Point::Read if self.sound => (Nothing, Reads),
            Point::Read => (Reads, Reads),
            Point::Write if self.sound => (Nothing, Writes),
            Point::Write | Point::Fill => (Writes, Writes),
            Point::Publish => (Writes, Reads),
            Point::Lock if self.lock == LockKind::DataFile => (Reads, Nothing),
            Point::Lock | Point::Unlock => (Nothing, Nothing),
        };
        let locks = match buyer.next? {
            Point::Lock | Point::Unlock => true,
            // A sound sale that is written gives its lock up later, in a step of its own.
            Point::Write if self.sound => false,
            // Whoever holds a lock gives it up by writing, by finding nothing left, by failing.
            _ => buyer.holds,
        };
        Some(Footprint {
            count,
            ledger,
            locks,
        })
    }

    fn grant(&mut self, arena: &mut Arena, grant: Grant) -> Result<()> {
        match grant {
            Grant::Go(number) => {
                let says = arena.grant(number)?;
                self.take(number, &says);
            }
            Grant::Die(number) => {
                arena.kill(number)?;
                self.bury(number);
            }
        }
        Ok(())
    }

    fn bury(&mut self, number: usize) {
        let Some(buyer) = self.buyers.get_mut(number) else {
            return;
        };
        let Some(point) = buyer.next.take() else {
            return;
        };
        let held = std::mem::take(&mut buyer.holds);
        (buyer.killed, buyer.blocked) = (true, false);
        if held {
            self.buyers
                .iter_mut()
                .for_each(|buyer| buyer.blocked = false);
        }
        self.moves.push(Move {
            buyer: number,
            point,
            seen: None,
            busy: false,
            killed: true,
        });
    }

    fn take(&mut self, number: usize, says: &Says) {
        let Some(buyer) = self.buyers.get_mut(number) else {
            return;
        };
        let Some(point) = buyer.next else { return };
        let held = buyer.holds;
        buyer.next = says.next;
        buyer.blocked = says.busy;
        buyer.end.clone_from(&says.end);
        buyer.holds = match point {
            Point::Lock => !says.busy,
            Point::Unlock => false,
            _ => held,
        } && says.end.is_none();
        let kind = says.end.as_ref().map(std::mem::discriminant);
        let mut history = DefaultHasher::new();
        (
            buyer.history,
            point,
            self.version,
            says.seen,
            says.busy,
            says.next,
            kind,
        )
            .hash(&mut history);
        buyer.history = history.finish();
        let released = held && !buyer.holds;
        if matches!(point, Point::Query | Point::Read)
            && let Some(read) = self.read.get_mut(number)
        {
            *read = self.version;
        }
        match point {
            Point::Write | Point::Fill | Point::Publish => {
                self.version += 1;
                self.commits.extend(self.read.get(number));
            }
            _ => {}
        }
        if released {
            self.buyers
                .iter_mut()
                .for_each(|buyer| buyer.blocked = false);
        }
        self.moves.push(Move {
            buyer: number,
            point,
            seen: says.seen,
            busy: says.busy,
            killed: false,
        });
    }

    fn end(self, arena: &mut Arena, trial: &Trial) -> Result<Run> {
        let ends: Vec<_> = self.buyers.iter().map(|buyer| buyer.end.clone()).collect();
        let run = arena.judge(trial, self.moves, ends)?;
        for (number, buyer) in self.buyers.iter().enumerate() {
            if buyer.end.is_none() && !buyer.killed {
                arena.call_off(number)?;
            }
        }
        Ok(run)
    }

    fn call_off(self, arena: &mut Arena) -> Result<()> {
        for (number, buyer) in self.buyers.iter().enumerate() {
            if buyer.end.is_none() && !buyer.killed {
                arena.call_off(number)?;
            }
        }
        Ok(())
    }
}

/// A choice of the search: who went on, and who else may.
struct Node {
    taken: Grant,
    /// Still to be tried.
    others: Vec<Grant>,
    /// What was tried before, here or above, and is not to come first again.
    asleep: Vec<Grant>,
    footprints: Vec<[Option<Footprint>; 2]>,
}

struct Explorer<'t> {
    trial: &'t Trial,
    search: Search,
    nodes: Vec<Node>,
    found: Explored,
    classes: HashSet<Vec<u64>>,
    share: Share,
    /// How many branches were met at [`SHARED_DEPTH`].
    branches: usize,
}

impl Explorer<'_> {
    /// One run: along the nodes, and on. `None`: whatever comes has been seen.
    fn run(&mut self, arena: &mut Arena) -> Result<Option<(Run, Vec<u64>)>> {
        let mut state = State::begin(arena, self.trial)?;
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else {
                break;
            };
            if !state.is_enabled(node.taken.buyer()) {
                let message = format!("a run was not the same again at step {}", at + 1);
                return Err(Error::new(Kind::Integrity, message));
            }
            state.grant(arena, node.taken)?;
        }
        loop {
            if self.share.of > 1 && state.moves.len() == SHARED_DEPTH && self.is_new() {
                self.branches += 1;
                if self.branches % self.share.of != self.share.me {
                    state.call_off(arena)?;
                    return Ok(None);
                }
            }
            let enabled: Vec<_> = (0..self.trial.users)
                .filter(|&buyer| state.is_enabled(buyer))
                .collect();
            if enabled.is_empty() {
                let commits = state.commits.clone();
                return Ok(Some((state.end(arena, self.trial)?, commits)));
            }
            let asleep = self.asleep();
            let mut choices = self.choices(&state, &enabled, &asleep);
            if choices.is_empty() {
                state.call_off(arena)?;
                return Ok(None);
            }
            let taken = choices.remove(0);
            self.nodes.push(Node {
                taken,
                others: choices,
                asleep,
                footprints: (0..self.trial.users)
                    .map(|buyer| {
                        [Grant::Go(buyer), Grant::Die(buyer)].map(|grant| state.footprint(grant))
                    })
                    .collect(),
            });
            state.grant(arena, taken)?;
        }
    }

    /// Whether the place that the run has come to was not come to before.
    fn is_new(&self) -> bool {
        self.nodes.len() == SHARED_DEPTH
    }

    /// Who sleeps after the last step: whoever slept before it, or was tried in its place, and touches
    /// nothing that it touched.
    fn asleep(&self) -> Vec<Grant> {
        let Some(node) = self.nodes.last() else {
            return Vec::new();
        };
        let footprint = |grant: Grant| {
            let [go, die] = *node.footprints.get(grant.buyer())?;
            match grant {
                Grant::Go(_) => go,
                Grant::Die(_) => die,
            }
        };
        let Some(taken) = footprint(node.taken) else {
            return Vec::new();
        };
        let independent =
            |&grant: &Grant| footprint(grant).is_some_and(|other| !other.touches(taken));
        node.asleep.iter().copied().filter(independent).collect()
    }

    fn choices(&self, state: &State, enabled: &[usize], asleep: &[Grant]) -> Vec<Grant> {
        let mut grants: Vec<_> = enabled.iter().copied().map(Grant::Go).collect();
        if self.trial.crashes {
            grants.extend(enabled.iter().copied().map(Grant::Die));
        }
        match self.search {
            Search::Full => {}
            Search::Bounded(most) => {
                let so_far = Grants(self.nodes.iter().map(|node| node.taken).collect());
                let last = so_far.0.last().map(|grant| grant.buyer());
                let used = so_far.switches();
                grants.retain(|grant| {
                    used + usize::from(last.is_some_and(|last| last != grant.buyer())) <= most
                });
            }
            Search::Reduced => {
                let kind = |grant: Grant| {
                    let buyer = state.buyers.get(grant.buyer());
                    (
                        matches!(grant, Grant::Die(_)),
                        buyer.map(|buyer| buyer.history),
                    )
                };
                let mut seen: HashSet<_> = asleep.iter().map(|&grant| kind(grant)).collect();
                grants.retain(|&grant| {
                    let waits = matches!(grant, Grant::Go(buyer) if state.would_wait(buyer));
                    !waits && seen.insert(kind(grant))
                });
            }
        }
        grants
    }

    /// Goes to the next branch; `false`: there is none.
    fn next(&mut self) -> bool {
        while let Some(mut node) = self.nodes.pop() {
            if node.others.is_empty() {
                continue;
            }
            node.asleep.push(node.taken);
            node.taken = node.others.remove(0);
            self.nodes.push(node);
            return true;
        }
        false
    }

    fn note(&mut self, (run, commits): (Run, Vec<u64>)) {
        let killed = run.moves.iter().filter(|step| step.killed).count();
        let stuck = run.ends.iter().filter(|end| end.is_none()).count() - killed;
        let count =
            |kind: fn(&End) -> bool| run.ends.iter().flatten().filter(|end| kind(end)).count();
        let outcome = (
            run.left.clone(),
            [
                count(|end| matches!(end, End::SoldOut)),
                count(|end| matches!(end, End::Torn { .. })),
                count(|end| matches!(end, End::Failed { .. })),
                stuck,
            ],
        );
        self.found.schedules += 1;
        self.found.outcomes.insert(outcome);
        let plain = self.trial.lock == LockKind::None
            && self.trial.writes == Writes::Replace
            && !self.trial.query
            && commits.len() == self.trial.users;
        if plain {
            self.classes.insert(commits);
        }
        let kinds = run.verdict.findings.iter().map(|finding| finding.kind);
        self.found.anomalies.extend(kinds);
        self.found
            .points
            .extend(run.moves.iter().map(|step| step.point));
        self.found.oversold += u64::from(run.verdict.oversold > 0);
        if run.is_bad() {
            self.found.bad += 1;
            if self.found.first.is_none() {
                self.found.first = Some(run);
            }
        }
    }
}

/// The class of a run of buyers without a lock; `None` where it has none.
#[must_use]
pub fn class(trial: &Trial, run: &Run) -> Option<Class> {
    if trial.lock != LockKind::None || trial.writes != Writes::Replace || trial.query {
        return None;
    }
    let (mut read, mut versions, mut version) = (vec![0; trial.users], Vec::new(), 0);
    for step in &run.moves {
        let read = read.get_mut(step.buyer)?;
        if step.point == Point::Read {
            *read = version;
        } else {
            versions.push(*read);
            version += 1;
        }
    }
    let all = versions.len() == trial.users;
    all.then(|| Class::of(versions)).flatten()
}
