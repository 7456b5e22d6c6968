//! What evidence says of locks whose file is gone, and what it leaves open: told as open, by sentences and by pictures.

use std::fs;

use serde_json::Value;
use tickets::check::evidence::{self, Evidence, EvidenceRecord};
use tickets::check::{Anomaly, judge, overwritten, proof};
use tickets::draw;

use crate::harness::TestEvent;

pub(super) const HEADER: &str = "{\"evidence\":1,\"stock\":3,\"first\":0}\n";

pub(super) fn read(text: &str) -> Evidence {
    evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap()
}

/// What the command says of it to people, and to programs.
fn checked(text: &str) -> (String, Value) {
    let event = TestEvent::empty();
    let file = event.path("run.jsonl");
    fs::write(&file, text).unwrap();
    let line = format!("race check {}", file.display());
    (event.run(&line).stdout, event.json(&line).1)
}

/// How it is drawn, in a terminal and as a picture.
pub(super) fn both(text: &str) -> (String, String) {
    let evidence = read(text);
    let timeline = draw::recorded(&evidence, &judge(&evidence));
    let lines = timeline.to_text(120);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    (lines.join("\n"), timeline.to_svg())
}

/// The same of sales.
fn drawn(sales: &str) -> (String, String) {
    both(&(HEADER.to_owned() + sales))
}

/// A sale in one line, that reads a version of so many left, with more members.
pub(super) fn sale(
    buyer: &str,
    [invoke, returned]: [u64; 2],
    (seq, left): (u64, u64),
    more: &str,
) -> String {
    format!(
        "{{\"buyer\":\"{buyer}\",\"invoke\":{invoke},\"return\":{returned},\"read\":{seq},\"seen\":{left},\"write\":{},\"left\":{},\"outcome\":\"sold\"{more}}}\n",
        seq + 1,
        left - 1
    )
}

/// A lock in one line: its file, and what its path meant.
fn lock([got, released]: [u64; 2], (device, inode): (u64, u64), path: &str) -> String {
    format!(
        ",\"read_at\":{got},\"lock\":{{\"got\":{got},\"released\":{released},\"device\":{device},\"inode\":{inode}{path}}}"
    )
}

const OWN: &str = ",\"path_device\":8,\"path_inode\":41";
const GONE: &str = ",\"path_inode\":null";

#[test]
fn the_lock_of_a_file_that_is_gone_is_found() {
    let whole = |path: &str| {
        HEADER.to_owned()
            + &sale("ann", [10, 90], (0, 3), &lock([20, 80], (8, 41), OWN))
            + &sale("bob", [30, 190], (1, 2), &lock([120, 180], (8, 41), path))
            + "{\"final\":2,\"left\":1,\"lines\":2}\n"
    };
    let ledger = "{\"committed\":1,\"left\":2,\"buyer\":\"ann\",\"quantity\":1}\n{\"committed\":2,\"left\":1,\"buyer\":\"bob\",\"quantity\":1}\n{\"final\"";
    let whole = |path: &str| whole(path).replace("{\"final\"", ledger);
    let steps = "{\"step\":\"invoke\",\"buyer\":\"cy\",\"t\":200,\"quantity\":0}\n{\"step\":\"lock_got\",\"buyer\":\"cy\",\"t\":210,\"device\":8,\"inode\":41,\"path_inode\":null}\n{\"step\":\"read\",\"buyer\":\"cy\",\"t\":215,\"seq\":2,\"left\":1}\n{\"step\":\"lock_released\",\"buyer\":\"cy\",\"t\":220}\n{\"step\":\"return\",\"buyer\":\"cy\",\"t\":230,\"outcome\":\"query\",\"left\":1}\n{\"committed\":1,";
    let stepped = whole(OWN).replace("{\"committed\":1,", steps);
    for (text, who, got) in [(whole(GONE), "bob", "110"), (stepped, "cy", "200")] {
        let evidence = read(&text);
        let verdict = judge(&evidence);
        let [finding] = &verdict.findings[..] else {
            panic!("{verdict:#?}");
        };
        assert_eq!(finding.kind, Anomaly::DeadInodeLock);
        assert_eq!(
            finding.text,
            format!(
                "{who} got the lock of a file (inode 41) at {got} ns, when that file had been removed: whoever comes next locks a new one"
            )
        );
        assert_eq!(proof::accept(&evidence, finding), Ok(()));
        for line in text.lines().filter(|line| line.contains("null")) {
            let record = EvidenceRecord::parse(line.as_bytes()).unwrap();
            let mut again = Vec::new();
            record.write_to(&mut again);
            assert!(String::from_utf8_lossy(&again).contains("\"path_inode\":null"));
            assert_eq!(EvidenceRecord::parse(again.trim_ascii_end()), Ok(record));
        }
    }
    // Its name meant it: nothing is wrong, and nothing is left open.
    assert_eq!(checked(&whole(OWN)).1["verdict"], "clean");
    // That nobody says so is said.
    let (told, document) = checked(&whole(""));
    assert!(
        told.starts_with("clean as far as it goes  2 operations"),
        "{told}"
    );
    assert!(
        told.contains(
            "note: 1 operation under a lock does not say what the lock's path meant by then"
        ),
        "{told}"
    );
    assert_eq!(document["unnamed_locks"], 1, "{document:#}");
    // What has no inode is no file, and has no name.
    let mutex = whole("").replace("\"device\":8,\"inode\":41", "\"device\":0,\"inode\":0");
    let mutex = mutex.replace(OWN, "");
    assert_eq!(checked(&mutex).1["verdict"], "clean");
}

