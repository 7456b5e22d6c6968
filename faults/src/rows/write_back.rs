//! Row 7, on real file systems: the write-back of a new block of the ledger fails, for the storage is full;
//! others are answered, once there is room again; then the file system is unmounted, or its power cut.
//!
//! ext4 leaves such a block unwritten, while its page stays in the page cache, clean: the bytes that the others
//! write into that page again reach the block, their sync succeeds, and the file system has zeros there. With
//! data=journal a new block is written from the first; xfs and btrfs write it anew.
//!
//! In memory (tmpfs) a write has room or fails: there it is only seen that nothing is answered that is not so.

mod acts;
mod judge;
mod scene;
mod stays;
mod waiter;

use std::cell::Cell;

use crate::row::{Fault, Row};
use crate::thin::{Disk, KINDS, Kind, alone};
use acts::{ACTS, Act};
use scene::Scene;

/// What comes after the sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The file system is unmounted cleanly, and mounted again.
    Unmount,
    /// The power is cut, and comes back.
    Cut,
    /// Nothing: in memory.
    None,
}

/// No write failed: the block was there already.
struct Missed;

/// How often it is tried, on a fresh file system each time, until a write fails.
const TRIES: u64 = 16;

pub(crate) fn strike(row: &mut Row) {
    if let Err(reason) = alone() {
        return row.cannot(reason);
    }
    for kind in KINDS {
        if !row.wants_any(&format!("{}/", kind.name)) {
            continue;
        }
        if let Err(reason) = Disk::new(kind, 0) {
            row.cannot(format!("{}: {reason}", kind.name));
            continue;
        }
        let ends: &[End] = if kind.lasts() {
            &[End::Unmount, End::Cut]
        } else {
            &[End::None]
        };
        for act in ACTS.iter().filter(|act| kind.fails_across() || !act.across) {
            for &end in ends {
                strike_on(row, kind, act, end);
            }
        }
        let counts = row.columns.get(kind.name).copied().unwrap_or_default();
        if counts.harmless > 0 && counts.survived + counts.failed == 0 {
            row.columns.remove(kind.name);
            row.cannot(format!("{}: no write of the ledger failed", kind.name));
        }
    }
}

fn strike_on(row: &mut Row, kind: Kind, act: &Act, end: End) {
    let end_name = match end {
        End::Unmount => "unmount",
        End::Cut => "cut",
        End::None => "no end",
    };
    let name = format!("{}/{}/{end_name}", kind.name, act.name);
    let in_slice = act.in_slice && kind.name == KINDS[0].name;
    let program = row.program().clone();
    let round = Cell::new(0);
    row.run(kind.name, &name, in_slice, || {
        let at = round.replace(round.get() + 1);
        let mut scene = Scene::new(kind, &program, at).unwrap();
        match (act.strike)(&mut scene) {
            Ok(full) => {
                scene.end(end, full);
                Fault::Struck
            }
            Err(Missed) if at + 1 < TRIES => Fault::Missed,
            Err(Missed) => Fault::Harmless,
        }
    });
}
