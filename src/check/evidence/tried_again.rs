//! Operations that tried the same write again: who does not know whether its write was done says `intend` once more, of the same
//! version. That is one write, which may have come about since the first try.

use std::collections::HashSet;

use super::model::{EarlierIntent, Evidence};
use super::nonce::WriteNonce;
use super::operation::UNSAID;

/// Takes such tries for one. Of several nonces the one is kept that the ledger has; where it has two of them, the operation wrote
/// twice, and they stay two.
pub(super) fn tried_again(evidence: &mut Evidence) {
    if evidence.earlier_intents.is_empty() {
        return;
    }
    let lines = evidence.ledger.iter().flatten();
    let lines: HashSet<(u64, WriteNonce)> = lines.map(|line| (line.seq, line.nonce)).collect();
    let is_on = |write: u64, nonce: WriteNonce| {
        nonce != WriteNonce::UNSAID && lines.contains(&(write, nonce))
    };
    let mut others = Vec::new();
    for intent in std::mem::take(&mut evidence.earlier_intents) {
        let Some(did) = evidence.operations.get_mut(intent.operation as usize) else {
            continue;
        };
        let EarlierIntent {
            write, nonce, said, ..
        } = intent;
        // Who read again since then goes by something else.
        let is_same = did.write == write && (did.read_at == UNSAID || did.read_moment() <= said);
        let is_twice = nonce != did.nonce && is_on(write, nonce) && is_on(write, did.nonce);
        if !is_same || is_twice {
            others.push(intent);
            continue;
        }
        if is_on(write, nonce) {
            did.nonce = nonce;
        }
        if said < did.intend_moment() {
            did.intended(said);
        }
    }
    evidence.earlier_intents = others;
}
