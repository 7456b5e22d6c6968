//! A nonce tells one write from all others: two operations that have one say nothing of whose write it is.

use super::model::Evidence;
use super::nonce::WriteNonce;

/// An error where two operations have one nonce.
pub(super) fn one_write_each(evidence: &Evidence) -> Result<(), String> {
    let said = (0..).zip(&evidence.operations);
    let said = said.filter(|(_, did)| did.nonce != WriteNonce::UNSAID);
    let mut nonces: Vec<(WriteNonce, u32)> = said.map(|(at, did)| (did.nonce, at)).collect();
    nonces.sort_unstable();
    for pair in nonces.windows(2) {
        if let [(one, first), (other, second)] = pair
            && one == other
        {
            let name = |at: u32| {
                let did = evidence.operation(at);
                did.map_or("", |did| evidence.names.name(did.buyer))
            };
            let (first, second) = (name(*first), name(*second));
            let whose = if first == second {
                format!("of two operations of {first}")
            } else {
                format!("of {first} and of {second}")
            };
            return Err(format!(
                "the nonce {one} is {whose}: each write has one of its own"
            ));
        }
    }
    Ok(())
}
