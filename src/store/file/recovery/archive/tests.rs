use super::*;
use crate::store::file::files::compare::fill;

#[test]
fn an_exchange_name_says_which_file_it_was_made_for() {
    let files = EventFiles::at(Path::new("no/such/tickets.json")).unwrap();
    let name = exchange_name(&files, 131);
    let made = |name: &OsStr| made_for(name, &files.ledger);
    assert_eq!(name.file_name().and_then(made), Some(131));
    let other = temporary::summed(&files.ledger, "4242-aside");
    assert_eq!(made(&other), None);
    for other in [
        ".tickets.ledger.jsonl.4242-aside0000000000000083.tmp",
        ".tickets.ledger.jsonl.4242-aside0000000000000083000000000000.tmp",
        ".tickets.ledger.jsonl.4242-aside131.tmp",
        ".tickets.ledger.jsonl.4242-Ab3xYz.tmp",
        ".tickets.ledger.jsonl.xyz.tmp",
        "tickets.ledger.jsonl",
        ".tickets.ledger.jsonl.a-aside1.tmp",
        ".gig.ledger.jsonl.4242-aside131.tmp",
    ] {
        assert_eq!(made(OsStr::new(other)), None, "{other}");
    }
}

/// As on a file system that hands calls on and drops their flags.
#[test]
fn an_exchange_that_is_a_rename_loses_no_ledger() {
    let renames: fn(&Path, &Path) -> io::Result<bool> = |a, b| fs::rename(a, b).map(|()| true);
    let refuses: fn(&Path, &Path) -> io::Result<bool> = |_, _| Ok(false);
    for exchange in [renames, refuses, sys::exchange] {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.ledger, "old").unwrap();
        let ready = exchange_name(&files, 131);
        fs::write(&ready, "new").unwrap();
        let mut old = ready.clone();
        commit(&files, (&ready, &mut old), exchange).unwrap();
        let held = [&files.ledger, &old].map(|path| fs::read_to_string(path).unwrap());
        assert_eq!(held, ["new", "old"]);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    }
}

/// The name of each says that it was made for file 131, which none of them is.
#[test]
fn what_others_call_so_stays_and_blocks_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("tickets.json");
    fs::write(&path, "{\"ticket\": 5}\n").unwrap();
    let mut office = crate::BoxOffice::at(&path).unwrap();
    office.book("anna", 1).unwrap();
    let files = EventFiles::at(&path).unwrap();
    let named = |process: u32| {
        let unique = format!("{process}{MARK}{:016x}", 131);
        place.path().join(temporary::summed(&files.ledger, &unique))
    };
    fs::create_dir(named(1)).unwrap();
    std::os::unix::fs::symlink("nowhere", named(2)).unwrap();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        named(3),
        rustix::fs::Mode::from_raw_mode(0o600),
    )
    .unwrap();
    let foreign = [
        named(1),
        named(2),
        named(3),
        place.path().join(".tickets.ledger.jsonl.4242-aside131.tmp"),
        place.path().join(".tickets.ledger.jsonl.4242-aside0.tmp"),
    ];
    fs::write(&foreign[3], "somebody's").unwrap();
    fs::copy(&files.ledger, &foreign[4]).unwrap();
    let wait = std::time::Duration::from_secs(60);
    let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
    assert_eq!(finish_interrupted(&files).unwrap(), Vec::<PathBuf>::new());
    assert!(office.repair(wait, false).unwrap().findings.is_empty());
    office.reset(Some(5), true, wait).unwrap();
    for path in &foreign {
        assert!(fs::symlink_metadata(path).is_ok(), "{}", path.display());
    }
    // One of ours is no less adopted.
    fs::rename(&foreign[4], named(5)).unwrap();
    drop(ledger);
    assert_eq!(finish_interrupted(&files).unwrap().len(), 1);
    assert!(!named(5).exists());
}

#[test]
fn where_there_are_no_hard_links_the_old_ledger_is_copied_with_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let (ledger, name) = (place.path().join("ledger"), place.path().join("second"));
    // More than is copied at once, and a torn end.
    let bytes = [&vec![b'x'; 200_000][..], b"\n{\"seq\""].concat();
    fs::write(&ledger, &bytes).unwrap();
    fs::set_permissions(&ledger, fs::Permissions::from_mode(0o640)).unwrap();
    let linked = Err(io::ErrorKind::PermissionDenied.into());
    second_name(&linked, &ledger, &name).unwrap();
    assert_eq!(fs::read(&name).unwrap(), bytes);
    let mode = fs::metadata(&name).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    // Another file: what becomes of the one is no matter to the other.
    fs::write(&ledger, "new").unwrap();
    assert_eq!(fs::read(&name).unwrap(), bytes);
}

#[test]
fn files_are_compared_up_to_where_they_differ() {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(place.path().join(name), bytes).unwrap();
        File::open(place.path().join(name)).unwrap()
    };
    let long = vec![b'x'; 200_000];
    let a = file("a", &long);
    let b = file("b", &[&long[..150_000], b"y"].concat());
    assert_eq!(common(&a, &b, 200_000).unwrap(), 150_000);
    assert_eq!(common(&a, &b, 100_000).unwrap(), 100_000);
    assert_eq!(common(&a, &file("c", b""), 9).unwrap(), 0);
}

#[test]
fn a_read_that_fails_is_not_tried_again() {
    assert!(fill(&File::open("/").unwrap(), &mut [0], 0).is_err());
}

/// What becomes of a file under an exchange name with another file's number, as in a copied directory.
fn adopted(text: &dyn Fn(&LedgerFile) -> Vec<u8>) -> bool {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("tickets.json");
    fs::write(&path, "{\"ticket\": 5}\n").unwrap();
    let mut office = crate::BoxOffice::at(&path).unwrap();
    office.book("anna", 1).unwrap();
    let files = EventFiles::at(&path).unwrap();
    let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
    let unique = format!("1{MARK}{:016x}", 131);
    let left = place.path().join(temporary::summed(&files.ledger, &unique));
    fs::write(&left, text(&ledger)).unwrap();
    let archives = finish_interrupted(&files).unwrap();
    assert!(!left.exists());
    assert_eq!(archives.len(), fs::read_dir(&place).unwrap().count() - 3);
    archives.len() == 1
}

#[test]
fn a_new_ledger_that_waits_for_its_place_goes_and_an_old_one_stays() {
    let opening = |stock: u64, of: Option<&LedgerFile>| {
        let replaces = of.map(|ledger| crate::ledger::Replaced {
            seq: 2,
            bytes: 9,
            opened: ledger.opening_line().unwrap().unwrap().sum.to_string(),
            end: 9,
        });
        let record = crate::ledger::Record::open(stock, replaces);
        record
            .encode(crate::ledger::Tally::default().sum)
            .unwrap()
            .0
    };
    let another = |ledger: &LedgerFile| [opening(7, Some(ledger)), opening(7, None)].concat();
    assert!(!adopted(&|ledger| opening(7, Some(ledger))), "it waits");
    assert!(adopted(&|_| opening(7, None)), "of another event");
    assert!(adopted(&another), "it was sold from");
    // All of it stands in the ledger.
    assert!(!adopted(&|ledger| {
        use std::os::unix::fs::FileExt as _;
        let mut bytes = vec![0; 20];
        ledger.file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    }));
}
