//! What things cost in a directory: medians, each within a time of its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::report::{Cost, Costs};
use super::scratch::{COUNT, LOCK, Scratch, is_full};
use crate::error::{Error, Result};
use crate::store::file::count::replace::replace;
use crate::store::file::files::open::{Access, open_regular};
use crate::store::file::lock::flock;

/// Each thing is done so often, unless that takes too long,
const REPETITIONS: usize = 300;

/// and so often in any case.
const FEWEST: usize = 3;

/// As long as a sale's line.
const LINE: [u8; 150] = [b'x'; 150];

/// A count like those of sales.
const COUNTED: &[u8] = b"{\"ticket\": 1, \"sold\": 1, \"seq\": 2, \"bytes\": 236}\n";

pub(super) fn measure(scratch: &Scratch<'_>) -> Result<Costs> {
    let (locked, ledger, count) = (
        scratch.path(LOCK),
        scratch.path("ledger"),
        scratch.path(COUNT),
    );
    fs::write(&ledger, LINE).map_err(|error| Error::io("write", &ledger, error))?;
    let lock_file = open_regular(&locked, Access::ReadWrite)?;
    let append_to = open_regular(&ledger, Access::Append)?;
    let append = |mut file: &File| file.write_all(&LINE);
    let (short, long) = (Duration::from_millis(100), Duration::from_millis(350));
    let problem = |error| Error::io("measure", scratch.directory(), error);
    Ok(Costs {
        lock: median(scratch, short, || {
            if flock::try_lock(&lock_file).map_err(problem)? {
                flock::unlock(&lock_file).map_err(problem)
            } else {
                Err(problem(io::ErrorKind::WouldBlock.into()))
            }
        })?,
        append: median(scratch, short, || append(&append_to).map_err(problem))?,
        append_sync: median(scratch, long, || {
            append(&append_to)
                .and_then(|()| append_to.sync_data())
                .map_err(problem)
        })?,
        publish: median(scratch, long, || replace(&count, COUNTED, false).map(drop))?,
    })
}

/// What a step costs; `None` where it fails.
fn median(
    scratch: &Scratch<'_>,
    limit: Duration,
    mut step: impl FnMut() -> Result<()>,
) -> Result<Option<Cost>> {
    let start = Instant::now();
    let mut times = Vec::with_capacity(REPETITIONS);
    while times.len() < FEWEST || (times.len() < REPETITIONS && start.elapsed() < limit) {
        scratch.go_on()?;
        let before = Instant::now();
        match step() {
            Ok(()) => times.push(before.elapsed()),
            Err(error) if is_full(&error) => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).map(|median| Cost {
        // In tenths: more digits would claim more than a median of some hundred knows.
        median_us: (median.as_nanos() as f64 / 100.0).round() / 10.0,
        repetitions: times.len(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::path::Path;

    #[test]
    fn an_examination_that_is_told_to_stop_stops_at_once_and_leaves_nothing() {
        let made = tempfile::tempdir().unwrap();
        let (stop, mut teller) = io::pipe().unwrap();
        let program = Path::new("/no/such");
        let scratch = Scratch::lay_out(made.path(), program, Some(stop.as_fd())).unwrap();
        scratch.go_on().unwrap();
        assert!(measure(&scratch).unwrap().publish.is_some());
        teller.write_all(b"x").unwrap();
        let stopped = [scratch.go_on().unwrap_err(), measure(&scratch).unwrap_err()];
        for error in stopped {
            assert_eq!(error.kind(), crate::Kind::Interrupted);
        }
        drop(scratch);
        assert_eq!(fs::read_dir(made.path()).unwrap().count(), 0);
    }
}
