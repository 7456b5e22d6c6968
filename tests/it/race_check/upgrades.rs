//! Locks that are held shared, by some of those who hold them or for a while, and those that are got again while they are held.

use tickets::check::{Anomaly, HistoryVerdict, judge, proof};
use tickets::draw;
use tickets::timeline::{Doing, PageStep, Span, Steps};

use super::in_between::evidence;
use super::unsaid::{both, read};

const FILE: &str = "device=1 inode=2 path_device=1 path_inode=2";

/// What is found, each proven.
fn judged(text: &str) -> HistoryVerdict {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    verdict
}

/// The steps of its page.
fn steps(text: &str) -> Vec<PageStep> {
    let evidence = read(text);
    Steps::of(&draw::recorded(&evidence, &judge(&evidence))).steps
}

fn step<'a>(steps: &'a [PageStep], who: usize, does: &str) -> &'a PageStep {
    let mut found = steps.iter();
    let found = found.find(|step| step.who == Some(who) && step.does == does);
    found.unwrap_or_else(|| panic!("{does}: {steps:#?}"))
}

/// The holds of the first operation of a buyer.
fn holds(text: &str, lane: usize) -> Vec<Span> {
    let evidence = read(text);
    let timeline = draw::recorded(&evidence, &judge(&evidence));
    let spans = timeline.lanes[lane].operations[0].spans.iter();
    let mut holds: Vec<Span> = spans
        .filter(|span| span.doing.held().is_some())
        .cloned()
        .collect();
    holds.sort_by_key(|span| span.from);
    holds
}

/// A sale that reads under a shared lock, and has it alone to write. `between`: what is said between both.
fn upgrade(between: &str, released: &str) -> String {
    let lines = format!(
        "
        ann invoke 1
        ann lock_got 10 {FILE} shared=true
        ann read 15 seq=0 left=2
        {between}
        ann lock_got 20 {FILE}
        ann intend 25 read=0 write=1 nonce=a
        ann wrote 30
        {released}
        ann return 50 outcome=sold left=1
        1 final 1
        "
    );
    evidence(2, &lines)
}

#[test]
fn an_upgrade_is_one_hold() {
    for wanted in ["", "ann lock_wanted 16 device=1 inode=2 shared=false"] {
        let text = upgrade(wanted, "ann lock_released 40");
        let verdict = judged(&text);
        assert!(verdict.is_clean(), "{verdict:?}");
        assert_eq!((verdict.untimed_locks, verdict.read_outside), (0, 0));
        let [shared, alone] = &holds(&text, 0)[..] else {
            panic!("{:?}", holds(&text, 0));
        };
        assert!(matches!(shared.doing, Doing::Share(_)), "{shared:?}");
        assert!(matches!(alone.doing, Doing::Hold(_)), "{alone:?}");
        assert_eq!((shared.from, shared.to), (10, 20));
        assert_eq!((alone.from, alone.to), (20, 40));
        let steps = steps(&text);
        let given_up = steps.iter().filter(|step| step.does == "gives up the lock");
        assert_eq!(given_up.count(), 1, "{steps:#?}");
        let alone = step(&steps, 0, "has the lock alone");
        assert_eq!(alone.locks[0].holders, ["ann"]);
        let shared = step(&steps, 0, "takes the lock, shared");
        assert_eq!(shared.locks[0].holders, ["ann (shared)"]);
    }
}

/// Who gives up both has two locks, one within the other; who gives up the first before it gets the second reads outside it.
#[test]
fn what_is_given_up_twice_is_held_twice() {
    let twice = "ann lock_released 35\nann lock_released 40";
    let nested = judged(&upgrade("", twice));
    assert_eq!((nested.untimed_locks, nested.read_outside), (0, 0));
    let holds = holds(&upgrade("", twice), 0);
    let ends: Vec<(u64, u64)> = holds.iter().map(|span| (span.from, span.to)).collect();
    assert_eq!(ends, [(10, 40), (20, 35)]);
    let apart = judged(&upgrade("ann lock_released 18", "ann lock_released 40"));
    assert_eq!((apart.untimed_locks, apart.read_outside), (0, 1));
}

/// A lock that is got again in the mode in which it is held is held on.
#[test]
fn a_lock_that_is_got_again_is_held_on() {
    let text = upgrade("", "ann lock_released 40").replace(",\"shared\":true", "");
    let verdict = judged(&text);
    assert_eq!((verdict.untimed_locks, verdict.read_outside), (0, 0));
    let [hold] = &holds(&text, 0)[..] else {
        panic!("{:?}", holds(&text, 0));
    };
    assert_eq!((hold.from, hold.to), (10, 40));
}

