//! A last line that is not whole: what a crash left, or what somebody is just writing.
//!
//! Two looks that find the same prove nothing: a process that writes the line may have lost the processor, or been
//! stopped, in the middle of the write. What proves it is the lock: nobody writes a line without that of the ledger. So
//! it is had, shared and for one look at that line; if the line is still as it was, nobody is going to finish it.
//! (Buyers without a lock keep to none: beside them this proves nothing.)

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use crate::store::file::backoff::Backoff;
use crate::store::file::lock::flock::{try_lock_shared, unlock};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::{RawLine, RawLines};
use crate::store::file::sys::{FileId, lock_holder};

/// The last line of a ledger, which is not whole, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    ledger: FileId,
    start: u64,
    bytes: Vec<u8>,
    terminated: bool,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFate {
    /// It was left there: nobody is writing it.
    Left,
    /// Something else stands there by now.
    Changed,
    /// It stands there as it was, and the lock was not had.
    Unknown {
        /// Who holds it, where that can be told.
        holder: Option<u32>,
    },
}

/// For how long to wait for a process that holds the lock: a write takes microseconds.
pub(crate) const WORTH_WAITING: Duration = Duration::from_secs(1);

impl Unfinished {
    pub(crate) fn of(ledger: &LedgerFile, raw_line: &RawLine<'_>) -> Self {
        Self {
            ledger: ledger.id,
            start: raw_line.start,
            bytes: raw_line.bytes.to_vec(),
            terminated: raw_line.terminated,
        }
    }

    /// Where it begins, in bytes.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Finds out what it is, until the deadline.
    pub(crate) fn fate(&self, ledger: &LedgerFile, deadline: Instant) -> io::Result<LineFate> {
        let mut backoff = Backoff::napping(Duration::from_millis(1));
        self.fate_while(ledger, &mut || {
            let in_time = Instant::now() < deadline;
            if in_time {
                backoff.pause();
            }
            in_time
        })
    }

    /// The same as long as `go_on` says so, which is asked before each further try.
    fn fate_while(
        &self,
        ledger: &LedgerFile,
        go_on: &mut dyn FnMut() -> bool,
    ) -> io::Result<LineFate> {
        if ledger.id != self.ledger {
            return Ok(LineFate::Changed);
        }
        loop {
            let tried = try_lock_shared(&ledger.file);
            let stands = self.stands_in(&ledger.file);
            if matches!(tried, Ok(true)) {
                unlock(&ledger.file)?;
            }
            match (stands?, tried) {
                (false, _) => return Ok(LineFate::Changed),
                (true, Ok(true)) => return Ok(LineFate::Left),
                (true, Err(error)) if nobody_can_lock(&error) => return Ok(LineFate::Left),
                (true, Err(_)) => return Ok(LineFate::Unknown { holder: None }),
                (true, Ok(false)) if !go_on() => {
                    let holder = lock_holder(ledger.id);
                    return Ok(LineFate::Unknown { holder });
                }
                (true, Ok(false)) => {}
            }
        }
    }

    fn stands_in(&self, file: &File) -> io::Result<bool> {
        let mut raw_lines = RawLines::new(file, self.start);
        let same = |now: RawLine<'_>| {
            now.terminated == self.terminated && now.bytes == self.bytes.as_slice()
        };
        Ok(raw_lines.next()?.is_some_and(same))
    }
}

