//! Deadlocks in words: who waits for whom, all around, and how that ended; and which waits those are.

use super::lock::cycle::Cycles;
use super::lock::waits::{is_own, waited_until};
use super::phrases::Phrases;
use super::verdict::HistoryFinding;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold, OperationOutcome, UNSAID};

/// The waits of a deadlock, each for a lock that the operation of the next one holds; that of one that waits for itself alone.
/// Empty for other findings.
pub(super) fn deadlocked<'a>(
    evidence: &'a Evidence,
    finding: &HistoryFinding,
) -> Vec<&'a LockHold> {
    if finding.kind != Anomaly::Deadlock {
        return Vec::new();
    }
    let own = |at: &u32| {
        let did = evidence.operation(*at)?;
        let mut holds = evidence.holds_of(did);
        holds.find(|hold| is_own(evidence, hold))
    };
    let waits = |at: &u32| {
        let did = evidence.operation(*at)?;
        let mut holds = evidence.holds_of(did);
        holds.find(|hold| hold.got == UNSAID && hold.wanted != UNSAID)
    };
    match &finding.operations[..] {
        [one] => own(one).into_iter().collect(),
        [one, other] => {
            let cycles = Cycles::among(evidence);
            let mut all = cycles.from(*one, Some(*other));
            if all.is_empty() {
                // Who never got it wanted it alone.
                all = cycles.supposing().from(*one, Some(*other));
            }
            if all.len() < 2 {
                [one, other].into_iter().filter_map(waits).collect()
            } else {
                all
            }
        }
        _ => Vec::new(),
    }
}

/// When the first of those who wait for one another was killed or gave up, ns; [`UNSAID`] where none did.
pub(crate) fn deadlock_over(evidence: &Evidence, waits: &[&LockHold]) -> u64 {
    let given_up = waits.iter().filter(|wait| wait.got == UNSAID);
    let until = given_up.filter_map(|wait| {
        let did = evidence.operation(wait.operation)?;
        Some(waited_until(evidence, did, wait))
    });
    until.min().unwrap_or(UNSAID)
}

impl Phrases<'_> {
    pub(super) fn deadlock(&self) -> String {
        let all = deadlocked(self.evidence, self.finding);
        let did = |wait: &LockHold| self.evidence.operation(wait.operation);
        let name =
            |wait: &LockHold| did(wait).map_or("", |did| self.evidence.names.name(did.buyer));
        let neither = match all.len() {
            1 => "it",
            2 => "neither",
            _ => "none of them",
        };
        let given_up = all.iter().filter(|wait| wait.got == UNSAID);
        let given_up = given_up.filter_map(|wait| {
            let did = did(wait)?;
            let until = waited_until(self.evidence, did, wait);
            (until != UNSAID).then_some((until, did.outcome, name(wait)))
        });
        let went_on = match all.len() {
            1 => "it did not go on".to_owned(),
            _ => format!("{neither} went on"),
        };
        // Who was killed is known to be dead only by then: another may have gone on before.
        let got = all.iter().filter(|wait| wait.got != UNSAID);
        let first_on = got.min_by_key(|wait| wait.got);
        let given_up = given_up.min_by_key(|end| end.0);
        let before = first_on.filter(|wait| given_up.is_some_and(|end| wait.got < end.0));
        let end = match given_up {
            Some(_) if before.is_some() => before.map_or(String::new(), |wait| {
                let (who, at) = (name(wait), self.time(wait.got));
                format!("{went_on} until {who} went on at {at}")
            }),
            None if all.len() == 1 => "it never goes on".to_owned(),
            None => format!("{neither} ever goes on"),
            Some((at, outcome, who)) => {
                let who = if all.len() == 1 { "it" } else { who };
                let how = if outcome == OperationOutcome::Killed {
                    "was killed"
                } else {
                    "gave up"
                };
                format!("{went_on} until {who} {how} at {}", self.time(at))
            }
        };
        match &all[..] {
            [one] => format!("{} waits for a lock that it holds itself: {end}", name(one)),
            [one, other] => {
                let (a, b) = (name(one), name(other));
                format!("{a} waits for a lock that {b} holds, and {b} waits for {a} in turn: {end}")
            }
            [first, .., last] => {
                let waits = all.windows(2).filter_map(|two| match two {
                    [one, next] => Some(format!(
                        "{} waits for a lock that {} holds",
                        name(one),
                        name(next)
                    )),
                    _ => None,
                });
                let waits: Vec<String> = waits.collect();
                let (last, first) = (name(last), name(first));
                format!(
                    "{}, and {last} waits for one that {first} holds: {end}",
                    waits.join(", ")
                )
            }
            [] => end,
        }
    }
}
