//! How many a verdict counts: what it could not judge, findings that it does not tell; and who overwrote whom.

use std::fs;

use tickets::check::{Anomaly, HistoryVerdict, MAX_TOLD, judge};
use tickets::check::{evidence, proof};

use crate::harness::TestEvent;

const HEADER: &str = r#"{"evidence":1,"stock":500,"first":1}"#;

fn judged(lines: &[String]) -> HistoryVerdict {
    let text = [&[HEADER.to_owned()][..], lines].concat().join("\n");
    let evidence = evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:?}");
    }
    verdict
}

#[test]
fn whoever_was_answered_and_names_no_version_is_unjudged() {
    let alice = r#"{"buyer":"alice","invoke":100,"return":200,"read":1,"seen":500,"write":2,"outcome":"sold"}"#;
    for (members, unjudged) in [
        (r#""return":400,"outcome":"sold""#, 1),
        (r#""return":400,"outcome":"sold","read":2"#, 1),
        (r#""return":400,"outcome":"sold","read":2,"write":3"#, 0),
        (r#""return":400,"outcome":"sold","write":3"#, 1),
        (r#""return":400,"outcome":"sold_out""#, 1),
        (r#""return":400,"outcome":"sold_out","read":2"#, 0),
        (r#""return":400,"outcome":"sold_out","torn":true"#, 0),
        (r#""return":400,"outcome":"query","quantity":0"#, 1),
        (r#""return":400,"outcome":"query","quantity":0,"read":2"#, 0),
        (
            r#""return":400,"outcome":"query","quantity":0,"torn":true"#,
            0,
        ),
        // These say nothing that could be judged.
        (r#""return":400,"outcome":"failed""#, 0),
        (r#""return":400,"outcome":"unknown""#, 0),
        (r#""outcome":"killed""#, 0),
        (r#""outcome":"killed","read":2,"write":3"#, 0),
        (r#""outcome":"open""#, 0),
    ] {
        let bob = format!("{{\"buyer\":\"bob\",\"invoke\":300,{members}}}");
        let verdict = judged(&[alice.to_owned(), bob]);
        assert_eq!(verdict.unjudged, unjudged, "{members}");
        assert_eq!(verdict.operations, 2, "{members}");
    }
}

#[test]
fn findings_beyond_those_that_are_told_are_counted() {
    let query = |at: u64, members: &str| {
        let (invoke, end) = (1000 * at, 1000 * at + 500);
        format!(
            "{{\"buyer\":\"buyer-{at}\",\"quantity\":0,\"invoke\":{invoke},\"return\":{end},{members},\"outcome\":\"query\"}}"
        )
    };
    let event = TestEvent::empty();
    for torn in [1, MAX_TOLD - 1, MAX_TOLD, MAX_TOLD + 1, MAX_TOLD + 2] {
        let lines = (0..torn).map(|at| query(at, r#""torn":true"#));
        // The limit is that of each kind.
        let dirty = (0..2).map(|at| query(torn + at, r#""read":7"#));
        let lines: Vec<String> = lines.chain(dirty).collect();
        let verdict = judged(&lines);
        let told = |kind| {
            let findings = verdict.findings.iter();
            findings.filter(|found| found.kind == kind).count() as u64
        };
        assert_eq!(verdict.count(Anomaly::TornRead), torn);
        assert_eq!(told(Anomaly::TornRead), torn.min(MAX_TOLD), "of {torn}");
        assert_eq!(verdict.count(Anomaly::DirtyRead), 2);
        assert_eq!(told(Anomaly::DirtyRead), 2);

        let path = event.path("run.jsonl");
        fs::write(&path, HEADER.to_owned() + "\n" + &lines.join("\n")).unwrap();
        let (code, document) = event.json(&format!("race check {}", path.display()));
        assert_eq!(code, 6, "{document:#}");
        let counts = document["counts"].as_array().unwrap();
        let count = counts.iter().find(|count| count["kind"] == "torn_read");
        assert_eq!(count.unwrap()["count"], torn);
    }
}

/// By the ledger, where there is one: the later line took the place of the earlier one. Else by the times at which
/// the two wrote.
#[test]
fn a_lost_update_says_who_overwrote_whom() {
    let sale = |buyer: &str, members: &str| {
        format!(
            "{{\"buyer\":\"{buyer}\",\"invoke\":100,\"return\":900,\"read\":1,\"seen\":500,\"write\":2,\"nonce\":\"{buyer}\",\"outcome\":\"sold\"{members}}}"
        )
    };
    let line = |buyer: &str| {
        format!(
            "{{\"committed\":2,\"nonce\":\"{buyer}\",\"left\":499,\"buyer\":\"{buyer}\",\"quantity\":1}}"
        )
    };
    let sentence = |wrote: [&str; 2], ledger: &[&str]| {
        let mut lines = vec![sale("ann", wrote[0]), sale("bob", wrote[1])];
        lines.extend(ledger.iter().map(|buyer| line(buyer)));
        let verdict = judged(&lines);
        let mut findings = verdict.findings.into_iter();
        let found = findings.find(|found| found.kind == Anomaly::LostUpdate);
        let text = found.expect("a lost update").text;
        let (race, who) = text.split_once(": ").unwrap();
        assert_eq!(
            race,
            "ann and bob both read version 1 (500 left) and both wrote version 2"
        );
        who.to_owned()
    };
    let early = r#","intend":200,"wrote":300"#;
    let late = r#","intend":310,"wrote":400"#;
    // It may have written at any time since it began.
    let overlapping = r#","wrote":400"#;
    let (by_bob, by_ann) = ("bob overwrote ann", "ann overwrote bob");
    let nobody = "which of them wrote last is not said";
    for (wrote, ledger, expected) in [
        (["", ""], &["ann", "bob"][..], by_bob),
        (["", ""], &["bob", "ann"], by_ann),
        // Where the writes do not overlap, their times are right whatever the lines say.
        ([early, late], &["bob", "ann"], by_bob),
        ([late, early], &["ann", "bob"], by_ann),
        ([early, late], &[], by_bob),
        ([late, early], &[], by_ann),
        ([early, overlapping], &[], nobody),
        ([early, ""], &[], nobody),
        (["", late], &[], nobody),
        (["", ""], &[], nobody),
    ] {
        assert_eq!(sentence(wrote, ledger), expected, "{wrote:?} {ledger:?}");
    }
}

/// Sales that say no version: what buyers were told is held against the final count all the same.
#[test]
fn the_final_count_misses_sales_that_say_no_version() {
    let silent = |buyer: &str, left: u64| {
        format!(
            r#"{{"buyer":"{buyer}","invoke":100,"return":200,"read":1,"seen":500,"left":{left},"outcome":"sold"}}"#
        )
    };
    let all = |last: &str| {
        let mut lines = vec![silent("ann", 499), silent("bob", 499), silent("cat", 499)];
        lines.extend(last.lines().map(str::to_owned));
        judged(&lines)
    };
    let texts = |verdict: &HistoryVerdict| {
        let all = verdict.findings.iter();
        all.map(|found| found.text.clone()).collect::<Vec<_>>()
    };
    let missed = "it does not add up: 500 in stock less 3 sold is not the 499 left that the final count says";
    assert_eq!(texts(&all(r#"{"final":2,"left":499}"#)), [missed]);
    // Somebody may have bought beside the run.
    for left in [497, 496] {
        let last = format!(r#"{{"final":4,"left":{left}}}"#);
        assert!(texts(&all(&last)).is_empty(), "{left}");
    }
    // A line without a nonce is its buyer's.
    let line = r#"{"committed":2,"buyer":"ann","left":499,"quantity":1}"#;
    let last = r#"{"final":2,"left":499,"lines":1}"#;
    let verdict = all(&format!("{line}\n{last}"));
    assert_eq!(
        verdict.count(Anomaly::LostSale),
        2,
        "{:#?}",
        texts(&verdict)
    );
}

/// Two that wrote one version which the final count does not have are both missing from it.
#[test]
fn each_sale_of_a_version_that_is_gone_is_lost() {
    let sale = |buyer: &str, [from, to]: [u64; 2], read: u64| {
        let (seen, write, left) = (501 - read, read + 1, 500 - read);
        format!(
            r#"{{"buyer":"{buyer}","invoke":{from},"return":{to},"read":{read},"read_at":{},"seen":{seen},"write":{write},"intend":{},"wrote":{},"left":{left},"outcome":"sold"}}"#,
            from + 1,
            to - 2,
            to - 1
        )
    };
    let verdict = judged(&[
        sale("ann", [1, 22], 1),
        sale("dan", [2, 202], 1),
        sale("bob", [30, 42], 2),
        sale("cat", [31, 52], 2),
        r#"{"final":2,"left":499}"#.to_owned(),
    ]);
    let lost = verdict.findings.iter();
    let lost = lost.filter(|found| found.kind == Anomaly::LostSale);
    let lost: Vec<&[String]> = lost.map(|found| &found.buyers[..]).collect();
    assert_eq!(lost, [["bob"], ["cat"]]);
}

/// That nothing was found does not hold for who may have written.
#[test]
fn a_clean_verdict_says_nothing_of_who_may_have_written() {
    let event = TestEvent::empty();
    let lines = [
        HEADER,
        r#"{"buyer":"ann","invoke":1,"return":8,"read":1,"read_at":3,"seen":500,"write":2,"intend":5,"wrote":7,"outcome":"sold"}"#,
        r#"{"buyer":"bob","invoke":2,"read":1,"read_at":4,"seen":500,"write":2,"intend":6,"outcome":"killed"}"#,
        r#"{"final":2,"left":499}"#,
    ];
    fs::write(event.path("run.jsonl"), lines.join("\n")).unwrap();
    let ran = event.run(&format!("race check {}", event.path("run.jsonl").display()));
    let words = "(bob) may have written, and does not say so ('wrote'): whether a sale was overwritten by that";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
}
