//! The locks of operations, put together from their steps.

use std::collections::HashMap;

use super::file::{File, LockPath};
use super::model::Evidence;
use super::moment::StampOrder;
use super::operation::{LockHold, NONE, NOWHERE, UNSAID};
use super::record::EvidenceStep;

/// How many locks one operation may ask for: what looks at all of them takes no time to speak of.
const MAX_LOCKS: usize = 64;

/// The number of each locked file.
#[derive(Debug, Default)]
pub(super) struct FileNumbers(HashMap<File, u32>);

impl FileNumbers {
    /// The number of a file, which is added to the evidence's if it is new.
    pub(super) fn number(&mut self, files: &mut Vec<File>, file: File) -> u32 {
        *self.0.entry(file).or_insert_with(|| {
            files.push(file);
            files.len() as u32 - 1
        })
    }

    /// The number of what a lock's path meant.
    pub(super) fn path(&mut self, files: &mut Vec<File>, path: LockPath) -> u32 {
        match path {
            LockPath::Unsaid => NONE,
            LockPath::Nowhere => NOWHERE,
            LockPath::File(file) => self.number(files, file),
        }
    }
}

/// A lock of an operation of which nothing is known yet.
pub(super) fn blank(operation: u32) -> LockHold {
    LockHold {
        operation,
        lock: NONE,
        path: NONE,
        previous: NONE,
        converts: NONE,
        wished: false,
        shared: false,
        order: StampOrder::default(),
        leased: false,
        wants_shared: None,
        wanted: UNSAID,
        got: UNSAID,
        released: UNSAID,
    }
}

/// Adds a lock to what its operation asked for.
pub(super) fn add_hold(evidence: &mut Evidence, hold: LockHold) -> Result<(), String> {
    let index = u32::try_from(evidence.holds.len()).unwrap_or(NONE);
    let operation = evidence.operations.get_mut(hold.operation as usize);
    if index == NONE {
        return Err("too many locks".to_owned());
    }
    if let Some(operation) = operation {
        let at = |index: u32| evidence.holds.get(index as usize);
        let before = std::iter::successors(at(operation.hold), |hold| at(hold.previous));
        if before.take(MAX_LOCKS).count() == MAX_LOCKS {
            return Err(format!(
                "one operation asks for more than {MAX_LOCKS} locks"
            ));
        }
        let previous = std::mem::replace(&mut operation.hold, index);
        evidence.holds.push(LockHold { previous, ..hold });
    }
    Ok(())
}

/// Takes a step of a lock.
pub(super) fn lock_step(
    evidence: &mut Evidence,
    numbers: &mut FileNumbers,
    (index, at, nth): (u32, u64, u8),
    step: EvidenceStep,
) -> Result<(), String> {
    let blank = blank(index);
    match step {
        EvidenceStep::LockWanted { lock, shared } => {
            let lock = lock.map_or(NONE, |lock| numbers.number(&mut evidence.files, lock));
            let wanted = at;
            add_hold(
                evidence,
                LockHold {
                    lock,
                    wanted,
                    order: StampOrder([nth, 0, 0]),
                    wants_shared: shared,
                    wished: lock != NONE,
                    ..blank
                },
            )
        }
        EvidenceStep::LockGot {
            lock,
            path,
            shared,
            leased,
        } => {
            let lock = numbers.number(&mut evidence.files, lock);
            let path = numbers.path(&mut evidence.files, path);
            if last_hold(evidence, index).is_none_or(|hold| hold.got != UNSAID) {
                add_hold(evidence, blank)?;
            }
            if let Some(hold) = last_hold(evidence, index) {
                hold.wished &= hold.lock == lock;
                (hold.lock, hold.path, hold.got) = (lock, path, at);
                (hold.shared, hold.leased) = (shared, leased);
                hold.order.0[1] = nth;
            }
            Ok(())
        }
        EvidenceStep::LockReleased { lock: Some(file) } => {
            let lock = numbers.number(&mut evidence.files, file);
            release(evidence, (index, at, nth), |hold| hold.lock == lock)
        }
        _ => release(evidence, (index, at, nth), |_| true),
    }
}

/// Releases the last lock of these that the operation got and holds.
fn release(
    evidence: &mut Evidence,
    (index, at, nth): (u32, u64, u8),
    is_meant: impl Fn(&LockHold) -> bool,
) -> Result<(), String> {
    let held = |hold: &LockHold| hold.got != UNSAID && hold.released == UNSAID && is_meant(hold);
    let mut at_hold = evidence.operation(index).map_or(NONE, |op| op.hold);
    while let Some(hold) = evidence.holds.get_mut(at_hold as usize) {
        if held(hold) {
            hold.released = at;
            hold.order.0[2] = nth;
            return Ok(());
        }
        at_hold = hold.previous;
    }
    Err("a lock is released that was not got".to_owned())
}

fn last_hold(evidence: &mut Evidence, operation: u32) -> Option<&mut LockHold> {
    let last = evidence.operation(operation)?.hold;
    evidence.holds.get_mut(last as usize)
}
