//! Recovering what a crash left behind the last line of a ledger.

use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::ledger::{Record, Tally};
use crate::store::file::event::{EventFiles, stamp};
use crate::store::file::files::copy::copy_from;
use crate::store::file::files::directory::sync_directory;
use crate::store::file::files::write::name_new;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::Tail;

/// Recovers the ledger's end. Only for the holder of the decision locks and the sync lock.
///
/// A newline that an editor took away is put back. Bytes that a crash left are kept in a file
/// of their own, then cut off: they hold no sale that was ever acknowledged. Returns what was done, for
/// people.
pub(crate) fn recover_tail(
    files: &EventFiles,
    ledger: &LedgerFile,
    view: &LedgerView,
) -> Result<Option<String>> {
    let problem = |e| Error::io("mend the end of", &files.ledger, e);
    known_bad!(NewlineCut => crate::known_bad::cut_at_newline(&ledger.file).map_err(problem)?);
    let end = view.tally.bytes;
    match &view.tail {
        // A ledger without a line: not opened.
        Tail::Clean if view.tally.seq == 0 => {
            write_opening_line(files, ledger, view)?;
            Ok(None)
        }
        Tail::Clean | Tail::Broken { .. } => Ok(None),
        Tail::Unterminated { with_it } => {
            ledger
                .file
                .write_all_at(b"\n", with_it.bytes)
                .map_err(problem)?;
            ledger.file.sync_data().map_err(problem)?;
            let ledger = files.ledger.display();
            Ok(Some(format!("{ledger}: its last newline was put back")))
        }
        Tail::Torn { from } => {
            let torn = quarantine_torn_tail(files, ledger, *from)?;
            ledger.file.set_len(end).map_err(problem)?;
            ledger.file.sync_data().map_err(problem)?;
            if view.tally.seq == 0 {
                write_opening_line(files, ledger, view)?;
            }
            Ok(Some(format!(
                "{}: bytes behind the last whole line, as a crash leaves them, were kept as {}",
                files.ledger.display(),
                torn.display()
            )))
        }
    }
}

/// Opens the event on a ledger that has no line left.
fn write_opening_line(files: &EventFiles, ledger: &LedgerFile, view: &LedgerView) -> Result<()> {
    let (line, _) = Record::open(view.count.ticket, None)
        .encode(Tally::default().sum)
        .unwrap_or_default();
    ledger
        .file
        .write_all_at(&line, 0)
        .and_then(|()| ledger.file.sync_data())
        .map_err(|e| Error::io("open the event on", &files.ledger, e))
}

/// Copies what stands behind the last whole line to a file of its own, with the ledger's rights.
fn quarantine_torn_tail(files: &EventFiles, ledger: &LedgerFile, from: u64) -> Result<PathBuf> {
    let problem = |e| Error::io("put the end away of", &files.ledger, e);
    let label = format!("torn-{}", stamp());
    for attempt in 0.. {
        let path = files.beside_ledger(&label, attempt);
        let copy = copy_from(&ledger.file, from, &files.ledger).map_err(problem)?;
        match name_new(copy, &path) {
            Ok(_) => {
                sync_directory(&path)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(error) => return Err(Error::io("create", &path, error)),
        }
    }
    Err(problem(io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::file::files::open::Access;
    use crate::store::file::reader::ledger_file::open_ledger;

    /// What recovery makes of an event of five tickets with this ledger: the ledger then, and what was quarantined.
    fn recovered(ledger: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        fs::write(&files.ledger, ledger).unwrap();
        let opened = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let view = LedgerView::take(&files, Some(&opened)).unwrap();
        recover_tail(&files, &opened, &view).unwrap();
        let entries = fs::read_dir(place.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let torn = paths.filter(|path| path.to_string_lossy().contains(".torn-"));
        let torn = torn.map(|path| fs::read(path).unwrap()).collect();
        (fs::read(&files.ledger).unwrap(), torn)
    }

    fn opening() -> Vec<u8> {
        let line = Record::open(5, None).encode(Tally::default().sum);
        line.unwrap().0
    }

    /// Whether it is the opening line of an event of five tickets and nothing else, whenever that was written.
    fn is_opening(ledger: &[u8]) -> bool {
        let Some(line) = ledger.strip_suffix(b"\n") else {
            return false;
        };
        let line = crate::ledger::Line::parse(line, Some(Tally::default().sum));
        line.is_ok_and(|line| (line.record.seq, line.record.left) == (1, 5))
    }

    #[test]
    fn a_ledger_without_a_line_gets_its_opening_line() {
        let (ledger, torn) = recovered(b"");
        assert!(is_opening(&ledger), "{ledger:?}");
        assert!(torn.is_empty());
        for end in [&b"{\"seq\":1,\"at\""[..], &[0; 5000], b"\n\n"] {
            let (ledger, torn) = recovered(end);
            assert!(is_opening(&ledger), "{ledger:?}");
            assert_eq!(torn, [end]);
        }
    }

    #[test]
    fn a_ledger_with_its_opening_line_keeps_it() {
        let opening = opening();
        let preallocated = [&opening[..], &[b'\n'; 100]].concat();
        for sound in [&opening, &preallocated] {
            assert_eq!(recovered(sound), (sound.clone(), vec![]));
        }
        for end in [&b"{\"seq\":2,\"at\""[..], &[0; 5000]] {
            let (ledger, torn) = recovered(&[&opening[..], end].concat());
            assert_eq!((&ledger, &torn[..]), (&opening, &[end.to_vec()][..]));
        }
        let cut = &opening[..opening.len() - 1];
        assert_eq!(recovered(cut), (opening.clone(), vec![]));
    }
}
