//! What evidence says of itself that cannot be: a write that a read shows to lie outside its lock, checksums that contradict each
//! other, members of another line, lines of the ledger that are nobody's.

use std::fs;

use serde_json::Value;
use tickets::check::{judge, proof};

use super::in_between::evidence;
use super::unsaid::{both, read};
use crate::harness::TestEvent;

/// What the command says of it: the exit code, and the document. Each finding is proven, and drawn.
fn checked(text: &str) -> (i32, Value) {
    let event = TestEvent::empty();
    let file = event.path("run.jsonl");
    fs::write(&file, text).unwrap();
    let (code, document) = event.json(&format!("race check {}", file.display()));
    if document["error"].is_null() {
        let evidence = read(text);
        for found in &judge(&evidence).findings {
            assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
        }
        both(text);
    }
    (code, document)
}

/// The findings, each with its kind before it.
pub(super) fn found(text: &str) -> Vec<String> {
    let (_, document) = checked(text);
    let all = document["findings"].as_array().unwrap().iter();
    all.map(|found| {
        let (kind, text) = (&found["kind"], &found["text"]);
        format!("{}: {}", kind.as_str().unwrap(), text.as_str().unwrap())
    })
    .collect()
}

const LEDGER: &str = "{\"committed\":1,\"left\":4,\"buyer\":\"a\",\"quantity\":1,\"nonce\":\"y\"}\n\
                      {\"final\":1,\"left\":4,\"lines\":1}\n";

/// `a` lets its lock go in the middle of its write, and `b` reads under it from `got` on.
fn let_go(invoke: u64, path: &str) -> String {
    let lines = format!(
        "
        a invoke 10
        a lock_got 20 device=8 inode=1 path_device=8 path_inode=1
        a read 30 seq=0 left=5
        b invoke {invoke} quantity=0
        a intend 40 read=0 write=1 nonce=y
        a lock_released 45
        b lock_got 51 device=8 inode=1{path}
        b read 52 seq=0 left=5
        b lock_released 53
        b return 54 outcome=query left=5
        a wrote 60
        a return 81 outcome=sold left=4
        "
    );
    evidence(5, &lines) + LEDGER
}

#[test]
fn a_write_behind_its_lock_is_found_by_who_still_read_the_version_before() {
    let said = "unlocked_write: a wrote version 1 outside a lock that keeps others out: b still read version 0 after a had let it go at 35 ns";
    assert_eq!(found(&let_go(35, " path_device=8 path_inode=1")), [said]);
    // What it reads may have been opened before it got a lock that its path does not mean.
    for path in ["", " path_inode=null"] {
        let (_, document) = checked(&let_go(35, path));
        assert_eq!(document["wrote_outside"], 1, "{document:#}");
        assert!(!document.to_string().contains("unlocked_write"));
    }
    // Who read the new version tells nothing.
    let late = let_go(35, " path_device=8 path_inode=1");
    let late = late.replace(
        "\"seq\":0,\"left\":5}\n{\"step\":\"lock_rel",
        "\"seq\":1,\"left\":4}\n{\"step\":\"lock_rel",
    );
    let (_, document) =
        checked(&late.replace("\"outcome\":\"query\",\"left\":5", "\"outcome\":\"query\""));
    assert!(
        !document.to_string().contains("unlocked_write"),
        "{document:#}"
    );
    assert_eq!(document["verdict"], "clean_as_far_as_it_goes");
}

#[test]
fn a_write_before_its_lock_is_found_by_who_had_read_it() {
    let text = evidence(
        5,
        "
        a invoke 10
        a read 20 seq=0 left=5
        a intend 30 read=0 write=1 nonce=y
        b invoke 33 quantity=0
        b read 34 seq=1 left=4
        b return 36 outcome=query
        a lock_got 40 device=8 inode=1 path_device=8 path_inode=1
        a wrote 60
        a lock_released 61
        a return 81 outcome=sold left=4
        ",
    );
    let said = "unlocked_write: a wrote version 1 outside a lock that keeps others out: b had read it by 24 ns, and a held none from 20 ns until then";
    assert_eq!(found(&(text + LEDGER)), [said]);
}

