//! `processes`: each step's two sides agree.

use super::{below, numbers, run};

#[test]
fn parents_and_children_agree() {
    let output = run("processes", &[]);
    let lines = below(&output, "start and join");
    let [parent, child, ended] = lines[..] else {
        panic!("{output}")
    };
    let (parent, ended) = (numbers(parent), numbers(ended));
    let [child, its_parent] = numbers(child)[..] else {
        panic!("{output}")
    };
    assert_eq!(parent, [its_parent], "{output}");
    assert_ne!(child, its_parent, "{output}");
    assert_eq!(ended, [child, 0], "{output}");
}

#[test]
fn join_decides_who_comes_first() {
    let output = run("processes", &[]);
    let without = below(&output, "without join, the parent goes on at once");
    let (parent, child) = ("parent: I go on", ["child: I begin", "child: I end"]);
    assert_eq!(without, [parent, child[0], child[1]]);
    let with = below(&output, "with join, it waits");
    assert_eq!(with, [child[0], child[1], parent]);
}

#[test]
fn a_zombie_is_seen_and_reaped_and_an_orphan_adopted() {
    let output = run("processes", &[]);
    let lines = below(&output, "a zombie");
    let [dead, asked] = lines[..] else {
        panic!("{output}")
    };
    assert!(dead.ends_with("its state is Z (zombie)"), "{output}");
    assert!(asked.ends_with("is gone"), "{output}");
    assert_eq!(numbers(dead)[0], numbers(asked)[1], "{output}");

    let lines = below(&output, "an orphan");
    let [parent, child] = lines[..] else {
        panic!("{output}")
    };
    let parent = numbers(parent)[0];
    let [orphan, ended, adopted] = numbers(child)[..] else {
        panic!("{output}")
    };
    assert_eq!(ended, parent, "{output}");
    assert!(adopted != parent && adopted != orphan, "{output}");
    // Who adopts is init, or a service that has asked to: it lives on.
    assert!(std::fs::exists(format!("/proc/{adopted}")).unwrap());
}

#[test]
fn a_daemon_child_dies_with_its_parent_and_memory_is_copied_at_most() {
    let output = run("processes", &[]);
    let heading = "a daemon: a child that ends with its parent, however that ends";
    let lines = below(&output, heading);
    assert_eq!(lines[0], "child: I begin an hour's work");
    assert!(lines[1].ends_with("signal: 9 (SIGKILL)"), "{output}");
    assert_eq!(lines[2..], ["the child has ended too, its work undone"]);

    let lines = below(&output, "what a child gets of its parent's memory");
    let last: Vec<_> = lines.iter().map(|line| numbers(line)).collect();
    let expected: [&[u64]; 6] = [&[7], &[0], &[7], &[7, 8], &[7], &[]];
    assert_eq!(last, expected, "{output}");
}
