//! Operations, put together from their steps.

use super::further_reads::{ReadCount, go_on_by, looked, take_read};
use super::locks::{FileNumbers, lock_step};
use super::model::{EarlierIntent, Evidence};
use super::moment::Moment;
use super::open_operations::{OpenOperations, begin, buyer_number};
use super::operation::{NONE, Operation, UNSAID};
use super::record::{EvidenceStep, OperationOutcome};

/// Takes the next step of a buyer; an error says why it cannot stand there.
pub(super) fn take_step(
    evidence: &mut Evidence,
    open: &mut OpenOperations,
    numbers: &mut FileNumbers,
    (name, pid, at): (&str, u32, u64),
    step: EvidenceStep,
) -> Result<(), String> {
    let buyer = buyer_number(evidence, name)?;
    if let EvidenceStep::Invoke { quantity } = step {
        if open.get(buyer).is_some() {
            return Err(format!(
                "{name} begins before it ended what it was doing: where it died, say \"killed\" first"
            ));
        }
        let begun = Operation::new(buyer, quantity, at);
        let index = begin(evidence, Operation { pid, ..begun })?;
        open.set(buyer, index, (at, 0));
        return Ok(());
    }
    let Some((index, before)) = open.get(buyer) else {
        return Err(format!("{name} has not begun an operation: no \"invoke\""));
    };
    if at < before {
        return Err(format!(
            "time runs backwards: {name} was at {before} ns before"
        ));
    }
    let nth = open.nth(buyer, at);
    if let EvidenceStep::LockWanted { .. }
    | EvidenceStep::LockGot { .. }
    | EvidenceStep::LockReleased { .. } = step
    {
        lock_step(evidence, numbers, (index, at, nth), step)?;
    } else if let EvidenceStep::Read { seq, left, sum } = step {
        let read = ReadCount::new(seq, left, sum, (at, nth));
        take_read(evidence, open, index, read);
    } else {
        if goes_on(&step) {
            go_on_by(evidence, open, index);
        }
        go_on(evidence, index, (at, nth), step)?;
    }
    let over = matches!(step, EvidenceStep::Return { .. } | EvidenceStep::Killed);
    if over || step == EvidenceStep::Wrote {
        looked(evidence, open, index);
    }
    if over {
        open.read_sum(index, None);
    }
    open.set(buyer, if over { NONE } else { index }, (at, nth));
    Ok(())
}

/// Whether a step goes by what was read before it: who intends to write does, and who is told that there are none or how many.
fn goes_on(step: &EvidenceStep) -> bool {
    let EvidenceStep::Return { outcome, .. } = step else {
        return matches!(step, EvidenceStep::Intend { .. });
    };
    matches!(outcome, OperationOutcome::SoldOut | OperationOutcome::Query)
}

/// A step that is none of a lock, and no read that made sense.
fn go_on(
    evidence: &mut Evidence,
    index: u32,
    (at, nth): (u64, u8),
    step: EvidenceStep,
) -> Result<(), String> {
    let torn_reads = &mut evidence.torn_reads;
    let earlier = &mut evidence.earlier_intents;
    let Some(operation) = evidence.operations.get_mut(index as usize) else {
        return Ok(());
    };
    match step {
        EvidenceStep::ReadTorn => {
            operation.torn = true;
            torn_reads.push((index, at));
            // What it read before that made sense is what it goes by.
            if operation.read == UNSAID {
                operation.read_at = at;
                operation.order.0[0] = nth;
            }
        }
        EvidenceStep::Intend { read, write, nonce } => {
            may_intend(operation, read)?;
            if operation.intend != UNSAID {
                earlier.push(EarlierIntent {
                    operation: index,
                    write: operation.write,
                    nonce: operation.nonce,
                    said: operation.intend_moment(),
                });
            }
            operation.read = read;
            operation.write = write;
            operation.nonce = nonce.unwrap_or_default();
            operation.intended(Moment::new(at, nth));
        }
        EvidenceStep::Wrote if operation.intend == UNSAID => {
            return Err("it wrote, and did not say what: no \"intend\"".to_owned());
        }
        EvidenceStep::Wrote if operation.wrote != UNSAID => {
            return Err("it says twice that it wrote".to_owned());
        }
        EvidenceStep::Wrote => {
            operation.wrote = at;
            operation.order.0[2] = nth;
        }
        EvidenceStep::Return { outcome, left } => {
            may_return(operation, outcome)?;
            operation.outcome = outcome;
            operation.returned = at;
            operation.left = left.filter(|_| outcome.tells_left()).unwrap_or(UNSAID);
        }
        EvidenceStep::Killed => {
            operation.outcome = OperationOutcome::Killed;
            operation.killed = at;
        }
        _ => {}
    }
    Ok(())
}

/// An error where an operation that read this version cannot say that it is about to write.
fn may_intend(operation: &Operation, read: u64) -> Result<(), String> {
    if operation.wrote != UNSAID {
        return Err("it says what it intends to write after it wrote".to_owned());
    }
    if ![UNSAID, read].contains(&operation.read) {
        return Err(format!(
            "it says that it read version {read}, but read {}",
            operation.read
        ));
    }
    Ok(())
}

/// An error where an operation cannot have come to this.
fn may_return(operation: &Operation, outcome: OperationOutcome) -> Result<(), String> {
    let bought_nothing = matches!(outcome, OperationOutcome::SoldOut | OperationOutcome::Query);
    if bought_nothing && operation.wrote != UNSAID {
        return Err("it wrote, and was told that it bought nothing".to_owned());
    }
    if outcome == OperationOutcome::Sold && operation.quantity == 0 {
        return Err("a sale of no tickets".to_owned());
    }
    Ok(())
}