#[test]
fn what_is_said_by_half_or_of_two_at_once_is_refused() {
    let ann = |more: &str| HEADER.to_owned() + &sale("ann", [10, 90], (0, 3), more);
    let half = lock([20, 80], (8, 41), ",\"path_inode\":41");
    let other = lock([20, 80], (8, 41), ",\"path_device\":8");
    let got = |members: &str| {
        let invoke = "{\"step\":\"invoke\",\"buyer\":\"ann\",\"t\":1}\n";
        let got = format!("{{\"step\":\"lock_got\",\"buyer\":\"ann\",\"t\":2,{members}}}\n");
        HEADER.to_owned() + invoke + &got
    };
    let twice = ann(",\"nonce\":\"n\"") + &sale("bob", [100, 190], (1, 2), ",\"nonce\":\"n\"");
    let again = ann(",\"nonce\":\"n\"") + &sale("ann", [100, 190], (1, 2), ",\"nonce\":\"n\"");
    for (text, why) in [
        (
            ann(&half),
            "\"path_device\" is missing beside \"path_inode\"",
        ),
        (
            ann(&other),
            "\"path_inode\" is missing beside \"path_device\"",
        ),
        (
            got("\"device\":1,\"inode\":2,\"path_inode\":2"),
            "\"path_device\" is missing",
        ),
        (
            got("\"device\":1"),
            "\"inode\" is missing beside \"device\"",
        ),
        (got("\"inode\":1"), "\"device\" is missing beside \"inode\""),
        (
            twice,
            "the nonce n is of ann and of bob: each write has one of its own",
        ),
        (again, "the nonce n is of two operations of ann"),
    ] {
        let error = evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
}

/// Each who got a lock while another file was held is one finding, and not one for each pair of files.
#[test]
fn every_split_of_a_lock_is_counted() {
    let held = |number: u64, got: u64| {
        let path = format!(",\"path_device\":8,\"path_inode\":{number}");
        let lock = lock([got, 900], (8, number), &path);
        format!(
            "{{\"buyer\":\"user-{got}\",\"quantity\":0,\"invoke\":{got},\"return\":950,\"read\":0,\"seen\":3,\"outcome\":\"query\"{lock}}}\n"
        )
    };
    let shared = |number, got| held(number, got).replace("\"inode\"", "\"shared\":true,\"inode\"");
    for (lines, many) in [
        (held(41, 10) + &held(42, 20), 1),
        (
            held(41, 10) + &held(42, 20) + &held(43, 30) + &held(44, 40),
            3,
        ),
        (shared(41, 10) + &shared(42, 20), 0),
        ((1..=40).map(|at| held(100 + at, 10 * at)).collect(), 39),
    ] {
        let evidence = read(&(HEADER.to_owned() + &lines));
        let verdict = judge(&evidence);
        assert_eq!(verdict.count(Anomaly::SplitLock), many, "{lines}");
        for finding in &verdict.findings {
            assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:?}");
        }
    }
    let many: String = (1..=40).map(|at| held(100 + at, 10 * at)).collect();
    let (told, _) = checked(&(HEADER.to_owned() + &many));
    assert_eq!(told.matches("\nsplit lock: user-").count(), 9, "{told}");
    assert!(told.contains("split lock: 29 more\n"), "{told}");
}

