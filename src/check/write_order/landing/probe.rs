//! What follows because its opposite contradicts itself.

use super::moments::Contradiction;
use super::reasons::Reasons;

/// So many reads and writes are tried out, one against another.
const TRIED: usize = 64;
/// So much work is done for that: passes through all pairs.
const WORK: usize = 1 << 22;

/// Tries out what is open, each with all that follows from it, until nothing more is found.
pub(super) fn probe(reasons: &mut Reasons) -> Result<(), Contradiction> {
    reasons.follow()?;
    let many = reasons.moments.many();
    if many > TRIED {
        return Ok(());
    }
    let mut probe = Probe {
        cost: many * many,
        left: WORK,
    };
    loop {
        let has_found = probe.options(reasons)?;
        if !probe.orders(reasons)? && !has_found {
            return Ok(());
        }
    }
}

struct Probe {
    /// What a pass costs, and what may yet be spent.
    cost: usize,
    left: usize,
}

impl Probe {
    /// Whether something cannot be so; not where the work that may be done is done.
    fn is_impossible(
        &mut self,
        reasons: &Reasons,
        assume: impl FnOnce(&mut Reasons) -> Result<(), Contradiction>,
    ) -> bool {
        if self.left == 0 {
            return false;
        }
        let mut world = reasons.clone();
        let follows = assume(&mut world).and_then(|()| world.follow());
        let passes = follows.unwrap_or(1);
        self.left = self.left.saturating_sub(passes.saturating_mul(self.cost));
        follows.is_err()
    }

    /// Which writes reads saw: gives whether some of them are ruled out.
    fn options(&mut self, reasons: &mut Reasons) -> Result<bool, Contradiction> {
        let mut has_found = false;
        for at in 0..reasons.reads.len() {
            let options = reasons.reads.get(at).map(|read| read.options.clone());
            let options = options.filter(|options| options.len() > 1);
            for one in options.into_iter().flatten() {
                let assume = |world: &mut Reasons| {
                    if let Some(read) = world.reads.get_mut(at) {
                        read.options = vec![one];
                    }
                    Ok(())
                };
                if self.is_impossible(reasons, assume) {
                    has_found = true;
                    if let Some(read) = reasons.reads.get_mut(at) {
                        read.options.retain(|other| *other != one);
                    }
                    reasons.follow()?;
                }
            }
        }
        Ok(has_found)
    }

    /// Which writes were before which: gives whether more is known.
    fn orders(&mut self, reasons: &mut Reasons) -> Result<bool, Contradiction> {
        let mut has_found = false;
        let writes = reasons.lefts.len();
        for one in 0..writes {
            for other in one + 1..writes {
                for (early, late) in [(one, other), (other, one)] {
                    let moments = &reasons.moments;
                    let is_known = moments.is_before(one, other) || moments.is_before(other, one);
                    let assume = |world: &mut Reasons| world.moments.put(early, late);
                    if !is_known && self.is_impossible(reasons, assume) {
                        has_found = true;
                        reasons.moments.put(late, early)?;
                        reasons.follow()?;
                    }
                }
            }
        }
        Ok(has_found)
    }
}
