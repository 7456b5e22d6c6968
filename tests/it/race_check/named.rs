//! One history for each anomaly, as the command judges it; findings that were tampered with.

use std::fs;

use tickets::check::evidence::{self, Evidence};
use tickets::check::proof;
use tickets::check::{Anomaly, judge, sentence};

use crate::harness::TestEvent;

const HEADER: &str = r#"{"evidence":1,"run":"test","stock":2,"first":1}"#;

/// A run in which alice bought with version 2, and then these lines.
fn run(lines: &[&str]) -> String {
    let alice = r#"{"buyer":"alice","invoke":100,"return":200,"read":1,"read_at":120,"seen":2,"write":2,"left":1,"nonce":"a","outcome":"sold","lock":{"got":110,"released":190,"device":1,"inode":7,"path_device":1,"path_inode":7}}"#;
    [&[HEADER, alice][..], lines].concat().join("\n") + "\n"
}

fn read(text: &str) -> Evidence {
    evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap()
}

/// One history for each kind, and a part of the sentence.
pub(super) fn anomalies() -> Vec<(Anomaly, String, &'static str)> {
    let bob = |members: &str| {
        let lock = r#""lock":{"got":310,"released":390,"device":1,"inode":7}"#;
        run(&[&format!(
            "{{\"buyer\":\"bob\",\"invoke\":300,\"return\":400,{members},{lock}}}"
        )])
    };
    let sold = r#""read":2,"seen":1,"write":3,"left":0,"outcome":"sold""#;
    let locked = |lock: &str| {
        run(&[&format!(
            "{{\"buyer\":\"bob\",\"invoke\":100,\"return\":400,{sold},\"lock\":{lock}}}"
        )])
    };
    let query = |members: &str| {
        run(&[&format!(
            "{{\"buyer\":\"bob\",\"quantity\":0,\"invoke\":300,\"return\":400,{members},\"outcome\":\"query\"}}"
        )])
    };
    vec![
        (
            Anomaly::LostUpdate,
            bob(r#""read":1,"seen":2,"write":2,"left":1,"outcome":"sold""#),
            "alice and bob both read version 1 (2 left) and both wrote version 2",
        ),
        (
            Anomaly::Phantom,
            bob(r#""read":2,"seen":1,"write":4,"left":0,"outcome":"sold""#),
            "bob read version 2 and wrote version 4",
        ),
        (
            Anomaly::Gap,
            bob(r#""read":3,"seen":1,"write":4,"left":0,"outcome":"sold""#),
            "versions before it are missing",
        ),
        (
            Anomaly::Oversold,
            bob(r#""quantity":2,"read":2,"seen":1,"write":3,"outcome":"sold""#),
            "the first too many is bob, who bought 2",
        ),
        (
            Anomaly::Conservation,
            bob(r#""read":2,"seen":1,"write":3,"left":1,"outcome":"sold""#),
            "bob read version 2, bought 1, and was told that 1 is left",
        ),
        (
            Anomaly::FalseSoldOut,
            query(r#""read":2"#)
                .replace("\"query\"", "\"sold_out\"")
                .replace("\"quantity\":0,", ""),
            "bob wanted 1 and was told at 300 ns that too few are left",
        ),
        (Anomaly::TornRead, query(r#""torn":true"#), "made no sense"),
        (
            Anomaly::TornRead,
            query(r#""read":2,"seen":2"#),
            "bob read version 2 with 2 left",
        ),
        (
            Anomaly::DirtyRead,
            query(r#""read":3"#),
            "bob read version 3, which nobody meant to write",
        ),
        (
            Anomaly::StaleRead,
            query(r#""read":1,"seen":2"#),
            "bob began at 200 ns, after alice had been answered at 100 ns with version 2, and still read version 1",
        ),
        (
            Anomaly::LostSale,
            run(&[r#"{"final":1,"left":2,"lines":0}"#]),
            "alice was told at 100 ns that it bought with version 2",
        ),
        (
            Anomaly::BrokenLock,
            locked(r#"{"got":150,"released":390,"device":1,"inode":7}"#),
            "bob got the lock (of the file with inode 7) at 50 ns, while alice held it from 10 ns to 90 ns",
        ),
        (
            Anomaly::SplitLock,
            locked(r#"{"got":150,"released":390,"device":1,"inode":8}"#),
            "alice locked one file (inode 7) and bob locked another (inode 8): two locks keep nobody out",
        ),
        (
            Anomaly::DeadInodeLock,
            locked(
                r#"{"got":250,"released":390,"device":1,"inode":7,"path_device":1,"path_inode":9}"#,
            ),
            "got the lock of a file (inode 7) at 150 ns, when another file had taken its place",
        ),
        (
            Anomaly::UnlockedWrite,
            locked(r#"{"got":250,"released":390,"device":1,"inode":7,"shared":true}"#),
            "bob wrote version 3 outside a lock",
        ),
        (
            Anomaly::EndedLock,
            ended(),
            "bob began to write version 2 at 400 ns under a lock that had ended: it got it at 10 ns, its lease ended, and alice got the lock at 200 ns",
        ),
        (Anomaly::Deadlock, deadlock(), "waits for a lock that"),
    ]
}

/// Bob is stopped under a lock that a lease holds, alice gets it and sells, and bob goes on.
fn ended() -> String {
    let sale = |buyer: &str, (invoke, got, at): (u64, u64, u64), inode: u64| {
        format!(
            r#"{{"buyer":"{buyer}","invoke":{invoke},"return":{},"read":1,"seen":2,"write":2,"left":1,"intend":{at},"wrote":{},"outcome":"sold","lock":{{"got":{got},"released":{},"device":1,"inode":{inode},"leased":true}}}}"#,
            at + 50,
            at + 10,
            at + 20,
        )
    };
    [
        HEADER.to_owned(),
        sale("bob", (100, 110, 500), 7),
        sale("alice", (250, 300, 350), 9),
    ]
    .join("\n")
        + "\n"
}

/// Both have a shared lock, and want it for themselves.
fn deadlock() -> String {
    let mut text = HEADER.to_owned() + "\n";
    let lock = r#""device":1,"inode":7"#;
    let steps = [
        ("invoke", String::new()),
        ("lock_got", format!(",{lock},\"shared\":true")),
        ("read", ",\"seq\":1,\"left\":2".to_owned()),
        ("lock_wanted", format!(",{lock}")),
    ];
    for (at, (step, members)) in steps.iter().enumerate() {
        for buyer in ["alice", "bob"] {
            let line =
                format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{at}{members}}}\n");
            text.push_str(&line);
        }
    }
    text
}

#[test]
fn every_anomaly_is_found_told_and_proven() {
    let event = TestEvent::empty();
    for (kind, text, sentence) in anomalies() {
        let evidence = read(&text);
        let verdict = judge(&evidence);
        let found = verdict.findings.iter().find(|finding| finding.kind == kind);
        let found = found.unwrap_or_else(|| panic!("{kind:?} was not found: {verdict:#?}\n{text}"));
        let mut told = verdict.findings.iter().filter(|one| one.kind == kind);
        assert!(
            told.any(|one| one.text.contains(sentence)),
            "{kind:?}: {}",
            found.text
        );
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");

        fs::write(event.path("run.jsonl"), &text).unwrap();
        let path = event.path("run.jsonl");
        let told = event
            .command(["race", "check", path.to_str().unwrap()])
            .output()
            .unwrap();
        assert_eq!(told.status.code(), Some(6), "{kind:?}");
        assert!(
            String::from_utf8(told.stdout).unwrap().contains(sentence),
            "{kind:?}"
        );
    }
}

/// What is left in the end is the stock less all that was sold, also where the count of one of several sales stands.
#[test]
fn sales_of_one_version_and_the_final_count_do_not_add_up() {
    let event = TestEvent::empty();
    let sale = |buyer: &str| {
        let members =
            r#""invoke":10,"return":90,"read":0,"seen":2,"write":1,"left":1,"outcome":"sold""#;
        format!("{{\"buyer\":\"{buyer}\",{members}}}")
    };
    let first = HEADER.replace("\"first\":1", "\"first\":0");
    let text = [
        first,
        sale("ann"),
        sale("bob"),
        r#"{"final":1,"left":1}"#.to_owned(),
    ]
    .join("\n")
        + "\n";
    let evidence = read(&text);
    for finding in judge(&evidence).findings {
        assert_eq!(proof::accept(&evidence, &finding), Ok(()), "{finding:?}");
    }
    let [file, drawn] = ["run.jsonl", "run.svg"].map(|name| event.path(name));
    fs::write(&file, &text).unwrap();
    let told = event.run(&format!(
        "race check {} --timeline {}",
        file.display(),
        drawn.display()
    ));
    let sentence =
        "it does not add up: 2 in stock less 2 sold is not the 1 left that the final count says";
    assert!(
        told.stdout.contains(&format!("conservation: {sentence}")),
        "{}",
        told.stdout
    );
    assert!(
        told.stdout.contains("the count is wrong (conservation)"),
        "{}",
        told.stdout
    );
    assert!(fs::read_to_string(drawn).unwrap().contains(sentence));
}

#[test]
fn a_finding_that_was_tampered_with_is_refused() {
    let all = anomalies();
    for (kind, text, _) in &all {
        let evidence = read(text);
        let verdict = judge(&evidence);
        let found = verdict
            .findings
            .iter()
            .find(|finding| finding.kind == *kind)
            .unwrap();
        let mut buyer = found.clone();
        buyer.buyers = vec!["mallory".to_owned(); buyer.buyers.len() + 1];
        assert!(proof::accept(&evidence, &buyer).is_err());
        for index in 0..3 {
            let mut other = found.clone();
            let Some(first) = other.operations.first_mut() else {
                continue;
            };
            if *first == index {
                continue;
            }
            *first = index;
            other.buyers = other
                .operations
                .iter()
                .map(|at| {
                    evidence
                        .operation(*at)
                        .map_or("", |did| evidence.names.name(did.buyer))
                        .to_owned()
                })
                .collect();
            other.text = sentence(&evidence, &other);
            let also = verdict
                .findings
                .iter()
                .any(|one| one.kind == other.kind && one.operations == other.operations);
            assert!(
                also || proof::accept(&evidence, &other).is_err(),
                "{other:?}"
            );
        }
        for (kind, ..) in &all {
            let mut other = found.clone();
            other.kind = *kind;
            other.text = sentence(&evidence, &other);
            let also = verdict
                .findings
                .iter()
                .any(|one| one.kind == *kind && one.operations == other.operations);
            // A write without a lock is one in any case, also where it is not what was found.
            assert!(
                also || proof::accept(&evidence, &other).is_err(),
                "{other:?}"
            );
        }
    }
}

#[test]
fn a_clean_run_is_told_with_what_it_cannot_say() {
    let event = TestEvent::empty();
    fs::write(
        event.path("run.jsonl"),
        run(&[
            r#"{"committed":2,"nonce":"a","left":1,"buyer":"alice","quantity":1}"#,
            r#"{"final":2,"left":1,"lines":1}"#,
        ]),
    )
    .unwrap();
    let path = event.path("run.jsonl");
    let run = |json: &[&str]| {
        let told = event
            .command(
                json.iter()
                    .chain(&["race", "check", path.to_str().unwrap()]),
            )
            .output()
            .unwrap();
        assert_eq!(told.status.code(), Some(0));
        String::from_utf8(told.stdout).unwrap()
    };
    assert_eq!(
        run(&[]),
        "clean  1 operation, 1 sale, 1 read: nothing was found\n"
    );
    assert_eq!(
        run(&["--json"]),
        "{\"ok\":true,\"command\":\"race check\",\"verdict\":\"clean\",\"operations\":1,\"sales\":1,\"reads\":1,\"locked\":1,\"unjudged\":0,\"unjudged_reads\":0,\"unanswered\":0,\"guessed\":0,\"read_outside\":0,\"wrote_outside\":0,\"read_untimed\":0,\"untimed_locks\":0,\"unnamed_locks\":0,\"unsaid_wishes\":0,\"ledger\":true,\"final\":true,\"counts\":[],\"findings\":[]}\n"
    );
}

#[test]
fn who_died_without_an_answer_is_looked_up_by_its_nonce() {
    let killed = r#"{"buyer":"bob","invoke":150,"read":2,"seen":1,"write":3,"nonce":"b","outcome":"killed","lock":{"got":210,"device":1,"inode":7}}"#;
    let lines = [
        killed,
        r#"{"committed":2,"nonce":"a","left":1,"buyer":"alice","quantity":1}"#,
        r#"{"committed":3,"nonce":"b","left":0,"buyer":"bob","quantity":1}"#,
        r#"{"final":3,"left":0,"lines":2}"#,
    ];
    assert!(judge(&read(&run(&lines))).is_clean());
    let (there, gone) = (r#"{"final":2,"left":1,"lines":1}"#, [lines[0], lines[1]]);
    assert!(judge(&read(&run(&[gone[0], gone[1], there]))).is_clean());
    let claimed = lines[2].replace("\"b\"", "\"c\"");
    let verdict = judge(&read(&run(&[lines[0], lines[1], &claimed])));
    assert_eq!(verdict.count(Anomaly::Phantom), 1, "{verdict:#?}");
}

/// Without a ledger nothing but the buyer itself says whether it wrote.
#[test]
fn whoever_says_that_it_wrote_has_written_whatever_its_answer_was() {
    let bob = |end: &str| {
        run(&[&format!(
            r#"{{"buyer":"bob","invoke":100,"read":1,"seen":2,"write":2,"nonce":"b","intend":120,{end},"lock":{{"got":110,"released":190,"device":1,"inode":8}}}}"#
        )])
    };
    let count = |end: &str, kind| judge(&read(&bob(end))).count(kind);
    for outcome in ["killed", "open", "unknown"] {
        let returned = if outcome == "unknown" {
            r#""return":200,"#
        } else {
            ""
        };
        let wrote = format!(r#"{returned}"wrote":130,"outcome":"{outcome}""#);
        assert_eq!(count(&wrote, Anomaly::LostUpdate), 1, "{outcome}");
        let unsaid = format!(r#"{returned}"outcome":"{outcome}""#);
        assert_eq!(count(&unsaid, Anomaly::LostUpdate), 0, "{outcome}");
    }
    let failed = r#""return":200,"wrote":130,"outcome":"failed""#;
    let verdict = judge(&read(&bob(failed)));
    let found = verdict
        .findings
        .iter()
        .find(|found| found.kind == Anomaly::Phantom);
    assert_eq!(
        found.unwrap().text,
        "bob was told failed, but wrote version 2"
    );
}

/// The count that stands in the end tells who wrote last, whatever the times say; without it and without times
/// nothing does.
#[test]
fn who_wrote_last_is_whose_count_stands() {
    let sale = |buyer: &str, quantity: u64, members: &str| {
        format!(
            r#"{{"buyer":"{buyer}","quantity":{quantity},"invoke":100,"return":900,"read":0,"seen":9,"write":1,"nonce":"{buyer}","outcome":"sold"{members}}}"#
        )
    };
    let text = |lines: &[String]| {
        let first = r#"{"evidence":1,"stock":9,"first":0}"#.to_owned();
        let evidence = read(&[&[first], lines].concat().join("\n"));
        let all = tickets::check::overwritten(&evidence, &judge(&evidence));
        all.into_iter().next().unwrap().text
    };
    let timed = [
        sale("ann", 1, r#","intend":150,"wrote":200"#),
        sale("bob", 2, r#","intend":110,"wrote":300"#),
    ];
    let untimed = [sale("ann", 1, ""), sale("bob", 2, "")];
    let ending = |lines: &[String; 2], left: u64| {
        let last = format!(r#"{{"final":1,"left":{left}}}"#);
        text(&[lines[0].clone(), lines[1].clone(), last])
    };
    // Ann may have written after bob, whose stamp is the later one.
    let at_once = "which of them wrote last is not known: they wrote at the same time";
    assert!(text(&timed).ends_with(at_once), "{}", text(&timed));
    let apart = [
        sale("ann", 1, r#","intend":150,"wrote":200"#),
        sale("bob", 2, r#","intend":210,"wrote":300"#),
    ];
    assert!(text(&apart).ends_with("bob wrote last and overwrote ann"));
    let ann = "ann wrote last and overwrote bob; of these 2 sales the count shows one";
    assert!(ending(&timed, 8).ends_with(ann), "{}", ending(&timed, 8));
    assert!(
        ending(&untimed, 8).ends_with(ann),
        "{}",
        ending(&untimed, 8)
    );
    assert!(text(&untimed).ends_with("which of them wrote last is not said"));
}

/// In a race the branches of a fork may stand on the ledger in any order, and who read one of two versions of
/// one number has read that one.
#[test]
fn branches_of_a_fork_may_stand_in_any_order() {
    let sale = |buyer: &str, at: u64, read: u64, sum: u64| {
        format!(
            r#"{{"buyer":"{buyer}","invoke":{at},"return":{},"read":{read},"sum":"{sum:016x}","write":{},"nonce":"{buyer}","outcome":"sold"}}"#,
            at + 900,
            read + 1
        )
    };
    let line = |buyer: &str, version: u64, left: u64, sum: u64| {
        format!(
            r#"{{"committed":{version},"nonce":"{buyer}","left":{left},"buyer":"{buyer}","quantity":1,"sum":"{sum:016x}"}}"#
        )
    };
    let run = |seen: u64| {
        let lines = [
            r#"{"evidence":1,"stock":9,"first":1}"#.to_owned(),
            sale("a", 100, 1, 1),
            sale("b", 101, 1, 1),
            sale("c", 500, 2, 0xb),
            sale("d", 501, 3, seen),
            line("a", 2, 8, 0xa),
            line("c", 3, 7, 0xc),
            line("b", 2, 8, 0xb),
            line("d", 4, 6, 0xd),
        ];
        read(&lines.join("\n"))
    };
    let evidence = run(0xc);
    let verdict = judge(&evidence);
    let found: Vec<_> = verdict.findings.iter().map(|found| found.kind).collect();
    assert_eq!(found, [Anomaly::LostUpdate], "{verdict:#?}");
    assert_eq!(proof::accept(&evidence, &verdict.findings[0]), Ok(()));
    // Version 3 holds nothing else.
    let evidence = run(0xe);
    let verdict = judge(&evidence);
    assert_eq!(verdict.count(Anomaly::TornRead), 1, "{verdict:#?}");
    for finding in &verdict.findings {
        assert_eq!(proof::accept(&evidence, finding), Ok(()));
    }
}

/// Whoever recorded it may say that it cannot be judged.
#[test]
fn spoiled_evidence_is_not_judged() {
    let event = TestEvent::empty();
    let text = run(&[r#"{"spoiled":"the power \u001b went"}"#]);
    fs::write(event.path("run.jsonl"), text).unwrap();
    let (code, document) = event.json(&format!("race check {}", event.path("run.jsonl").display()));
    assert_eq!(code, 6, "{document:#}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("nothing could be judged: the power"),
        "{message}"
    );
}