/// Two convert their locks at once: what flock does then is told.
#[test]
fn two_upgrades_break_the_lock() {
    let lines = format!(
        "
        ann invoke 1
        bob invoke 2
        ann lock_got 10 {FILE} shared=true
        bob lock_got 11 {FILE} shared=true
        ann read 12 seq=0 left=2
        bob read 13 seq=0 left=2
        bob lock_wanted 14 device=1 inode=2 shared=false
        ann lock_wanted 15 device=1 inode=2 shared=false
        ann lock_got 20 {FILE}
        ann intend 21 read=0 write=1 nonce=a
        ann wrote 22
        ann lock_released 23
        ann return 24 outcome=sold left=1
        bob lock_got 30 {FILE}
        bob intend 31 read=0 write=1 nonce=b
        bob wrote 32
        bob lock_released 33
        bob return 34 outcome=sold left=1
        1 final 1
        "
    );
    let text = evidence(2, &lines);
    let verdict = judged(&text);
    let broken: Vec<_> = verdict
        .findings
        .iter()
        .filter(|found| found.kind == Anomaly::BrokenLock)
        .collect();
    let [broken] = broken[..] else {
        panic!("{verdict:?}");
    };
    for part in [
        "ann got the lock",
        "while bob held it shared",
        "flock drops a shared lock while it converts it",
    ] {
        assert!(broken.text.contains(part), "{}", broken.text);
    }
    // Nobody holds a lock twice.
    for step in steps(&text) {
        for lock in step.locks {
            let mut holders = lock.holders;
            let all = holders.len();
            holders.sort();
            holders.dedup_by_key(|name| name.trim_end_matches(" (shared)").to_owned());
            assert_eq!(holders.len(), all, "{holders:?}");
        }
    }
    // The cause is numbered before the sum.
    let drawn = draw::recorded(&read(&text), &verdict);
    let place = |kind: &str| {
        let mut findings = drawn.findings.iter();
        findings
            .position(|found| found.kind.contains(kind))
            .unwrap()
    };
    assert!(place("broken lock") < place("conservation"));
}

/// One who reads under a shared lock keeps nobody out who does so; one who writes has it alone.
#[test]
fn whether_a_hold_is_shared_is_said_of_each() {
    let lines = format!(
        "
        ann invoke 1 quantity=0
        ann lock_got 10 {FILE} shared=true
        bob invoke 11 quantity=0
        bob lock_wanted 12 device=1 inode=2
        bob lock_got 13 {FILE} shared=true
        cid invoke 14
        cid lock_wanted 15 device=1 inode=2
        ann read 16 seq=0 left=2
        bob read 17 seq=0 left=2
        ann lock_released 18
        ann return 19 outcome=query left=2
        bob lock_released 20
        bob return 21 outcome=query left=2
        cid lock_got 22 {FILE}
        cid read 23 seq=0 left=2
        cid intend 24 read=0 write=1 nonce=c
        cid wrote 25
        cid lock_released 26
        cid return 27 outcome=sold left=1
        1 final 1
        "
    );
    let text = evidence(2, &lines);
    let evidence = read(&text);
    let timeline = draw::recorded(&evidence, &judge(&evidence));
    let lane = |name: &str| {
        timeline
            .lanes
            .iter()
            .position(|lane| lane.name == name)
            .unwrap()
    };
    let steps = steps(&text);
    let shared = step(&steps, lane("ann"), "takes the lock, shared");
    assert!(shared.why.contains("may take it shared, too"), "{shared:?}");
    let asks = step(&steps, lane("bob"), "asks for the lock");
    assert!(asks.why.contains("need not wait"), "{asks:?}");
    assert!(asks.locks[0].waiting.is_empty(), "{asks:?}");
    let waits = step(&steps, lane("cid"), "asks for the lock");
    assert!(waits.why.contains("has to wait"), "{waits:?}");
    assert_eq!(waits.locks[0].waiting, ["cid"]);
    let alone = step(&steps, lane("cid"), "takes the lock");
    assert!(alone.why.contains("has to wait"), "{alone:?}");
    let svg = timeline.to_svg();
    for words in [">holds the lock<", ">holds the lock, shared with others<"] {
        assert!(svg.contains(words), "{words}");
    }
}

/// A wish that names no file has no letter, whatever was got then.
#[test]
fn a_wish_without_a_file_is_for_a_lock() {
    for (named, words) in [
        ("", "asks for a lock"),
        (" device=1 inode=3", "asks for lock B"),
    ] {
        let lines = format!(
            "
            ann invoke 1
            ann lock_got 10 {FILE}
            ann read 15 seq=0 left=2
            ann lock_released 20
            ann return 21 outcome=failed
            bob invoke 30
            bob lock_wanted 31{named}
            bob lock_got 40 device=1 inode=3
            bob read 45 seq=0 left=2
            bob lock_released 50
            bob return 51 outcome=failed
            0 final 2
            "
        );
        let (text, _) = both(&evidence(2, &lines));
        assert!(text.contains(&format!("bob {words}")), "{text}");
    }
}

/// What was read is written by then, whatever its writer says, and its line stands above.
#[test]
fn a_write_stands_above_the_read_of_it() {
    let lines = "
        ann invoke 1000
        ann read 1500 seq=0 left=4
        eve invoke 1600
        eve read 1700 seq=0 left=4
        ann intend 2000 read=0 write=1 nonce=a
        bob invoke 2200
        bob read 3000 seq=1 left=3
        ann wrote 4000
        ann return 4200 outcome=sold left=3
        bob intend 4400 read=1 write=2 nonce=b
        bob wrote 4500
        bob return 4600 outcome=sold left=2
        eve intend 5000 read=0 write=1 nonce=c
        eve wrote 5100
        eve return 5200 outcome=sold left=3
        1 final 3
    ";
    let (text, _) = both(&evidence(4, lines));
    let row = |words: &str| {
        let mut lines = text.lines();
        lines.position(|line| line.contains(words)).unwrap()
    };
    assert!(
        row("ann writes: 3 left") < row("bob reads: 3 left"),
        "{text}"
    );
}
