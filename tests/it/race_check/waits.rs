//! Deadlocks, of several and of one with itself: what is found, and how they, and other locks, are drawn.

use tickets::check::{Anomaly, judge, proof};
use tickets::draw;
use tickets::timeline::{Doing, Span, Timeline};

use super::unsaid::{both, read};

const TWO: &str = "{\"evidence\":1,\"stock\":2,\"first\":0}\n";

fn step(buyer: &str, step: &str, t: u64, more: &str) -> String {
    format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{more}}}\n")
}

fn file(inode: u64) -> String {
    format!(",\"device\":8,\"inode\":{inode}")
}

/// What was found, each proven.
fn told(text: &str) -> Vec<(Anomaly, String)> {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let found = verdict.findings.into_iter();
    found.map(|one| (one.kind, one.text)).collect()
}

fn drawn(text: &str) -> Timeline {
    let evidence = read(text);
    draw::recorded(&evidence, &judge(&evidence))
}

fn spans(timeline: &Timeline, lane: usize) -> Vec<&Span> {
    let spans = &timeline.lanes[lane].operations[0].spans;
    let of_locks = |doing: &Doing| {
        let waits = matches!(doing, Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_));
        waits || doing.held().is_some()
    };
    spans.iter().filter(|span| of_locks(&span.doing)).collect()
}

/// Ann holds a lock and asks for it again.
fn with_itself(end: &str) -> String {
    let steps = [
        step("ann", "invoke", 1, ""),
        step("ann", "read", 3, ",\"seq\":0,\"left\":2"),
        step("ann", "lock_got", 10, &file(1)),
        step("ann", "lock_wanted", 30, &file(1)),
    ];
    TWO.to_owned() + &steps.concat() + end
}

const FINAL: &str = "{\"final\":0,\"left\":2}\n";

#[test]
fn who_waits_for_what_it_holds_itself_never_goes_on() {
    let killed = step("ann", "killed", 91, "");
    let failed = step("ann", "return", 91, ",\"outcome\":\"failed\"");
    let other = step("bob", "invoke", 50, "");
    let for_ever = "it never goes on";
    for (end, words) in [
        (FINAL.to_owned(), for_ever),
        (other, for_ever),
        (killed, "it did not go on until it was killed at 90 ns"),
        (failed, "it did not go on until it gave up at 90 ns"),
    ] {
        let text = with_itself(&end);
        let sentence = format!("ann waits for a lock that it holds itself: {words}");
        assert_eq!(told(&text), [(Anomaly::Deadlock, sentence)], "{end}");
        let (drawn, svg) = both(&text);
        for drawn in [&drawn, &svg] {
            let plain = "it waits for a lock that it holds itself (deadlock)";
            assert!(drawn.contains(plain), "{drawn}");
        }
        let row = drawn
            .lines()
            .find(|line| line.contains("waits for the lock"));
        assert!(row.unwrap().ends_with("<- 1"), "{drawn}");
    }
}

/// What may be got again, or was given up first, or is shared, or is cut there, is no deadlock.
#[test]
fn a_lock_that_may_be_got_again_is_no_deadlock() {
    let got = step("ann", "lock_got", 31, &file(1)) + FINAL;
    assert_eq!(told(&with_itself(&got)), []);
    assert_eq!(told(&with_itself("")), []);
    let released = step("ann", "lock_released", 20, "");
    let wanted = step("ann", "lock_wanted", 30, &file(1));
    let given_up = with_itself(FINAL).replace(&wanted, &(released + &wanted));
    assert_eq!(told(&given_up), []);
    let shared = with_itself(FINAL).replacen("\"inode\":1}", "\"inode\":1,\"shared\":true}", 1);
    assert_eq!(told(&shared), []);
    let another = with_itself(FINAL).replace(&wanted, &step("ann", "lock_wanted", 30, &file(2)));
    assert_eq!(told(&another), []);
}

/// Each asks for what the next one holds.
fn ring(names: &[&str], end: &str) -> String {
    let mut text = TWO.to_owned();
    for (at, name) in (0..).zip(names) {
        text += &step(name, "invoke", 1 + at, "");
        text += &step(name, "read", 5 + at, ",\"seq\":0,\"left\":2");
        text += &step(name, "lock_got", 10 + at, &file(at));
    }
    for (at, name) in (0..).zip(names) {
        let next = (at + 1) % names.len() as u64;
        text += &step(name, "lock_wanted", 20 + at, &file(next));
    }
    text + end
}