#[test]
fn how_much_was_judged_stands_first() {
    let begun = |buyer: &str| {
        format!(
            "{{\"step\":\"invoke\",\"buyer\":\"{buyer}\",\"t\":1}}\n{{\"step\":\"read\",\"buyer\":\"{buyer}\",\"t\":2,\"seq\":0,\"left\":3}}\n"
        )
    };
    let query = "{\"buyer\":\"dan\",\"quantity\":0,\"invoke\":5,\"return\":9,\"read\":0,\"seen\":3,\"outcome\":\"query\"}\n";
    let text = HEADER.to_owned() + &begun("ann") + &begun("bob") + &begun("cy") + query;
    let (told, _) = checked(&text);
    assert!(
        told.starts_with("clean as far as it goes  1 of 4 operations judged, 0 sales, 4 reads"),
        "{told}"
    );
    // What was found was judged, whatever was not.
    let torn = query.replace("\"seen\":3", "\"seen\":2");
    let (told, _) = checked(&(HEADER.to_owned() + &begun("ann") + &torn));
    assert!(
        told.contains("\nBAD  2 operations, 0 sales, 2 reads\n"),
        "{told}"
    );
}

/// Two that wrote one version, at no known time; one that read that version, nobody knows of which.
#[test]
fn who_was_overwritten_is_left_open_where_nobody_knows_what_was_read() {
    let two = sale("ann", [10, 90], (0, 3), "") + &sale("bob", [20, 95], (0, 3), "");
    let third = sale("cy", [100, 195], (1, 2), "");
    let evidence = read(&(HEADER.to_owned() + &two + &third));
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict);
    assert_eq!(
        groups[0].text,
        "ann and bob both read version 0 (3 left) and both wrote version 1: which of them wrote last is not said"
    );
    let (text, svg) = both(&(HEADER.to_owned() + &two + &third));
    for drawn in [&text, &svg] {
        assert!(!drawn.contains(", overwritten"), "{drawn}");
        assert!(!drawn.contains("its sale was overwritten"), "{drawn}");
        assert!(!drawn.contains("sale overwritten by"), "{drawn}");
        assert!(drawn.contains("read one of 2, not known which"), "{drawn}");
    }
    assert!(!svg.contains("whose write a read saw"), "{svg}");
    // A checksum tells.
    let sums = "{\"committed\":1,\"left\":2,\"buyer\":\"ann\",\"quantity\":1,\"sum\":\"000000000000000a\"}\n{\"committed\":1,\"left\":2,\"buyer\":\"bob\",\"quantity\":1,\"sum\":\"000000000000000b\"}\n{\"committed\":2,\"left\":1,\"buyer\":\"cy\",\"quantity\":1,\"sum\":\"000000000000000c\"}\n{\"final\":2,\"left\":1,\"lines\":3}\n";
    let third = sale("cy", [100, 195], (1, 2), ",\"sum\":\"000000000000000a\"");
    let evidence = read(&(HEADER.to_owned() + &two + &third + sums));
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict);
    assert!(
        groups[0]
            .text
            .ends_with(": cy overwrote bob for good, and the count goes by ann"),
        "{groups:#?}"
    );
    let svg = draw::recorded(&evidence, &verdict).to_svg();
    assert!(svg.contains("by bob, overwritten"), "{svg}");
    assert!(!svg.contains("not known which"), "{svg}");
}

/// Two files with one inode, on two devices, have two letters; and a letter that comes back may be of a new file.
#[test]
fn letters_tell_locks_apart() {
    let drawn = |locks: [(u64, u64); 3]| {
        let sales = (0..).zip(locks).map(|(at, file)| {
            let (from, left) = (10 + 100 * at, 3 - at);
            let lock = lock([from + 10, from + 70], file, "");
            sale(&format!("user-{at}"), [from, from + 80], (at, left), &lock)
        });
        both(&(HEADER.to_owned() + &sales.collect::<String>()))
    };
    let (text, svg) = drawn([(8, 41), (9, 41), (9, 41)]);
    assert!(text.contains("lock A") && text.contains("lock B"), "{text}");
    for drawn in [text, svg] {
        assert!(!drawn.contains("one letter, one inode"), "{drawn}");
    }
    let (text, svg) = drawn([(8, 41), (8, 42), (8, 41)]);
    for drawn in [text, svg] {
        assert!(drawn.contains("one letter, one inode"), "{drawn}");
    }
}

