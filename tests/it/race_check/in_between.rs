//! What reads in between tell: which write each saw, and who wrote last, where the times of the writes alone do not.

use std::fmt::Write as _;

use tickets::check::{Anomaly, judge, overwritten, proof};
use tickets::draw;
use tickets::timeline::Sight;

use super::unsaid::{both, read};

/// A step a line: buyer, step, time, and members as `name=value`.
pub(super) fn evidence(stock: u64, lines: &str) -> String {
    let mut text = format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n");
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let [buyer, step, t] = [(); 3].map(|()| words.next().unwrap());
        if step == "final" {
            writeln!(text, "{{\"final\":{buyer},\"left\":{t}}}").unwrap();
            continue;
        }
        write!(
            text,
            "{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}"
        )
        .unwrap();
        for (member, value) in words.map(|word| word.split_once('=').unwrap()) {
            let is_bare =
                value.parse::<u64>().is_ok() || ["true", "false", "null"].contains(&value);
            let value = if is_bare {
                value.to_owned()
            } else {
                format!("\"{value}\"")
            };
            write!(text, ",\"{member}\":{value}").unwrap();
        }
        text += "}\n";
    }
    text
}

/// What is said of each version that was written more than once, and who is drawn to have read whose version.
fn told(text: &str) -> (Vec<String>, Vec<(String, String)>) {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let timeline = draw::recorded(&evidence, &verdict);
    let read = timeline.lanes.iter().filter_map(|lane| {
        let Some(Sight::Version(version)) = lane.operations[0].read else {
            return None;
        };
        let writer = timeline.versions[version].writer?;
        Some((lane.name.clone(), timeline.lanes[writer.lane].name.clone()))
    });
    let read = read.collect();
    let groups = overwritten(&evidence, &verdict).into_iter();
    (groups.map(|group| group.text).collect(), read)
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = all.iter();
    all.map(|(who, whose)| ((*who).to_owned(), (*whose).to_owned()))
        .collect()
}

/// Two sell from 9, ann 2 and bob 1: ann from 10 to 20, bob from 30 to 100.
const TWO: &str = "
    ann invoke 1 quantity=2
    bob invoke 2
    ann read 5 seq=0 left=9
    bob read 6 seq=0 left=9
    ann intend 10 read=0 write=1 nonce=a
    ann wrote 20
    ann return 25 outcome=sold
    bob intend 30 read=0 write=1 nonce=b
    bob wrote 100
    bob return 110 outcome=sold
";

/// Dan sells from version 1, which he read at this time.
fn dan(invoke: u64, reads: u64) -> String {
    format!(
        "
        dan invoke {invoke}
        dan read {reads} seq=1
        dan intend 120 read=1 write=2 nonce=d
        dan wrote 125
        dan return 130 outcome=sold
        "
    )
}

#[test]
fn what_one_read_saw_tells_what_a_later_read_did() {
    let cid = "
        cid invoke 40 quantity=0
        cid read 50 seq=1 left=8
        cid return 55 outcome=query
    ";
    for end in ["", "2 final 7"] {
        let text = evidence(9, &[TWO, cid, &dan(60, 70), end].concat());
        let (said, saw) = told(&text);
        assert_eq!(
            said,
            [
                "ann and bob both read version 0 (9 left) and both wrote version 1: bob wrote last and overwrote ann"
            ]
        );
        assert_eq!(saw, pairs(&[("cid", "bob"), ("dan", "bob")]));
    }
    // By the answer alone, in place of what was seen.
    let cid = cid
        .replace(" left=8", "")
        .replace("=query", "=query left=8");
    let (_, saw) = told(&evidence(9, &[TWO, &cid, &dan(60, 70)].concat()));
    assert_eq!(saw, pairs(&[("cid", "bob"), ("dan", "bob")]));
}

#[test]
fn what_a_later_read_saw_tells_what_an_earlier_one_did() {
    let cid = "
        cid invoke 40 quantity=0
        cid read 50 seq=1 left=7
        cid return 55 outcome=query
    ";
    let text = evidence(9, &[TWO, cid, &dan(31, 39)].concat());
    let (said, saw) = told(&text);
    assert_eq!(saw, pairs(&[("cid", "ann"), ("dan", "ann")]));
    // Bob wrote behind 39 and before dan, who had read ann's.
    let words = ": dan overwrote bob for good, and the count goes by ann";
    assert!(said[0].ends_with(words), "{said:?}");
    // In the other order nobody knows.
    let text = evidence(9, &[TWO, cid, &dan(41, 60)].concat());
    assert_eq!(told(&text).1, pairs(&[("cid", "ann")]));
}

