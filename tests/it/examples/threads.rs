//! `threads` and `lost_update`.

use super::{below, numbers, run};

#[test]
fn sales_are_lost_without_a_lock_and_with_one_in_the_wrong_place() {
    let output = run("lost_update", &[]);
    let left = |how: &str| {
        let line = output.lines().find(|line| line.starts_with(how));
        numbers(line.unwrap_or_else(|| panic!("no {how:?} in\n{output}")))
    };
    assert_eq!(left("without a lock"), [199]);
    assert_eq!(left("a lock around each step"), [199]);
    assert_eq!(left("a lock from read to write"), [20]);
    assert_eq!(left("an atomic counter"), [20]);
}

#[test]
fn threads_share_a_process_and_have_names() {
    let output = run("threads", &[]);
    let lines = below(&output, "start and join");
    let lines: Vec<_> = lines.iter().map(|line| numbers(line)).collect();
    let process = lines[0][0];
    assert_eq!(lines, [[process, 30], [process, 70], [process, 100]]);
    let named = below(&output, "names and number");
    let number = "threads of this process: 3, with the main one";
    assert_eq!(named, ["clerk-1", "clerk-2", number]);
}

#[test]
fn only_a_thread_that_is_joined_is_waited_for() {
    let output = run("threads", &[]);
    let ended = "the program has ended, exit status: 0";
    let begins = "daemon: I begin an hour's work";
    let lines = below(&output, "a thread that nobody joins ends with the program");
    assert_eq!(lines, [begins, "main: I end", ended]);
    let heading = "a program waits for the threads that it joins, and for no others";
    let lines = below(&output, heading);
    let other = ["other: I begin", "other: I end"];
    assert_eq!(lines, [begins, other[0], other[1], "main: I end", ended]);
}
