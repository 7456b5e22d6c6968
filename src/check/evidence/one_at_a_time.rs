//! A buyer does one operation at a time: whole operations may say otherwise.

use super::model::Evidence;
use super::operation::UNSAID;

/// An error where a buyer did two operations at once, as whole operations may say: each but the one that it stands
/// behind, or before, in time.
pub(super) fn one_at_a_time(evidence: &Evidence) -> Result<(), String> {
    let mut last: Vec<Option<(u64, u64)>> = Vec::new();
    for did in evidence
        .operations
        .iter()
        .filter(|did| did.returned != UNSAID)
    {
        let buyer = did.buyer as usize;
        if last.len() <= buyer {
            last.resize(buyer + 1, None);
        }
        let Some(last) = last.get_mut(buyer) else {
            continue;
        };
        let own = (did.invoke, did.returned);
        let (before, after) = match *last {
            Some(last) if last <= own => (last, own),
            Some(last) => (own, last),
            None => (own, own),
        };
        if last.is_some() && after.0 < before.1 {
            let name = evidence.names.name(did.buyer);
            return Err(format!(
                "{name} does two operations at once: one from {} to {} ns, and one from {} ns on",
                before.0, before.1, after.0
            ));
        }
        *last = Some(after);
    }
    Ok(())
}
