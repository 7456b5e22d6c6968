//! What a first lesson is told: small histories of which every sentence, mark and row must be so.

use std::fmt::Write as _;

use std::fs;

use tickets::check::{Anomaly, HistoryVerdict, judge, proof};

use super::unsaid::{both, read};
use crate::harness::TestEvent;

/// Steps, each as `buyer step time` and more members.
fn steps(stock: u64, lines: &[(&str, &str, u64, &str)]) -> String {
    let mut text = format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n");
    for (buyer, step, t, more) in lines {
        let comma = if more.is_empty() { "" } else { "," };
        writeln!(
            text,
            "{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{comma}{more}}}"
        )
        .unwrap();
    }
    text
}

/// A purchase of one from a version, with so many left there: read, intend, wrote, and returned at these times.
fn sale(buyer: &str, times: [u64; 5], version: u64, left: u64) -> String {
    let [invoke, read, intend, wrote, returned] = times;
    let next = version + 1;
    let after = left - 1;
    let line = |step: &str, t: u64, more: &str| {
        format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{more}}}\n")
    };
    line("invoke", invoke, "")
        + &line("read", read, &format!(",\"seq\":{version},\"left\":{left}"))
        + &line(
            "intend",
            intend,
            &format!(",\"read\":{version},\"write\":{next},\"nonce\":\"{buyer}\""),
        )
        + &line("wrote", wrote, "")
        + &line(
            "return",
            returned,
            &format!(",\"outcome\":\"sold\",\"left\":{after}"),
        )
}

fn header(stock: u64) -> String {
    steps(stock, &[])
}

/// What is found, each proven.
fn judged(text: &str) -> HistoryVerdict {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    verdict
}

/// The row of the drawing that has these words.
fn row(text: &str, words: &str) -> String {
    let (drawn, _) = both(text);
    let mut rows = drawn.lines().filter(|line| line.contains(words));
    let row = rows.next().unwrap_or_else(|| panic!("{words}: {drawn}"));
    row.to_owned()
}

/// Two sales of one ticket are on the ledger: whatever their buyers were told.
#[test]
fn who_wrote_and_was_not_answered_is_among_those_who_bought_too_many() {
    let ends = [
        ("killed", ""),
        ("return", "\"outcome\":\"unknown\""),
        ("return", "\"outcome\":\"sold\",\"left\":0"),
    ];
    for (ann, ann_more) in ends {
        for (bob, bob_more) in ends {
            let lines = [
                ("ann", "invoke", 10, ""),
                ("bob", "invoke", 11, ""),
                ("ann", "read", 12, "\"seq\":0,\"left\":1"),
                ("bob", "read", 13, "\"seq\":0,\"left\":1"),
                (
                    "ann",
                    "intend",
                    15,
                    "\"read\":0,\"write\":1,\"nonce\":\"a\"",
                ),
                ("ann", "wrote", 17, ""),
                ("ann", ann, 18, ann_more),
                (
                    "bob",
                    "intend",
                    20,
                    "\"read\":0,\"write\":1,\"nonce\":\"b\"",
                ),
                ("bob", "wrote", 22, ""),
                ("bob", bob, 25, bob_more),
            ];
            let committed = |buyer: &str, nonce: &str| {
                format!(
                    "{{\"committed\":1,\"nonce\":\"{nonce}\",\"left\":0,\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
                )
            };
            let ledger = committed("ann", "a") + &committed("bob", "b");
            for ledger in ["", &ledger] {
                let text = steps(1, &lines) + ledger + "{\"final\":1,\"left\":0}\n";
                let verdict = judged(&text);
                let found = &verdict.findings[0];
                assert_eq!(found.kind, Anomaly::Oversold, "{text}{verdict:?}");
                assert_eq!(
                    found.text,
                    "2 tickets were sold, but there was only 1: 1 ticket that was sold does not exist; the first too many is bob, who bought 1"
                );
            }
            // Of what the ledger has not, nobody bought too many.
            if ann == "killed" {
                let text = steps(1, &lines) + &committed("bob", "b") + "{\"final\":1,\"left\":0}\n";
                assert_eq!(judged(&text).count(Anomaly::Oversold), 0, "{text}");
            }
        }
    }
}

