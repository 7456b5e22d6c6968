use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::BoxOffice;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::open_ledger;

const MEMBER: &str = "\"door\": \"north\"";

/// An event with two sales, and a backup with one of them, or of another stock.
fn event(stock: u64) -> (tempfile::TempDir, EventFiles, EventFiles) {
    let place = tempfile::tempdir().unwrap();
    let make = |path: &Path, stock: u64| {
        fs::write(path, format!("{{\"ticket\": {stock}, {MEMBER}}}\n")).unwrap();
        let mut office = BoxOffice::at(path).unwrap();
        office.book("anna", 1).unwrap();
        office
    };
    let path = place.path().join("tickets.json");
    let saved = place.path().join("saved.json");
    let mut office = make(&path, 5);
    if stock == 5 {
        let safe = place.path().join("safe");
        office.backup(&safe, Duration::from_secs(60)).unwrap();
        for name in ["tickets.json", "tickets.ledger.jsonl"] {
            let to = place.path().join(name.replace("tickets", "saved"));
            fs::rename(safe.join(name), to).unwrap();
        }
    } else {
        make(&saved, stock);
    }
    office.book("ben", 1).unwrap();
    let [files, saved] = [&path, &saved].map(|path| EventFiles::at(path).unwrap());
    (place, files, saved)
}

/// Puts the backup back; `check` may spoil the copy.
fn restored(
    files: &EventFiles,
    saved: &EventFiles,
    check: &dyn Fn(&NamedTempFile, &Tally) -> Result<()>,
) -> Result<PutBack> {
    let ledger = |files| open_ledger(files, Access::ReadWrite).unwrap().unwrap();
    let (living, from) = (ledger(files), ledger(saved));
    let count = CountFile::read(&saved.count).unwrap();
    let counted = count.counted.unwrap();
    let fresh = Fresh {
        count: &count,
        tally: Tally {
            seq: counted.seq,
            bytes: counted.bytes,
            left: count.ticket,
            sold: counted.sold,
            ..Tally::default()
        },
        from: Some(&from),
        unterminated: false,
        model: [&saved.ledger, &saved.count],
    };
    let count = Ok(Some(CountFile::read(&files.count).unwrap()));
    put_back(files, &fresh, (Some(&living), &count, true), false, check)
}

fn names(place: &Path) -> Vec<String> {
    let entries = fs::read_dir(place).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_restore_that_fails_before_its_commit_leaves_the_count_as_it_was() {
    for stock in [5, 9] {
        let (place, files, saved) = event(stock);
        let before = (fs::read(&files.count).unwrap(), names(place.path()));
        let spoil = |copy: &NamedTempFile, _: &Tally| {
            fs::remove_file(copy.path()).unwrap();
            Ok(())
        };
        assert!(restored(&files, &saved, &spoil).is_err());
        assert_eq!(
            before,
            (fs::read(&files.count).unwrap(), names(place.path()))
        );
    }
}

#[test]
fn a_restore_that_is_killed_before_its_commit_loses_no_member() {
    for stock in [5, 9] {
        let (place, files, saved) = event(stock);
        let [living, from] =
            [&files, &saved].map(|files| open_ledger(files, Access::ReadWrite).unwrap().unwrap());
        let count = CountFile::read(&saved.count).unwrap();
        let fresh = Fresh {
            count: &count,
            tally: Tally::default(),
            from: Some(&from),
            unterminated: false,
            model: [&saved.ledger, &saved.count],
        };
        let count = Ok(Some(CountFile::read(&files.count).unwrap()));
        // A process that is killed here does nothing more.
        drop(loosen(&files, &fresh, &living, &count, true).unwrap());
        let mut office = BoxOffice::at(&files.count).unwrap();
        assert_eq!(office.audit().unwrap().sold, 2);
        office.book("carl", 1).unwrap();
        assert!(office.audit().unwrap().findings.is_empty());
        let kept = names(place.path());
        let kept = kept
            .iter()
            .filter(|name| name.contains(".json") && !name.starts_with("saved"));
        let kept = kept.filter(|name| {
            fs::read_to_string(place.path().join(name))
                .unwrap()
                .contains(MEMBER)
        });
        assert_eq!(kept.count(), 1, "{:?}", names(place.path()));
    }
}

#[test]
fn a_restore_that_is_killed_after_its_commit_loses_no_member() {
    let (_place, files, saved) = event(5);
    let count = CountFile::read(&files.count).unwrap();
    let done = restored(&files, &saved, &|_, _| Ok(())).unwrap();
    assert_eq!(done.tally.sold, 1);
    put_count(&files, &count.restarted(5), true).unwrap();
    let mut office = BoxOffice::at(&files.count).unwrap();
    assert!(office.audit().unwrap().findings.is_empty());
    office.book("carl", 1).unwrap();
    assert!(fs::read_to_string(&files.count).unwrap().contains(MEMBER));
    assert_eq!(office.audit().unwrap().sold, 2);
}