#[test]
fn checksums_of_one_version_that_contradict_each_other_are_found() {
    let sale = evidence(
        3,
        "
        w invoke 5
        w read 6 seq=0 left=3
        w intend 7 read=0 write=1 nonce=w
        w wrote 8
        w return 9 outcome=sold
        ",
    );
    let reads = |one: &str, other: &str| {
        let query = |who: &str, at: u64, sum: &str| {
            format!(
                "{{\"buyer\":\"{who}\",\"invoke\":{at},\"return\":{},\"read\":1,\"seen\":2,\"sum\":\"{sum:0>16}\",\"quantity\":0,\"outcome\":\"query\"}}\n",
                at + 5
            )
        };
        query("a", 10, one) + &query("b", 20, other)
    };
    let last = |sum: &str| format!("{{\"final\":1,\"left\":2,\"sum\":\"{sum:0>16}\"}}\n");
    let line = "{\"committed\":1,\"left\":2,\"buyer\":\"w\",\"quantity\":1,\"nonce\":\"w\",\"sum\":\"00000000000000aa\"}\n";
    let of = |rest: &str| found(&format!("{sale}{rest}"));
    assert_eq!(
        of(&(line.to_owned() + &last("bb"))),
        [
            "torn_read: the final count of version 1 has the checksum 00000000000000bb, and that version has 00000000000000aa on the ledger"
        ]
    );
    assert_eq!(
        of(&(reads("aa", "bb") + "{\"final\":1,\"left\":2}\n")),
        [
            "torn_read: a read version 1 with the checksum 00000000000000aa, and b with 00000000000000bb: it was written once at most"
        ]
    );
    assert_eq!(
        of(&(reads("aa", "bb") + &last("bb"))),
        [
            "torn_read: a read version 1 with the checksum 00000000000000aa, and the final count of that version has 00000000000000bb"
        ]
    );
    // What it saw left is right: not that is what the version does not hold.
    assert_eq!(
        of(&(reads("aa", "bb") + line + &last("aa"))),
        [
            "torn_read: b read bytes that are not those of version 1: their checksum is 00000000000000bb, and that version has 00000000000000aa on the ledger"
        ]
    );
    assert_eq!(of(&(reads("aa", "aa") + line + &last("aa"))), [""; 0]);
}

#[test]
fn a_member_of_another_kind_of_line_is_refused() {
    let begun = "a invoke 10\n";
    for (line, said) in [
        (
            "a read 20 seq=0 quantity=4",
            "the step \"read\" has no member \"quantity\"",
        ),
        (
            "a intend 20 read=0 write=1 left=9",
            "the step \"intend\" has no member \"left\"",
        ),
        (
            "a wrote 20 write=9",
            "the step \"wrote\" has no member \"write\", only buyer, pid, t",
        ),
        ("a read 20 seq=0 torn=true", "\"seq\" beside \"torn\""),
        (
            "a lock_released 20 device=8 inode=1",
            "released that was not got",
        ),
    ] {
        let (code, document) = checked(&evidence(5, &format!("{begun}{line}")));
        let error = document["error"].to_string().replace("\\\"", "\"");
        assert!(code == 6 && error.contains(said), "{line}: {document:#}");
    }
    for (line, said) in [
        (
            "{\"final\":1,\"left\":4,\"buyer\":\"x\"}",
            "this kind of line has no member",
        ),
        ("{\"spoiled\":\" \"}", "is empty"),
        ("[null,null]", ""),
    ] {
        let (code, document) = checked(&format!("{}{line}\n", evidence(5, begun)));
        let is_said = document["error"].to_string().contains(said);
        assert!(code == 6 && is_said, "{line}: {document:#}");
    }
    let all = ["null"; 33].join(",");
    let (code, document) = checked(&format!("[1,{all}]\n"));
    assert_eq!(code, 6, "{document:#}");
    assert!(document["error"].to_string().contains("one JSON object"));
}

/// Hand over hand: the first of two locks is let go first.
#[test]
fn a_lock_that_is_let_go_by_name_is_that_one() {
    let text = evidence(
        5,
        "
        a invoke 10
        a lock_got 20 device=8 inode=1 path_device=8 path_inode=1
        a lock_got 30 device=8 inode=2 path_device=8 path_inode=2
        a lock_released 40 device=8 inode=1
        b invoke 45 quantity=0
        b lock_got 46 device=8 inode=1 path_device=8 path_inode=1
        a read 50 seq=0 left=5
        a intend 60 read=0 write=1 nonce=y
        a wrote 70
        a lock_released 80
        a return 81 outcome=sold left=4
        b read 92 seq=1 left=4
        b lock_released 93
        b return 94 outcome=query
        ",
    );
    assert_eq!(found(&(text + LEDGER)), [""; 0]);
}

#[test]
fn a_line_of_the_ledger_that_is_nobodys_is_there_all_the_same() {
    let header = "{\"evidence\":1,\"stock\":5,\"first\":0}\n";
    let line = |version: u64, buyer: &str, nonce: &str| {
        format!(
            "{{\"committed\":{version},\"left\":{},\"buyer\":\"{buyer}\",\"quantity\":1,\"nonce\":\"{nonce}\"}}\n",
            5 - version
        )
    };
    let query = "{\"buyer\":\"a\",\"invoke\":10,\"return\":81,\"read\":1,\"seen\":4,\"quantity\":0,\"outcome\":\"query\"}\n";
    let text = format!(
        "{header}{query}{}{{\"final\":1,\"left\":4}}\n",
        line(1, "z", "x")
    );
    let said = "phantom: version 1 is on the ledger, for z, and is no operation's here";
    assert_eq!(found(&text), [said]);
    let twice = evidence(
        5,
        "
        a invoke 10
        a read 20 seq=0 left=5
        a intend 30 read=0 write=1 nonce=x
        a read 40 seq=1 left=4
        a intend 50 read=1 write=2 nonce=y
        a wrote 60
        a return 81 outcome=sold left=3
        ",
    );
    let lines = line(1, "a", "x") + &line(2, "a", "y");
    let said = "phantom: a meant to write version 1, and later version 2, in one operation, and both are on the ledger: it bought twice";
    assert_eq!(
        found(&format!("{twice}{lines}{{\"final\":2,\"left\":3}}\n")),
        [said]
    );
    let sale = "{\"buyer\":\"a\",\"invoke\":10,\"return\":81,\"read\":0,\"seen\":5,\"write\":1,\"nonce\":\"x\",\"outcome\":\"sold\"}\n";
    let lines = line(1, "a", "x").repeat(2);
    let said = "phantom: 2 lines of version 1 on the ledger say the same";
    assert_eq!(found(&format!("{header}{sale}{lines}")), [said]);
}