#[test]
fn the_final_count_alone_tells_what_was_read() {
    let text = evidence(9, &[TWO, &dan(60, 70), "2 final 7"].concat());
    let (said, saw) = told(&text);
    assert_eq!(saw, pairs(&[("dan", "bob")]));
    assert!(
        said[0].ends_with("bob wrote last and overwrote ann"),
        "{said:?}"
    );
    let text = evidence(9, &[TWO, &dan(60, 70), "2 final 6"].concat());
    let (said, saw) = told(&text);
    assert_eq!(saw, pairs(&[("dan", "ann")]));
    assert!(said[0].contains("the count goes by ann"), "{said:?}");
}

/// Ann's version was written over by eve's, which stood when dan began: what he read under ann's number is bob's.
#[test]
fn a_later_version_that_stood_tells_whose_was_read() {
    for bob_wrote in [118, 140] {
        let lines = format!(
            "
            ann invoke 1
            bob invoke 2
            ann read 5 seq=0 left=9
            bob read 6 seq=0 left=9
            ann intend 10 read=0 write=1 nonce=a
            ann wrote 20
            eve invoke 21
            ann return 25 outcome=sold
            eve read 25 seq=1 left=8
            bob intend 30 read=0 write=1 nonce=b
            eve intend 40 read=1 write=2 nonce=e
            eve wrote 50
            eve return 55 outcome=sold
            dan invoke 60
            dan read 70 seq=1 left=8
            dan intend 120 read=1 write=2 nonce=d
            dan wrote 125
            dan return 130 outcome=sold
            bob wrote {bob_wrote}
            bob return 150 outcome=sold
            2 final 7
            "
        );
        let text = evidence(9, &lines);
        let (said, saw) = told(&text);
        assert_eq!(saw, pairs(&[("eve", "ann"), ("dan", "bob")]));
        assert!(
            said[0].contains(": bob wrote last and overwrote ann"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("eve and dan read a version 1 each (ann's, bob's; 8 left)"),
            "{said:?}"
        );
        let (drawn, _) = both(&text);
        assert!(!drawn.contains("not known which"), "{drawn}");
    }
}

/// Of two that wrote at one time, what was read in between tells who wrote last.
#[test]
fn reads_in_between_tell_who_of_two_wrote_last() {
    let two = "
        ann invoke 1 quantity=2
        bob invoke 2
        ann read 5 seq=0 left=9
        bob read 6 seq=0 left=9
        ann intend 10 read=0 write=1 nonce=a
        bob intend 11 read=0 write=1 nonce=b
        bob wrote 199
        ann wrote 200
        ann return 210 outcome=sold
        bob return 211 outcome=sold
    ";
    let asks = |who: &str, from: u64, left: u64| {
        format!(
            "
            {who} invoke {from} quantity=0
            {who} read {} seq=1 left={left}
            {who} return {} outcome=query
            ",
            from + 10,
            from + 15
        )
    };
    for (first, second, last, lost) in [(8, 7, "ann", "bob"), (7, 8, "bob", "ann")] {
        let text = evidence(
            9,
            &[two, &asks("cid", 40, first), &asks("dan", 60, second)].concat(),
        );
        let (said, saw) = told(&text);
        assert!(
            said[0].ends_with(&format!(": {last} wrote last and overwrote {lost}")),
            "{said:?}"
        );
        assert_eq!(saw, pairs(&[("cid", lost), ("dan", last)]));
    }
    // Two who read at one time tell no order.
    let text = evidence(9, &[two, &asks("cid", 40, 8), &asks("dan", 45, 7)].concat());
    let (said, _) = told(&text);
    assert!(
        said[0].contains("which of them wrote last is not known"),
        "{said:?}"
    );
}

/// Evidence that contradicts itself proves nothing beyond what the times of the writes say.
#[test]
fn of_reads_that_contradict_one_another_nothing_is_concluded() {
    let cid = "
        cid invoke 26 quantity=0
        cid read 28 seq=1 left=7
        cid return 29 outcome=query
        dan invoke 40 quantity=0
        dan read 50 seq=1 left=8
        dan return 51 outcome=query
        eve invoke 60 quantity=0
        eve read 70 seq=1 left=7
        eve return 71 outcome=query
    ";
    let text = evidence(9, &[TWO, cid].concat());
    let verdict = judge(&read(&text));
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{verdict:?}");
    let (said, _) = told(&text);
    assert!(
        said[0].ends_with("bob wrote last and overwrote ann"),
        "{said:?}"
    );
}
