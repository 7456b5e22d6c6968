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
