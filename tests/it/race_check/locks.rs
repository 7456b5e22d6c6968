//! Locks for the random histories, and what is wrong with them by a plain look at all pairs and all paths.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use tickets::check::Anomaly;
use tickets::check::evidence::{
    CommittedLine, Evidence, File, LockHold, NONE, Operation, OperationOutcome, StampOrder, UNSAID,
};

use super::histories::pick;

/// What is found of locks.
pub(super) const KINDS: [Anomaly; 6] = [
    Anomaly::BrokenLock,
    Anomaly::SplitLock,
    Anomaly::DeadInodeLock,
    Anomaly::UnlockedWrite,
    Anomaly::EndedLock,
    Anomaly::Deadlock,
];

const FILES: u32 = 3;

/// Gives every buyer, and some who only ask, the lock while what it does takes effect.
pub(super) fn lock(evidence: &mut Evidence, random: &mut Xoshiro256PlusPlus) {
    evidence.files = (1..=u64::from(FILES))
        .map(|inode| File { device: 1, inode })
        .collect();
    for index in 0..evidence.operations.len() {
        let did = &mut evidence.operations[index];
        if did.quantity == 0 && random.random_bool(0.5) {
            continue;
        }
        let effect = 100 + 10 * u64::from(did.buyer);
        let got = did.invoke.max(effect - random.random_range(0..5));
        let mut released = did.returned.min(effect + random.random_range(0..5));
        if did.is_pending() && random.random_bool(0.5) {
            released = UNSAID;
        }
        if did.write != UNSAID && random.random_bool(0.5) {
            did.intend = effect;
            if did.outcome == OperationOutcome::Sold {
                did.wrote = effect;
            }
        }
        if did.write == UNSAID && random.random_bool(0.2) {
            // Before it had the lock, which is for something else then.
            did.read_at = did.invoke;
        }
        did.hold = evidence.holds.len() as u32;
        evidence.holds.push(LockHold {
            operation: index as u32,
            lock: 0,
            path: *pick(random, &[0, NONE]),
            previous: NONE,
            converts: NONE,
            wished: true,
            shared: did.write == UNSAID && random.random_bool(0.5),
            order: StampOrder::default(),
            leased: false,
            wants_shared: None,
            wanted: *pick(random, &[did.invoke, UNSAID]),
            got,
            released,
        });
    }
}

/// Changes one thing.
pub(super) fn spoil(evidence: &mut Evidence, random: &mut Xoshiro256PlusPlus) {
    if random.random_bool(0.2) {
        return wait(evidence, random);
    }
    if evidence.holds.is_empty() {
        return;
    }
    let at = random.random_range(0..evidence.holds.len());
    if random.random_bool(0.2) {
        return lease(evidence, at, random);
    }
    let hold = &mut evidence.holds[at];
    let did = &mut evidence.operations[hold.operation as usize];
    match random.random_range(0..7) {
        0 if hold.got != UNSAID => {
            hold.got = random.random_range(90..190);
            if hold.released != UNSAID {
                hold.released = hold.got + random.random_range(0..10);
            }
        }
        1 => {
            hold.lock = random.random_range(0..FILES);
            hold.path = *pick(random, &[hold.lock, NONE]);
        }
        2 => hold.path = random.random_range(0..FILES),
        3 => hold.shared = true,
        4 => hold.got = UNSAID,
        5 if did.wrote != UNSAID => did.wrote += random.random_range(0..10),
        _ if did.intend != UNSAID => did.intend -= random.random_range(0..10),
        _ => {}
    }
}

/// All of them hold by leases, and this one, which was given first, for longer than its lease lived.
fn lease(evidence: &mut Evidence, at: usize, random: &mut Xoshiro256PlusPlus) {
    for hold in &mut evidence.holds {
        (hold.lock, hold.path, hold.leased) = (1, NONE, true);
    }
    let hold = &mut evidence.holds[at];
    hold.lock = 0;
    if hold.got != UNSAID {
        hold.got = hold.got.min(random.random_range(90..190));
        if hold.released != UNSAID {
            hold.released = hold.released.max(random.random_range(100..200));
        }
    }
}

