//! What marks a drawing: the numbers of the findings at the acts where they happen, and the letters of the locks.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::choose::Choice;
use super::model::{Clash, Spot, Time, Timeline};
use super::operation::{Doing, DrawnOperation, Span};

/// So many findings are marked in the drawing, as [`Marks::of_numbers`] says; the others are sentences only.
const MARKED: usize = 9;

/// What marks the operations of one drawing.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The findings that name a place, by their numbers from 1; which acts prove each, and whether the place is
    /// the first that it names.
    findings: HashMap<Spot, Vec<(usize, Clash, bool)>>,
    /// Which locks each of them is about, where that is said.
    locks_of: Vec<BTreeSet<(Spot, u64)>>,
    /// Who cut the count, to fill it then.
    cuts: HashSet<Spot>,
    /// Who read again what had made no sense.
    rereads: HashSet<Spot>,
    /// The locked files, in the order in which they were locked.
    pub(super) locks: Vec<u64>,
    /// Whether one of them was locked again after another: that may be a new file, with the number of one that is gone.
    pub(super) returns: bool,
}

impl Marks {
    pub(super) fn of(timeline: &Timeline, choice: &Choice) -> Self {
        let mut marks = Self::default();
        for (at, finding) in timeline.findings.iter().enumerate().take(MARKED) {
            marks.locks_of.push(finding.locks.clone());
            for (nth, place) in finding.places.iter().enumerate() {
                let own = marks.findings.entry(*place).or_default();
                if own.iter().all(|(number, ..)| *number != at + 1) {
                    own.push((at + 1, finding.clash, nth == 0));
                }
            }
        }
        let with = |act: Doing| {
            let does = move |place: &Spot| {
                let operation = timeline.operation(*place);
                operation.is_some_and(|one| one.span(|doing| *doing == act).is_some())
            };
            choice.places().filter(does).collect()
        };
        marks.cuts = with(Doing::Truncate);
        marks.rereads = with(Doing::ReadTorn);
        let operations = choice
            .places()
            .filter_map(|place| timeline.operation(place));
        let mut holds: Vec<(u64, u64)> = operations
            .flat_map(|operation| &operation.spans)
            .filter_map(|span| Some((span.bounds().0, span.doing.held()?)))
            .collect();
        holds.sort_unstable();
        let mut last = None;
        for (_, file) in holds {
            if !marks.locks.contains(&file) {
                marks.locks.push(file);
            } else if last != Some(file) {
                marks.returns = true;
            }
            last = Some(file);
        }
        marks
    }

    fn at(&self, place: Spot) -> &[(usize, Clash, bool)] {
        self.findings.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The findings, from 1, of an operation that happen when it is killed.
    pub(super) fn at_kill(&self, place: Spot) -> Vec<usize> {
        let here = self.at(place).iter();
        let here = here.filter(|(_, clash, _)| *clash == Clash::Unfilled);
        here.map(|(number, ..)| *number).collect()
    }

    /// Whether a finding is marked in the drawing.
    pub(super) fn is_marked(finding: usize) -> bool {
        finding < MARKED
    }

    /// The findings, from 1, that name an operation.
    pub(super) fn of_place(&self, place: Spot) -> impl Iterator<Item = usize> + '_ {
        self.at(place).iter().map(|(number, ..)| *number)
    }

    /// The findings, from 1, of an operation that happen in one of its spans.
    pub(super) fn at_span(
        &self,
        operation: &DrawnOperation,
        place: Spot,
        span: usize,
    ) -> Vec<usize> {
        let here = self.at(place).iter();
        let act = operation.spans.get(span);
        let here = here.filter(|(number, clash, first)| {
            let own = act.and_then(|act| self.is_of_lock(*number, *clash, place, act));
            own.unwrap_or_else(|| happens(operation, *clash, *first) == Some(span))
        });
        here.map(|(number, ..)| *number).collect()
    }

    /// Whether an act is one of the locks that a finding is about, where that is said.
    fn is_of_lock(&self, number: usize, clash: Clash, place: Spot, act: &Span) -> Option<bool> {
        let locks = self.locks_of.get(number.checked_sub(1)?)?;
        let is_said = matches!(clash, Clash::Holds | Clash::Waits)
            && locks.iter().any(|(own, _)| *own == place);
        is_said.then(|| {
            let is_one = match clash {
                Clash::Waits => matches!(act.doing, Doing::Stuck(_)),
                _ => act.doing.held().is_some(),
            };
            is_one && locks.contains(&(place, act.from))
        })
    }

