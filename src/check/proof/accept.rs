//! Whether the evidence bears a finding out: what must hold for each kind, by how many operations it names.

use super::case::Case;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold, Operation, OperationOutcome, UNSAID};
use crate::check::history::{HistoryFinding, sentence, settled};

/// Accepts a finding, or says why the evidence does not bear it out.
pub fn accept(evidence: &Evidence, finding: &HistoryFinding) -> Result<(), String> {
    let found = finding.operations.iter();
    let found: Vec<&Operation> = found.filter_map(|at| evidence.operation(*at)).collect();
    if found.len() != finding.operations.len() || found.len() > 2 {
        return Err("it names operations that there are not".to_owned());
    }
    let names = found.iter().map(|did| evidence.names.name(did.buyer));
    if !names.eq(finding.buyers.iter().map(String::as_str)) {
        return Err("its buyers are not those of its operations".to_owned());
    }
    if finding.text != sentence(&settled(evidence), finding) {
        return Err("its sentence is not that of its operations".to_owned());
    }
    let case = Case {
        evidence,
        version: finding.version,
    };
    let holds = match found.as_slice() {
        [] => case.nobody(finding.kind),
        [one] => case.one(finding.kind, one),
        [one, other, ..] => !std::ptr::eq(*one, *other) && case.two(finding.kind, one, other),
    };
    if holds {
        Ok(())
    } else {
        Err(format!("the evidence does not show {:?}", finding.kind))
    }
}

