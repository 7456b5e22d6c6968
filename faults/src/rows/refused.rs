//! Row 3: every system call of a command fails, once or from there on.

use crate::event::{Prepared, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::strace::{self, Course, Point, course, in_order, injection, recorded_with, traced};
use crate::task::{TASKS, Task};
use crate::test_event::LEDGER;

const ERRORS: [&str; 11] = [
    "EIO", "ENOSPC", "EINTR", "EDQUOT", "EACCES", "EROFS", "EMFILE", "ENOMEM", "ENOLCK", "ENOSYS",
    "ESTALE",
];

/// In a slice, every call of `book` fails with the first so many errors, once; every call of the other
/// writers with the first; and of all else every so manyth.
const FIRST: usize = 3;
const STRIDE: usize = 199;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    for task in [Task::Book, Task::Adjust] {
        let name = format!("Plain/{}/not synced", task.name());
        let program = row.program().clone();
        row.run("not synced", &name, true, || not_synced(&program, task));
    }
    let mut at = 0;
    for variant in VARIANTS {
        let prepared = Prepared::new(row.program(), variant);
        for task in TASKS {
            if !task.fits(variant) {
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
    let event = prepared.copy();
    let injected = [(&point.call[..], fault)];
    let (run, trace) = recorded_with(prepared, task, &event, &injected);
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert!(
        trace.contains("(INJECTED)"),
        "nothing was injected: {run:?}\n{trace}"
    );
    assert!(run.code.is_some(), "it died: {run:?}\n{trace}");
    in_order(prepared, &event, &trace);
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
        event: &event,
        run: &run,
        usual: course.usual,
        cut: false,
    });
    Fault::Struck
}

/// A clean sync proves nothing of what was written before one that failed: those bytes may be gone. So
/// whoever comes next, with the same order again or with another, writes them again before it syncs.
fn not_synced(program: &Program, task: Task) -> Fault {
    let prepared = Prepared::new(program, Variant::Plain);
    let event = prepared.copy();
    let unsynced = event.length(LEDGER);
    let fault = injection("fdatasync", "error=EIO:when=1");
    let (run, _) = traced(&prepared, Task::Book, &event, &fault);
    let (code, document) = run.document();
    let told = (code, &document["error"]["code"]);
    assert_eq!(told, (1, &"outcome_unknown".into()), "{document:#}");
    assert!(
        event.length(LEDGER) > unsynced,
        "the sale is not on the ledger"
    );
    let calls = ["-etrace=pwrite64,fdatasync,write".to_owned()];
    let (run, trace) = traced(&prepared, task, &event, &calls);
    assert_eq!(run.code, Some(0), "{run:?}");
    let sync = trace.find("fdatasync(").expect(&trace);
    let again = trace.find(&format!(", {unsynced}) ")).expect(&trace);
    let answer = trace.find("write(1,").expect(&trace);
    assert!(again < sync, "synced before it was written again: {trace}");
    assert!(sync < answer, "answered before it was synced: {trace}");
    Fault::Struck
}
