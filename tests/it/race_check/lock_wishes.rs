//! Deadlocks through locks that are held shared: whether the next one wants it alone decides.

use std::fmt::Write as _;

use tickets::check::{Anomaly, HistoryVerdict, judge, proof};

use super::in_between::evidence;
use super::unsaid::read;

/// What is found, each proven.
fn judged(text: &str) -> HistoryVerdict {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    verdict
}

fn deadlocks(text: &str) -> Vec<String> {
    let found = judged(text).findings.into_iter();
    let found = found.filter(|found| found.kind == Anomaly::Deadlock);
    found.map(|found| found.text).collect()
}

/// Ann holds file 1 as `held` says and waits for 2, which bob holds; bob wishes for 1 as `wished` and `got` say.
fn crossed(held: &str, wished: &str, got: Option<&str>) -> String {
    let bob = match got {
        Some(got) => format!(
            "
            bob lock_got 105 device=1 inode=1{got}
            bob lock_released 110
            "
        ),
        None => String::new(),
    };
    let lines = format!(
        "
        ann invoke 1
        bob invoke 2
        ann lock_got 3 device=1 inode=1{held}
        bob lock_got 4 device=1 inode=2
        ann read 5 seq=0 left=5
        ann lock_wanted 7 device=1 inode=2
        bob lock_wanted 8 device=1 inode=1{wished}
        ann lock_released 99
        ann return 100 outcome=failed
        {bob}
        bob return 120 outcome=failed
        0 final 5
        "
    );
    evidence(5, &lines)
}

const SHARED: &str = " shared=true";
const ALONE: &str = " shared=false";

#[test]
fn who_holds_shared_keeps_out_who_wants_it_alone() {
    let told = "ann waits for a lock that bob holds, and bob waits for ann in turn: neither went on until ann gave up at 98 ns";
    for (held, wished, got) in [
        ("", "", Some("")),
        ("", SHARED, Some(SHARED)),
        (SHARED, "", Some("")),
        (SHARED, SHARED, Some("")),
        (SHARED, ALONE, None),
    ] {
        let text = crossed(held, wished, got);
        assert_eq!(deadlocks(&text), [told], "{text}");
        assert_eq!(judged(&text).unsaid_wishes, 0, "{text}");
    }
    // Those who share a lock do not wait for one another.
    for (wished, got) in [("", Some(SHARED)), (SHARED, None)] {
        let text = crossed(SHARED, wished, got);
        assert_eq!(deadlocks(&text), Vec::<String>::new(), "{text}");
        assert_eq!(judged(&text).unsaid_wishes, 0, "{text}");
    }
    // Where that is not said, it is not judged, and that is said.
    let text = crossed(SHARED, "", None);
    let verdict = judged(&text);
    assert_eq!(verdict.count(Anomaly::Deadlock), 0, "{verdict:?}");
    assert!(
        verdict.unsaid_wishes > 0 && !verdict.is_whole(),
        "{verdict:?}"
    );
}

/// Several hold one lock shared, and ask for it again.
fn upgrade(names: &[&str], wish: &str, ends: &str) -> String {
    let mut lines = String::new();
    for (step, more) in [
        ("invoke", String::new()),
        ("lock_got", format!(" device=1 inode=1{SHARED}")),
        ("read", " seq=0 left=5".to_owned()),
        ("lock_wanted", format!(" device=1 inode=1{wish}")),
    ] {
        for name in names {
            let t = lines.lines().count() + 1;
            writeln!(lines, "{name} {step} {t}{more}").unwrap();
        }
    }
    evidence(5, &[lines.as_str(), ends, "0 final 5"].concat())
}

