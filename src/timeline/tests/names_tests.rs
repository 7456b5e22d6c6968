use std::collections::HashSet;

use super::super::samples::{eight, rush};
use super::super::{COLUMNS, Steps, Timeline, words};
use super::*;

fn hosts(many: u8) -> Vec<String> {
    let letters = (b'a'..=b'z').map(char::from).take(many.into());
    letters
        .map(|host| format!("checkout-host-{host}-worker-1"))
        .collect()
}

/// Names within so many columns, all of which fit and differ.
fn checked(names: &[String], room: usize) -> Vec<String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let cut = apart(&names, room);
    for name in &cut {
        assert!(words::columns(name) <= room, "{name}");
    }
    let different: HashSet<&&str> = names.iter().collect();
    let all: HashSet<&String> = cut.iter().collect();
    assert_eq!(all.len(), different.len(), "{room}: {cut:?}");
    cut
}

#[test]
fn names_that_differ_in_the_middle_differ_still() {
    for many in [2, 12, 26] {
        for room in 10..30 {
            checked(&hosts(many), room);
        }
    }
    let two = hosts(2);
    assert_eq!(
        checked(&two, LANE),
        ["check…t-a-worker-1", "check…t-b-worker-1"]
    );
    assert_eq!(checked(&two, FATE), ["ch…-a-worker-1", "ch…-b-worker-1"]);
    assert_eq!(checked(&two, 10), ["chec…a…r-1", "chec…b…r-1"]);
    let front = ["a-host", "b-host"].map(|name| format!("{name}-of-the-checkout-queue-1"));
    // As they are cut anyway.
    assert_eq!(
        checked(&front, LANE),
        front.each_ref().map(|name| words::short(name, LANE))
    );
    let near = ["lane-77-of", "lane-78-of"].map(|name| format!("{name}-the-checkout-queue-1"));
    assert_eq!(checked(&near, 12), ["lane-77-…e-1", "lane-78-…e-1"]);
}

/// Where what differs is longer than there is room for, a part of it does, or a number tells them apart.
#[test]
fn names_of_which_no_part_differs_have_numbers() {
    let scattered = ["0011", "0101", "1001", "0110", "1010", "1100"].map(|bits| {
        let own = bits.replace('0', "-zero-zero").replace('1', "-one-one-one");
        format!("checkout{own}-worker")
    });
    let narrow = checked(&scattered, 12);
    assert!(narrow.iter().all(|name| name.contains('#')), "{narrow:?}");
    let scattered = checked(&scattered, LANE);
    assert!(
        scattered.iter().all(|name| name.starts_with("chec")),
        "{scattered:?}"
    );
    // One of them is what the others are cut to.
    let mut names = hosts(3);
    names.push(words::short(&names[0], LANE));
    // One is there twice: these are one name.
    names.push(names[1].clone());
    let cut = checked(&names, LANE);
    assert_eq!(cut[3], names[3]);
    assert_eq!(cut[1], cut[4]);
    let one = vec![names[0].clone(), names[3].clone()];
    assert_eq!(checked(&one, LANE)[0], "checkout…orker-1#1");
    // Wide letters, and those without a width.
    let wide = ["日", "本", "e\u{301}"].map(|own| format!("checkout-日本語-{own}-日本語-worker"));
    for room in 10..40 {
        checked(&wide, room);
    }
}

fn renamed(mut timeline: Timeline) -> Timeline {
    for (lane, name) in timeline.lanes.iter_mut().zip(hosts(12)) {
        lane.name = name;
    }
    timeline
}

/// Who is who is seen in every drawing: in a terminal of any width, in the tree, beside the lanes and in what became of each.
#[test]
fn every_drawing_tells_such_names_apart() {
    let timeline = renamed(rush(12));
    let many = timeline.lanes.len();
    assert_eq!(many, 12);
    for room in [40, COLUMNS, 160] {
        let lines = timeline.to_text(room);
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let names = lines.iter().filter(|line| line.contains('●'));
        let names = names.filter_map(|line| line.split(' ').find(|word| word.starts_with("che")));
        assert_eq!(names.collect::<HashSet<_>>().len(), many, "{lines:#?}");
        let tree = lines.iter().filter_map(|line| line.split_once(", by "));
        let tree: Vec<&str> = tree.map(|(_, name)| name).collect();
        assert_eq!(tree.iter().collect::<HashSet<_>>().len(), tree.len());
        assert!(tree.len() > 8, "{lines:#?}");
    }
    let svg = timeline.to_svg();
    let texts = |start: &str| -> Vec<String> {
        let all = svg
            .split("</text>")
            .filter_map(|text| text.rsplit_once('>'));
        let all = all.filter(|(_, text)| text.starts_with(start));
        all.map(|(_, text)| text.to_owned()).collect()
    };
    let lanes = texts("check");
    assert_eq!(
        lanes.iter().collect::<HashSet<_>>().len(),
        many,
        "{lanes:?}"
    );
    let fates = texts("sale overwritten by ");
    assert_eq!(fates.iter().collect::<HashSet<_>>().len(), fates.len());
    assert!(fates.len() > 8, "{fates:?}");
}

/// A page has room for most names, and tells longer ones apart, too.
#[test]
fn a_page_tells_long_names_apart() {
    let mut timeline = eight();
    for (number, lane) in timeline.lanes.iter_mut().enumerate() {
        let same = "checkout-".repeat(8);
        lane.name = format!("{same}{number}-{same}");
    }
    let steps = Steps::of(&timeline);
    let names: HashSet<&String> = steps.processes.iter().collect();
    assert_eq!(names.len(), 8, "{names:?}");
    let over = steps
        .steps
        .iter()
        .filter_map(|step| step.does.split_once("over the sale of "));
    let over: Vec<&str> = over.map(|(_, name)| name).collect();
    assert!(!over.is_empty());
    assert!(over.iter().all(|name| names.iter().any(|one| one == name)));
}
