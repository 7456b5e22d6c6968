//! Row 2: a command stopped at every system call, while somebody else does the same.

use std::fs;
use std::process::Stdio;

use super::event::{Books, Prepared, Task, Variant, memory};
use super::strace::{self, Point, command, course, injection};
use super::{Fault, Row};
use crate::harness::{Run, Shop, eventually, signal};

const WRITERS: [Task; 4] = [Task::Book, Task::Cancel, Task::Adjust, Task::Reset];

/// In a slice, `book` is stopped everywhere, and at the others' points every so manyth.
const STRIDE: usize = 11;

#[test]
fn whoever_is_stopped_at_any_system_call_may_go_on_after_another_did_the_same() {
    if let Some(reason) = strace::missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let mut row = Row::new("paused");
    let mut at = 0;
    for variant in [Variant::Plain, Variant::First] {
        let prepared = Prepared::new(variant);
        for task in WRITERS.into_iter().filter(|task| task.fits(variant)) {
            for point in &course(&prepared, task).points {
                at += 1;
                let whole = (variant, task) == (Variant::Plain, Task::Book);
                let name = format!(
                    "{variant:?}/{}/{}:when={}",
                    task.name(),
                    point.call,
                    point.n
                );
                row.run(task.name(), &name, whole || at % STRIDE == 0, || {
                    pause(&prepared, task, point)
                });
            }
        }
    }
    row.end();
}

fn pause(prepared: &Prepared, task: Task, point: &Point) -> Fault {
    let shop = prepared.copy();
    let trace = tempfile::NamedTempFile::new_in(memory()).unwrap();
    let fault = injection(&point.call, &format!("signal=SIGSTOP:when={}", point.n));
    let mut first = command(prepared, task, &shop, &fault, trace.path());
    let first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let first = first.unwrap();
    let mut stopped = None;
    // Who is stopped as it ends may be gone before anybody sees it.
    let pid = eventually("it is stopped, or at its end", || {
        let text = fs::read_to_string(trace.path()).unwrap();
        let line = text
            .lines()
            .find(|line| line.contains("stopped by SIGSTOP") || line.contains("+++"))?;
        stopped = Some(line.contains("stopped"));
        line.split(' ').next()?.parse().ok()
    });
    assert!(
        stopped == Some(true) || point.call == "exit_group",
        "it was not stopped"
    );
    // The first may hold a lock: then the second is told so, and has done nothing, or cannot know.
    let second = shop.run(&format!("{} --wait 0s", task.line(prepared)));
    if stopped == Some(true) {
        signal(pid, "CONT");
    }
    let first = Run::of(first.wait_with_output().unwrap());
    judge(prepared, task, &shop, &first, &second);
    Fault::Struck
}

fn judge(prepared: &Prepared, task: Task, shop: &Shop, first: &Run, second: &Run) {
    let before = Books::of(&prepared.shop);
    let after = Books::of(shop);
    let told = format!("first {first:?}\nsecond {second:?}\n{:#?}", after.lines);
    assert!([0, 1, 4, 5].contains(&second.code.unwrap()), "{told}");
    let done = i64::from(first.code == Some(0)) + i64::from(second.code == Some(0));
    match task {
        Task::Book => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.under("k").len(), 1, "{told}");
        }
        Task::Cancel => {
            assert_eq!(after.cancelled(&prepared.id), 2, "{told}");
            assert!(done <= 1 && [0, 4].contains(&first.code.unwrap()), "{told}");
        }
        Task::Adjust => {
            assert_eq!(first.code, Some(0), "{told}");
            let grown = after.capacity - before.capacity;
            // Who does not know may have done it.
            let most = done + i64::from(second.code == Some(1));
            assert!((done..=most).contains(&grown), "{told}");
        }
        Task::Reset => {
            assert_eq!(first.code, Some(0), "{told}");
            assert_eq!(after.sold, 0, "{told}");
        }
        Task::Query | Task::Audit => {}
    }
    assert_eq!(shop.json("book next --key next").0, 0, "{told}");
    let (code, audit) = shop.json("audit");
    assert_eq!(code, 0, "{audit:#}\n{told}");
    let books = Books::of(shop);
    let numbers = (&audit["capacity"], &audit["sold"], &audit["left"]);
    let wanted = (
        &books.capacity.into(),
        &books.sold.into(),
        &books.left.into(),
    );
    assert_eq!(numbers, wanted, "{audit:#}\n{told}");
    let strays = shop.names().iter().any(|name| name.starts_with('.'));
    assert!(!strays, "{:?}\n{told}", shop.names());
}