    /// Whether an act of a named operation is what proves a finding.
    pub(super) fn proves(&self, place: Spot, act: &Span) -> bool {
        let doing = &act.doing;
        let reads = doing.reads() || matches!(doing, Doing::Query);
        let writes = doing.writes();
        self.at(place)
            .iter()
            .any(|(number, clash, first)| match (clash, first) {
                (Clash::Writes, _) => doing.reads() || writes,
                (Clash::WriteRead, true) => match doing {
                    Doing::Truncate => true,
                    // What was cut was read empty, or whatever was written of it.
                    _ => writes && !self.cuts.contains(&place),
                },
                (Clash::TornReads, _) if self.rereads.contains(&place) => *doing == Doing::ReadTorn,
                (Clash::WriteRead, false) | (Clash::Reads | Clash::TornReads, _) => reads,
                (Clash::OwnWrites, _) => writes,
                (Clash::Holds | Clash::Waits, _) => {
                    let own = self.is_of_lock(*number, *clash, place, act);
                    own.unwrap_or(match doing {
                        Doing::Hold(_) | Doing::Share(_) => *clash == Clash::Holds,
                        Doing::Stuck(_) => *clash == Clash::Waits,
                        _ => false,
                    })
                }
                // The kill does.
                (Clash::Unfilled, _) => false,
                (Clash::Whole | Clash::Sales, _) => {
                    reads || writes || matches!(doing, Doing::Truncate)
                }
            })
    }

    /// Which of the locked files it is, from 0.
    pub(super) fn lock(&self, file: u64) -> usize {
        let at = self.locks.iter().position(|lock| *lock == file);
        at.unwrap_or_default()
    }

    /// What a letter stands for, where two files may have one.
    pub(super) fn of_letters(&self, time: Time) -> Option<&'static str> {
        let told = self.returns && time == Time::Nanoseconds;
        told.then_some("one letter, one inode: a new file may have that of an old one")
    }

    /// That not all findings are numbered, where they are too many.
    pub(super) fn of_numbers(timeline: &Timeline) -> Option<&'static str> {
        (timeline.findings.len() > MARKED)
            .then_some("only the first nine findings are numbered in the drawing")
    }

    /// What a lock is called: with a letter where there are several.
    pub(super) fn lock_name(&self, file: u64) -> String {
        let at = self.lock(file);
        match u8::try_from(at).ok().filter(|at| *at < 26) {
            _ if self.locks.len() < 2 => "the lock".to_owned(),
            Some(at) => format!("lock {}", char::from(b'A' + at)),
            None => format!("lock #{}", at + 1),
        }
    }
}

/// In which span of an operation a finding happens: which of its acts the finding is about; `None`: it is killed then, or has no
/// span.
pub(super) fn happens(operation: &DrawnOperation, clash: Clash, first: bool) -> Option<usize> {
    let find = |wanted: fn(&Doing) -> bool| {
        let mut spans = operation.spans.iter();
        spans.position(|span| wanted(&span.doing))
    };
    let write = || find(Doing::writes);
    let cut = || find(|doing| matches!(doing, Doing::Truncate));
    let read = || find(Doing::reads).or(find(|doing| matches!(doing, Doing::Query)));
    let hold = || find(|doing| doing.held().is_some());
    let wait = || find(|doing| matches!(doing, Doing::Stuck(_)));
    let act = match (clash, first) {
        (Clash::WriteRead, true) => cut().or_else(write),
        (Clash::WriteRead, false) => read(),
        (Clash::TornReads, _) => find(|doing| *doing == Doing::ReadTorn)
            .or_else(read)
            .or_else(write),
        (Clash::Reads, _) => read().or_else(write),
        (Clash::Sales, _) => cut().or_else(write).or_else(read),
        (Clash::Holds, _) => hold(),
        (Clash::Waits, _) => wait(),
        (Clash::Unfilled, _) if operation.killed.is_some() => return None,
        (Clash::OwnWrites | Clash::Writes | Clash::Unfilled | Clash::Whole, _) => {
            write().or_else(cut).or_else(read)
        }
    };
    act.or_else(hold)
        .or_else(|| (!operation.spans.is_empty()).then_some(0))
}
