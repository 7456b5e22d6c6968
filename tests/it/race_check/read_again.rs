//! Reads that an operation did not act by, and everybody who read an old count.

use tickets::check::evidence::{self, Evidence};
use tickets::check::{Anomaly, HistoryVerdict, judge, proof};

fn read(text: &str) -> Evidence {
    evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap()
}

/// The verdict; each finding stands its proof.
fn judged(text: &str) -> HistoryVerdict {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:?}");
    }
    verdict
}

fn texts(verdict: &HistoryVerdict) -> Vec<&str> {
    let all = verdict.findings.iter();
    all.map(|found| found.text.as_str()).collect()
}

fn step(buyer: &str, step: &str, t: u64, members: &str) -> String {
    format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
}

const HEADER: &str = "{\"evidence\":1,\"stock\":3,\"first\":0}\n";
const END: &str = "{\"committed\":1,\"nonce\":\"b\",\"left\":2,\"buyer\":\"bob\",\"quantity\":1}\n\
                   {\"final\":1,\"left\":2,\"lines\":1}\n";

/// Bob buys with version 1, from 5 to 45.
fn bob() -> String {
    [
        step("bob", "invoke", 5, ""),
        step("bob", "read", 7, ",\"seq\":0,\"left\":3"),
        step(
            "bob",
            "intend",
            30,
            ",\"read\":0,\"write\":1,\"nonce\":\"b\"",
        ),
        step("bob", "wrote", 40, ""),
        step("bob", "return", 45, ",\"outcome\":\"sold\",\"left\":2"),
    ]
    .concat()
}

/// Cat looks, from a time on, and reads these.
fn cat(from: u64, reads: &[&str]) -> String {
    let all = (1..).zip(reads);
    let all = all.map(|(nth, read)| step("cat", "read", 50 + nth, &format!(",{read}")));
    let reads: String = all.collect();
    let begins = step("cat", "invoke", from, ",\"quantity\":0");
    begins + &reads + &step("cat", "return", 80, ",\"outcome\":\"query\"")
}

fn run(from: u64, reads: &[&str]) -> String {
    [HEADER, &bob(), &cat(from, reads), END].concat()
}

const OLD: &str = "\"seq\":0,\"left\":3";
const NEW: &str = "\"seq\":1,\"left\":2";

#[test]
fn each_of_several_reads_is_judged() {
    for (from, reads, kinds, words) in [
        (50, &[NEW][..], &[][..], ""),
        (50, &[NEW, NEW], &[], ""),
        // It began before anybody was answered, and read what there was.
        (1, &[OLD, NEW], &[], ""),
        (
            50,
            &[OLD, NEW],
            &[Anomaly::StaleRead],
            "cat began at 45 ns, after bob had been answered at 40 ns with version 1, and still read version 0",
        ),
        (
            1,
            &[NEW, OLD],
            &[Anomaly::StaleRead],
            "cat read version 1 by 50 ns, and then read version 0, by 51 ns, in one operation",
        ),
        (
            50,
            &["\"seq\":77,\"left\":99", NEW],
            &[Anomaly::DirtyRead],
            "cat read version 77, which nobody meant to write",
        ),
        (
            50,
            &["\"seq\":1,\"left\":9", NEW],
            &[Anomaly::TornRead],
            "cat read version 1 with 9 and 2 left, which is not what that version holds",
        ),
    ] {
        let verdict = judged(&run(from, reads));
        let found: Vec<Anomaly> = verdict.findings.iter().map(|it| it.kind).collect();
        assert_eq!(found, kinds, "{reads:?} {verdict:?}");
        assert_eq!(verdict.unjudged_reads, 0, "{reads:?}");
        assert!(
            words.is_empty() || texts(&verdict)[0].ends_with(words),
            "{verdict:?}"
        );
        assert!(verdict.is_whole(), "{verdict:?}");
    }
}

/// A checksum of which another read tells another is counted, where no line of the ledger decides.
#[test]
fn a_further_read_that_cannot_be_judged_is_no_clean_one() {
    let sum = "\"seq\":1,\"left\":2,\"sum\":\"00000000000000aa\"";
    let verdict = judged(&run(50, &[sum, NEW]));
    assert_eq!((verdict.counts.len(), verdict.unjudged_reads), (0, 0));
    let other = sum.replace("aa\"", "ab\"");
    let verdict = judged(&run(50, &[sum, &other]));
    assert_eq!((verdict.counts.len(), verdict.unjudged_reads), (0, 1));
    assert!(!verdict.is_whole());
    let told = END.replace(
        "\"quantity\":1",
        "\"quantity\":1,\"sum\":\"00000000000000aa\"",
    );
    let text = [HEADER, &bob(), &cat(50, &[sum, NEW]), &told].concat();
    let verdict = judged(&text);
    assert_eq!((verdict.counts.len(), verdict.unjudged_reads), (0, 0));
    let verdict = judged(&text.replacen("00000000000000aa", "00000000000000ab", 1));
    assert_eq!(verdict.count(Anomaly::TornRead), 1, "{verdict:?}");
}