/// Of many that wrote at one time those that are not shown are not called overwritten either; nor is anybody said to have
/// written over another where a third may have written between them.
#[test]
fn what_is_not_shown_of_a_fork_and_what_may_lie_between_is_left_open() {
    let timed = |buyer: &str, [intend, wrote]: [u64; 2]| {
        let at = format!(",\"read_at\":15,\"intend\":{intend},\"wrote\":{wrote}");
        sale(buyer, [10, 900], (0, 3), &at)
    };
    let crowd = (1..=40).map(|at| timed(&format!("user-{at}"), [20, 500 + at]));
    let (text, svg) = drawn(&crowd.collect::<String>());
    for drawn in [&text, &svg] {
        assert!(drawn.contains("and 28 more"), "{drawn}");
        assert!(!drawn.contains(", overwritten"), "{drawn}");
    }
    // Ann was over when the two others began, and these wrote at one time.
    let three = timed("ann", [20, 30]) + &timed("bob", [40, 60]) + &timed("cy", [50, 70]);
    let (text, svg) = drawn(&three);
    assert!(text.contains("by ann, overwritten"), "{text}");
    assert!(!text.contains("over ann's"), "{text}");
    assert!(!svg.contains("is overwritten by"), "{svg}");
    // Where the order is known it is said.
    let three = timed("ann", [20, 30]) + &timed("bob", [40, 60]) + &timed("cy", [65, 70]);
    let (text, svg) = drawn(&three);
    assert!(
        text.contains("over ann's") && text.contains("over bob's"),
        "{text}"
    );
    assert!(svg.contains("is overwritten by"), "{svg}");
}

/// Whole operations that say no more than when they began and ended are drawn from end to end, with what they read and wrote.
#[test]
fn what_has_no_time_of_its_own_is_drawn_where_it_may_have_been() {
    let ann = sale("ann", [10, 90], (0, 3), "");
    let (text, svg) = drawn(&(ann.clone() + &sale("bob", [100, 195], (1, 2), "")));
    for drawn in [&text, &svg] {
        assert!(
            drawn.contains("reads: 3 left, writes: 2 left, when is not said"),
            "{drawn}"
        );
        assert!(
            drawn.contains("reads: 2 left, writes: 1 left, when is not said"),
            "{drawn}"
        );
    }
    assert!(
        svg.contains("at some time in it: when is not said"),
        "{svg}"
    );
    let axis = svg.split("text-anchor=\"middle\"").filter_map(|text| {
        let words = text.split_once('>')?.1.split('<').next()?;
        words.parse::<u64>().ok()
    });
    assert_eq!(
        axis.max(),
        Some(185),
        "the last lane is drawn to its end: {svg}"
    );
    // Time in which something may have happened is not cut out.
    let (_, svg) = drawn(&(ann.clone() + &sale("bob", [11, 9_000], (1, 2), "")));
    assert!(!svg.contains("time cut out"), "{svg}");
    // Half of it is said.
    let (text, _) = drawn(&sale("ann", [10, 90], (0, 3), ",\"read_at\":20"));
    assert!(text.contains("reads: 3 left\n"), "{text}");
    assert!(text.contains("writes: 2 left, when is not said"), "{text}");
    let (text, _) = drawn(&sale(
        "ann",
        [10, 90],
        (0, 3),
        ",\"intend\":40,\"wrote\":50",
    ));
    assert!(text.contains("reads: 3 left, when is not said"), "{text}");
    assert!(text.contains("writes: 2 left, bought 1\n"), "{text}");
    let (_, svg) = drawn(&sale(
        "ann",
        [10, 90],
        (0, 3),
        ",\"read_at\":20,\"intend\":40,\"wrote\":50",
    ));
    assert!(!svg.contains("when is not said"), "{svg}");
}

/// From the read to the write, and no longer, a line says that a buyer goes by what it has read.
#[test]
fn who_has_written_goes_by_what_it_has_read_no_more() {
    let goes_by = "goes by what it has read";
    let times = ",\"read_at\":20,\"intend\":40,\"wrote\":50";
    let (_, svg) = drawn(&sale("ann", [10, 90], (0, 3), times));
    let (_, lane) = svg.split_once("<g><title>reads: 3 left").unwrap();
    let (lane, _) = lane.split_once("</g>").unwrap();
    let number = |text: &str| -> f64 {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
        text[..end.unwrap()].parse().unwrap()
    };
    let lines = lane.split("<path d=\"M").skip(1);
    let solid = lines.filter(|line| line.contains("stroke-width=\"1.5\""));
    let ends: Vec<f64> = solid
        .map(|line| number(line.split_once('H').unwrap().1))
        .collect();
    let (_, write) = lane.rsplit_once("<rect x=\"").unwrap();
    assert_eq!(ends, [number(write)], "{lane}");
    assert!(lane.contains("stroke-dasharray=\"1 3\""), "{lane}");
    assert!(
        svg.contains(goes_by) && svg.contains("not answered yet"),
        "{svg}"
    );
    // Who was told that none are left writes nothing.
    let told = "{\"buyer\":\"bob\",\"invoke\":10,\"return\":90,\"read\":0,\"read_at\":20,\"seen\":3,\"quantity\":4,\"outcome\":\"sold_out\"}\n";
    let (_, svg) = drawn(told);
    assert!(
        !svg.contains(goes_by) && svg.contains("not answered yet"),
        "{svg}"
    );
}
