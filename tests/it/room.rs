//! Whether the system has room for all buyers of a rush.

use std::process::Command;

use crate::harness::{Run, TICKETS, TestEvent};

/// Where there is no room for all buyers none starts, and the limit is named: a thread that finds no room for
/// its signal stack would end the whole process.
#[test]
fn without_room_for_all_nothing_is_sold_and_the_limit_is_named() {
    for (limit, line, named) in [
        (
            "-n 300",
            "buy --users 200 --threads --lock",
            "'ulimit -n' leaves room for 300",
        ),
        (
            "-n 300",
            "buy --users 200 --threads",
            "'ulimit -n' leaves room for 300",
        ),
        (
            "-v 900000",
            "buy --users 2000 --threads",
            "'ulimit -v' leaves room for 900000",
        ),
        (
            "-d 200000",
            "buy --users 2000 --threads --lock=shared",
            "'ulimit -d'",
        ),
        (
            "-n 1000000",
            "buy --users 10000 --threads --lock --think 1s",
            "vm.max_map_count",
        ),
    ] {
        let event = TestEvent::stock(9);
        let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
        let mut command = Command::new("bash");
        command
            .args(["-c", &script, TICKETS, "--json", "-f"])
            .arg(&event.file);
        let run = Run::of(command.args(line.split(' ')).output().unwrap());
        if run.stdout.is_empty() && limit == "-n 1000000" {
            eprintln!(
                "not tried: so many open files are not allowed here: {}",
                run.stderr
            );
            continue;
        }
        let (code, document) = run.document();
        let message = document["error"]["message"].as_str().unwrap();
        assert_eq!(code, 1, "{limit} {line}: {document:#}");
        assert!(message.contains(named), "{limit} {line}: {message}");
        assert_eq!(event.names(), ["tickets.json"], "{limit} {line}");
    }
}

/// The soft limit of open files is raised by whoever may raise it.
#[test]
fn a_soft_limit_of_open_files_is_no_reason_to_refuse_threads() {
    let event = TestEvent::stock(9);
    let mut command = Command::new("bash");
    let script = "ulimit -Sn 100 && exec \"$0\" \"$@\"";
    command
        .args(["-c", script, TICKETS, "--json", "-f"])
        .arg(&event.file);
    let line = "buy --users 100 --threads --lock --think 0ms";
    let (code, report) = Run::of(command.args(line.split(' ')).output().unwrap()).document();
    assert_eq!((code, &report["sold"]), (0, &9.into()), "{report:#}");
    assert_eq!(report["failed"], 0, "{report:#}");
}
