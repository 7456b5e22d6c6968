//! What is said at an operation: its findings' numbers, its locks' letters, its words.

use std::collections::HashMap;

use super::choose::Choice;
use super::model::{Clash, Spot, Timeline};
use super::operation::{Doing, DrawnOperation, DrawnOutcome, Sight};
use super::words::{short, thousands};
use crate::shown::shown;

/// So many findings are marked in the drawing; the others are sentences only.
const MARKED: usize = 5;

/// What marks the operations of one drawing.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The numbers, from 1, of the findings that name a place.
    numbers: HashMap<Spot, Vec<usize>>,
    /// Which acts prove them, and whether the place is the first of the two.
    proofs: HashMap<Spot, Vec<(Clash, bool)>>,
    /// The inodes of the locked files, in the order in which they were locked.
    pub(super) locks: Vec<u64>,
}

impl Marks {
    pub(super) fn of(timeline: &Timeline, choice: &Choice) -> Self {
        let mut marks = Self::default();
        for (at, finding) in timeline.findings.iter().enumerate().take(MARKED) {
            for (nth, place) in finding.places.iter().enumerate().take(2) {
                let proofs = marks.proofs.entry(*place).or_default();
                proofs.push((finding.clash, nth == 0));
                let numbers = marks.numbers.entry(*place).or_default();
                if !numbers.contains(&(at + 1)) {
                    numbers.push(at + 1);
                }
            }
        }
        let operations = choice
            .places()
            .filter_map(|place| timeline.operation(place));
        let mut holds: Vec<(u64, u64)> = operations
            .flat_map(|operation| &operation.spans)
            .filter_map(|span| match span.doing {
                Doing::Hold(inode) => Some((span.bounds().0, inode)),
                _ => None,
            })
            .collect();
        holds.sort_unstable();
        for (_, inode) in holds {
            if !marks.locks.contains(&inode) {
                marks.locks.push(inode);
            }
        }
        marks
    }

    /// The numbers of the findings that name a place, as `1` or `1,2`; empty if there is none.
    pub(super) fn numbers(&self, place: Spot) -> String {
        let numbers = self.numbers.get(&place).map_or(&[][..], Vec::as_slice);
        let words: Vec<String> = numbers.iter().take(3).map(ToString::to_string).collect();
        let more = if numbers.len() > 3 { "…" } else { "" };
        words.join(",") + more
    }

    /// Whether a finding is marked in the drawing.
    pub(super) fn is_marked(finding: usize) -> bool {
        finding < MARKED
    }

    /// Whether a finding names the place.
    pub(super) fn names(&self, place: Spot) -> bool {
        self.numbers.contains_key(&place)
    }

    /// Whether an act of a named operation is what proves a finding.
    pub(super) fn proves(&self, place: Spot, doing: &Doing) -> bool {
        let reads = matches!(doing, Doing::Read | Doing::Query);
        let writes = matches!(doing, Doing::Write);
        let proofs = self.proofs.get(&place).map_or(&[][..], Vec::as_slice);
        proofs.iter().any(|proof| match proof {
            (Clash::Writes, _) => matches!(doing, Doing::Read | Doing::Write),
            (Clash::WriteRead, true) => writes || matches!(doing, Doing::Truncate),
            (Clash::WriteRead, false) => reads,
            (Clash::Holds, _) => matches!(doing, Doing::Hold(_)),
            (Clash::Whole, _) => reads || writes,
        })
    }

    /// Which of the locked files it is, from 0.
    pub(super) fn lock(&self, inode: u64) -> usize {
        let at = self.locks.iter().position(|lock| *lock == inode);
        at.unwrap_or_default()
    }

    /// The letter of a locked file: A, B, and so on.
    pub(super) fn letter(&self, inode: u64) -> String {
        let at = self.lock(inode);
        let letter = u8::try_from(at).ok().filter(|at| *at < 26);
        letter.map_or_else(
            || format!("#{}", at + 1),
            |at| char::from(b'A' + at).to_string(),
        )
    }
}