#[test]
fn two_who_share_a_lock_and_ask_for_it_alone_are_a_deadlock() {
    let names = ["ann", "bob"];
    let killed = "
        ann killed 100
        bob killed 101
    ";
    let given_up = "
        bob lock_released 119
        bob return 120 outcome=failed
        ann lock_got 125 device=1 inode=1
        ann lock_released 132
        ann return 133 outcome=failed
    ";
    let gone_on = "
        zoe invoke 1000 quantity=0
        zoe read 1010 seq=0 left=5
        zoe return 1040 outcome=query
    ";
    for wish in ["", ALONE] {
        for (ends, told) in [
            (killed, "neither went on until ann was killed at 99 ns"),
            (given_up, "neither went on until bob gave up at 118 ns"),
            (gone_on, "neither ever goes on"),
        ] {
            let text = upgrade(&names, wish, ends);
            let found = deadlocks(&text);
            let [found] = &found[..] else {
                panic!("{found:?} {text}");
            };
            assert!(found.ends_with(told), "{found}");
            assert_eq!(judged(&text).unsaid_wishes, 0, "{text}");
        }
    }
    // Who says that it would have shared it waited for nobody.
    let text = upgrade(&names, SHARED, killed);
    assert_eq!(deadlocks(&text), Vec::<String>::new());
    // Of three each is in one that is told.
    let three = "
        ann killed 100
        bob killed 101
        cid killed 102
    ";
    let found = deadlocks(&upgrade(&["ann", "bob", "cid"], "", three)).concat();
    for name in ["ann", "bob", "cid"] {
        assert!(found.contains(name), "{found}");
    }
}

/// One wait, and one after the other two who hold what it waits for and wait for its holder.
#[test]
fn a_wait_in_two_deadlocks_is_told_of_each() {
    let lines = "
        ann invoke 1
        bob invoke 2
        cid invoke 3
        ann lock_got 4 device=1 inode=1
        bob lock_got 5 device=1 inode=2
        ann read 6 seq=0 left=5
        ann lock_wanted 10 device=1 inode=2
        bob lock_wanted 11 device=1 inode=1
        bob killed 20
        cid lock_got 25 device=1 inode=2
        cid lock_wanted 30 device=1 inode=1
        cid lock_released 40
        cid return 41 outcome=failed
        ann lock_got 50 device=1 inode=2
        ann lock_released 51
        ann lock_released 52
        ann return 53 outcome=failed
        0 final 5
    ";
    let mut found = deadlocks(&evidence(5, lines));
    found.sort();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .any(|text| text.contains("bob") && text.ends_with("until bob was killed at 19 ns")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|text| text.contains("cid") && text.ends_with("until cid gave up at 39 ns")),
        "{found:?}"
    );
}

/// Of locks that were broken one after another the first is told first, whichever line stands first in the file.
#[test]
fn broken_locks_are_told_by_time_in_any_order_of_the_lines() {
    let whole = |buyer: &str, at: u64, inode: u64| {
        format!(
            "{{\"buyer\":\"{buyer}\",\"invoke\":{at},\"return\":{},\"quantity\":0,\"read\":0,\"outcome\":\"query\",\"lock\":{{\"got\":{},\"released\":{},\"device\":8,\"inode\":{inode}}}}}\n",
            at + 20,
            at + 5,
            at + 15
        )
    };
    let lines = [
        whole("ann", 10, 1),
        whole("bob", 12, 1),
        whole("cid", 50, 2),
        whole("dan", 52, 2),
        whole("eve", 90, 1),
        whole("fay", 92, 1),
    ];
    let told = |lines: &[String]| -> Vec<String> {
        let found = judged(&(evidence(5, "") + &lines.concat())).findings;
        let broken = found
            .into_iter()
            .filter(|found| found.kind == Anomaly::BrokenLock);
        broken.map(|found| found.text).collect()
    };
    let first = told(&lines);
    let who: Vec<&str> = first.iter().map(|text| &text[..3]).collect();
    assert_eq!(who, ["bob", "dan", "fay"], "{first:?}");
    for turned in 1..lines.len() {
        let mut lines = lines.clone();
        lines.rotate_left(turned);
        assert_eq!(told(&lines), first);
        lines.reverse();
        assert_eq!(told(&lines), first);
    }
}
