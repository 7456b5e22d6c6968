//! `torn_query`: the schedule is the example's own, so its words are certain.

use super::{below, run};

const WRITES: &str = "user-1 has opened the file for writing, and not yet written";
const REPLACES: &str = "user-1 has written a new file, and not yet given it the name";

#[test]
fn the_lock_alone_does_not_save_the_query() {
    let output = run("torn_query", &[]);
    let expected = [
        "user-1 queries: 2 left",
        WRITES,
        "user-2 queries, and dies of it: EOF while parsing a value at line 1 column 0",
        "user-1 has bought one: 1 left",
        "in the end the file says '{\"ticket_num\":1}'",
    ];
    let lines = below(&output, "as it stands: purchases lock, queries do not");
    assert_eq!(lines, expected);
}

#[test]
fn both_cures_cure_it_and_one_survives_a_kill() {
    let output = run("torn_query", &[]);
    let (waits, first) = ("user-2 waits for the lock", "user-1 has bought one: 1 left");
    let second = "user-2 has bought one: 0 left";
    let sold = "in the end the file says '{\"ticket_num\":0}'";
    let queried = ["user-1 queries: 2 left", "user-2 queries: 1 left"];
    let lock = "cure 1: queries lock too";
    let expected = [queried[0], WRITES, waits, first, queried[1], second, sold];
    assert_eq!(below(&output, lock), expected);

    let replace = "cure 2: the file is replaced in one step";
    let old = "user-2 queries: 2 left";
    let expected = [queried[0], REPLACES, old, waits, first, second, sold];
    assert_eq!(below(&output, replace), expected);

    let killed = |cure: &str| below(&output, &format!("{cure}, and the buyer is killed"));
    let empty = "in the end the file says ''";
    assert_eq!(killed(lock), [queried[0], WRITES, empty]);
    let whole = "in the end the file says '{\"ticket_num\":2}'";
    assert_eq!(killed(replace), [queried[0], REPLACES, whole]);
}
