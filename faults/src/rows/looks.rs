//! Of row 25: somebody is answered while the service looks at the files for others. One thread looks for all who ask,
//! and whoever asks after an answer is not told what a look saw that began before.

use std::thread;

use crate::attached::{Attached, only_files, points};
use crate::event::Prepared;
use crate::row::{Fault, Row};
use crate::service::Service;
use crate::strace::Point;
use crate::test_event::{TestEvent, eventually};

/// How long a look stands still at a call: a command sells meanwhile. Where that takes longer nothing is struck, and
/// nothing fails.
const PAUSE: &str = "2s";

/// In a slice, of the points every so manyth.
const STRIDE: usize = 8;

pub(crate) fn strike(row: &mut Row, prepared: &Prepared) {
    if !row.wants_any("looks") {
        return;
    }
    for (at, point) in course(prepared).iter().enumerate() {
        let name = format!("looks/{}:when={}", point.call, point.n);
        row.run("looks", &name, at % STRIDE == 0, || {
            answered_meanwhile(prepared, point)
        });
    }
}

/// The calls on the event's files that a look makes.
fn course(prepared: &Prepared) -> Vec<Point> {
    let event = prepared.copy_to(TestEvent::empty(&prepared.program.sound()));
    let service = Service::start(&event, "");
    let strace = Attached::to(service.pid(), &only_files(&event));
    assert_eq!(service.look().unwrap().status, 200);
    points(&strace.detached())
}

fn answered_meanwhile(prepared: &Prepared, point: &Point) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "");
    let mut arguments = only_files(&event);
    let (call, n) = (&point.call, point.n);
    arguments.push(format!("-einject={call}:delay_enter={PAUSE}:when={n}"));
    let strace = Attached::to(service.pid(), &arguments);
    let is_there = |trace: &str| trace.matches(&format!(" {call}(")).count() >= n;
    let struck = thread::scope(|scope| {
        let early = scope.spawn(|| service.look().unwrap());
        eventually("the look stands at that call, or is over", || {
            (is_there(&strace.trace()) || early.is_finished()).then_some(())
        });
        let (code, sold) = event.json("book bob --key k");
        assert_eq!(code, 0, "{sold:#}");
        let stood = !early.is_finished();
        let look = service.look().unwrap();
        assert_eq!(
            look.body["left"], sold["left"],
            "older than the answer: {look:?}"
        );
        let early = early.join().unwrap();
        assert_eq!(early.status, 200, "{early:?}");
        stood
    });
    if !is_there(&strace.detached()) {
        return Fault::Missed;
    }
    if struck {
        Fault::Struck
    } else {
        Fault::Harmless
    }
}