impl Case<'_> {
    fn nobody(&self, kind: Anomaly) -> bool {
        let lines = || self.evidence.ledger.iter().flatten();
        match (kind, self.version, self.evidence.last) {
            (Anomaly::Conservation, None, Some(last)) => {
                let lefts = self.lefts(last.seq);
                let is_another = lefts.is_some_and(|lefts| match &lefts[..] {
                    [] => last.seq < self.evidence.first || !self.adds_up(last.left),
                    lefts => !lefts.contains(&last.left.cast_signed()),
                });
                is_another
                    || self.misses_sales(last.left)
                    || self.is_short_of_sales(last.left)
                    || self.exceeds_with_shown(last.left)
            }
            (Anomaly::Phantom, Some(version), _) => {
                let there = lines().filter(|line| line.seq == version).count();
                let meant = self.evidence.operations.iter();
                let meant = meant.filter(|did| did.write == version && self.on_ledger(did));
                there > meant.count() || self.is_of_who_bought_twice(version)
            }
            (Anomaly::Gap, Some(version), last) => {
                let mut before = self.evidence.first;
                let leaps = lines().any(|line| {
                    let leaps = line.seq == version && line.seq != before + 1;
                    before = line.seq;
                    leaps
                });
                let missing = version > self.evidence.first && self.is_missing(version);
                let missing = missing && !self.is_cut_before(version);
                let is_there = last.is_some_and(|last| last.seq >= version);
                let is_there =
                    is_there || self.is_followed(version) || lines().any(|line| line.seq > version);
                leaps || missing && !self.is_open(version) && is_there
            }
            (Anomaly::Conservation, Some(version), _) => self.ledger_differs(version),
            (Anomaly::TornRead, Some(version), _) => self.final_sum_differs(version),
            _ => false,
        }
    }

    fn one(&self, kind: Anomaly, did: &Operation) -> bool {
        let said = self.version.filter(|version| *version != UNSAID);
        let read = said == Some(did.read);
        let wrote = said == Some(did.write);
        let sold = did.outcome == OperationOutcome::Sold;
        match kind {
            Anomaly::TornRead => {
                self.version.is_none() && did.torn
                    || read && self.saw_another(did)
                    || said.is_some_and(|version| self.read_another_besides(did, version))
            }
            Anomaly::LostUpdate => {
                let read = read || did.read == UNSAID;
                let follows = said.is_some_and(|at| at.checked_add(1) == Some(did.write));
                read && follows && self.is_lost_to_somebody(did)
            }
            Anomaly::DirtyRead if said.is_some_and(|at| self.read_nobodys(did, at)) => true,
            Anomaly::StaleRead => said.is_some_and(|newer| self.went_backwards(did, newer)),
            Anomaly::DirtyRead => {
                read && did.read != self.evidence.first
                    && !self.is_open(did.read)
                    && (did.read < self.evidence.first
                        || self.is_missing(did.read)
                        || self.too_far(did.read))
            }
            Anomaly::FalseSoldOut => {
                read && did.outcome == OperationOutcome::SoldOut
                    && self.lefts(did.read).unwrap_or_default().first()
                        >= Some(&i64::from(did.quantity))
            }
            Anomaly::Conservation => {
                read && self.told_another(did) || wrote && self.ledger_differs(did.write)
            }
            Anomaly::Phantom if self.version.is_none() => {
                let leaps = did.read != UNSAID && did.read.checked_add(1) != Some(did.write);
                did.write != UNSAID
                    && (sold || did.is_pending() && self.has_written(did))
                    && (leaps || did.write <= self.evidence.first)
            }
            Anomaly::Phantom => {
                let failed = !sold && !did.is_pending();
                wrote && self.has_written(did) && (failed || !self.as_wanted(did))
            }
            Anomaly::Gap => {
                let known = !self.is_untold(did.write);
                let sure = sold && !known || (sold || did.is_pending()) && self.has_written(did);
                wrote && sure && self.too_far(did.write) && !self.is_open(did.write)
            }
            Anomaly::Oversold if self.version.is_none() => self.is_sale(did) && self.exceeds(did),
            Anomaly::Oversold => {
                let lefts = self.lefts(did.write).unwrap_or_default();
                let is_there = sold || self.has_written(did) || self.was_there(did.write);
                wrote && is_there && lefts.last().is_some_and(|left| *left < 0)
            }
            Anomaly::LostSale if wrote => {
                sold && !self.is_untold(did.write) && !self.on_ledger(did)
            }
            Anomaly::LostSale if did.write == UNSAID => {
                sold && self.version.is_none() && self.is_nowhere(did)
            }
            Anomaly::LostSale => {
                let last = self.evidence.last;
                sold && self.version.is_none() && last.is_some_and(|last| last.seq < did.write)
            }
            _ => self.one_lock(kind, did),
        }
    }

    fn one_lock(&self, kind: Anomaly, did: &Operation) -> bool {
        let sold = did.outcome == OperationOutcome::Sold;
        match kind {
            Anomaly::DeadInodeLock => {
                let mut got = self.got(did);
                self.version.is_none() && got.any(LockHold::is_dead)
            }
            Anomaly::Deadlock => self.version.is_none() && self.waits_for_itself(did),
            Anomaly::UnlockedWrite if self.version.is_none() => {
                let mut holds = self.evidence.holds.iter();
                let locks = holds.any(|hold| hold.got != UNSAID);
                let untimed = self.evidence.holds_of(did).any(LockHold::is_untimed);
                let wrote = sold || did.wrote != UNSAID;
                locks
                    && wrote
                    && !untimed
                    && !self.got(did).any(|hold| {
                        let [intend, wrote] = [did.intend_moment(), did.wrote_moment()];
                        let outside = wrote < hold.got_moment()
                            || intend.is_said() && intend > hold.released_moment();
                        !hold.shared && !outside
                    })
            }
            _ => false,
        }
    }

    fn two(&self, kind: Anomaly, one: &Operation, other: &Operation) -> bool {
        match (kind, self.version) {
            (Anomaly::LostUpdate, Some(version)) => [one, other].iter().all(|did| {
                let read = did.read == version || did.read == UNSAID;
                read && version.checked_add(1) == Some(did.write)
                    && (did.outcome == OperationOutcome::Sold
                        || self.has_written(did)
                        || self.must_have_written(did)
                        || self.is_shown(did))
            }),
            (Anomaly::StaleRead, Some(version)) => {
                let denied = other.wrote < other.over() && self.has_written(other);
                let wrote = other.outcome == OperationOutcome::Sold || denied;
                let wrote = wrote && other.write == version;
                let oldest = self.oldest(one);
                let newest = self.has_read(other, version) && oldest < (version, true)
                    || wrote && oldest < (version, false);
                one.invoke > other.over() && newest
            }
            (Anomaly::TornRead, Some(version)) => {
                one.read == version && self.read_unlike(one, other)
            }
            (_, None) => self.two_locks(kind, one, other),
            _ => false,
        }
    }

    fn two_locks(&self, kind: Anomaly, one: &Operation, other: &Operation) -> bool {
        match kind {
            Anomaly::UnlockedWrite => self.seen_outside(one, other),
            Anomaly::BrokenLock => self.got(one).any(|hold| {
                self.got(other).any(|second| {
                    let both = !(hold.shared && second.shared) && hold.lock == second.lock;
                    both && hold.got < self.until(other, second)
                        && second.got < self.until(one, hold)
                })
            }),
            Anomaly::SplitLock => {
                let pairs = || {
                    let all = self.got(one);
                    all.flat_map(move |hold| self.got(other).map(move |second| (hold, second)))
                };
                let met = pairs().any(|(hold, second)| {
                    let meet =
                        hold.got < self.until(other, second) && second.got < self.until(one, hold);
                    let idle = self.is_idle(one, hold) || self.is_idle(other, second);
                    meet && !(hold.shared && second.shared) && !idle
                });
                let is_one_lease = |hold: &LockHold, second: &LockHold| {
                    let device = |of: &LockHold| self.file(of).map(|file| file.device);
                    hold.leased && second.leased && device(hold) == device(second)
                };
                let apart = |(hold, second): (&LockHold, &LockHold)| {
                    hold.lock != second.lock && !is_one_lease(hold, second)
                };
                let meant = self.asks_for(one, other) || self.asks_for(other, one);
                met && pairs().all(apart) && !meant
            }
            Anomaly::EndedLock => self.ended(one, other),
            Anomaly::Deadlock => self.waits_for(one, other) && self.leads_to(other, one),
            _ => false,
        }
    }

    /// The oldest thing that an operation touched: a version is older than the reading of it. One that it may have written counts.
    fn oldest(&self, did: &Operation) -> (u64, bool) {
        let follows = did.read == UNSAID || did.read.checked_add(1) == Some(did.write);
        let sold = did.outcome == OperationOutcome::Sold;
        let may = sold || self.has_written(did) || did.is_pending() && follows;
        let write = if may { did.write } else { UNSAID };
        let read = self.further(did).map(|read| read.version).min();
        let read = read.map_or(did.read, |further| further.min(did.read));
        (read, true).min((write, false))
    }
}