/// The picture of a deadlock has its holds and its waits, which nothing ends, and the finding stands at the waits.
#[test]
fn a_deadlock_is_drawn_at_its_waits() {
    let killed = step("ann", "killed", 90, "") + &step("bob", "killed", 91, "");
    for (names, end) in [
        (&["ann", "bob"][..], FINAL),
        (&["ann", "bob"], &killed),
        (&["ann", "bob", "cat"], FINAL),
    ] {
        let text = ring(names, end);
        let timeline = drawn(&text);
        for lane in 0..names.len() {
            let spans = spans(&timeline, lane);
            // Who outlives the deadlock waits on.
            let (hold, wait, last) = match spans[..] {
                [hold, wait] => (hold, wait, wait),
                [hold, wait, on] if end == killed && on.from == wait.to => (hold, wait, on),
                _ => panic!("{spans:?}"),
            };
            assert!(matches!(hold.doing, Doing::Hold(_)), "{hold:?}");
            assert!(matches!(wait.doing, Doing::Stuck(_)), "{wait:?}");
            // What is held is held while it waits, which takes some time.
            assert_eq!(hold.to, last.to, "{names:?}{end}");
            assert!(wait.to > wait.from, "{names:?}{end}");
        }
        let (drawn, svg) = both(&text);
        let rows = drawn
            .lines()
            .filter(|line| line.contains(" waits for lock "));
        let rows: Vec<&str> = rows.filter(|line| line.contains('○')).collect();
        assert_eq!(rows.len(), names.len(), "{drawn}");
        for row in &rows {
            assert!(row.ends_with("<- 1"), "{drawn}");
            // All others hold what they hold.
            assert_eq!(row.matches('┃').count(), names.len() - 1, "{drawn}");
        }
        assert_eq!(drawn.matches("<- 1").count(), names.len() + 1, "{drawn}");
        assert!(svg.contains(">waits in a deadlock<"), "{svg}");
        assert!(!svg.contains("waits (0)"), "{svg}");
    }
}

/// Who asks for a lock in vain and then does something else waited until then.
#[test]
fn a_wait_that_was_given_up_ends_where_its_buyer_goes_on() {
    let text = TWO.to_owned()
        + &step("ann", "invoke", 1, "")
        + &step("ann", "lock_wanted", 10, &file(1))
        + &step("ann", "read", 30, ",\"seq\":0,\"left\":2")
        + &step("ann", "return", 90, ",\"outcome\":\"failed\"");
    let timeline = drawn(&text);
    assert_eq!(spans(&timeline, 0), [&Span::new(Doing::Wait, 10, 30)]);
}

/// A lock that leases hold is one lock, whoever got it, and is not held by two.
#[test]
fn a_lease_that_ended_is_drawn_so_and_is_one_lock() {
    let lock = |got: u64, released: u64, inode: u64| {
        format!(
            "\"lock\":{{\"device\":7,\"inode\":{inode},\"got\":{got},\"released\":{released},\"leased\":true}}"
        )
    };
    let text = TWO.to_owned()
        + &format!(
            "{{\"buyer\":\"ann\",\"invoke\":10,\"return\":200,\"read\":0,\"read_at\":20,\"seen\":2,\"write\":1,\"left\":1,\"intend\":150,\"wrote\":160,\"nonce\":\"a\",\"outcome\":\"sold\",{}}}\n",
            lock(15, 190, 1)
        )
        + &format!(
            "{{\"buyer\":\"bob\",\"invoke\":60,\"return\":100,\"read\":0,\"read_at\":70,\"seen\":2,\"outcome\":\"failed\",{}}}\n",
            lock(65, 90, 2)
        );
    assert_eq!(told(&text)[0].0, Anomaly::EndedLock);
    let timeline = drawn(&text);
    let holds: Vec<(u64, u64)> = [0, 1]
        .iter()
        .flat_map(|lane| spans(&timeline, *lane))
        .map(|span| (span.from, span.to))
        .collect();
    assert!(
        holds.contains(&(15, 65)) && holds.contains(&(65, 90)),
        "{holds:?}"
    );
    let (drawn, _) = both(&text);
    assert_eq!(drawn.matches("takes the lock").count(), 2, "{drawn}");
}

