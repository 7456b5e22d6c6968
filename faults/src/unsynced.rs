//! Lines that no sync covers: their writers were killed just before it. They are long, so that they go over
//! the ends of sectors and pages.

use std::fs;

use crate::event::{Prepared, Variant};
use crate::program::Program;
use crate::request::Request;
use crate::strace::{recorded, recorded_with};
use crate::task::Task;
use crate::test_event::{LEDGER, TestEvent};
use crate::trace::hex;

/// Who is killed, in this order.
pub(crate) const LONG: [Request; 3] = [
    Request::of_long_name("l", 200),
    Request::of_long_name("m", 256),
    Request::of_long_name("n", 230),
];

/// Where a page ends, and how much before that the ledger does: the second of the lines goes over it.
const PAGE: u64 = 4096;
const BEFORE: u64 = 560;

/// An event for them; `page`: its ledger ends a little before a page does.
pub(crate) fn event(program: &Program, variant: Variant, page: bool) -> Prepared {
    if !page {
        return Prepared::new(program, variant);
    }
    Prepared::filled(program, variant, PAGE - BEFORE)
}

/// Sells, and is killed when its line is on the ledger and before it syncs that; what it did.
pub(crate) fn kill(prepared: &Prepared, request: Request, event: &TestEvent) -> String {
    // Whoever goes before in a copy shows which of its syncs that is.
    let ahead = TestEvent::empty(&prepared.program);
    event.copy_to(&ahead);
    let (_, trace) = recorded(prepared, request, &ahead);
    let (before, _) = trace.split_once(&hex(&request.mark())).expect(&trace);
    let when = before.matches(" fdatasync(").count() + 1;
    let fault = format!("signal=SIGKILL:when={when}");
    let (run, trace) = recorded_with(prepared, request, event, &[("fdatasync", &fault)]);
    assert_eq!(run.code, None, "it was not killed: {run:?}");
    let ledger = fs::read(event.path(LEDGER)).unwrap();
    let ledger = String::from_utf8_lossy(&ledger);
    assert!(
        ledger.contains(&request.mark()),
        "it is not written: {ledger}"
    );
    trace
}

/// Does its task, and is answered; what it did.
pub(crate) fn goes_on(prepared: &Prepared, task: Task, event: &TestEvent) -> String {
    let (run, trace) = recorded(prepared, task, event);
    assert_eq!(run.code, Some(0), "{run:?}");
    trace
}
