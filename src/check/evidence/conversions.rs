//! Conversions of locks: who gets a lock again while it holds it, and gives it up once, holds it all the time.

use super::model::Evidence;
use super::operation::{LockHold, NONE, UNSAID};

/// Ends each hold of a lock that its operation got again and gave up only once, where the later hold began.
///
/// One lock that is got twice and given up twice is held twice, one within the other, as a mutex that its holder may lock
/// again. So this is known only when all steps are there.
pub(super) fn conversions(evidence: &mut Evidence) {
    for at in 0..evidence.holds.len() {
        let Some(first) = converted(evidence, at) else {
            continue;
        };
        let got = evidence.holds.get(at);
        let (got, nth) = got.map_or((UNSAID, 0), |hold| (hold.got, hold.order.0[1]));
        if let Some(first) = evidence.holds.get_mut(first as usize) {
            first.released = got;
            first.order.0[2] = nth;
        }
        if let Some(hold) = evidence.holds.get_mut(at) {
            hold.converts = first;
        }
    }
}

/// The hold that another one goes on.
fn converted(evidence: &Evidence, at: usize) -> Option<u32> {
    let hold = evidence.holds.get(at)?;
    let file = evidence.files.get(hold.lock as usize)?;
    if hold.got == UNSAID || hold.leased {
        return None;
    }
    // What has no inode may be two locks: taken for one only where its mode changes and it is given up.
    let is_file = (file.device, file.inode) != (0, 0);
    let is_one = |first: &LockHold| {
        let is_changed = first.shared != hold.shared && hold.released != UNSAID;
        first.lock == hold.lock && (is_file || is_changed)
    };
    let before = |index: &u32| evidence.holds.get(*index as usize);
    let previous = |hold: &LockHold| Some(hold.previous).filter(|index| *index != NONE);
    let mut own = std::iter::successors(previous(hold), |index| previous(before(index)?));
    own.find(|index| {
        before(index).is_some_and(|first| {
            let is_held = first.got <= hold.got && first.released == UNSAID;
            is_one(first) && !first.leased && is_held
        })
    })
}