/// Some who hold one file and wait for another, or for the same one for themselves.
fn wait(evidence: &mut Evidence, random: &mut Xoshiro256PlusPlus) {
    for number in 0..random.random_range(2..4) {
        let name = format!("waits-{number}-{}", evidence.operations.len());
        let buyer = evidence.names.number(&name).unwrap();
        let mut did = Operation::new(buyer, 1, 300);
        let hold = LockHold {
            operation: evidence.operations.len() as u32,
            lock: random.random_range(0..FILES),
            path: NONE,
            previous: NONE,
            converts: NONE,
            wished: true,
            shared: random.random_bool(0.7),
            order: StampOrder::default(),
            leased: false,
            wants_shared: None,
            wanted: UNSAID,
            got: 310 + number,
            released: *pick(random, &[UNSAID, UNSAID, UNSAID, 320]),
        };
        did.hold = evidence.holds.len() as u32 + 1;
        let wanted = LockHold {
            lock: random.random_range(0..FILES),
            previous: did.hold - 1,
            wanted: 330,
            got: UNSAID,
            released: UNSAID,
            ..hold
        };
        evidence.holds.extend([hold, wanted]);
        evidence.operations.push(did);
    }
}

/// Brings what was moved back within what any recorder can stamp, and the reader takes: an operation begins before it asks for a
/// lock, asks before it gets it, and is answered after everything.
pub(super) fn in_turn(evidence: &mut Evidence) {
    let clamp = |time: &mut u64, from: u64, until: u64| {
        if *time != UNSAID {
            *time = (*time).min(until).max(from);
        }
    };
    for did in &mut evidence.operations {
        let answered = did.returned;
        clamp(&mut did.intend, did.invoke, answered);
        let begun = match did.intend {
            UNSAID => did.invoke,
            intend => intend,
        };
        clamp(&mut did.wrote, begun, answered);
    }
    for hold in &mut evidence.holds {
        let did = evidence.operations[hold.operation as usize];
        clamp(&mut hold.got, did.invoke, did.returned);
        clamp(&mut hold.wanted, did.invoke, hold.got);
        clamp(&mut hold.released, hold.got, did.returned);
    }
}

/// Whether it neither read nor wrote anything, and has no answer.
pub(super) fn only_waits(did: &Operation) -> bool {
    did.outcome == OperationOutcome::Open && did.read == UNSAID && did.write == UNSAID
}

/// Whether nothing is wrong with the locks.
pub(super) fn are_sound(evidence: &Evidence) -> bool {
    let got: Vec<&LockHold> = evidence
        .holds
        .iter()
        .filter(|hold| hold.got != UNSAID)
        .collect();
    let pairs = || {
        got.iter()
            .flat_map(|one| got.iter().map(move |other| (one, other)))
    };
    let dead = got
        .iter()
        .any(|hold| hold.path != NONE && hold.path != hold.lock);
    let meets = |one: &LockHold, other: &LockHold| {
        let (one_end, other_end) = (end(evidence, one), end(evidence, other));
        let meet = one.got.max(other.got) < one_end.min(other_end);
        let inside = |got: u64, from: u64, to: u64| from < got && got < to;
        meet || inside(one.got, other.got, other_end) || inside(other.got, one.got, one_end)
    };
    let broken = pairs().any(|(one, other)| {
        let both = one.operation != other.operation && one.lock == other.lock;
        both && !(one.shared && other.shared) && meets(one, other)
    });
    // Who asks, while it holds its own, for what another has, has two locks that are meant to be two.
    let asks = |one: u32, other: u32| {
        let mut waits = evidence
            .holds
            .iter()
            .filter(|wait| wait.operation == one && wait.got == UNSAID && wait.wanted != UNSAID);
        waits.any(|wait| {
            let mut own = got.iter().filter(|hold| hold.operation == one);
            let mut others = got.iter().filter(|hold| hold.operation == other);
            own.any(|hold| hold.got <= wait.wanted) && others.any(|hold| hold.lock == wait.lock)
        })
    };
    let split = pairs().any(|(one, other)| {
        let mut all =
            pairs().filter(|(a, b)| a.operation == one.operation && b.operation == other.operation);
        let apart = one.operation != other.operation
            && all.all(|(a, b)| a.lock != b.lock && !(a.leased && b.leased));
        let meant = asks(one.operation, other.operation) || asks(other.operation, one.operation);
        let idle = is_idle(evidence, one) || is_idle(evidence, other);
        let both_shared = one.shared && other.shared;
        apart && !meant && !idle && !both_shared && meets(one, other)
    });
    let ended = pairs().any(|(one, other)| {
        let did = evidence.operations[one.operation as usize];
        let wrote = did.outcome == OperationOutcome::Sold || did.wrote != UNSAID;
        let within = did.intend != UNSAID && (one.got..=one.released).contains(&did.intend);
        let asked = |hold: &LockHold| match hold.wanted {
            UNSAID => evidence.operations[hold.operation as usize].invoke,
            wanted => wanted,
        };
        // By the numbers, unless the times tell that these do not grow.
        let by_number = one.lock < other.lock && asked(one) <= other.got;
        let by_time = one.lock > other.lock && asked(other) > one.got;
        let later = one.operation != other.operation && (by_number || by_time);
        one.leased && other.leased && wrote && within && later && other.got < did.intend
    });
    let unlocked = !got.is_empty()
        && (0..).zip(&evidence.operations).any(|(index, did)| {
            let mut own = got
                .iter()
                .filter(|hold| hold.operation == index && !hold.shared);
            let wrote = did.outcome == OperationOutcome::Sold || did.wrote != UNSAID;
            let mut asked = evidence.holds.iter().filter(|hold| hold.operation == index);
            let untimed = asked.any(|hold| (hold.wanted, hold.got) == (UNSAID, UNSAID));
            let from = if did.intend == UNSAID { 0 } else { did.intend };
            let outside = !own.any(|hold| hold.got.max(from) <= hold.released.min(did.wrote));
            wrote && !untimed && (outside || is_seen_outside(evidence, did))
        });
    let deadlock = (0..evidence.operations.len())
        .any(|one| comes_back(evidence, one, &[one]) || waits_for_itself(evidence, one));
    !(dead || broken || split || ended || unlocked || deadlock)
}

