//! A slice of every row of the fault matrix.

// What a row printed, and why a part of it was skipped.
#![allow(clippy::print_stderr)]
// A row that fails fails its test.
#![allow(clippy::panic)]

use tickets_faults::{Extent, Program, Settings, find, run};

fn slice(row: &str) {
    let Some(plan) = find(row) else {
        panic!("there is no row {row:?}");
    };
    let settings = Settings {
        program: Program::at(env!("CARGO_BIN_EXE_tickets")),
        extent: Extent::Slice,
        enough: 20,
        jobs: 1,
    };
    let report = run(plan, &settings);
    for reason in &report.not_run {
        eprintln!("skipped: {reason}");
    }
    assert!(report.is_clean(), "{}\n{report}", report.line());
}

macro_rules! rows {
    ($($test:ident $row:literal;)+) => {
        $(#[test] fn $test() { slice($row); })+

        /// No row is forgotten here.
        #[test]
        fn every_row_has_a_slice() {
            let here = [$($row),+];
            for plan in tickets_faults::ROWS {
                assert!(here.contains(&plan.name), "{} is not here", plan.name);
            }
        }
    };
}

rows! {
    killed "killed";
    paused "paused";
    refused "refused";
    cut_short "cut-short";
    full "full";
    replay "replay";
    cuts "cuts";
    relay "relay";
    write_back "write-back";
    damaged "damaged";
    queue "queue";
    delayed "delayed";
    lock_file "lock-file";
    people "people";
    hostile "hostile";
    clock "clock";
    ended "ended";
    ordered "ordered";
    names "names";
    edits "edits";
    access "access";
    losses "losses";
    scenarios "scenarios";
    drained "drained";
    served "served";
    beside "beside";
    cluster "cluster";
}
