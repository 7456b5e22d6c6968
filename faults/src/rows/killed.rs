//! Row 1: `kill -9` before every system call of a command.

use crate::event::{Prepared, VARIANTS, Variant};
use crate::oracle::{Case, judge};
use crate::row::{Fault, Row};
use crate::strace::{self, Point, course, in_order, recorded_with};
use crate::task::{TASKS, Task};

/// In a slice, `book` is killed everywhere, and of the others' points every so manyth; fewer where there are more tasks.
const STRIDE: usize = 9;
const LIFE_STRIDE: usize = 29;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = strace::missing(row.program()) {
        return row.cannot(reason);
    }
    let mut at = 0;
    for variant in VARIANTS {
        let prepared = Prepared::new(row.program(), variant);
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
                let stride = if variant.is_lived() {
                    LIFE_STRIDE
                } else {
                    STRIDE
                };
                row.run(task.name(), &name, whole || at % stride == 0, || {
                    kill(&prepared, task, point)
                });
            }
        }
    }
}

fn kill(prepared: &Prepared, task: Task, point: &Point) -> Fault {
    let event = prepared.copy();
    let fault = format!("signal=SIGKILL:when={}", point.n);
    let fault = [(&point.call[..], &fault[..])];
    let (run, trace) = recorded_with(prepared, task, &event, &fault);
    if point.was_missed(&trace) {
        return Fault::Missed;
    }
    assert_eq!(run.code, None, "it was not killed: {run:?}\n{trace}");
    assert!(trace.contains("+++ killed by SIGKILL +++"), "{trace}");
    in_order(prepared, &event, &trace);
    judge(&Case {
        prepared,
        task,
        event: &event,
        run: &run,
        usual: None,
        cut: false,
    });
    Fault::Struck
}