/// What was read after the write is no read that it wrote by.
#[test]
fn a_read_after_the_write_is_judged_by_what_was_written() {
    let sale = |after: &str| {
        let look = step("bob", "read", 42, &format!(",{after}"));
        let bob = bob().replace("{\"step\":\"return\"", &(look + "{\"step\":\"return\""));
        judged(&[HEADER, &bob, END].concat())
    };
    assert_eq!(sale(NEW).counts, []);
    let own = sale(OLD);
    assert_eq!(
        texts(&own),
        ["bob wrote version 1 by 35 ns, and then read version 0, by 37 ns, in one operation"]
    );
}

/// Bob's sale with reads between `intend` and what comes behind them, and how it ends.
fn looks(reads: &[&str], ending: &[&str]) -> String {
    let from = bob().find("{\"step\":\"wrote\"").unwrap();
    let reads: String = (31..)
        .zip(reads)
        .map(|(at, read)| step("bob", "read", at, &format!(",{read}")))
        .collect();
    let ending: String = (40..)
        .zip(ending)
        .map(|(at, step)| {
            let (name, members) = step.split_once(',').unwrap_or((step, ""));
            let comma = if members.is_empty() { "" } else { "," };
            self::step("bob", name, at, &format!("{comma}{members}"))
        })
        .collect();
    [HEADER, &bob()[..from], &reads, &ending].concat()
}

const SOLD: &str = "return,\"outcome\":\"sold\",\"left\":2";
const UNKNOWN: &str = "return,\"outcome\":\"unknown\"";

/// Who looks whether its write was done goes by what it read before that, however it ends.
#[test]
fn a_look_whether_the_write_was_done_is_no_read_that_it_goes_by() {
    let reads: [&[&str]; 5] = [&[NEW], &[OLD], &[OLD, NEW], &[NEW, NEW], &[OLD, OLD, NEW]];
    let ends: [&[&str]; 5] = [&["wrote", SOLD], &[SOLD], &[UNKNOWN], &["killed"], &[]];
    for reads in reads {
        for end in ends {
            for told in [END, "{\"final\":1,\"left\":2}\n"] {
                let text = looks(reads, end) + told;
                let verdict = judged(&text);
                assert_eq!(texts(&verdict), [""; 0], "{text}");
                assert_eq!(read(&text).operations[0].read, 0, "{text}");
            }
        }
    }
}

/// What such a look sees is judged like every other read.
#[test]
fn a_look_at_what_nobody_wrote_is_found() {
    for end in [&["wrote", SOLD][..], &[SOLD]] {
        for (look, kind) in [
            ("\"seq\":1,\"left\":9", Anomaly::TornRead),
            ("\"seq\":7,\"left\":1", Anomaly::DirtyRead),
        ] {
            let text = looks(&[look], end) + END;
            let verdict = judged(&text);
            let found: Vec<Anomaly> = verdict.findings.iter().map(|it| it.kind).collect();
            assert_eq!(found, [kind], "{text}");
        }
    }
}

/// Who tries again goes by what it read since, and so does who finds nothing left.
#[test]
fn a_read_before_another_intent_is_what_it_goes_by() {
    let again = "intend,\"read\":1,\"write\":2,\"nonce\":\"c\"";
    let text = looks(&[OLD, NEW], &[again, "wrote", SOLD]);
    let bob = read(&(text.clone() + "{\"final\":2,\"left\":1}\n"));
    assert_eq!((bob.operations[0].read, bob.operations[0].seen), (1, 2));
    let besides: Vec<u64> = bob.further_reads.iter().map(|it| it.version).collect();
    assert_eq!(besides, [0, 0]);
    let none = looks(
        &[NEW, "\"seq\":3,\"left\":0"],
        &["return,\"outcome\":\"sold_out\""],
    );
    let bob = read(&(none + "{\"final\":3,\"left\":0}\n"));
    assert_eq!((bob.operations[0].read, bob.operations[0].seen), (3, 0));
    let other = looks(&[NEW], &[&again.replace("\"read\":1", "\"read\":0")]);
    let other = evidence::read_lines(other.as_bytes(), "run.jsonl".as_ref());
    let why = other.unwrap_err().to_string();
    assert!(
        why.contains("it says that it read version 0, but read 1"),
        "{why}"
    );
}

#[test]
fn each_who_read_an_old_count_is_told_once() {
    let viewer = |name: &str, at: u64| {
        step(name, "invoke", at, ",\"quantity\":0")
            + &step(name, "read", at + 1, ",\"seq\":0,\"left\":3")
            + &step(name, "return", at + 2, ",\"outcome\":\"query\"")
    };
    let good = |at: u64| viewer("good", at).replace(OLD, NEW);
    let text = [
        HEADER,
        &bob(),
        &good(50),
        &viewer("ann", 60),
        &good(70),
        &viewer("cid", 80),
        &viewer("dan", 90),
        &good(100),
        END,
    ]
    .concat();
    let verdict = judged(&text);
    let who: Vec<&[String]> = verdict.findings.iter().map(|it| &it.buyers[..]).collect();
    assert_eq!(who, [["ann", "bob"], ["cid", "bob"], ["dan", "bob"]]);
    assert_eq!(verdict.count(Anomaly::StaleRead), 3);
}