/// Whether the holder of a lock did nothing under it, in any of its holds, and something besides, or came to do nothing at all.
fn is_idle(evidence: &Evidence, hold: &LockHold) -> bool {
    let did = evidence.operations[hold.operation as usize];
    let or = |at: u64, other: u64| if at == UNSAID { other } else { at };
    let mut acts = Vec::new();
    if did.read != UNSAID {
        acts.push((or(did.read_at, did.invoke), or(did.read_at, did.over())));
    }
    if did.write != UNSAID {
        let begun = or(did.intend, or(did.read_at, did.invoke));
        acts.push((begun, or(did.wrote, did.over())));
    }
    let last = |one: &LockHold| {
        let acted = [did.read_at, did.intend, did.wrote].into_iter();
        let acted = acted.filter(|at| *at != UNSAID).max();
        or(one.released, one.got.max(acted.unwrap_or(one.got)))
    };
    let mut own = evidence.holds.iter().filter(|one| {
        (one.operation, one.lock) == (hold.operation, hold.lock) && one.got != UNSAID
    });
    let acted = own.any(|one| {
        let is_under = |(from, to): &(u64, u64)| *from <= last(one) && one.got <= *to;
        acts.iter().any(is_under)
    });
    let says = |did: &Operation| (did.read, did.write) != (UNSAID, UNSAID);
    if acts.is_empty() {
        let answered = [
            OperationOutcome::Sold,
            OperationOutcome::SoldOut,
            OperationOutcome::Query,
        ];
        return evidence.operations.iter().any(says)
            && !did.torn
            && !answered.contains(&did.outcome);
    }
    !acted && !did.torn
}

