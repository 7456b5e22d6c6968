//! Who is drawn where.

use crate::check::evidence::{Evidence, Operation, UNSAID};
use crate::timeline::Spot;

/// Who is drawn where.
pub(super) struct Lanes {
    /// From top to bottom.
    pub(super) buyers: Vec<u32>,
    /// The operations of each, as indexes of the evidence.
    pub(super) operations: Vec<Vec<u32>>,
    /// The place of each operation of the evidence.
    pub(super) places: Vec<Option<Spot>>,
}

impl Lanes {
    pub(super) fn of(evidence: &Evidence) -> Self {
        let mut of_buyer: Vec<Vec<u32>> = vec![Vec::new(); evidence.names.len()];
        for (index, did) in (0..).zip(&evidence.operations) {
            if !did.is_timeless(evidence.names.name(did.buyer))
                && let Some(own) = of_buyer.get_mut(did.buyer as usize)
            {
                own.push(index);
            }
        }
        let mut lanes: Vec<(u64, u32, Vec<u32>)> = (0..)
            .zip(of_buyer)
            .filter(|(_, own)| !own.is_empty())
            .map(|(buyer, mut own)| {
                let dids = || own.iter().filter_map(|at| evidence.operation(*at));
                let wrote = dids().map(|did| did.intend).filter(|at| *at != UNSAID);
                let first = wrote.min().or(dids().map(over).max());
                own.sort_by_key(|at| evidence.operation(*at).map(|did| did.invoke));
                (first.unwrap_or_default(), buyer, own)
            })
            .collect();
        lanes.sort_unstable();
        let mut places = vec![None; evidence.operations.len()];
        let (mut buyers, mut operations) = (Vec::new(), Vec::new());
        for (lane, (_, buyer, own)) in lanes.into_iter().enumerate() {
            for (operation, index) in own.iter().enumerate() {
                if let Some(place) = places.get_mut(*index as usize) {
                    *place = Some(Spot { lane, operation });
                }
            }
            buyers.push(buyer);
            operations.push(own);
        }
        Self {
            buyers,
            operations,
            places,
        }
    }
}

/// The last time that is known of an operation.
pub(super) fn over(did: &Operation) -> u64 {
    let times = [
        did.invoke,
        did.read_at,
        did.intend,
        did.wrote,
        did.returned,
        did.killed,
    ];
    let known = times.into_iter().filter(|at| *at != UNSAID);
    known.max().unwrap_or(did.invoke)
}