/// What a query read stands where it read it, and who was killed stands there where it died.
#[test]
fn a_query_stands_where_it_read_and_a_death_where_it_was() {
    let text = TWO.to_owned()
        + "{\"buyer\":\"bob\",\"quantity\":0,\"invoke\":1,\"return\":100,\"read\":0,\"read_at\":12,\"seen\":2,\"outcome\":\"query\"}\n\
           {\"step\":\"invoke\",\"buyer\":\"ann\",\"t\":1}\n\
           {\"step\":\"read\",\"buyer\":\"ann\",\"t\":2,\"seq\":0,\"left\":2}\n\
           {\"step\":\"intend\",\"buyer\":\"ann\",\"t\":3,\"read\":0,\"write\":1,\"nonce\":\"a\"}\n\
           {\"step\":\"killed\",\"buyer\":\"ann\",\"t\":9}\n\
           {\"buyer\":\"cat\",\"quantity\":0,\"invoke\":50,\"return\":90,\"read\":1,\"read_at\":60,\"seen\":1,\"outcome\":\"query\"}\n";
    let (drawn, _) = both(&text);
    let at = |words: &str| {
        let line = drawn.lines().find(|line| line.contains(words)).unwrap();
        let time = line.split_whitespace().next().unwrap();
        time.parse::<u64>()
            .unwrap_or_else(|_| panic!("{words}: {drawn}"))
    };
    assert_eq!(at("bob queries: 2 left"), 11, "{drawn}");
    assert_eq!(at("ann writes: 1 left"), 8, "{drawn}");
    let (before, after) = drawn.split_once("ann writes: 1 left").unwrap();
    assert!(
        after.contains("ann killed") && !before.contains("ann killed"),
        "{drawn}"
    );
    let timeline = self::drawn(&text);
    let killed: Vec<_> = timeline
        .lanes
        .iter()
        .flat_map(|lane| &lane.operations)
        .collect();
    let killed = killed.iter().find_map(|one| one.killed);
    assert_eq!(killed, Some(9));
}

/// Of an operation that had several locks the sentence, and the mark, are of the one that the finding is about.
#[test]
fn a_finding_is_about_the_lock_that_it_happened_to() {
    let both_locks = |of_bob: u64| {
        TWO.to_owned()
            + &step("ann", "invoke", 1, ",\"quantity\":0")
            + &step("bob", "invoke", 1, ",\"quantity\":0")
            + &step("ann", "lock_got", 2, &file(1))
            + &step("bob", "lock_got", 5, &file(of_bob))
            + &step("bob", "lock_released", 8, "")
            + &step("ann", "lock_released", 10, "")
            + &step("ann", "lock_got", 12, &file(2))
            + &step("ann", "lock_released", 20, "")
            + &step("ann", "return", 30, ",\"outcome\":\"query\"")
            + &step("bob", "return", 30, ",\"outcome\":\"query\"")
    };
    for (of_bob, kind, sentence) in [
        (
            1,
            Anomaly::BrokenLock,
            "bob got the lock (of the file with inode 1) at 4 ns, while ann held it from 1 ns to 9 ns",
        ),
        (
            3,
            Anomaly::SplitLock,
            "ann locked one file (inode 1) and bob locked another (inode 3): two locks keep nobody out",
        ),
    ] {
        let text = both_locks(of_bob);
        assert_eq!(told(&text), [(kind, sentence.to_owned())]);
        // Were it the other way round, the mark would stand at the other lock.
        for text in [
            text.clone(),
            text.replace("\"t\":5,", "\"t\":13,")
                .replace("\"t\":8}", "\"t\":15}"),
        ] {
            let text = text.replace(
                "\"t\":13,\"device\":8,\"inode\":1}",
                "\"t\":13,\"device\":8,\"inode\":2}",
            );
            let (drawn, _) = both(&text);
            let marked = drawn.lines().filter(|line| line.ends_with("<- 1"));
            let marked: Vec<&str> = marked.collect();
            assert_eq!(marked.len(), 2, "{drawn}");
            let is_late = text.contains("\"t\":13,");
            let of_ann = marked
                .iter()
                .find(|line| line.contains("ann takes"))
                .unwrap();
            let first = of_ann.split_whitespace().next().unwrap();
            assert_eq!(first, if is_late { "11" } else { "1" }, "{drawn}");
        }
    }
}