/// The number of a version.
pub(super) fn seq(timeline: &Timeline, version: usize) -> Option<u64> {
    timeline.versions.get(version).map(|version| version.seq)
}

/// What an operation did to the count and what it was told, at several lengths, the longest first.
pub(super) fn sayings(timeline: &Timeline, operation: &DrawnOperation) -> Vec<String> {
    let version = |version: usize| {
        let known = seq(timeline, version);
        known.map_or_else(|| "?".to_owned(), |seq| seq.to_string())
    };
    let left = |version: usize| {
        let left = timeline.versions.get(version).and_then(|v| v.left);
        left.map_or_else(String::new, |left| format!(" ({} left)", thousands(left)))
    };
    let [mut long, mut plain, mut brief, mut least] = [const { Vec::new() }; 4];
    match &operation.read {
        Some(Sight::Version(read)) => {
            let seq = version(*read);
            long.push(format!("read version {seq}{}", left(*read)));
            plain.push(format!("read version {seq}"));
            brief.push(format!("read {seq}"));
            least.push(seq);
        }
        Some(Sight::Torn(what)) => {
            long.push(format!("read {}", short(what, 60)));
            plain.push("read no version".to_owned());
            brief.push("torn read".to_owned());
            least.push("torn".to_owned());
        }
        None => {}
    }
    if let Some(wrote) = operation.wrote.map(version) {
        long.push(format!("wrote version {wrote}"));
        plain.push(format!("wrote version {wrote}"));
        brief.push(format!("wrote {wrote}"));
        least.push(wrote);
    }
    let end = ending(operation);
    if !end.is_empty() {
        long.push(end.clone());
        plain.push(end);
    }
    let sayings = vec![
        long.join(", "),
        plain.join(", "),
        brief.join(", "),
        least.join(" → "),
    ];
    sayings
        .into_iter()
        .filter(|said| !said.is_empty())
        .collect()
}

/// How an operation ended, in a word or two.
pub(super) fn ending(operation: &DrawnOperation) -> String {
    match operation.outcome {
        _ if operation.killed.is_some() => "killed".to_owned(),
        Some(DrawnOutcome::Sold(many)) => format!("sold {}", thousands(many)),
        Some(DrawnOutcome::NoneLeft) => "none left".to_owned(),
        Some(DrawnOutcome::Told(many)) => format!("told {} left", thousands(many)),
        Some(DrawnOutcome::Failed) => "failed".to_owned(),
        None => String::new(),
    }
}

/// What a span of an operation does, as a word and as a letter or two.
pub(super) fn words(
    timeline: &Timeline,
    marks: &Marks,
    operation: &DrawnOperation,
    doing: &Doing,
) -> (String, String) {
    let seen = match &operation.read {
        Some(Sight::Version(read)) => seq(timeline, *read).map(|seq| seq.to_string()),
        Some(Sight::Torn(_)) => Some("?".to_owned()),
        None => None,
    };
    let with = |word: &str, letter: &str, what: Option<String>| match what {
        Some(what) => (format!("{word} {what}"), format!("{letter}{what}")),
        None => (word.to_owned(), letter.to_owned()),
    };
    let wrote = || operation.wrote.and_then(|wrote| seq(timeline, wrote));
    match doing {
        Doing::Query => with("query", "q", seen.filter(|_| operation.wrote.is_none())),
        Doing::Wait => with("wait", "..", None),
        Doing::Hold(inode) => {
            let letter = marks.letter(*inode);
            (format!("lock {letter}"), format!("+{letter}"))
        }
        Doing::Read => with("read", "r", seen),
        Doing::Think => with("think", "t", None),
        Doing::Truncate => with("trunc", "tr", None),
        Doing::Write => with("write", "w", wrote().map(|seq| seq.to_string())),
        Doing::Sync => with("sync", "s", None),
        Doing::Point(name) => (short(name, 12), head(name, 2)),
    }
}

/// The first letters of a name.
fn head(name: &str, letters: usize) -> String {
    shown(name).chars().take(letters).collect()
}