/// Whether what another read tells that a sale was written while it held no lock: it read the version before when the sale had
/// let it go, or what it wrote before the sale had got it.
fn is_seen_outside(evidence: &Evidence, did: &Operation) -> bool {
    let is_on_ledger = |lines: &Vec<CommittedLine>| lines.iter().any(|line| line.is_of(did));
    let written = evidence.ledger.as_ref().is_none_or(is_on_ledger);
    // Without a ledger, who read it tells that it was written, and else only the sale itself.
    let says_so = evidence.ledger.is_some() || did.wrote != UNSAID;
    if !written || did.write == UNSAID || did.read >= did.write {
        return false;
    }
    // Not before it meant to, or else before it began; and not after its stamp, or else after it was told that it sold.
    let begun = if did.intend == UNSAID {
        did.invoke
    } else {
        did.intend
    };
    let done = if did.wrote == UNSAID {
        did.over()
    } else {
        did.wrote
    };
    let own: Vec<&LockHold> = evidence
        .holds_of(did)
        .filter(|hold| hold.got != UNSAID && !hold.shared)
        .collect();
    let free = |from: u64, until: u64| {
        let is_between = begun <= from && from <= until && until <= done;
        is_between
            && !own
                .iter()
                .any(|hold| hold.got <= until && from <= hold.released)
    };
    let others = |version: u64| {
        let all = evidence.operations.iter();
        all.filter(move |one| one.read == version && !std::ptr::eq(*one, did))
    };
    let wrote = |version: u64| {
        evidence
            .operations
            .iter()
            .filter(move |one| one.write == version)
    };
    let lines = |version: u64| {
        let lines = evidence.ledger.iter().flatten();
        lines.filter(|line| line.seq == version).count()
    };
    // No time at which it read is said here, so that it may have from when it began.
    let latest = others(did.read).map(|one| one.invoke).max();
    let is_over = wrote(did.read).all(|one| {
        let by = match (one.wrote, one.outcome) {
            (UNSAID, OperationOutcome::Sold) => one.returned,
            (wrote, _) => wrote,
        };
        by <= begun
    });
    let is_whole = lines(did.read) <= wrote(did.read).count();
    let still = says_so && is_over && is_whole && latest.is_some_and(|read| free(read, done));
    let by = others(did.write).map(Operation::read_by).min();
    let alone = wrote(did.write).count() == 1 && lines(did.write) <= 1;
    let is_new = did.write > evidence.first;
    still || is_new && alone && by.is_some_and(|by| free(begun, by))
}

fn end(evidence: &Evidence, hold: &LockHold) -> u64 {
    let did = evidence.operations[hold.operation as usize];
    let times = [hold.got, did.intend, did.wrote];
    let last = times.into_iter().filter(|time| *time != UNSAID).max();
    if hold.released == UNSAID {
        last.unwrap()
    } else {
        hold.released
    }
}

/// Whether somebody on a path of those who wait for one another waits for its start.
fn comes_back(evidence: &Evidence, start: usize, path: &[usize]) -> bool {
    let last = *path.last().unwrap();
    (0..evidence.operations.len()).any(|next| {
        waits_for(evidence, last, next)
            && (next == start && path.len() > 1
                || !path.contains(&next) && comes_back(evidence, start, &[path, &[next]].concat()))
    })
}

/// Whether it waits for what it holds itself and lets nobody else have, while time goes on.
fn waits_for_itself(evidence: &Evidence, one: usize) -> bool {
    let did = evidence.operations[one];
    let Some(wait) = evidence.holds.get(did.hold as usize) else {
        return false;
    };
    let mut own = evidence
        .holds
        .iter()
        .filter(|hold| hold.operation as usize == one);
    let is_own = own.any(|hold| {
        let is_held = hold.got <= wait.wanted && wait.wanted < hold.released;
        hold.lock == wait.lock && !hold.shared && hold.got != UNSAID && is_held
    });
    let holds = evidence.holds.iter();
    let mut times = holds.flat_map(|hold| [hold.wanted, hold.got, hold.released]);
    let mut dids = evidence.operations.iter().map(|did| did.invoke);
    let is_later = |at: u64| at != UNSAID && at > wait.wanted;
    let is_waiting = wait.got == UNSAID && wait.wanted != UNSAID;
    let goes_on = evidence.last.is_some() || times.any(is_later) || dids.any(is_later);
    did.outcome == OperationOutcome::Open && is_waiting && is_own && goes_on
}

fn waits_for(evidence: &Evidence, one: usize, other: usize) -> bool {
    let waiting = |at: usize| {
        let did = evidence.operations[at];
        let last = evidence.holds.get(did.hold as usize)?;
        (did.outcome == OperationOutcome::Open && last.got == UNSAID).then_some(last.lock)
    };
    let mut holds = evidence.holds.iter();
    let held = |lock| {
        holds.any(|hold| {
            hold.operation as usize == other
                && (hold.lock, hold.released) == (lock, UNSAID)
                && hold.got != UNSAID
        })
    };
    one != other && waiting(other).is_some() && waiting(one).is_some_and(held)
}
