//! What the evidence does not say is not stated as a fact: until when a lock was held, whose mutex it is, what a lock is for, and
//! whether somebody without an answer wrote.

use tickets::check::evidence;
use tickets::check::{Anomaly, HistoryVerdict, judge, overwritten, proof};

fn judged(text: &str) -> HistoryVerdict {
    let evidence = evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:?}");
    }
    verdict
}

fn text_of(verdict: &HistoryVerdict, kind: Anomaly) -> String {
    let mut all = verdict.findings.iter();
    let found = all.find(|found| found.kind == kind);
    found.map(|found| found.text.clone()).unwrap_or_default()
}

fn header(stock: u64) -> String {
    format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n")
}

fn step(buyer: &str, step: &str, t: u64, members: &str) -> String {
    format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
}

/// Ann, who dies after her intent, and bob and cat, who sell the only ticket.
fn killed(intends: u64) -> String {
    let ann = step("ann", "invoke", 1, "")
        + &step("ann", "read", 2, ",\"seq\":0,\"left\":1")
        + &step(
            "ann",
            "intend",
            intends,
            ",\"read\":0,\"write\":1,\"nonce\":\"ann\"",
        );
    let sale = |buyer: &str, at: u64| {
        step(buyer, "invoke", 1, "")
            + &step(buyer, "read", 3, ",\"seq\":0,\"left\":1")
            + &step(
                buyer,
                "intend",
                at,
                &format!(",\"read\":0,\"write\":1,\"nonce\":\"{buyer}\""),
            )
            + &step(buyer, "wrote", at + 5, "")
            + &step(buyer, "return", at + 6, ",\"outcome\":\"sold\",\"left\":0")
    };
    header(1) + &ann + &sale("bob", 30) + &sale("cat", 50) + "{\"final\":1,\"left\":0}\n"
}

#[test]
fn who_may_have_written_first_leaves_open_which_sale_was_too_many() {
    let text = killed(20);
    let verdict = judged(&text);
    assert_eq!(
        text_of(&verdict, Anomaly::Oversold),
        "at least 2 tickets were sold, but there was only 1: at least 1 ticket that was sold does not exist"
    );
    // She would have written after both.
    let late = judged(&killed(60));
    let told = text_of(&late, Anomaly::Oversold);
    assert!(
        told.ends_with("the first too many is cat, who bought 1"),
        "{told}"
    );
    // Whose the count is, is not known.
    for text in [killed(20), killed(60)] {
        let evidence = evidence::read_lines(text.as_bytes(), "r".as_ref()).unwrap();
        let all = overwritten(&evidence, &judge(&evidence));
        assert!(
            all[0]
                .text
                .contains("of these 2 sales the count shows one at most"),
            "{all:?}"
        );
    }
}

/// A hold of the mutex with this number, then of the file, by a thread of a process.
fn nested(buyer: &str, (pid, mutex): (u64, u64), at: u64, waits: u64) -> String {
    let pid = format!(",\"pid\":{pid}");
    let mutex = format!("{pid},\"device\":0,\"inode\":{mutex}");
    let file = format!("{pid},\"device\":8,\"inode\":42");
    let path = ",\"path_device\":8,\"path_inode\":42";
    [
        step(buyer, "invoke", at, &format!("{pid},\"quantity\":0")),
        step(buyer, "lock_got", at + 1, &mutex),
        step(buyer, "lock_wanted", at + 2, &file),
        step(buyer, "lock_got", at + waits, &format!("{file}{path}")),
        step(
            buyer,
            "read",
            at + waits + 1,
            &format!("{pid},\"seq\":0,\"left\":3"),
        ),
        step(buyer, "lock_released", at + waits + 20, &pid),
        step(buyer, "lock_released", at + waits + 21, &pid),
        step(
            buyer,
            "return",
            at + waits + 30,
            &format!("{pid},\"outcome\":\"query\""),
        ),
    ]
    .concat()
}

#[test]
fn a_mutex_of_each_process_has_a_number_of_its_own() {
    let two = |numbers: [u64; 2]| {
        header(3)
            + &nested("ann", (7, numbers[0]), 10, 3)
            + &nested("bob", (8, numbers[1]), 15, 25)
            + "{\"final\":0,\"left\":3,\"lines\":0}\n"
    };
    let apart = judged(&two([7, 8]));
    assert_eq!(
        (apart.counts.clone(), apart.unnamed_locks),
        (vec![], 0),
        "{apart:?}"
    );
    let one = judged(&two([0, 0]));
    let told = text_of(&one, Anomaly::BrokenLock);
    assert!(
        told.contains("they are of two processes (7 and 8)"),
        "{told}"
    );
}

#[test]
fn a_hold_without_its_end_is_said_to_be_taken_so() {
    let hold = |buyer: &str, at: u64, read: u64, end: &str| {
        step(buyer, "invoke", at, ",\"quantity\":0")
            + &step(
                buyer,
                "lock_got",
                at + 1,
                ",\"device\":8,\"inode\":42,\"path_device\":8,\"path_inode\":42",
            )
            + &step(buyer, "read", read, ",\"seq\":0,\"left\":3")
            + end
            + &step(buyer, "return", read + 9, ",\"outcome\":\"query\"")
    };
    let bob = step("bob", "lock_released", 45, "");
    let verdict = judged(&(header(3) + &hold("ann", 10, 50, "") + &hold("bob", 20, 40, &bob)));
    assert_eq!(
        text_of(&verdict, Anomaly::BrokenLock),
        "bob got the lock (of the file with inode 42) at 11 ns, while ann held it from 1 ns and does not say until when \
         ('lock_released'): taken to have held it until the last that it read or wrote, at 40 ns"
    );
}

/// Ann sells under one lock; bob looks, and takes another one for a time, at which he reads or not.
#[test]
fn a_lock_for_another_purpose_is_no_split_lock() {
    let got = |inode: u64| {
        format!(",\"device\":8,\"inode\":{inode},\"path_device\":8,\"path_inode\":{inode}")
    };
    let run = |read: u64| {
        let look = step("bob", "read", read, ",\"seq\":0,\"left\":2");
        let held = step("bob", "lock_got", 37, &got(99));
        let (before, within) = if read < 37 {
            (look, String::new())
        } else {
            (String::new(), look)
        };
        let bob = step("bob", "invoke", 35, ",\"quantity\":0")
            + &before
            + &held
            + &within
            + &step("bob", "lock_released", 39, "")
            + &step("bob", "return", 40, ",\"outcome\":\"query\"");
        let ann = step("ann", "invoke", 10, "")
            + &step("ann", "lock_got", 20, &got(42))
            + &step("ann", "read", 30, ",\"seq\":0,\"left\":2")
            + &step(
                "ann",
                "intend",
                50,
                ",\"read\":0,\"write\":1,\"nonce\":\"a\"",
            )
            + &step("ann", "wrote", 60, "")
            + &step("ann", "lock_released", 70, "")
            + &step("ann", "return", 90, ",\"outcome\":\"sold\",\"left\":1");
        judged(&(header(2) + &ann + &bob + "{\"final\":1,\"left\":1}\n"))
    };
    assert_eq!(run(36).counts, []);
    assert_eq!(run(38).count(Anomaly::SplitLock), 1);
}