/// Who reads what was put back reads the newest count; who reads before that, or what nobody put back, does not.
#[test]
fn a_count_that_was_put_back_is_not_old() {
    let run = |bob: [u64; 5], dee: [u64; 5]| {
        header(5)
            + &sale("ann", [10, 11, 20, 22, 23], 0, 5)
            + &sale("cid", [24, 25, 26, 28, 29], 1, 4)
            + &sale("bob", bob, 0, 5)
            + &sale("dee", dee, 1, 4)
    };
    for (bob, dee, stale) in [
        // Behind cid, before dee reads.
        ([12, 13, 30, 32, 33], [40, 41, 42, 44, 45], 0),
        // Perhaps before she reads.
        ([12, 13, 30, 60, 61], [40, 41, 42, 44, 45], 0),
        // Behind her read.
        ([12, 13, 50, 52, 53], [40, 41, 42, 44, 45], 1),
        // Before cid.
        ([12, 13, 18, 19, 20], [40, 41, 42, 44, 45], 1),
    ] {
        let text = run(bob, dee);
        let verdict = judged(&text);
        assert_eq!(
            verdict.count(Anomaly::StaleRead),
            stale,
            "{text}{verdict:?}"
        );
        assert!(verdict.count(Anomaly::LostUpdate) > 0, "{text}");
    }
    // Beside one who does read an old count.
    let text = run([12, 13, 30, 32, 33], [40, 41, 42, 44, 45])
        + "{\"buyer\":\"eve\",\"invoke\":35,\"return\":37,\"quantity\":0,\"read\":0,\"read_at\":36,\"seen\":5,\"outcome\":\"query\"}\n";
    let verdict = judged(&text);
    let stale = verdict
        .findings
        .iter()
        .find(|found| found.kind == Anomaly::StaleRead);
    assert_eq!(stale.unwrap().buyers[0], "eve", "{verdict:?}");
}

/// An empty ledger has no sale of anybody's, whichever version it may have written.
#[test]
fn a_sale_that_no_line_can_be_is_lost_though_it_does_not_say_its_version() {
    let lines = [
        ("ann", "invoke", 10, ""),
        ("ann", "read", 12, "\"seq\":0,\"left\":3"),
        ("ann", "return", 26, "\"outcome\":\"sold\",\"left\":2"),
    ];
    let run = |end: &str| steps(3, &lines) + end;
    let other = "{\"committed\":1,\"nonce\":\"b\",\"left\":2,\"buyer\":\"bob\",\"quantity\":1}\n";
    for end in [
        "{\"final\":0,\"left\":3,\"lines\":0}\n".to_owned(),
        format!("{other}{{\"final\":1,\"left\":2,\"lines\":1}}\n"),
    ] {
        let verdict = judged(&run(&end));
        let mut lost = verdict.findings.iter();
        let lost = lost.find(|found| found.kind == Anomaly::LostSale).unwrap();
        assert_eq!(
            lost.text,
            "ann was told at 16 ns that it bought, but the ledger has no such sale"
        );
    }
    let own = other.replace("bob", "ann");
    for end in [
        "{\"final\":0,\"left\":3}\n".to_owned(),
        format!("{own}{{\"final\":1,\"left\":2,\"lines\":1}}\n"),
    ] {
        let verdict = judged(&run(&end));
        assert_eq!(verdict.count(Anomaly::LostSale), 0, "{end}");
    }
    // To people, and to programs.
    let event = TestEvent::empty();
    let file = event.path("lost.jsonl");
    fs::write(&file, run("{\"final\":0,\"left\":3,\"lines\":0}\n")).unwrap();
    let told = event.run(&format!("race check {}", file.display()));
    assert_eq!(told.code, Some(6), "{told:?}");
}

