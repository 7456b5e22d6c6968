//! Possibilities: each way in which those may have written who got no answer and do not say so.

use super::model::Evidence;
use super::nonce::WriteNonce;
use super::operation::UNSAID;

impl Evidence {
    /// Those who wrote in every possibility.
    pub(super) fn certain_writers(&self) -> Vec<u32> {
        let all = self.possibilities.as_deref().unwrap_or_default();
        let Some((first, others)) = all.split_first() else {
            return Vec::new();
        };
        let is_certain = |at: &&u32| others.iter().all(|wrote| wrote.binary_search(at).is_ok());
        first.iter().filter(is_certain).copied().collect()
    }

    /// Those who may have written or not, in rising order: of the ways that were tried, those who did in some of them.
    pub(crate) fn unsure_writers(&self) -> Vec<u32> {
        let all = self.possibilities.as_deref().unwrap_or_default();
        let wrote = all.iter().flatten().copied();
        let mut unsure: Vec<u32> = if all.is_empty() {
            let perhaps = self.perhaps_writers(&self.presumed_writers());
            perhaps.into_iter().collect()
        } else {
            let is_certain = |at: &u32| all.iter().all(|wrote| wrote.contains(at));
            wrote.filter(|at| !is_certain(at)).collect()
        };
        unsure.sort_unstable();
        unsure.dedup();
        unsure
    }

    /// The evidence in each possibility; empty where none was looked for.
    pub(crate) fn possible(&self) -> Vec<Self> {
        let all = self.possibilities.as_deref().unwrap_or_default();
        if all.is_empty() {
            return Vec::new();
        }
        let mut open: Vec<u32> = all.iter().flatten().copied().collect();
        open.extend(self.perhaps_writers(&self.presumed_writers()));
        all.iter()
            .map(|wrote| self.supposing(wrote, &open))
            .collect()
    }

    /// The evidence as it is if of those who may have written these did, and the others did not.
    pub(crate) fn supposing(&self, wrote: &[u32], open: &[u32]) -> Self {
        let mut supposed = self.clone();
        for at in open.iter().filter(|at| !wrote.contains(at)) {
            if let Some(did) = supposed.operations.get_mut(*at as usize) {
                (did.write, did.nonce) = (UNSAID, WriteNonce::UNSAID);
            }
        }
        supposed.possibilities = Some(vec![wrote.to_vec()]);
        supposed
    }
}
