//! Row 5: no space, no inodes: on a small tmpfs of its own.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tickets::{BoxOffice, Kind};

use crate::books::Books;
use crate::event::{Prepared, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::task::{Task, writers};
use crate::test_event::{LEDGER, TestEvent, memory};

/// How much of a file is had at once: a write that crosses into the next page may be cut there.
const PAGE: u64 = 4096;

/// A file system of its own, as long as this is held.
struct Small {
    at: tempfile::TempDir,
}

impl Small {
    /// Fails where this may not be mounted.
    fn mount(inodes: u64) -> Result<Self, String> {
        let at = tempfile::tempdir_in(memory()).unwrap();
        let options = format!("size=256k,nr_inodes={inodes}");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(at.path())
            .output();
        match mount {
            Ok(output) if output.status.success() => Ok(Self { at }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Err(format!("no mount: {error}")),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.at.path().join(name)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.at.path())
            .status();
    }
}

/// Takes all the space but so much; returns the file to be removed.
fn fill(small: &Small, leave: u64) -> PathBuf {
    let path = small.path("filler");
    let mut file = File::create(&path).unwrap();
    while file.write_all(&[b'x'; 1024]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(leave)).unwrap();
    path
}

/// Takes all inodes but so many; returns the directory to be removed.
fn fill_inodes(small: &Small, leave: usize) -> PathBuf {
    let directory = small.path("filler");
    fs::create_dir(&directory).unwrap();
    let name = |n: usize| directory.join(n.to_string());
    let mut n = 0;
    while File::create(name(n)).is_ok() {
        n += 1;
    }
    for n in n - leave..n {
        fs::remove_file(name(n)).unwrap();
    }
    directory
}

/// The same event, its ledger ending so many bytes before the end of a page.
fn ending(program: &Program, before_end: u64) -> Prepared {
    let mut prepared = Prepared::new(program, Variant::Plain);
    let adjust = |event: &TestEvent, letters: u64| {
        let reason = "x".repeat(letters as usize);
        assert_eq!(event.json(&format!("adjust +1 --reason {reason}")).0, 0);
    };
    let end = PAGE - before_end;
    loop {
        let copy = prepared.copy_to(TestEvent::empty(&program.sound()));
        adjust(&copy, 1);
        let length = prepared.event.length(LEDGER);
        let line = copy.length(LEDGER) - length;
        let missing = end - length;
        // The last line takes what is missing; the ones before it leave enough for it.
        let letters = if missing < line + 900 {
            missing - line + 1
        } else {
            600
        };
        adjust(&prepared.event, letters);
        if prepared.event.length(LEDGER) == end {
            break;
        }
    }
    prepared.label = "Page end";
    prepared
}

fn starve(
    prepared: &Prepared,
    task: Task,
    filler: impl FnOnce() -> PathBuf,
    event: &TestEvent,
) -> Fault {
    let line = task.line(prepared);
    let usual = Some(0);
    let filler = filler();
    let run = event.run(&line);
    assert!(run.code.is_some(), "it died: {run:?}");
    if task != Task::Init {
        for reader in ["query", "sales"] {
            assert_eq!(event.json(reader).0, 0, "{reader}, on a full disk");
        }
    }
    make_room(&filler);
    judge(&Case {
        prepared,
        task,
        event,
        run: &run,
        usual,
        cut: true,
    });
    if run.code != usual || run.stdout.contains("\"warning\"") {
        Fault::Struck
    } else {
        Fault::Harmless
    }
}

fn make_room(filler: &Path) {
    if filler.is_dir() {
        fs::remove_dir_all(filler).unwrap();
    } else {
        fs::remove_file(filler).unwrap();
    }
}

pub(crate) fn strike(row: &mut Row) {
    if let Err(reason) = Small::mount(100) {
        return row.cannot(reason);
    }
    let program = row.program().clone();
    let events = VARIANTS.map(|variant| Prepared::new(&program, variant));
    no_space(row, &events);
    no_inodes(row, &events);
    a_seller(row);
}

fn no_space(row: &mut Row, events: &[Prepared]) {
    let at_ends = [0, 1, 60, 130].map(|before_end| ending(&row.program().clone(), before_end));
    for (event, prepared) in events.iter().chain(&at_ends).enumerate() {
        for task in writers(prepared.variant) {
            for kib in 0..=64 {
                let name = format!("{}{event}/{}/{kib} KiB", prepared.label, task.name());
                row.run(task.name(), &name, [0, 4, 8].contains(&kib), || {
                    let small = Small::mount(100).unwrap();
                    let event =
                        prepared.copy_to(TestEvent::empty_in(&prepared.program, small.at.path()));
                    starve(prepared, task, || fill(&small, kib * 1024), &event)
                });
            }
        }
    }
}

fn no_inodes(row: &mut Row, events: &[Prepared]) {
    for prepared in events {
        for task in writers(prepared.variant) {
            for inodes in 0..=4 {
                let name = format!("{}/{}/{inodes} inodes", prepared.label, task.name());
                row.run("no inodes", &name, inodes < 3, || {
                    let small = Small::mount(30).unwrap();
                    let event =
                        prepared.copy_to(TestEvent::empty_in(&prepared.program, small.at.path()));
                    starve(prepared, task, || fill_inodes(&small, inodes), &event)
                });
            }
        }
    }
}

/// Who sells much through one `BoxOffice` pads the ledger: on a disk that fills up, too, what was answered
/// stands, and what was refused does not.
fn a_seller(row: &mut Row) {
    let program = row.program().clone();
    for kib in 0..=100 {
        let name = format!("a seller/{kib} KiB");
        row.run("40 sales", &name, kib % 12 == 0, || {
            let small = Small::mount(100).unwrap();
            let event = TestEvent::empty_in(&program, small.at.path());
            fs::write(&event.file, "{\"ticket\": 99}\n").unwrap();
            assert_eq!(event.json("book first").0, 0);
            let filler = fill(&small, kib * 1024);
            let mut office = BoxOffice::at(&event.file).unwrap();
            let (mut sold, mut short) = (Vec::new(), false);
            for _ in 0..40 {
                match office.book("alice", 1) {
                    Ok(sale) => {
                        short |= sale.unpublished.is_some();
                        sold.push(sale.id);
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), Kind::Io, "{error}");
                        short = true;
                    }
                }
            }
            drop(office);
            make_room(&filler);
            assert_eq!(event.json("book last").0, 0);
            let books = Books::of(&event);
            let sales: Vec<_> = books
                .lines
                .iter()
                .filter(|line| line["op"] == "sell")
                .collect();
            let ids = sales.iter().map(|sale| sale["id"].as_str().unwrap());
            let ids: Vec<_> = ids.skip(1).take(sold.len()).collect();
            assert_eq!(ids, sold, "what was answered is not what stands there");
            assert_eq!(sales.len(), sold.len() + 2, "{sales:#?}");
            assert_eq!(event.json("audit").0, 0);
            assert_eq!(event.count()["ticket"], books.left);
            if short {
                Fault::Struck
            } else {
                Fault::Harmless
            }
        });
    }
}