/// The number stands at the old read; who is measured by is not red.
#[test]
fn a_finding_about_a_read_is_marked_at_that_read_alone() {
    let text = header(3)
        + &sale("ann", [10, 11, 12, 13, 14], 0, 3)
        + &sale("bob", [20, 21, 30, 35, 40], 0, 3);
    assert!(judged(&text).count(Anomaly::StaleRead) == 1, "{text}");
    let (drawn, _) = both(&text);
    let number = |words: &str| row(&text, words).split(" <- ").nth(1).map(str::to_owned);
    let (read, write) = (number("bob reads"), number("bob writes"));
    assert!(read.is_some() && read != write, "{drawn}");
    let read = read.unwrap();
    assert!(
        !number("ann writes").is_some_and(|own| own.contains(&read)),
        "{drawn}"
    );
    // Nothing of a faultless sale is red.
    let query = "{\"buyer\":\"bob\",\"invoke\":20,\"return\":22,\"quantity\":0,\"read\":0,\"read_at\":21,\"seen\":3,\"outcome\":\"query\"}\n";
    let text = header(3) + &sale("ann", [10, 11, 12, 13, 14], 0, 3) + query;
    assert!(row(&text, "bob queries").ends_with(" <- 1"));
    assert!(!row(&text, "ann writes").contains("<-"));
    // Of a read of what never counted.
    let killed = [
        ("ann", "invoke", 10, ""),
        ("ann", "read", 11, "\"seq\":0,\"left\":2"),
        (
            "ann",
            "intend",
            12,
            "\"read\":0,\"write\":1,\"nonce\":\"ann\"",
        ),
        ("ann", "killed", 14, ""),
    ];
    let text = steps(2, &killed)
        + &sale("bob", [20, 21, 22, 23, 24], 1, 1)
        + "{\"committed\":2,\"nonce\":\"bob\",\"left\":0,\"buyer\":\"bob\",\"quantity\":1}\n{\"final\":2,\"left\":0,\"lines\":1}\n";
    assert_eq!(judged(&text).count(Anomaly::DirtyRead), 1);
    assert!(row(&text, "bob reads").contains("<-"));
}

/// A lease that had ended is marked at the write, not where it was good.
#[test]
fn an_ended_lease_is_marked_at_the_write_under_it() {
    let lease = |inode: u64| format!("\"device\":8,\"inode\":{inode},\"leased\":true");
    let (first, second) = (lease(1), lease(2));
    let text = steps(
        2,
        &[
            ("ann", "invoke", 10, ""),
            ("ann", "lock_got", 12, &first),
            ("ann", "read", 14, "\"seq\":0,\"left\":2"),
            ("bob", "invoke", 20, ""),
            ("bob", "lock_got", 22, &second),
            ("bob", "read", 23, "\"seq\":0,\"left\":2"),
            (
                "bob",
                "intend",
                24,
                "\"read\":0,\"write\":1,\"nonce\":\"b\"",
            ),
            ("bob", "wrote", 26, ""),
            ("bob", "lock_released", 27, ""),
            ("bob", "return", 28, "\"outcome\":\"sold\",\"left\":1"),
            (
                "ann",
                "intend",
                35,
                "\"read\":0,\"write\":1,\"nonce\":\"a\"",
            ),
            ("ann", "wrote", 37, ""),
            ("ann", "lock_released", 39, ""),
            ("ann", "return", 40, "\"outcome\":\"sold\",\"left\":1"),
        ],
    ) + "{\"final\":1,\"left\":1}\n";
    assert_eq!(judged(&text).count(Anomaly::EndedLock), 1);
    assert!(row(&text, "ann writes").ends_with("<- 1,2,3"));
    for words in ["ann takes", "bob takes"] {
        assert!(!row(&text, words).contains("<-"), "{words}");
    }
}

fn deadlock(ann_reads: bool, bob_ends: &str) -> String {
    let lock = |inode: u64| {
        format!("\"device\":8,\"inode\":{inode},\"path_device\":8,\"path_inode\":{inode}")
    };
    let wanted = |inode: u64| format!("\"device\":8,\"inode\":{inode}");
    let (a, b, want_a, want_b) = (lock(1), lock(2), wanted(1), wanted(2));
    let mut lines = vec![
        ("ann", "invoke", 10, ""),
        ("bob", "invoke", 12, ""),
        ("cid", "invoke", 13, ""),
        ("cid", "read", 14, "\"seq\":0,\"left\":2"),
        ("ann", "lock_got", 20, &a),
        ("bob", "lock_got", 22, &b),
        ("ann", "lock_wanted", 30, &want_b),
        ("cid", "lock_wanted", 31, &want_a),
        ("bob", "lock_wanted", 32, &want_a),
    ];
    if ann_reads {
        lines.insert(6, ("ann", "read", 28, "\"seq\":0,\"left\":2"));
    }
    match bob_ends {
        "" => {}
        "killed" => lines.push(("bob", "killed", 80, "")),
        _ => lines.push(("bob", "return", 80, "\"outcome\":\"failed\"")),
    }
    if !bob_ends.is_empty() {
        lines.extend([
            ("ann", "lock_got", 85, b.as_str()),
            ("ann", "read", 86, "\"seq\":0,\"left\":2"),
            (
                "ann",
                "intend",
                87,
                "\"read\":0,\"write\":1,\"nonce\":\"a\"",
            ),
            ("ann", "wrote", 88, ""),
            ("ann", "return", 91, "\"outcome\":\"sold\",\"left\":1"),
        ]);
    }
    let last = if bob_ends.is_empty() {
        "{\"final\":0,\"left\":2}\n"
    } else {
        "{\"final\":1,\"left\":1}\n"
    };
    steps(2, &lines) + last
}

