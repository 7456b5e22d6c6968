//! `queue`: what is put is taken once, in its order; who finds no room waits.

use nix::errno::Errno;
use nix::mqueue::{MQ_OFlag, mq_open};
use nix::sys::stat::Mode;

use super::{below, numbers, run};

#[test]
fn a_full_queue_refuses_and_an_empty_one_too() {
    let output = run("queue", &[]);
    let headings: Vec<_> = output
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    let name = headings[0].split(' ').next_back().unwrap();
    let now = mq_open(name, MQ_OFlag::empty(), Mode::empty(), None);
    assert_eq!(now.err(), Some(Errno::ENOENT), "{name} is still there");

    let put = below(&output, "without waiting");
    let room = ["put 1: done", "put 2: done", "put 3: done, full"];
    assert_eq!(put[..3], room);
    assert_eq!(put[3..], ["put 4: no room, full"]);
    let taken = below(&output, "first in, first out");
    let there = ["take: 1", "take: 2", "take: 3, empty"];
    assert_eq!(taken[..3], there);
    assert_eq!(taken[3..], ["take: nothing, empty"]);
    let (_, waiting) = output.split_once("20 ms at most\n").unwrap();
    assert!(waiting.starts_with("  put 4: no room, full\n"), "{output}");
    let (_, waiting) = waiting.split_once("20 ms at most\n").unwrap();
    assert!(waiting.starts_with("  take: nothing, empty\n"), "{output}");
    let taken = below(&output, "last in, first out");
    assert_eq!(taken[3..], ["take: 3", "take: 2", "take: 1, empty"]);
}

#[test]
fn who_finds_no_room_sleeps_and_children_talk() {
    let output = run("queue", &[]);
    let lines = below(&output, "full blocks");
    let child = numbers(lines[0])[0];
    let expected = [
        format!("process {child} puts \"greetings from {child}\""),
        format!("process {child} sleeps: there is no room"),
        "take: 1".to_owned(),
        format!("process {child} has put it"),
        "take: 2".to_owned(),
        "take: 3".to_owned(),
        format!("take: greetings from {child}, empty"),
    ];
    assert_eq!(lines, expected);

    let lines = below(&output, "two children talk");
    let (from, to) = (numbers(lines[0])[0], numbers(lines[2])[0]);
    assert_ne!(from, to);
    let expected = format!("process {to} took \"greetings from {from}\"");
    assert_eq!(lines[2], expected);
}
