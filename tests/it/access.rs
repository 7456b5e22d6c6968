//! Who may do what with the files of an event stays as it was, whoever sells; row 20 of the fault matrix asks more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rustix::fs::{XattrFlags, getxattr, listxattr, removexattr, setxattr};
use tickets::BoxOffice;

use crate::harness::{Run, TICKETS, TestEvent};

const LEDGER: &str = "tickets.ledger.jsonl";
const LIST: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";
const NOTE: &str = "user.note";

/// The owner may read and write, and so may the user nobody; the group may read; others nothing.
fn list() -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] = [
        (1, 6, u32::MAX),
        (2, 6, 65_534),
        (4, 4, u32::MAX),
        (16, 6, u32::MAX),
        (32, 0, u32::MAX),
    ];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, may, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(may.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    let done = setxattr(path, name, value, XattrFlags::empty());
    if let Err(error) = done {
        eprintln!("skipped: {name} is not to be had here ({error})");
    }
    done.is_ok()
}

/// The mode of a file, and all that is attached to it.
fn access(path: &Path) -> (u32, Vec<(String, Vec<u8>)>) {
    let mut names = vec![0; 4096];
    let length = listxattr(path, &mut names[..]).unwrap();
    let names = names[..length].split(|byte| *byte == 0);
    let names = names.filter(|name| name.starts_with(b"user.") || name.starts_with(b"system."));
    let attached = names.map(|name| {
        let mut value = vec![0; 4096];
        let length = getxattr(path, name, &mut value[..]).unwrap();
        let name = String::from_utf8(name.to_vec()).unwrap();
        (name, value[..length].to_vec())
    });
    let mut attached: Vec<_> = attached.collect();
    attached.sort();
    (mode(path), attached)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// With a list the group's bits of the mode are its mask: without it, the group would be let in.
#[test]
fn a_list_and_attributes_survive_every_change() {
    let event = TestEvent::stock(90);
    if !set(&event.file, LIST, &list()) || !set(&event.file, NOTE, b"hall 2") {
        return;
    }
    let before = access(&event.file);
    assert_eq!(before.0, 0o660);
    for line in [
        "book alice",
        "adjust +1 --reason chairs",
        "buy --users 3 --lock --think 0ms --force",
        "reset 50 --force",
        "book bob",
    ] {
        assert_eq!(event.json(line).0, 0, "{line}");
        assert_eq!(access(&event.file), before, "{line}");
        // What is new beside it is for the same people; what they noted on the count is not.
        for name in event.names().iter().filter(|name| *name != "tickets.json") {
            let (mode, attached) = access(&event.path(name));
            assert_eq!(
                (mode, attached),
                (0o660, vec![(LIST.to_owned(), list())]),
                "{name}"
            );
        }
    }
    fs::write(&event.file, "broken").unwrap();
    assert_eq!(event.json("audit --repair").0, 0);
    assert_eq!(access(&event.file), before);
}

/// Also where old versions are written again, and where somebody changes it between two sales.
#[test]
fn one_office_follows_what_is_changed_between_two_sales() {
    let event = TestEvent::stock(900);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut sell = |times| (0..times).for_each(|_| drop(office.book("alice", 1).unwrap()));
    sell(20);
    for turn in 0..3 {
        for change in [
            "list", "note", "no list", "mode", "no note", "wide", "narrow",
        ] {
            let path = &event.file;
            match change {
                "list" if !set(path, LIST, &list()) => return,
                "note" if !set(path, NOTE, b"hall 2") => return,
                "no list" => removexattr(path, LIST).unwrap(),
                "no note" => removexattr(path, NOTE).unwrap(),
                "mode" => set_mode(path, 0o640),
                "wide" => set_mode(path, 0o666),
                "narrow" => set_mode(path, 0o600),
                _ => {}
            }
            let before = access(path);
            // One that somebody has open cannot be written again, and goes all the same.
            let mut hidden = event.names();
            hidden.retain(|name| name.starts_with('.'));
            let open = hidden
                .get(turn % 2)
                .map(|name| fs::File::open(event.path(name)));
            for sale in 0..=3 * turn {
                sell(1);
                assert_eq!(access(path), before, "{change}, sale {sale}");
            }
            // Nor may an older version be read by those who may not read the count any more.
            for name in event.names().iter().filter(|name| name.starts_with('.')) {
                let (mode, mut attached) = access(&event.path(name));
                attached.retain(|(name, _)| name == LIST);
                let mut lists = before.1.clone();
                lists.retain(|(name, _)| name == LIST);
                assert_eq!((mode, attached), (before.0, lists), "{change}: {name}");
            }
            drop(open);
        }
    }
}

#[test]
fn a_directory_that_gives_lists_lets_nobody_in() {
    let event = TestEvent::stock(9);
    set_mode(&event.file, 0o640);
    if !set(event.directory(), DEFAULT, &list()) {
        return;
    }
    let before = access(&event.file);
    assert_eq!(event.json("book alice").0, 0);
    assert_eq!(event.json("reset --force").0, 0);
    for name in event.names() {
        assert_eq!(access(&event.path(&name)), before, "{name}");
    }
}

/// A copy is for those who may read what it was copied from, and a new ledger for those who might read the old one.
#[test]
fn what_is_put_away_is_as_private_as_it_was() {
    let event = TestEvent::stock(9);
    assert_eq!(event.json("book alice").0, 0);
    set_mode(&event.path(LEDGER), 0o600);
    let torn = |event: &TestEvent| {
        let whole = fs::read(event.path(LEDGER)).unwrap();
        fs::write(
            event.path(LEDGER),
            [&whole[..], b"{\"seq\":9,\"buyer\":\"x"].concat(),
        )
        .unwrap();
    };
    torn(&event);
    assert_eq!(event.json("book bob").0, 0);
    assert_eq!(event.json("reset --force").0, 0);
    assert_eq!(event.json("book bob").0, 0);
    let without_links = |line: &str| {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-etrace=link,linkat"]);
        command.args(["-einject=link,linkat:error=EPERM", TICKETS, "-f"]);
        command.arg(&event.file).args(line.split(' ')).arg("--json");
        match command.output() {
            Ok(output) => assert_eq!(Run::of(output).document().0, 0, "{line}"),
            Err(error) => eprintln!("skipped: no strace here ({error})"),
        }
    };
    without_links("reset --force");
    assert_eq!(event.json("book bob").0, 0);
    set_mode(&event.file, 0o604);
    fs::write(&event.file, "broken").unwrap();
    without_links("audit --repair");
    for name in event.names() {
        let expected = match name.as_str() {
            "tickets.json" => 0o604,
            "tickets.json.lock" => continue,
            name if name.contains("broken") => 0o604,
            _ => 0o600,
        };
        assert_eq!(mode(&event.path(&name)), expected, "{name}");
    }
    assert!(event.names().iter().any(|name| name.contains(".torn-")));
}