#[test]
fn of_a_deadlock_it_is_said_who_went_on_where_that_was_before_the_other_is_known_to_be_dead() {
    let text = evidence(
        2,
        "
        a invoke 10
        a lock_got 20 device=8 inode=1 path_device=8 path_inode=1
        b invoke 30
        b lock_got 40 device=8 inode=2 path_device=8 path_inode=2
        a lock_wanted 50 device=8 inode=2
        b lock_wanted 60 device=8 inode=1
        b lock_got 1000 device=8 inode=1 path_device=8 path_inode=1
        b read 1010 seq=0 left=2
        b lock_released 1040
        b return 1050 outcome=query
        a killed 1100
        ",
    );
    let all = found(&text);
    let deadlock = all.iter().find(|text| text.starts_with("deadlock"));
    let said = "neither went on until b went on at 0.990 µs";
    assert!(
        deadlock.is_some_and(|text| text.ends_with(said)),
        "{all:#?}"
    );
}

#[test]
fn numbers_of_leases_that_do_not_grow_blame_nobody_else() {
    let text = evidence(
        3,
        "
        a invoke 10
        a lock_got 20 device=7 inode=5 leased=true
        a read 21 seq=0 left=3
        b invoke 25
        b lock_got 26 device=7 inode=3 leased=true
        b read 27 seq=0 left=3
        b intend 28 read=0 write=1 nonce=b
        b wrote 29
        b lock_released 30
        b return 31 outcome=sold
        a intend 32 read=0 write=1 nonce=a
        a wrote 33
        a lock_released 34
        a return 35 outcome=sold
        1 final 2
        ",
    );
    let all = found(&text);
    let ended: Vec<&String> = all
        .iter()
        .filter(|text| text.starts_with("ended"))
        .collect();
    let said = "ended_lock: a began to write version 1 at 22 ns under a lock that had ended: it got it at 10 ns, its lease ended, and b got the lock at 16 ns; the lock's numbers do not grow with its holders: a had 5, and b, who asked for it later, got 3";
    assert_eq!(ended, [said]);
}

#[test]
fn a_lock_that_is_no_files_is_called_none() {
    let two = |one: &str, other: &str| {
        let lines = format!(
            "
            a invoke 10
            a lock_got 20 {one}
            a read 21 seq=0 left=3
            b invoke 25
            b lock_got 26 {other}
            b read 27 seq=0 left=3
            a lock_released 28
            a return 29 outcome=query
            b lock_released 32
            b return 33 outcome=query
            "
        );
        found(&evidence(3, &lines))
    };
    let mutex = "device=0 inode=0";
    let held = "while a held it from 10 ns to 18 ns";
    assert_eq!(
        two(mutex, mutex),
        [format!("broken_lock: b got the lock at 16 ns, {held}")]
    );
    let lease = "device=7 inode=1 leased=true";
    assert_eq!(
        two(lease, lease),
        [format!(
            "broken_lock: b got the lock (the lease with the number 1) at 16 ns, {held}"
        )]
    );
    assert_eq!(
        two(mutex, "device=8 inode=4 path_device=8 path_inode=4"),
        [
            "split_lock: a had one lock (one that is no file's) and b had another (that of the file with inode 4): two locks keep nobody out"
        ]
    );
}

#[test]
fn where_only_locks_are_recorded_they_are_judged() {
    let held = |who: &str, at: u64| {
        format!(
            "{{\"buyer\":\"{who}\",\"quantity\":0,\"invoke\":{at},\"return\":{},\"outcome\":\"query\",\"lock\":{{\"got\":{},\"released\":{},\"device\":8,\"inode\":1,\"path_device\":8,\"path_inode\":1}}}}\n",
            at + 30,
            at + 5,
            at + 20
        )
    };
    let text = evidence(5, "");
    let apart = text.clone() + &held("a", 10) + &held("b", 50);
    let (code, document) = checked(&apart);
    assert_eq!(
        (code, &document["verdict"]),
        (0, &Value::from("clean_as_far_as_it_goes"))
    );
    let (code, document) = checked(&(text + &held("a", 10) + &held("b", 20)));
    assert_eq!(
        (code, &document["findings"][0]["kind"]),
        (6, &Value::from("broken_lock"))
    );
}
