//! Who wrote under a lock that had ended, and somebody else's was by then. Pure.

use super::protocol::Point;
use super::run::{Move, buyer_name};
use crate::check::Anomaly;
use crate::check::final_state::{LastSale, StateFinding};

/// A finding for each such write.
pub(super) fn ended_locks(moves: &[Move]) -> Vec<StateFinding> {
    let writes = moves.iter().enumerate();
    let writes =
        writes.filter(|(_, step)| step.point == Point::Write && !step.busy && !step.killed);
    writes
        .filter_map(|(at, step)| ended(moves, at, step.buyer))
        .collect()
}

/// That of the write at this place.
fn ended(moves: &[Move], at: usize, buyer: usize) -> Option<StateFinding> {
    let before = moves.get(..at)?;
    let is_lock = |step: &Move| step.point == Point::Lock && !step.busy && !step.killed;
    let own = before
        .iter()
        .rposition(|step| step.buyer == buyer && is_lock(step))?;
    let mut since = before.iter().enumerate().skip(own);
    let is_end = |step: &Move| step.buyer == buyer && step.point == Point::LeaseEnd;
    let (end, _) = since.find(|(_, step)| is_end(step))?;
    let (got, other) = since.find(|(_, step)| step.buyer != buyer && is_lock(step))?;
    let (name, by) = (buyer_name(buyer), buyer_name(other.buyer));
    let text = format!(
        "{name} wrote its sale at step {} under a lock that had ended: it got it at step {}, its lease ended at step {}, and \
         {by} got the lock at step {}",
        at + 1,
        own + 1,
        end + 1,
        got + 1
    );
    Some(StateFinding {
        last: LastSale::default(),
        kind: Anomaly::EndedLock,
        buyers: vec![name, by],
        read_seq: None,
        with: Vec::new(),
        read_from: Vec::new(),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(steps: &[(usize, Point)]) -> Vec<StateFinding> {
        let step = |&(buyer, point): &(usize, Point)| Move {
            buyer,
            point,
            seen: None,
            looked: None,
            busy: false,
            killed: false,
            late: false,
        };
        ended_locks(&steps.iter().map(step).collect::<Vec<_>>())
    }

    #[test]
    fn a_write_is_told_of_where_somebody_got_the_lock_since_its_own_ended() {
        use Point::{LeaseEnd, Lock, Read, Write};
        let begin = [(0, Lock), (0, Read)];
        let with = |more: &[(usize, Point)]| found(&[&begin, more].concat());
        assert!(with(&[(0, Write)]).is_empty());
        assert!(with(&[(0, LeaseEnd), (0, Write)]).is_empty());
        assert!(with(&[(0, LeaseEnd), (0, Lock), (0, Write)]).is_empty());
        let told = with(&[(0, LeaseEnd), (1, Lock), (0, Write), (1, Write)]);
        let [one] = &told[..] else { panic!("{told:?}") };
        assert_eq!(one.buyers, ["user-1", "user-2"]);
        let is = "user-1 wrote its sale at step 5 under a lock that had ended: it got it at step 1, its lease ended at step 3, \
                  and user-2 got the lock at step 4";
        assert_eq!(one.text, is);
    }
}
