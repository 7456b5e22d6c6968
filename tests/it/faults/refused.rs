//! Row 3: every system call of a command fails, once or from there on.

use super::event::{Prepared, TASKS, Task, VARIANTS, Variant};
use super::oracle::{Case, judge};
use super::strace::{self, Course, Point, course, injection, traced};
use super::{Fault, Row};

const ERRORS: [&str; 11] = [
    "EIO", "ENOSPC", "EINTR", "EDQUOT", "EACCES", "EROFS", "EMFILE", "ENOMEM", "ENOLCK", "ENOSYS",
    "ESTALE",
];

/// In a slice, every call of `book` fails with the first so many errors, once; every call of the other
/// writers with the first; and of all else every so manyth.
const FIRST: usize = 3;
const STRIDE: usize = 199;

#[test]
fn a_booking_whose_system_calls_fail_is_done_or_not_and_says_so() {
    run("refused", |task| task == Task::Book);
}

#[test]
fn a_change_whose_system_calls_fail_is_done_or_not_and_says_so() {
    run("refused", |task| {
        [Task::Cancel, Task::Adjust].contains(&task)
    });
}

#[test]
fn a_reset_or_a_reader_whose_system_calls_fail_has_done_all_or_nothing_and_says_so() {
    run("refused", |task| task == Task::Reset || task.only_reads());
}

fn run(name: &'static str, wanted: impl Fn(Task) -> bool) {
    if let Some(reason) = strace::missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let mut row = Row::new(name);
    let mut at = 0;
    for variant in VARIANTS {
        let prepared = Prepared::new(variant);
        for task in TASKS {
            if !wanted(task) || !task.fits(variant) {
                continue;
            }
            let course = course(&prepared, task);
            let errors = || ERRORS.iter().enumerate();
            let all = course
                .points
                .iter()
                .flat_map(|point| errors().map(move |error| (point, error)));
            for (point, (number, error)) in all.filter(|(point, (_, error))| can_fail(point, error))
            {
                for for_good in [false, true] {
                    at += 1;
                    let first = if task == Task::Book { FIRST } else { 1 };
                    let whole = variant == Variant::Plain
                        && !task.only_reads()
                        && number < first
                        && !for_good;
                    let fault = fault(point, error, for_good);
                    let name = format!("{variant:?}/{}/{}:{fault}", task.name(), point.call);
                    row.run(task.name(), &name, whole || at % STRIDE == 0, || {
                        refuse(&prepared, task, &course, point, &fault)
                    });
                }
            }
        }
    }
    row.end();
}

/// Whether a call may end so: the end of a process cannot fail, brk(2) says it otherwise, and getrandom(2),
/// on which the standard library insists, is interrupted or missing at worst.
fn can_fail(point: &Point, error: &str) -> bool {
    match point.call.as_str() {
        "exit_group" | "brk" => false,
        "getrandom" => ["EINTR", "ENOSYS"].contains(&error),
        _ => true,
    }
}

fn fault(point: &Point, error: &str, for_good: bool) -> String {
    let n = point.n;
    let when = match (for_good, error) {
        (false, _) => n.to_string(),
        // Signals end some day; whoever goes on after each of them does.
        (true, "EINTR") => format!("{n}..{}", n + 7),
        (true, _) => format!("{n}+"),
    };
    format!("error={error}:when={when}")
}

fn refuse(prepared: &Prepared, task: Task, course: &Course, point: &Point, fault: &str) -> Fault {
    let shop = prepared.copy();
    let (run, trace) = traced(prepared, task, &shop, &injection(&point.call, fault));
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert!(
        trace.contains("(INJECTED)"),
        "nothing was injected: {run:?}\n{trace}"
    );
    assert!(run.code.is_some(), "it died: {run:?}\n{trace}");
    if point.call == "fdatasync" && !fault.contains("EINTR") {
        assert_eq!(
            run.code,
            Some(1),
            "what was not synced was answered: {run:?}"
        );
    }
    judge(&Case {
        prepared,
        task,
        shop: &shop,
        run: &run,
        usual: course.usual,
        cut: false,
    });
    Fault::Struck
}

/// A clean sync vouches for nothing that was written before one that failed: those bytes may be gone.
#[test]
fn what_was_not_synced_is_written_again_before_the_next_sync() {
    if let Some(reason) = strace::missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let prepared = Prepared::new(Variant::Plain);
    let shop = prepared.copy();
    let ledger = shop.path("tickets.ledger.jsonl");
    let unproven = std::fs::metadata(&ledger).unwrap().len();
    let fault = injection("fdatasync", "error=EIO:when=1");
    let (run, _) = traced(&prepared, Task::Book, &shop, &fault);
    let (code, document) = run.document();
    let told = (code, &document["error"]["code"]);
    assert_eq!(told, (1, &"outcome_unknown".into()), "{document:#}");
    let end = std::fs::metadata(&ledger).unwrap().len();
    assert!(end > unproven, "the sale is not on the ledger");
    // The same order again, which finds its sale, and any other.
    for task in [Task::Book, Task::Adjust] {
        let copy = prepared.copy();
        for name in shop.names() {
            std::fs::copy(shop.path(&name), copy.path(&name)).unwrap();
        }
        let calls = ["-etrace=pwrite64,fdatasync,write".to_owned()];
        let (run, trace) = traced(&prepared, task, &copy, &calls);
        assert_eq!(run.code, Some(0), "{run:?}");
        let sync = trace.find("fdatasync(").expect(&trace);
        let again = trace.find(&format!(", {unproven}) ")).expect(&trace);
        let answer = trace.find("write(1,").expect(&trace);
        assert!(again < sync, "synced before it was written again: {trace}");
        assert!(sync < answer, "answered before it was synced: {trace}");
    }
}