/// Whether this file system or kernel has no locks at all: then nobody holds one.
fn nobody_can_lock(error: &io::Error) -> bool {
    let none = [io::ErrorKind::Unsupported, io::ErrorKind::InvalidInput];
    none.contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::lock::flock::try_lock;
    use std::cell::Cell;
    use std::os::unix::fs::FileExt;

    const HALF: &[u8] = b"{\"seq\":2,\"at\":";
    const REST: &[u8] = b"\"now\"}\n";

    /// A ledger with a line and the half of another one, which was seen; and the handle of another process.
    fn half_written() -> (tempfile::NamedTempFile, File, LedgerFile, Unfinished) {
        let named = tempfile::NamedTempFile::new().unwrap();
        let open = || {
            let mut options = File::options();
            options.read(true).write(true).open(named.path()).unwrap()
        };
        let (writer, file) = (open(), open());
        writer.write_all_at(b"one\n", 0).unwrap();
        writer.write_all_at(HALF, 4).unwrap();
        let id = FileId::of_handle(&file).unwrap();
        let ledger = LedgerFile::of(file, id);
        let seen = {
            let mut raw_lines = RawLines::new(&ledger.file, 4);
            Unfinished::of(&ledger, &raw_lines.next().unwrap().unwrap())
        };
        (named, writer, ledger, seen)
    }

    #[test]
    fn what_nobody_writes_was_left() {
        let (_named, writer, ledger, seen) = half_written();
        let never = &mut || panic!("the lock is free");
        assert_eq!(seen.fate_while(&ledger, never).unwrap(), LineFate::Left);
        // It does not keep the lock.
        assert!(try_lock(&writer).unwrap());
    }

    #[test]
    fn who_writes_it_is_waited_for() {
        let (_named, writer, ledger, seen) = half_written();
        assert!(try_lock(&writer).unwrap());
        let tries = Cell::new(0);
        let finished_at_the_third = &mut || {
            tries.set(tries.get() + 1);
            if tries.get() == 3 {
                writer.write_all_at(REST, 4 + HALF.len() as u64).unwrap();
            }
            true
        };
        let fate = seen.fate_while(&ledger, finished_at_the_third);
        assert_eq!((fate.unwrap(), tries.get()), (LineFate::Changed, 3));
    }

    #[test]
    fn what_its_writer_left_was_left() {
        let (_named, writer, ledger, seen) = half_written();
        assert!(try_lock(&writer).unwrap());
        let killed = &mut || unlock(&writer).is_ok();
        assert_eq!(seen.fate_while(&ledger, killed).unwrap(), LineFate::Left);
    }

    #[test]
    fn who_is_stopped_in_the_middle_is_not_waited_for_for_ever() {
        let (_named, writer, ledger, seen) = half_written();
        assert!(try_lock(&writer).unwrap());
        let fate = seen.fate(&ledger, Instant::now()).unwrap();
        let holder = cfg!(target_os = "linux").then(std::process::id);
        assert_eq!(fate, LineFate::Unknown { holder });
    }

    #[test]
    fn preallocation_that_is_written_into_has_changed() {
        let (_named, writer, ledger, _) = half_written();
        let at = 4 + HALF.len() as u64;
        writer.write_all_at(&[b'\n'; 64], at).unwrap();
        let seen = {
            let mut raw_lines = RawLines::new(&ledger.file, 4);
            Unfinished::of(&ledger, &raw_lines.next().unwrap().unwrap())
        };
        let fate = |seen: &Unfinished| seen.fate_while(&ledger, &mut || false).unwrap();
        assert_eq!(fate(&seen), LineFate::Left);
        writer.write_all_at(REST, at).unwrap();
        assert_eq!(fate(&seen), LineFate::Changed);
    }

    #[test]
    fn the_newline_alone_is_a_change() {
        let (_named, writer, ledger, seen) = half_written();
        writer.write_all_at(b"\n", 4 + HALF.len() as u64).unwrap();
        let fate = seen.fate_while(&ledger, &mut || false).unwrap();
        assert_eq!(fate, LineFate::Changed);
    }

    #[test]
    fn another_ledger_and_a_shorter_one_are_changes() {
        let (_named, writer, ledger, seen) = half_written();
        let (_other, _, other, _) = half_written();
        let fate = |ledger| seen.fate_while(ledger, &mut || false).unwrap();
        assert_eq!(fate(&other), LineFate::Changed);
        writer.set_len(4).unwrap();
        assert_eq!(fate(&ledger), LineFate::Changed);
    }

    #[test]
    fn where_there_are_no_locks_nobody_holds_one() {
        let os = |code| nobody_can_lock(&io::Error::from_raw_os_error(code));
        assert!(os(libc::EOPNOTSUPP) && os(libc::ENOSYS) && os(libc::EINVAL));
        assert!(!os(libc::EACCES) && !os(libc::EBADF) && !os(libc::EIO) && !os(libc::ENOLCK));
    }
}
