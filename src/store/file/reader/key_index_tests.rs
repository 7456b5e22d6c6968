use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::BoxOffice;
use crate::error::Kind;
use crate::office::{Change, Order, Sale, Unobserved};
use crate::store::Lookup;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::open_ledger;
use crate::store::file::reader::sale_lookup::SaleLookup;

/// An event, and an index of its keys.
struct Indexed {
    directory: TempDir,
    file: PathBuf,
    keys: KeyIndex,
}

impl Indexed {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tickets.json");
        fs::write(&file, r#"{"ticket": 100}"#).unwrap();
        Self {
            directory,
            file,
            keys: KeyIndex::default(),
        }
    }

    /// A box office that uses the index.
    fn office(&self) -> BoxOffice {
        BoxOffice::with_keys(&self.file, &self.keys).unwrap()
    }

    /// One that has none, as another process.
    fn other(&self) -> BoxOffice {
        BoxOffice::at(&self.file).unwrap()
    }

    fn ledger(&self) -> PathBuf {
        self.file.with_extension("ledger.jsonl")
    }

    /// Flips a bit of the name on this line.
    fn damage(&self, line: usize) {
        let text = fs::read_to_string(self.ledger()).unwrap();
        let before: usize = text
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let at = before + text[before..].find("\"buyer\":\"").unwrap() + 9;
        let file = fs::OpenOptions::new()
            .write(true)
            .open(self.ledger())
            .unwrap();
        file.write_all_at(&[text.as_bytes()[at] ^ 1], at as u64)
            .unwrap();
    }

    /// Where this line begins.
    fn start_of(&self, line: usize) -> u64 {
        let text = fs::read_to_string(self.ledger()).unwrap();
        let before = text.split_inclusive('\n').take(line - 1);
        before.map(|line| line.len() as u64).sum()
    }

    /// Takes back what was written since this count, from this line on.
    fn take_back(&self, line: usize, count: &[u8]) {
        let ledger = fs::OpenOptions::new().write(true).open(self.ledger());
        ledger.unwrap().set_len(self.start_of(line)).unwrap();
        fs::write(&self.file, count).unwrap();
    }

    fn entries(&self) -> usize {
        self.keys.0.lock().unwrap().starts.len()
    }

    /// Has the index name a line for this member, as a hash that two texts share would.
    fn collide(&self, member: Member, text: &str, line: usize) {
        let mut entries = self.keys.0.lock().unwrap();
        let hash = entries.hasher.hash_one((member, text));
        entries.starts.insert(hash, self.start_of(line));
    }
}

fn buy(office: &mut BoxOffice, key: &str) -> Result<Sale> {
    office.purchase(&Order::new("bob", 1).key(key), &mut Unobserved)
}

#[test]
fn what_the_index_knows_is_not_read_again() {
    let event = Indexed::new();
    let mut office = event.office();
    for key in ["a", "b", "c"] {
        assert!(!buy(&mut office, key).unwrap().replayed);
    }
    let about = buy(&mut office, "d").unwrap();
    event.damage(2);
    assert!(!buy(&mut event.office(), "e").unwrap().replayed);
    let again = buy(&mut event.office(), "d").unwrap();
    assert!(again.replayed && again.id == about.id);
    // Without it the whole ledger is read, and the damage is seen.
    let error = buy(&mut event.other(), "f").unwrap_err();
    assert_eq!(error.kind(), Kind::Integrity);
    // So is that of a line that the index leads to.
    event.damage(4);
    let error = buy(&mut event.office(), "c").unwrap_err();
    assert_eq!(error.kind(), Kind::Integrity);
}

#[test]
fn what_others_sell_behind_the_index_is_found() {
    let event = Indexed::new();
    let mut office = event.office();
    buy(&mut office, "a").unwrap();
    let theirs = buy(&mut event.other(), "b").unwrap();
    let found = buy(&mut office, "b").unwrap();
    assert!(found.replayed && found.id == theirs.id);
    let mut other = event.other();
    other
        .cancel(&theirs.id, None, &Change::new().key("c"))
        .unwrap();
    // The index leads to the cancellation too.
    for office in [&mut office, &mut event.office()] {
        assert_eq!(buy(office, "b").unwrap_err().kind(), Kind::Cancelled);
        assert!(buy(office, "a").unwrap().replayed);
    }
}

#[test]
fn an_index_of_another_ledger_is_filled_anew() {
    let event = Indexed::new();
    let mut office = event.office();
    let first = buy(&mut office, "a").unwrap();
    let backup = event.directory.path().join("backup");
    office.backup(&backup, Duration::ZERO).unwrap();
    let gone = buy(&mut office, "b").unwrap();
    office.restore(&backup, true, Duration::ZERO).unwrap();
    let restored = buy(&mut office, "b").unwrap();
    assert!(!restored.replayed && restored.id != gone.id);
    assert_eq!(buy(&mut office, "a").unwrap().id, first.id);
    event
        .other()
        .reset(None, true, Duration::from_secs(9))
        .unwrap();
    for key in ["a", "b"] {
        assert!(!buy(&mut office, key).unwrap().replayed);
        assert!(buy(&mut event.office(), key).unwrap().replayed);
    }
    assert_eq!(event.entries(), 2);
}

