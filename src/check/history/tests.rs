//! What the history's judgement tells apart, each case beside the one that it is nearly.

use super::*;
use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, read_lines};

/// A run that begins at version 0 with so many left, and these lines.
fn run(stock: u64, lines: &[&str]) -> Evidence {
    run_from(0, stock, lines)
}

fn run_from(first: u64, stock: u64, lines: &[&str]) -> Evidence {
    let first = format!(r#"{{"evidence":1,"stock":{stock},"first":{first}}}"#);
    let text = [&[&*first], lines].concat().join("\n");
    read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap()
}

/// What was found: of which kind, and who.
fn found(stock: u64, lines: &[&str]) -> Vec<(Anomaly, Vec<String>)> {
    let verdict = judge(&run(stock, lines));
    let findings = verdict.findings.into_iter();
    findings.map(|it| (it.kind, it.buyers)).collect()
}

/// Somebody without an answer who wanted so many, read version 0 and was to write version 1.
fn open(buyer: &str, invoke: u64, quantity: u64) -> String {
    format!(
        r#"{{"buyer":"{buyer}","quantity":{quantity},"invoke":{invoke},"read":0,"write":1,"nonce":"{buyer}","outcome":"open"}}"#
    )
}

/// A query that was answered.
fn query(invoke: u64, members: &str) -> String {
    let over = invoke + 50;
    format!(
        r#"{{"buyer":"carol","quantity":0,"invoke":{invoke},"return":{over},{members},"outcome":"query"}}"#
    )
}

#[test]
fn a_version_of_nobody_with_an_answer_is_of_whoever_fits_what_was_seen_of_it() {
    let (two, one) = (open("anna", 10, 2), open("ben", 11, 1));
    for seen in [
        &[query(100, r#""read":1,"seen":2"#)][..],
        // By two who saw the same, and by one who does not say what.
        &[
            query(100, r#""read":1,"seen":2"#),
            query(200, r#""read":1,"seen":2"#),
        ],
        &[
            query(100, r#""read":1"#),
            query(200, r#""read":1,"seen":2"#),
        ],
    ] {
        let lines: Vec<&str> = [&two, &one]
            .into_iter()
            .chain(seen)
            .map(|it| &**it)
            .collect();
        assert_eq!(found(3, &lines), [], "{lines:#?}");
    }
    // There were too few for the first of them.
    let three = open("anna", 10, 3);
    assert_eq!(found(2, &[&three, &one, &query(100, r#""read":1"#)]), []);
    // Nobody can have had so many, which is told once.
    let (all, more) = (query(100, r#""read":1"#), query(200, r#""read":2"#));
    let second = open("ben", 11, 1).replace(r#""read":0,"write":1"#, r#""read":1,"write":2"#);
    let oversold = vec![(Anomaly::Oversold, vec!["anna".to_owned()])];
    assert_eq!(found(2, &[&three, &all]), oversold);
    assert_eq!(found(2, &[&three, &second, &all, &more]), oversold);
    // Nobody can have left so many.
    let wrong = found(3, &[&two, &one, &query(100, r#""read":1,"seen":3"#)]);
    assert_eq!(wrong, [(Anomaly::TornRead, vec!["carol".to_owned()])]);
}

#[test]
fn what_is_not_judged_still_counts_the_locks_that_were_got() {
    let evidence = run(
        2,
        &[
            r#"{"step":"invoke","buyer":"anna","t":1}"#,
            r#"{"step":"invoke","buyer":"ben","t":2}"#,
            r#"{"step":"invoke","buyer":"carol","t":2}"#,
            r#"{"step":"lock_got","buyer":"anna","t":3,"device":1,"inode":7}"#,
            r#"{"step":"lock_wanted","buyer":"ben","t":4,"device":1,"inode":7}"#,
            r#"{"step":"lock_wanted","buyer":"carol","t":4,"device":1,"inode":7}"#,
            r#"{"spoiled":"somebody reset it"}"#,
        ],
    );
    let verdict = judge(&evidence);
    assert_eq!((verdict.operations, verdict.locked), (3, 1));
    assert_eq!(verdict.blind.as_deref(), Some("somebody reset it"));
}

/// Anna waits for a lock that nobody but herself holds: she goes on, and lets go of what ben waits for. Carol does not.
#[test]
fn who_goes_on_hides_no_deadlock_of_others() {
    let got = |buyer: &str, t: u64, inode: u64| {
        format!(
            r#"{{"step":"lock_got","buyer":"{buyer}","t":{t},"device":1,"inode":{inode},"shared":true}}"#
        )
    };
    let wants = |buyer: &str, t: u64, inode: u64| {
        format!(r#"{{"step":"lock_wanted","buyer":"{buyer}","t":{t},"device":1,"inode":{inode}}}"#)
    };
    let invoked = |buyer: &str, t: u64| format!(r#"{{"step":"invoke","buyer":"{buyer}","t":{t}}}"#);
    // The one that began first stands first among those that hold a file.
    for (first, second) in [("carol", "anna"), ("anna", "carol")] {
        let steps = [
            invoked(first, 1),
            invoked(second, 2),
            invoked("ben", 3),
            got("carol", 4, 20),
            got("anna", 5, 20),
            got("anna", 6, 10),
            got("ben", 7, 30),
            wants("anna", 8, 10),
            wants("ben", 9, 20),
            wants("carol", 10, 30),
        ];
        let lines: Vec<&str> = steps.iter().map(|it| &**it).collect();
        let dead = |lines: &[&str]| -> Vec<Vec<String>> {
            let dead = found(2, lines).into_iter();
            let dead = dead.filter(|it| it.0 == Anomaly::Deadlock);
            dead.map(|it| it.1).collect()
        };
        let all = dead(&lines);
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(!all[0].contains(&"anna".to_owned()), "{all:?}");
        assert_eq!(dead(&lines[..9]), Vec::<Vec<String>>::new());
    }
}

/// A sale under a lock on the one file.
fn locked(buyer: &str, (got, released): (u64, u64), (read, left): (u64, u64)) -> String {
    let (invoke, over, write) = (got - 5, released + 5, read + 1);
    format!(
        r#"{{"buyer":"{buyer}","invoke":{invoke},"return":{over},"read":{read},"write":{write},"left":{left},"nonce":"{buyer}","outcome":"sold","lock":{{"got":{got},"released":{released},"device":1,"inode":7}}}}"#
    )
}

#[test]
fn one_lock_that_follows_on_another_at_the_same_moment_is_no_broken_one() {
    let anna = locked("anna", (100, 200), (0, 2));
    assert_eq!(found(3, &[&anna, &locked("ben", (200, 300), (1, 1))]), []);
    // Held for no time at all, at the moment at which the other was got.
    let ben = locked("ben", (100, 100), (1, 1)).replace(r#""invoke":95"#, r#""invoke":100"#);
    let (anna_first, ben_last) = (anna.replace(r#""return":205"#, r#""return":900"#), ben);
    let kinds =
        |lines: &[&str]| -> Vec<Anomaly> { found(3, lines).into_iter().map(|it| it.0).collect() };
    assert!(!kinds(&[&anna_first, &ben_last]).contains(&Anomaly::BrokenLock));
    let broken = found(3, &[&anna, &locked("ben", (199, 300), (1, 1))]);
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].0, Anomaly::BrokenLock);
}

#[test]
fn a_stale_read_is_told_by_who_was_answered_and_not_by_who_wrote() {
    let evidence = run(
        3,
        &[
            r#"{"buyer":"anna","invoke":10,"return":900,"read":0,"write":1,"nonce":"a","outcome":"sold"}"#,
            &query(100, r#""read":1"#),
            r#"{"buyer":"ben","quantity":0,"invoke":400,"return":500,"read":0,"outcome":"query"}"#,
        ],
    );
    let findings = judge(&evidence).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].text,
        "ben began at 390 ns, after carol had been answered at 140 ns with version 1, and still read version 0"
    );
}

#[test]
fn who_is_answered_before_the_writer_of_what_it_read_began_is_told_so() {
    let evidence = run(
        3,
        &[
            &query(100, r#""read":1"#),
            r#"{"buyer":"anna","invoke":400,"return":900,"read":0,"write":1,"nonce":"a","outcome":"sold"}"#,
        ],
    );
    let findings = judge(&evidence).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].text,
        "carol read version 1 and was answered at 50 ns, before anna, who wrote it, began at 300 ns: two clocks, or an 'invoke' that was stamped too late"
    );
}

#[test]
fn a_version_that_was_there_before_the_run_is_told_as_that() {
    let sale = r#"{"buyer":"anna","invoke":400,"return":900,"read":4,"write":5,"nonce":"a","outcome":"sold"}"#;
    let findings = judge(&run_from(5, 3, &[sale])).findings;
    let told = "anna wrote version 5, but version 5 was there before it began";
    assert!(findings.iter().any(|it| it.text == told), "{findings:#?}");
}

#[test]
fn lines_that_change_places_are_a_gap_and_no_fork() {
    let sale = |buyer: &str, read: u64| {
        let (invoke, over) = (100 * read + 10, 100 * read + 50);
        let write = read + 1;
        format!(
            r#"{{"buyer":"{buyer}","invoke":{invoke},"return":{over},"read":{read},"write":{write},"nonce":"{buyer}","outcome":"sold"}}"#
        )
    };
    let line = |version: u64, buyer: &str| {
        let left = 3 - version;
        format!(
            r#"{{"committed":{version},"nonce":"{buyer}","left":{left},"buyer":"{buyer}","quantity":1}}"#
        )
    };
    let (anna, ben) = (sale("anna", 0), sale("ben", 1));
    let (first, second) = (line(1, "anna"), line(2, "ben"));
    assert_eq!(found(3, &[&anna, &ben, &first, &second]), []);
    let kinds =
        |lines: &[&str]| -> Vec<Anomaly> { found(3, lines).into_iter().map(|it| it.0).collect() };
    let swapped = kinds(&[&anna, &ben, &second, &first]);
    assert_eq!(swapped, [Anomaly::Gap, Anomaly::Gap]);
    // A version that two wrote: others may stand between its lines.
    let (carol, third) = (sale("carol", 0), line(1, "carol"));
    let forked = kinds(&[&anna, &ben, &carol, &first, &second, &third]);
    assert!(!forked.contains(&Anomaly::Gap), "{forked:?}");
}

/// A sale that begins at this time, and holds a file from 5 ns after that for so long.
fn holding(buyer: &str, read: u64, inode: u64, (invoke, held): (u64, u64)) -> String {
    let (got, released, write) = (invoke + 5, invoke + 5 + held, read + 1);
    let over = released + 10;
    format!(
        r#"{{"buyer":"{buyer}","invoke":{invoke},"return":{over},"read":{read},"write":{write},"nonce":"{buyer}","outcome":"sold","lock":{{"got":{got},"released":{released},"device":1,"inode":{inode}}}}}"#
    )
}

#[test]
fn two_files_that_are_held_at_once_are_a_split_lock_unless_somebody_locks_both() {
    let (anna, ben, carol) = (
        holding("anna", 0, 7, (10, 200)),
        holding("ben", 1, 8, (110, 20)),
        holding("carol", 2, 8, (150, 20)),
    );
    let split = found(9, &[&anna, &ben, &carol]);
    let pair = |with: &str| (Anomaly::SplitLock, vec!["anna".to_owned(), with.to_owned()]);
    assert_eq!(split, [pair("ben"), pair("carol")]);
    let step = |step: &str, t: u64, more: &str| {
        format!(r#"{{"step":"{step}","buyer":"anna","t":{t}{more}}}"#)
    };
    let both = [
        step("invoke", 10, ""),
        step("lock_got", 15, r#","device":1,"inode":7"#),
        step("lock_got", 16, r#","device":1,"inode":8"#),
        step("read", 17, r#","seq":0"#),
        step("intend", 18, r#","read":0,"write":1,"nonce":"anna""#),
        step("wrote", 160, ""),
        step("return", 200, r#","outcome":"sold""#),
    ];
    let lines: Vec<&str> = both.iter().chain([&ben]).map(|it| &**it).collect();
    let split = found(9, &lines);
    assert!(
        !split.iter().any(|it| it.0 == Anomaly::SplitLock),
        "{split:?}"
    );
}

/// A lock that is taken by making its file, and given up by removing it, has another file for each holder.
#[test]
fn a_lock_that_a_lease_held_is_no_other_lock_and_only_a_write_behind_its_end_is_found() {
    let leased = |buyer: &str, read: u64, (device, inode): (u64, u64), times: [u64; 4]| {
        let [got, intend, released, over] = times;
        let (invoke, write) = (got - 5, read + 1);
        format!(
            r#"{{"buyer":"{buyer}","invoke":{invoke},"return":{over},"read":{read},"write":{write},"intend":{intend},"nonce":"{buyer}","outcome":"sold","lock":{{"got":{got},"released":{released},"device":{device},"inode":{inode},"leased":true}}}}"#
        )
    };
    let (anna, ben) = (
        leased("anna", 0, (1, 7), [10, 50, 300, 310]),
        leased("ben", 1, (1, 9), [100, 150, 200, 210]),
    );
    assert_eq!(found(9, &[&anna, &ben]), [], "she wrote in time");
    let late = leased("anna", 1, (1, 7), [10, 250, 300, 310]);
    let ben = leased("ben", 0, (1, 9), [100, 150, 200, 210]);
    let ended = (
        Anomaly::EndedLock,
        vec!["anna".to_owned(), "ben".to_owned()],
    );
    assert_eq!(found(9, &[&late, &ben]), [ended]);
    // Two clusters are two locks.
    let elsewhere = leased("ben", 0, (2, 9), [100, 150, 200, 210]);
    let kinds = found(9, &[&late, &elsewhere]).into_iter().map(|it| it.0);
    assert_eq!(kinds.collect::<Vec<_>>(), [Anomaly::SplitLock]);
}

#[test]
fn locks_that_follow_on_one_another_are_none_that_is_split() {
    let sale = |at: u64, held: u64| holding(&format!("b{at}"), at, 40 + at, (100 * at, held));
    let lines: Vec<String> = (0..9).map(|at| sale(at, 60)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(found(9, &lines), []);
    // Each one holds its file until the next but one has the lock.
    let lines: Vec<String> = (0..9).map(|at| sale(at, 101)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let split = found(9, &lines);
    assert!(
        split.iter().all(|it| it.0 == Anomaly::SplitLock),
        "{split:?}"
    );
    assert_eq!(split.len(), 8, "{split:?}");
    // Both let others have it too: they keep out nobody who reads.
    let shared = |line: &str| line.replace(r#""device""#, r#""shared":true,"device""#);
    let (one, other) = (shared(&sale(0, 150)), shared(&sale(1, 50)));
    let kinds: Vec<Anomaly> = found(9, &[&one, &other])
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert!(!kinds.contains(&Anomaly::SplitLock), "{kinds:?}");
}

/// Who names a lock and no times may have had it when it wrote, and may not.
#[test]
fn a_lock_without_times_is_not_judged_and_said_to_be_so() {
    let untimed = |buyer: &str, read: u64| {
        let all = holding(buyer, read, 7, (100 * read, 50));
        let (first, rest) = all.split_once(r#""got""#).unwrap();
        format!("{first}{}", &rest[rest.find(r#""device""#).unwrap()..])
    };
    let unreleased = |line: &str| {
        let (first, rest) = line.split_once(r#","released""#).unwrap();
        format!("{first}{}", &rest[rest.find(r#","device""#).unwrap()..])
    };
    let timed = holding("ben", 1, 7, (100, 50));
    for (lines, count) in [
        ([untimed("anna", 0), untimed("ben", 1)], 2),
        ([untimed("anna", 0), timed.clone()], 1),
        (
            [unreleased(&holding("anna", 0, 7, (0, 50))), timed.clone()],
            1,
        ),
        ([holding("anna", 0, 7, (0, 50)), timed], 0),
    ] {
        let verdict = judge(&run(9, &[&lines[0], &lines[1]]));
        assert_eq!(verdict.findings, [], "{lines:?}");
        assert_eq!(verdict.untimed_locks, count, "{lines:?}");
    }
}

/// Two wrote one version, and wanted unequal quantities: either count is one that somebody left and others may read. What
/// is left in the end does not add up with both sales.
#[test]
fn what_any_of_those_left_who_wrote_one_version_may_be_read() {
    let sale = |buyer: &str, quantity: u64, (read, seen): (u64, u64)| {
        let (invoke, write, left) = (100 * read, read + 1, seen - quantity);
        format!(
            r#"{{"buyer":"{buyer}","quantity":{quantity},"invoke":{invoke},"return":900,"read":{read},"seen":{seen},"write":{write},"left":{left},"nonce":"{buyer}","outcome":"sold"}}"#
        )
    };
    let (ann, bob) = (sale("ann", 1, (0, 5)), sale("bob", 2, (0, 5)));
    let kinds = |more: &[&str]| -> Vec<Anomaly> {
        let lines = [&[&*ann, &*bob][..], more].concat();
        let evidence = run(5, &lines);
        let verdict = judge(&evidence);
        for finding in &verdict.findings {
            assert_eq!(
                crate::check::proof::accept(&evidence, finding),
                Ok(()),
                "{finding:?}"
            );
        }
        verdict.findings.into_iter().map(|it| it.kind).collect()
    };
    let ending = |seq: u64, left: u64| format!(r#"{{"final":{seq},"left":{left}}}"#);
    let lost = Anomaly::LostUpdate;
    let both = [lost, Anomaly::Conservation];
    for left in [3, 4] {
        assert_eq!(kinds(&[&ending(1, left)]), both);
        assert_eq!(
            kinds(&[&query(10, &format!(r#""read":1,"seen":{left}"#))]),
            [lost]
        );
        let carol = sale("carol", 1, (1, left));
        assert_eq!(kinds(&[&carol, &ending(2, left - 1)]), both);
        let told = carol.replace(&format!(r#""seen":{left},"#), "");
        assert_eq!(kinds(&[&told, &ending(2, left - 1)]), both);
    }
    let wanted = |quantity: u64| {
        let did = query(10, r#""read":1"#).replace("\"query\"", "\"sold_out\"");
        did.replace(r#""quantity":0"#, &format!(r#""quantity":{quantity}"#))
    };
    assert_eq!(kinds(&[&wanted(4)]), [lost]);
    // What nobody left adds up with nothing.
    assert_eq!(kinds(&[&ending(1, 2)]), [lost, Anomaly::Conservation]);
    let nobodys = [lost, Anomaly::Conservation, Anomaly::Gap];
    assert_eq!(kinds(&[&ending(2, 3)]), nobodys);
    assert_eq!(
        kinds(&[&query(10, r#""read":1,"seen":5"#)]),
        [lost, Anomaly::TornRead]
    );
    assert_eq!(kinds(&[&wanted(3)]), [lost, Anomaly::FalseSoldOut]);
}

/// The sentences of what was found.
fn told(evidence: &Evidence) -> Vec<String> {
    let findings = judge(evidence).findings.into_iter();
    findings.map(|it| it.text).collect()
}

const ANNA: &str =
    r#"{"buyer":"anna","invoke":400,"return":900,"read":0,"write":1,"nonce":"a","outcome":"sold"}"#;

#[test]
fn a_version_before_the_run_is_told_as_that() {
    let read = query(100, r#""read":3"#);
    let text = "carol read version 3, which is older than the first of the run, 5";
    assert_eq!(told(&run_from(5, 3, &[&read])), [text]);
    let read = query(100, r#""read":7"#);
    let text = "carol read version 7, which nobody meant to write";
    assert_eq!(told(&run_from(5, 3, &[&read])), [text]);
}

#[test]
fn a_line_that_contradicts_its_writer_is_told_with_what_it_says() {
    let line = r#"{"committed":1,"nonce":"a","left":1,"buyer":"ben","quantity":2}"#;
    let all = told(&run(3, &[ANNA, line]));
    let text = "anna wanted 1 with version 1, but the ledger says that it was 2 for ben";
    assert!(all.contains(&text.to_owned()), "{all:#?}");
    let failed = ANNA.replace("\"sold\"", "\"failed\"");
    let all = told(&run(3, &[&failed, line]));
    let text = "anna was told failed, but the ledger has its version 1";
    assert!(all.contains(&text.to_owned()), "{all:#?}");
}

#[test]
fn an_acknowledged_sale_that_the_final_count_lacks_is_lost() {
    let ben = r#"{"buyer":"ben","invoke":1000,"return":1100,"read":1,"write":2,"nonce":"b","outcome":"sold"}"#;
    let all = told(&run(3, &[ANNA, ben, r#"{"final":1,"left":2}"#]));
    let text = "ben was told at 700 ns that it bought with version 2, but the final count ends with version 1";
    assert_eq!(all, [text]);
    assert_eq!(
        told(&run(3, &[ANNA, ben, r#"{"final":2,"left":1}"#])),
        [""; 0]
    );
}

#[test]
fn a_line_of_nobody_that_does_not_add_up_is_told_without_a_name() {
    let line = r#"{"committed":1,"nonce":"x","left":9,"buyer":"ben","quantity":1}"#;
    let all = told(&run(3, &[&query(100, r#""read":0"#), line]));
    let text = "version 1 is on the ledger, for ben, and is no operation's here";
    assert!(all.contains(&text.to_owned()), "{all:#?}");
    let line = line.replace(r#""committed":1"#, r#""committed":0"#);
    let all = told(&run(3, &[&query(100, r#""read":0"#), &line]));
    let text = "the ledger's version 0 does not leave what 3 in stock less the sales up to it are";
    assert!(all.contains(&text.to_owned()), "{all:#?}");
}

/// Ben's version does not follow on what he read, so that he has overwritten nobody's.
#[test]
fn a_missing_sale_in_the_place_of_one_that_follows_on_nothing_is_lost_and_not_overwritten() {
    let ben = r#"{"buyer":"ben","invoke":10,"return":100,"read":5,"write":1,"nonce":"b","outcome":"sold"}"#;
    let line = r#"{"committed":1,"nonce":"b","left":2,"buyer":"ben","quantity":1}"#;
    let all = found(3, &[ben, ANNA, line]);
    let of = |kind| all.iter().filter(|it| it.0 == kind).count();
    assert_eq!(
        (of(Anomaly::LostSale), of(Anomaly::LostUpdate)),
        (1, 0),
        "{all:?}"
    );
}
