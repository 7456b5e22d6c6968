//! Every line of a ledger, or those of one kind, one after the other.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::ledger::{Line, Op, Sum};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLines, line_starting};
use crate::store::file::reader::search::{Mark, search};
use crate::store::file::reader::view::tail::broken;
use crate::store::{Scan, Visit};

/// Visits the lines of the ledger up to `end`.
pub(crate) fn scan(
    files: &EventFiles,
    ledger: &LedgerFile,
    what: Scan,
    end: u64,
    visit: &mut Visit<'_>,
) -> Result<()> {
    let problem = |e| Error::io("read", &files.ledger, e);
    match what {
        Scan::Only(op) => {
            let mut mark = Mark::default();
            let text = needle(op);
            let mut over = false;
            let mut see = |line: &Line<'_>, _| {
                over = over || line.record.op == op && visit(line).is_break();
                None
            };
            search(files, ledger, &mut mark, end, text, &mut see)?;
            if mark.bytes < end {
                let last = line_starting(&ledger.file, mark.bytes).map_err(problem)?;
                if let Ok(line) = Line::parse(&last, None) {
                    see(&line, end);
                }
            }
        }
        Scan::All => {
            let mut raw_lines = RawLines::new(&ledger.file, 0);
            let (mut seq, mut sum) = (0_u64, Sum::default());
            while let Some(raw_line) = raw_lines.next().map_err(problem)? {
                if raw_line.end > end {
                    break;
                }
                seq = seq.saturating_add(1);
                let line = Line::parse(raw_line.bytes, Some(sum))
                    .map_err(|why| broken(files, seq, &why))?;
                sum = line.sum;
                if let ControlFlow::Break(()) = visit(&line) {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// How lines of a kind are found without being parsed.
fn needle(op: Op) -> &'static str {
    match op {
        Op::Open => "\"op\":\"open\"",
        Op::Sell => "\"op\":\"sell\"",
        Op::Cancel => "\"op\":\"cancel\"",
        Op::Adjust => "\"op\":\"adjust\"",
        Op::Set => "\"op\":\"set\"",
        Op::Hold => "\"op\":\"hold\"",
        Op::Confirm => "\"op\":\"confirm\"",
        Op::Release => "\"op\":\"release\"",
        Op::Expire => "\"op\":\"expire\"",
        Op::Rename => "\"op\":\"rename\"",
        Op::Close => "\"op\":\"close\"",
        Op::Reopen => "\"op\":\"reopen\"",
    }
}
