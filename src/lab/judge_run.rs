//! What a run has left becomes a final state, and is judged.

use super::ended_lock::ended_locks;
use super::protocol::{Point, WorkerEnd};
use super::run::{Move, Run, Trial, buyer_name, buyer_number};
use crate::check::Anomaly;
use crate::check::final_state::{FinalState, LastSale, StateFinding, WrittenLine, judge};
use crate::error::Result;
use crate::ledger::CountFile;
use crate::ledger::{Line, LineEnds};

/// Judges a run: what stands on the ledger, what the count says, and how the buyers ended.
pub(super) fn judge_run(
    trial: &Trial,
    ledger: &[u8],
    count_file: &Result<CountFile>,
    moves: Vec<Move>,
    ends: Vec<Option<WorkerEnd>>,
) -> Run {
    let told = |id: &str| {
        let own = |end: &WorkerEnd| matches!(end, WorkerEnd::Sold { id: own } if own == id);
        ends.iter().flatten().any(own)
    };
    let (lines, torn) = lines(ledger, told);
    let sales: Vec<_> = lines.iter().filter(|line| !line.buyer.is_empty()).collect();
    let mut left: Vec<_> = sales.iter().map(|line| line.left).collect();
    let sellers = sales
        .iter()
        .filter_map(|line| buyer_number(&line.buyer))
        .collect();
    let count = count_file.as_ref().ok();
    left.extend(count.map(|count_file| count_file.ticket));
    let counted = count.and_then(|count_file| count_file.counted);
    let mut verdict = judge(&FinalState {
        stock: trial.stock,
        seq: 1,
        lines: lines.into_iter().skip(1).collect(),
        left: count.map(|count_file| count_file.ticket),
        counted: counted.map_or(0, |counted| counted.bytes),
        before: None,
        torn,
        lost: lost(ledger, &ends),
        unreadable: count_file.as_ref().err().map(ToString::to_string),
        replaced: false,
    });
    verdict.findings.extend(ended_locks(&moves));
    verdict.findings.extend(failures(&ends, &moves));
    Run {
        moves,
        ends,
        verdict,
        left,
        sellers,
        story: Vec::new(),
    }
}

/// The buyers who were told that they bought, and whose sale is not on the ledger.
fn lost(ledger: &[u8], ends: &[Option<WorkerEnd>]) -> Vec<String> {
    let written = |id: &str| {
        let own = format!("\"id\":\"{id}\"");
        memchr::memmem::find(ledger, own.as_bytes()).is_some()
    };
    let lost = (ends.iter().enumerate()).filter_map(|(buyer, end)| match end {
        Some(WorkerEnd::Sold { id }) if !written(id) => Some(buyer_name(buyer)),
        _ => None,
    });
    lost.collect()
}

/// The lines of a ledger, and how many bytes of it are none.
fn lines(ledger: &[u8], told: impl Fn(&str) -> bool) -> (Vec<WrittenLine>, u64) {
    let (mut lines, mut torn, mut end) = (Vec::new(), 0, 0);
    let mut ends = LineEnds::default();
    for bytes in ledger.split_inclusive(|&byte| byte == b'\n') {
        end += bytes.len() as u64;
        match bytes
            .strip_suffix(b"\n")
            .map(|line| Line::parse(line, None))
        {
            Some(Ok(line)) => {
                let told = line.record.id.as_deref().is_some_and(&told);
                lines.push(WrittenLine {
                    upon: ends.upon(&line, end),
                    ..WrittenLine::of(&line.record, end, Some("lab"), told)
                });
            }
            _ => torn += bytes.len() as u64,
        }
    }
    (lines, torn)
}

/// What the buyers that failed say.
fn failures(ends: &[Option<WorkerEnd>], moves: &[Move]) -> Vec<StateFinding> {
    let of = |(buyer, end): (usize, &Option<WorkerEnd>)| match end {
        Some(WorkerEnd::Torn { message }) => Some(torn_read(buyer, message, true, moves)),
        Some(WorkerEnd::Failed { message }) => Some(torn_read(buyer, message, false, moves)),
        _ => None,
    };
    ends.iter().enumerate().filter_map(of).collect()
}

fn torn_read(buyer: usize, message: &str, torn: bool, moves: &[Move]) -> StateFinding {
    // What it read stood there before its last step.
    let last = moves.iter().rposition(|step| step.buyer == buyer);
    let before = moves.get(..last.unwrap_or_default()).unwrap_or_default();
    // A buyer that is in the middle of writing is at its `fill`.
    let mut cuts = before.iter().rev();
    let cut = cuts.find(|step| step.buyer != buyer && step.point == Point::Write && !step.killed);
    let writer = cut.map(|step| buyer_name(step.buyer));
    let is_dead = cut.is_some_and(|cut| {
        let mut deaths = before.iter().filter(|step| step.killed);
        deaths.any(|step| step.buyer == cut.buyer)
    });
    let reader = buyer_name(buyer);
    if !torn {
        return StateFinding {
            last: LastSale::default(),
            kind: Anomaly::Failed,
            buyers: vec![reader.clone()],
            read_seq: None,
            with: Vec::new(),
            read_from: Vec::new(),
            text: format!("{reader} failed: {message}"),
        };
    }
    let text = match &writer {
        Some(writer) if is_dead => format!(
            "{reader} read the count and found it empty: {writer} had cut the file to nothing, and was killed before it \
             filled it"
        ),
        Some(writer) => format!(
            "{reader} read the count while {writer} was writing it, and found it empty: {writer} had cut \
             the file to nothing and not yet filled it"
        ),
        None => format!("{reader} read a count that made no sense: {message}"),
    };
    StateFinding {
        last: LastSale::default(),
        kind: Anomaly::TornRead,
        buyers: std::iter::once(reader).chain(writer).collect(),
        read_seq: None,
        with: Vec::new(),
        read_from: Vec::new(),
        text,
    }
}
