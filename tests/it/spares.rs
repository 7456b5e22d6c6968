//! Old versions of `tickets.json` are written again, but never under the eyes of whoever reads them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use crate::harness::Shop;
use tickets::BoxOffice;

/// So many sales through one `BoxOffice` make it keep old versions.
const REGULAR: u32 = 20;

#[test]
fn a_version_that_somebody_has_open_or_named_never_changes() {
    let shop = Shop::stock(1000);
    let mut office = BoxOffice::at(&shop.file).unwrap();
    let mut sell = |times| (0..times).for_each(|_| drop(office.book("alice", 1).unwrap()));
    sell(REGULAR);
    // Some somebody opens, others get a second name.
    let (mut opened, mut named) = (Vec::new(), Vec::new());
    for at in 0..10 {
        let text = fs::read_to_string(&shop.file).unwrap();
        if at % 2 == 0 {
            opened.push((File::open(&shop.file).unwrap(), text));
        } else {
            let name = shop.path(&format!("copy-{at}"));
            fs::hard_link(&shop.file, &name).unwrap();
            named.push((name, text));
        }
        sell(1);
    }
    sell(REGULAR);
    for (mut file, text) in opened {
        let mut now = String::new();
        file.read_to_string(&mut now).unwrap();
        assert_eq!(now, text);
    }
    for (name, text) in named {
        assert_eq!(fs::read_to_string(name).unwrap(), text);
    }
    drop(office);
    assert!(!shop.names().iter().any(|name| name.starts_with('.')));
}

#[test]
fn what_nobody_reads_is_written_again() {
    let shop = Shop::stock(1000);
    let mut office = BoxOffice::at(&shop.file).unwrap();
    let mut inodes = HashSet::new();
    for _ in 0..2 * REGULAR {
        office.book("alice", 1).unwrap();
        inodes.insert(fs::metadata(&shop.file).unwrap().ino());
    }
    // Each of the first is a file of its own; inodes may be given out twice.
    assert!(inodes.len() <= REGULAR as usize + 4, "{inodes:?}");
    assert_eq!(shop.count()["ticket"], 1000 - 2 * REGULAR);
    // A process that cannot take a spare away leaves it to the next.
    std::mem::forget(office);
    assert!(shop.names().iter().any(|name| name.starts_with('.')));
    assert_eq!(shop.json("book bob").0, 0);
    assert!(!shop.names().iter().any(|name| name.starts_with('.')));
    assert_eq!(shop.json("audit").0, 0);
}
