//! What a rush left on disk, read back to be judged.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::office::Opening;
use crate::race::verdict::{Aftermath, Verdict, Written, judge};
use crate::store::event::EventFiles;
use crate::store::files::Access;
use crate::store::ledger::{Line, Op, Stretches};
use crate::store::reading::open_ledger;
use crate::store::snapshot::Snapshot;

/// What was read, and the judgement of it.
pub(super) struct After {
    pub(super) stock: u64,
    pub(super) judged: Verdict,
    /// What each buyer bought, by its name.
    bought: HashMap<String, u64>,
}

impl After {
    /// How many tickets the ledger says that this buyer of the rush has bought.
    pub(super) fn bought_by(&self, name: &str) -> u64 {
        self.bought.get(name).copied().unwrap_or(0)
    }
}

/// Reads the lines since the opening, and the count.
pub(super) fn read(files: &EventFiles, opening: &Opening, run: &str) -> Result<After> {
    // The count first: it then counts no line that is not read below.
    let snapshot = Snapshot::read(&files.count)?;
    let mut after = Aftermath {
        stock: opening.tally.left,
        seq: opening.tally.seq,
        lines: Vec::new(),
        left: snapshot.ticket,
        counted: snapshot.counted.map_or(0, |counted| counted.bytes),
        torn: 0,
    };
    if let Some(ledger) = open_ledger(files, Access::Read)? {
        let problem = |e| Error::io("read", &files.ledger, e);
        let mut stretches = Stretches::new(&ledger.file, opening.end);
        while let Some(stretch) = stretches.next().map_err(problem)? {
            match Line::parse(&stretch.bytes, None) {
                Ok(line) if stretch.terminated => after.lines.push(written(line, stretch.end, run)),
                _ => after.torn += stretch.end - stretch.start,
            }
        }
    }
    let mut bought = HashMap::new();
    for line in after.lines.iter().filter(|line| line.own) {
        *bought.entry(line.buyer.clone()).or_insert(0) += line.change.unsigned_abs();
    }
    Ok(After {
        stock: after.stock,
        judged: judge(&after),
        bought,
    })
}

fn written(line: Line, end: u64, run: &str) -> Written {
    let record = line.record;
    Written {
        seq: record.seq,
        end,
        change: match record.op {
            Op::Sell => record.quantity.saturating_neg(),
            Op::Open | Op::Cancel | Op::Adjust => record.quantity,
        },
        left: record.left,
        own: record.rush.as_deref() == Some(run),
        buyer: record.buyer.unwrap_or_default(),
    }
}
