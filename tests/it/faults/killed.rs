//! Row 1: `kill -9` before every system call of a command.

use super::event::{Prepared, TASKS, Task, VARIANTS, Variant};
use super::oracle::{Case, judge};
use super::strace::{self, Point, course, injection, traced};
use super::{Fault, Row};

/// In a slice, `book` is killed everywhere, and of the others' points every so manyth.
const STRIDE: usize = 9;

#[test]
fn whoever_is_killed_before_any_system_call_leaves_an_event_that_goes_on() {
    if let Some(reason) = strace::missing() {
        eprintln!("skipped: {reason}");
        return;
    }
    let mut row = Row::new("killed");
    let mut at = 0;
    for variant in VARIANTS {
        let prepared = Prepared::new(variant);
        for task in TASKS.into_iter().filter(|task| task.fits(variant)) {
            let course = course(&prepared, task);
            for point in &course.points {
                at += 1;
                let whole = (variant, task) == (Variant::Plain, Task::Book);
                let name = format!(
                    "{variant:?}/{}/{}:when={}",
                    task.name(),
                    point.call,
                    point.n
                );
                row.run(task.name(), &name, whole || at % STRIDE == 0, || {
                    kill(&prepared, task, point)
                });
            }
        }
    }
    row.end();
}

fn kill(prepared: &Prepared, task: Task, point: &Point) -> Fault {
    let shop = prepared.copy();
    let fault = format!("signal=SIGKILL:when={}", point.n);
    let (run, trace) = traced(prepared, task, &shop, &injection(&point.call, &fault));
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert_eq!(run.code, None, "it was not killed: {run:?}\n{trace}");
    assert!(trace.contains("+++ killed by SIGKILL +++"), "{trace}");
    judge(&Case {
        prepared,
        task,
        shop: &shop,
        run: &run,
        usual: None,
        cut: false,
    });
    Fault::Struck
}