/// Two who want both locks, in two orders, have no split lock: to make one lock of them is not told as the cure.
#[test]
fn who_wants_the_lock_of_another_has_no_split_lock() {
    for ann_reads in [false, true] {
        let verdict = judged(&deadlock(ann_reads, ""));
        assert_eq!(verdict.count(Anomaly::SplitLock), 0, "{verdict:?}");
        assert_eq!(verdict.count(Anomaly::Deadlock), 1, "{verdict:?}");
    }
}

/// A deadlock is drawn until it is over, and who gave up has a row at that time.
#[test]
fn a_deadlock_that_was_ended_is_drawn_until_then() {
    use tickets::timeline::Doing;

    for (end, words) in [("killed", "bob killed"), ("failed", "bob failed")] {
        let text = deadlock(false, end);
        let evidence = read(&text);
        let timeline = tickets::draw::recorded(&evidence, &judge(&evidence));
        let spans = timeline
            .lanes
            .iter()
            .flat_map(|lane| &lane.operations[0].spans);
        let stuck = spans.filter(|span| matches!(span.doing, Doing::Stuck(_)));
        for span in stuck {
            assert_eq!(span.to, 80, "{end}: {span:?}");
        }
        assert!(row(&text, words).trim_start().starts_with("70 "), "{end}");
        assert!(
            row(&text, "bob waits for lock A").ends_with("lock A <- 1"),
            "{end}"
        );
        // Whoever waits behind it says for which lock; what was done later is said where it was done.
        assert!(row(&text, "cid asks for lock A").contains('○'), "{end}");
        let (_, svg) = both(&text);
        assert!(svg.contains(">asks for lock A<"), "{svg}");
        assert!(!svg.contains("waits for lock B, "), "{svg}");
    }
}

/// What goes on in time that is cut out is to be seen on either side of the cut.
#[test]
fn a_wait_that_begins_at_a_cut_is_seen_before_it() {
    let lock = "\"device\":8,\"inode\":1,\"path_device\":8,\"path_inode\":1";
    let wanted = "\"device\":8,\"inode\":1";
    let text = steps(
        2,
        &[
            ("ann", "invoke", 0, ""),
            ("ann", "lock_got", 2, lock),
            ("bob", "invoke", 4, ""),
            ("bob", "lock_wanted", 5, wanted),
            ("ann", "read", 100_000, "\"seq\":0,\"left\":2"),
            ("ann", "lock_released", 100_010, ""),
            ("ann", "return", 100_012, "\"outcome\":\"query\",\"left\":2"),
            ("bob", "lock_got", 100_015, lock),
            ("bob", "lock_released", 100_016, ""),
            ("bob", "return", 100_017, "\"outcome\":\"failed\""),
        ],
    )
    .replacen("\"t\":0}", "\"t\":0,\"quantity\":0}", 1);
    let (_, svg) = both(&text);
    assert!(svg.contains("time cut out"), "{svg}");
    // Two pieces of the wait: before the cut, and behind it.
    let waits = svg
        .lines()
        .filter(|line| line.contains(r#"stroke-dasharray="1.5 3""#));
    let lengths = waits.filter_map(|line| {
        let (_, path) = line.split_once("d=\"M")?;
        let (from, rest) = path.split_once(' ')?;
        let (_, to) = rest.split_once('H')?;
        let (to, _) = to.split_once('"')?;
        Some(to.parse::<f64>().ok()? - from.parse::<f64>().ok()?)
    });
    let seen = lengths.filter(|length| *length > 5.0).count();
    assert!(seen >= 3, "with that of the legend: {svg}");
}
