//! Whoever makes an event, for itself or for the group of its directory, under whatever umask, and wherever it is killed:
//! the files are as they are to be from the first, and so are those that a sale makes beside them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use super::deeds::run;
use super::kinds::{ALICE, BOB, STAFF, Seller, people};
use crate::access::Access;
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// The calls at which it is killed.
const CALLS: [&str; 11] = [
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "fchown",
    "fchmod",
    "linkat",
    "renameat2",
    "unlink",
    "flock",
];

/// How an event is made: by whom, under which umask, and whether for the group.
#[derive(Clone, Copy)]
struct Making {
    seller: Seller,
    umask: &'static str,
    group: bool,
}

impl Making {
    fn line(self) -> &'static str {
        if self.group {
            "init 9 --group"
        } else {
            "init 9"
        }
    }

    /// Mode and group of each file.
    fn wanted(self) -> (u32, u32) {
        let mode = 0o666 & !u32::from_str_radix(self.umask, 8).unwrap();
        match (self.group, self.seller) {
            (true, _) => (mode | 0o060, STAFF),
            (false, Seller::Root) => (mode, 0),
            (false, _) => (mode, STAFF),
        }
    }

    fn is_right(self, event: &TestEvent, name: &str) {
        let access = Access::of(&event.path(name)).expect(name);
        assert_eq!((access.mode & 0o777, access.gid), self.wanted(), "{name}");
    }
}

pub(super) fn strike(row: &mut Row, strace: bool) {
    let program = row.program().clone();
    for seller in [Seller::Root, Seller::Bob] {
        for umask in ["022", "027", "077"] {
            for group in [false, true] {
                let making = Making {
                    seller,
                    umask,
                    group,
                };
                let whose = if group { "the group" } else { "oneself" };
                let name = format!("made for {whose}/{}/{umask}", seller.name());
                row.run("made", &name, true, || make(&program, making));
                if strace {
                    let in_slice = seller == Seller::Bob && umask == "077";
                    let name = format!("{name}/killed");
                    row.run("made", &name, in_slice, || kill(&program, making));
                }
            }
        }
    }
}

/// A directory of alice's, in which the group may make files.
fn place(program: &Program) -> TestEvent {
    let event = TestEvent::empty(program);
    chown(event.directory(), Some(ALICE), Some(STAFF)).unwrap();
    fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o775)).unwrap();
    event
}

fn make(program: &Program, making: Making) -> Fault {
    let event = place(program);
    let made = run(&event, making.seller, making.umask, &[], making.line());
    assert_eq!(made.code, Some(0), "{made:?}");
    sells(&event, making);
    Fault::Struck
}

/// Whoever sells from it keeps it so, and makes a lock file like it.
fn sells(event: &TestEvent, making: Making) {
    for (name, line) in [("book eve", "book eve"), ("hold", "hold fay --for 1h")] {
        let sold = run(event, making.seller, making.umask, &[], line);
        assert_eq!(sold.code, Some(0), "{name}: {sold:?}");
    }
    for name in [COUNT, LEDGER, LOCK] {
        making.is_right(event, name);
    }
}

fn kill(program: &Program, making: Making) -> Fault {
    let mut struck = 0;
    for call in CALLS {
        for when in 1.. {
            let event = place(program);
            let traced = format!("-etrace={call}");
            let fault = format!("-einject={call}:signal=SIGKILL:when={when}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", &traced, &fault];
            let killed = run(&event, making.seller, making.umask, &strace, making.line());
            if killed.code == Some(0) {
                break;
            }
            assert!([None, Some(137)].contains(&killed.code), "{killed:?}");
            struck += 1;
            nobody_may_more(&event, making);
            let again = run(&event, making.seller, making.umask, &[], making.line());
            // Its ledger is there, or nothing is.
            assert!([Some(0), Some(4)].contains(&again.code), "{again:?}");
            sells(&event, making);
        }
    }
    Fault::StruckOften(struck)
}

/// At no moment may anybody but the owner do more with a file than in the end.
fn nobody_may_more(event: &TestEvent, making: Making) {
    let (mode, gid) = making.wanted();
    let uid = if making.seller == Seller::Root {
        0
    } else {
        BOB
    };
    let in_the_end = Access {
        uid,
        gid,
        mode,
        list: None,
        attached: [].into(),
    };
    for name in event.names() {
        let now = Access::of(&event.path(&name)).unwrap();
        for person in people().iter().filter(|person| person.uid != now.uid) {
            let (may, might) = (now.of_person(person), in_the_end.of_person(person));
            assert!(
                may & !might == 0,
                "{person:?} may do more with {name}: {now:?}"
            );
        }
    }
}
