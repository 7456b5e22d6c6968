//! Split lock: two who hold different files at one time. Locks that are new for each holder, as a lock file that is
//! made to take the lock and removed to give it up, are different files too, and none is split. Nor is one under which its
//! holder neither read nor wrote: that is a lock for another purpose.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, LockHold, UNSAID};
use crate::check::history::findings::Findings;

/// So many holds of other files are looked at for each one, where their operations have locked a common file too; and so many of
/// each file.
const MOST: usize = 64;

/// In one walk over the holds in the order in which they were got. One finding for each that was got while another file was
/// held.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings<'_>) {
    let all = evidence.holds.iter();
    let has_acts = evidence.has_acts();
    let got = || {
        all.clone()
            .filter(|hold| hold.got != UNSAID && !evidence.is_idle(hold, has_acts))
    };
    let Some(first) = got().next() else { return };
    if got().all(|hold| hold.lock == first.lock) {
        return;
    }
    // Of those that were got at one moment, the one that was held for no time first: it meets none of the others.
    let mut holds: Vec<(u64, u64, &LockHold)> = got()
        .map(|hold| (hold.got, evidence.held_until(hold), hold))
        .collect();
    holds.sort_by_key(|(got, end, _)| (*got, *end));
    // What is held just now: by anybody, and by those who let nobody else have it.
    let (mut any, mut sole) = (HeldFiles::default(), HeldFiles::default());
    for (got, end, hold) in holds {
        any.drop_until(got);
        sole.drop_until(got);
        let against = if hold.shared { &sole } else { &any };
        if let Some(other) = against.meets(evidence, (end, hold)) {
            let pair = [other.operation, hold.operation];
            findings.add(Anomaly::SplitLock, &pair, None);
        }
        any.add(end, hold);
        if !hold.shared {
            sole.add(end, hold);
        }
    }
}

/// Until when a file is held; of those until one time, which file, and the later ones first.
type End = (u64, u32, u32);

/// Those who hold each file longest.
#[derive(Default)]
struct HeldFiles<'a> {
    by_end: BTreeMap<End, &'a LockHold>,
    ends: HashMap<u32, BTreeSet<End>>,
    added: u32,
}

impl<'a> HeldFiles<'a> {
    /// Forgets what is not held any more.
    fn drop_until(&mut self, time: u64) {
        while let Some(first) = self
            .by_end
            .first_entry()
            .filter(|held| held.key().0 <= time)
        {
            let end = *first.key();
            first.remove();
            if let Entry::Occupied(mut of_file) = self.ends.entry(end.1) {
                of_file.get_mut().remove(&end);
                if of_file.get().is_empty() {
                    of_file.remove();
                }
            }
        }
    }

    fn add(&mut self, end: u64, hold: &'a LockHold) {
        self.added += 1;
        let end = (end, hold.lock, u32::MAX - self.added);
        self.by_end.insert(end, hold);
        let of_file = self.ends.entry(hold.lock).or_default();
        of_file.insert(end);
        if of_file.len() > MOST
            && let Some(shortest) = of_file.pop_first()
        {
            self.by_end.remove(&shortest);
        }
    }

    /// Who holds another file while this one is held, and has locked no file that this operation locked too.
    fn meets(&self, evidence: &Evidence, (end, hold): (u64, &LockHold)) -> Option<&'a LockHold> {
        let longest = self.by_end.values().rev().copied();
        let is_another =
            |other: &&LockHold| other.lock != hold.lock && !are_one_lease(evidence, other, hold);
        let others = longest.filter(is_another).take(MOST);
        let mut met = others.filter(|other| other.got < end);
        met.find(|other| !share(evidence, other.operation, hold.operation))
    }
}

/// Whether both are of one lock that leases hold: a later holder's means that the earlier one's has ended.
fn are_one_lease(evidence: &Evidence, one: &LockHold, other: &LockHold) -> bool {
    let of = |hold: &LockHold| evidence.files.get(hold.lock as usize);
    let device = |hold: &LockHold| of(hold).map(|file| file.device);
    one.leased && other.leased && device(one) == device(other)
}

/// Whether two operations have locked one file, or one has asked, while it held its own, for what the other has locked: those
/// are two locks that are meant to be two.
fn share(evidence: &Evidence, one: u32, other: u32) -> bool {
    let holds = |index| {
        let operation = evidence.operation(index);
        let holds = operation.map(|operation| evidence.holds_of(operation));
        holds.into_iter().flatten()
    };
    let got = |index| holds(index).filter(|hold| hold.got != UNSAID);
    let meant = |index| {
        let second = move |wait: &&LockHold| {
            wait.wanted != UNSAID && got(index).any(|own| own.got <= wait.wanted)
        };
        let waits = holds(index).filter(|hold| hold.got == UNSAID);
        got(index).chain(waits.filter(second))
    };
    let meets = |one, other| meant(one).any(|hold| got(other).any(|own| own.lock == hold.lock));
    one == other || meets(one, other) || meets(other, one)
}