#[test]
fn a_line_that_was_taken_back_is_not_believed() {
    let event = Indexed::new();
    let mut office = event.office();
    buy(&mut office, "a").unwrap();
    let count = fs::read(&event.file).unwrap();
    buy(&mut office, "b").unwrap();
    // The index knows it.
    assert!(buy(&mut event.office(), "b").unwrap().replayed);
    drop(office);
    event.take_back(3, &count);
    // Another one takes its place, of another length.
    buy(&mut event.other(), "another-key-there").unwrap();
    let mut office = event.office();
    assert!(!buy(&mut office, "b").unwrap().replayed);
    assert!(buy(&mut office, "another-key-there").unwrap().replayed);
    assert!(buy(&mut office, "a").unwrap().replayed);
}

#[test]
fn a_ledger_that_was_copied_over_in_place_is_another_one() {
    let (event, other) = (Indexed::new(), Indexed::new());
    buy(&mut event.other(), "first").unwrap();
    let copy = |from: &Indexed, to: &Indexed| {
        fs::write(to.ledger(), fs::read(from.ledger()).unwrap()).unwrap();
        fs::write(&to.file, fs::read(&from.file).unwrap()).unwrap();
    };
    copy(&event, &other);
    for key in ["aa", "bb", "cc", "dd"] {
        buy(&mut event.office(), key).unwrap();
    }
    assert!(buy(&mut event.office(), "dd").unwrap().replayed);
    // On the other one a key stands before the line that the index names, and where that begins a line begins, too.
    let sold = buy(&mut other.other(), "bb").unwrap();
    buy(&mut other.other(), "xx").unwrap();
    copy(&other, &event);
    let again = buy(&mut event.office(), "bb").unwrap();
    assert!(again.replayed && again.id == sold.id);
    assert!(!buy(&mut event.office(), "aa").unwrap().replayed);
}

#[test]
fn where_two_keys_share_a_hash_the_ledger_decides() {
    let event = Indexed::new();
    let mut office = event.office();
    buy(&mut office, "a").unwrap();
    let second = buy(&mut office, "b").unwrap();
    office
        .cancel(&second.id, None, &Change::new().key("c"))
        .unwrap();
    buy(&mut office, "last").unwrap();
    buy(&mut office, "fill").unwrap();
    event.collide(Member::Key, "new", 2);
    assert!(!buy(&mut event.office(), "new").unwrap().replayed);
    event.collide(Member::Key, "last", 2);
    assert!(buy(&mut event.office(), "last").unwrap().replayed);
    event.collide(Member::Reference, &second.id, 2);
    let error = buy(&mut event.office(), "b").unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn above_its_limit_the_ledger_is_read_through() {
    let mut event = Indexed::new();
    event.keys = KeyIndex::of_at_most(2);
    for key in ["a", "b", "c", "d"] {
        assert!(!buy(&mut event.office(), key).unwrap().replayed);
    }
    buy(&mut event.office(), "e").unwrap();
    assert_eq!(event.entries(), 0);
    for key in ["a", "d", "e"] {
        assert!(buy(&mut event.office(), key).unwrap().replayed, "{key}");
    }
    event.damage(2);
    let error = buy(&mut event.office(), "f").unwrap_err();
    assert_eq!(error.kind(), Kind::Integrity);
    event
        .other()
        .reset(None, true, Duration::from_secs(9))
        .unwrap();
    buy(&mut event.office(), "a").unwrap();
    assert!(buy(&mut event.office(), "a").unwrap().replayed);
    assert_eq!(event.entries(), 1);
}

#[test]
fn a_look_that_went_ahead_is_void_where_other_lines_stand_by_now() {
    let event = Indexed::new();
    buy(&mut event.other(), "a").unwrap();
    let count = fs::read(&event.file).unwrap();
    buy(&mut event.other(), "a-longer-key-than-the-next").unwrap();
    let files = EventFiles::at(&event.file).unwrap();
    // Two that both went ahead.
    let mut lookups = [(); 2].map(|()| SaleLookup::of(Lookup::Key("b")));
    let open = || open_ledger(&files, Access::Read).unwrap().unwrap();
    let ledger = open();
    for lookup in &mut lookups {
        let head = Tally {
            bytes: ledger.length().unwrap(),
            ..Tally::default()
        };
        lookup.follow(&files, &ledger, &head).unwrap();
        assert!(lookup.found().is_none());
    }
    event.take_back(3, &count);
    buy(&mut event.other(), "b").unwrap();
    for (lookup, more) in lookups.iter_mut().zip([None, Some("c")]) {
        if let Some(more) = more {
            buy(&mut event.other(), more).unwrap();
        }
        let ledger = open();
        let bytes = ledger.length().unwrap();
        let (seq, sum) = line_ending_at(&ledger.file, bytes).unwrap();
        let head = Tally {
            seq,
            bytes,
            sum,
            ..Tally::default()
        };
        lookup.follow_to_head(&files, &ledger, &head).unwrap();
        assert!(lookup.found().is_some(), "{more:?}");
    }
}
