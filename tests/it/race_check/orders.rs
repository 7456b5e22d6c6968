//! Who wrote before whom: told where the ledger, the versions or the times prove it, and nowhere else.

use std::fs;

use tickets::check::evidence::{self, Evidence};
use tickets::check::{judge, proof};

use crate::harness::TestEvent;

/// A sale, step by step: when it begins, reads, is about to write and has written; and the version that it read, with
/// how many were left.
fn sale(
    buyer: &str,
    [invoke, read_at, intend, wrote]: [u64; 4],
    (read, left): (u64, u64),
) -> String {
    let step = |step: &str, t: u64, members: &str| {
        format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
    };
    let next = read + 1;
    [
        step("invoke", invoke, ""),
        step("read", read_at, &format!(",\"seq\":{read},\"left\":{left}")),
        step(
            "intend",
            intend,
            &format!(",\"read\":{read},\"write\":{next},\"nonce\":\"{buyer}\""),
        ),
        step("wrote", wrote, ""),
        step("return", wrote + 900, ",\"outcome\":\"sold\""),
    ]
    .concat()
}

/// The ledger, as it was written: all sales that read the first version, of so many tickets.
fn ledger(buyers: &[&str], stock: u64) -> String {
    let left = stock - 1;
    let line = |buyer: &&str| {
        format!(
            "{{\"committed\":1,\"nonce\":\"{buyer}\",\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
        )
    };
    let last = format!(
        "{{\"final\":1,\"left\":{left},\"lines\":{}}}\n",
        buyers.len()
    );
    buyers.iter().map(line).collect::<String>() + &last
}

fn run(stock: u64, parts: &[String]) -> String {
    format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n") + &parts.concat()
}

/// What is printed of it; each finding stands its proof.
fn told(text: &str) -> String {
    let evidence: Evidence = evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    for finding in judge(&evidence).findings {
        assert_eq!(proof::accept(&evidence, &finding), Ok(()), "{finding:?}");
    }
    let event = TestEvent::empty();
    fs::write(event.path("run.jsonl"), text).unwrap();
    event
        .run(&format!("race check {}", event.path("run.jsonl").display()))
        .stdout
}

/// How it is drawn.
fn picture(text: &str) -> String {
    let event = TestEvent::empty();
    fs::write(event.path("run.jsonl"), text).unwrap();
    let [file, drawn] = ["run.jsonl", "run.svg"].map(|name| event.path(name).display().to_string());
    event.run(&format!("race check {file} --timeline {drawn}"));
    fs::read_to_string(drawn).unwrap()
}

/// Where in a text a part of it stands.
#[track_caller]
fn place(text: &str, part: &str) -> usize {
    text.find(part)
        .unwrap_or_else(|| panic!("{part:?} is not in\n{text}"))
}

/// Ann asked first and wrote last: there was none left for her, and not for carol, who asked last.
#[test]
fn the_first_too_many_is_who_wrote_then_and_not_who_asked_then() {
    let sales = [
        sale("ann", [1_000, 4_000, 90_000, 91_000], (0, 2)),
        sale("bob", [2_000, 5_000, 10_000, 11_000], (0, 2)),
        sale("carol", [3_000, 6_000, 20_000, 21_000], (0, 2)),
    ];
    let by_time = told(&run(2, &sales));
    let by_ledger = told(&run(
        2,
        &[&sales[..], &[ledger(&["bob", "carol", "ann"], 2)]].concat(),
    ));
    for text in [by_time, by_ledger] {
        place(&text, "the first too many is ann, who bought 1");
        assert!(
            text.contains("ann wrote last; the sales of the other 2 are overwritten"),
            "{text}"
        );
        let (ann, none_left) = (
            place(&text, "ann   writes"),
            place(&text, "more was sold than there was"),
        );
        assert!(ann < none_left, "{text}");
        let marked: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("<- 1,2"))
            .collect();
        assert!(marked.len() == 1 && marked[0].contains("ann "), "{text}");
    }
    // The ledger is believed where the stamps could be of any order.
    let at_once =
        ["ann", "bob", "carol"].map(|buyer| sale(buyer, [1_000, 2_000, 3_000, 9_000], (0, 2)));
    let lines = ledger(&["carol", "ann", "bob"], 2);
    let text = told(&run(2, &[&at_once[..], &[lines]].concat()));
    place(&text, "the first too many is bob, who bought 1");
}

/// Nobody knows of two writes that overlap in time which came first: neither sentence nor drawing says so.
#[test]
fn of_writes_at_one_time_no_order_is_told() {
    let sales = [
        sale("ann", [1_000, 4_000, 10_000, 30_000], (0, 2)),
        sale("bob", [2_000, 5_000, 11_000, 29_000], (0, 2)),
        sale("carol", [3_000, 6_000, 12_000, 28_000], (0, 2)),
    ];
    for end in ["", "{\"final\":1,\"left\":1}\n"] {
        let text = told(&run(2, &[&sales[..], &[end.to_owned()]].concat()));
        place(
            &text,
            "which of them wrote last is not known: they wrote at the same time",
        );
        // What is sold beyond the stock comes first, as in the report of a rush.
        let [oversold, lost] = ["oversold: ", "lost update: "].map(|kind| place(&text, kind));
        assert!(oversold < lost, "{text}");
        place(&text, "<- 1  more was sold than there was (oversold)");
        place(&text, "3 tickets were sold, but there were only 2");
        for claim in [
            "first too many",
            " over ",
            "overwrote",
            ", overwritten",
            "stands in the end",
            "sold beyond the stock",
        ] {
            assert!(!text.contains(claim), "{claim}:\n{text}");
        }
        assert_eq!(text.matches("may stand in the end").count(), 3, "{text}");
        // Whose ticket does not exist is not known: each of them is marked with it.
        let drawn = text.lines().filter(|line| line.contains(" writes: 1 left"));
        let marks: Vec<&str> = drawn.filter_map(|line| line.split("<- ").nth(1)).collect();
        let marks = marks.iter().map(|marks| marks.split(',').next());
        assert_eq!(marks.flatten().collect::<Vec<_>>(), ["1"; 3], "{text}");
        assert!(!picture(&run(2, &sales)).contains("is overwritten by"));
    }
    // Two of them are over before the third begins: that one is known.
    let [ann, bob, _] = sales;
    let carol = sale("carol", [3_000, 6_000, 40_000, 41_000], (0, 2));
    let apart = [ann, bob, carol];
    let text = told(&run(2, &apart));
    place(
        &text,
        "carol wrote last; the sales of the other 2 are overwritten",
    );
    // Which of the two she wrote over is not.
    assert!(!picture(&run(2, &apart)).contains("is overwritten by"));
    place(&text, "the first too many is carol");
    assert_eq!(text.matches("stands in the end").count(), 1, "{text}");
    let lost = judge(
        &evidence::read_lines(
            run(
                9,
                &[
                    sale("ann", [1_000, 4_000, 10_000, 30_000], (0, 9)),
                    sale("bob", [2_000, 5_000, 11_000, 29_000], (0, 9)),
                ],
            )
            .as_bytes(),
            "run.jsonl".as_ref(),
        )
        .unwrap(),
    );
    let at_once = "which of them wrote last is not known: they wrote at the same time";
    assert!(
        lost.findings[0].text.ends_with(at_once),
        "{:?}",
        lost.findings
    );
}

/// A write stands where it is known to be done: whose it overwrites stands above.
#[test]
fn what_a_sale_overwrites_is_drawn_above_it() {
    let sales = [
        sale("ann", [1_000, 4_000, 10_000, 90_000], (0, 9)),
        sale("bob", [2_000, 5_000, 20_000, 30_000], (0, 9)),
    ];
    for (first, last) in [("ann", "bob"), ("bob", "ann")] {
        let text = told(&run(
            9,
            &[&sales[..], &[ledger(&[first, last], 9)]].concat(),
        ));
        let row = |who: &str| place(&text, &format!("{who} writes: 8 left"));
        assert!(row(first) < row(last), "{text}");
        let over = text
            .lines()
            .find(|line| line.contains(" over "))
            .unwrap_or_default();
        assert!(
            over.contains(&format!("{last} writes: 8 left over {first}'s")),
            "{text}"
        );
    }
}

/// A sentence and the drawing tell a time since the same zero and in the same unit.
#[test]
fn a_sentence_and_the_drawing_have_one_clock() {
    let lock =
        |got: u64| format!(r#""lock":{{"got":{got},"released":2900000,"device":1,"inode":7}}"#);
    let sale = |buyer: &str, got: u64| {
        let members = r#""return":3000000,"read":0,"seen":2,"write":1,"left":1,"outcome":"sold""#;
        format!(
            "{{\"buyer\":\"{buyer}\",\"invoke\":500000,{members},{}}}\n",
            lock(got)
        )
    };
    let text = run(2, &[sale("ann", 1_000_000), sale("bob", 1_500_000)]);
    let printed = told(&text);
    place(
        &printed,
        "bob got the lock (of the file with inode 7) at 1.000 ms, while ann held it from 0.500 ms",
    );
    let row = printed
        .lines()
        .find(|line| line.contains("bob takes the lock"));
    assert!(
        row.is_some_and(|row| row.trim_start().starts_with("1.000 ")),
        "{printed}"
    );
    let svg = picture(&text);
    place(&svg, "at 1.000 ms, while ann held");
    place(&svg, "time in ms since the first operation began");
}

/// Who read a version wrote after who made it, however late that one stamped its write.
#[test]
fn a_version_tells_who_wrote_before_whom() {
    let sales = [
        sale("ann", [1_000, 4_000, 10_000, 90_000], (0, 2)),
        sale("bob", [2_000, 40_000, 50_000, 60_000], (1, 1)),
        sale("carol", [3_000, 70_000, 80_000, 95_000], (2, 0)),
    ];
    let text = told(&run(2, &sales));
    place(&text, "the first too many is carol");
    assert!(!text.contains(" over "), "{text}");
    let row = |who: &str| place(&text, &format!("{who} writes"));
    assert!(row("ann  ") < row("bob  "), "{text}");
    assert!(
        text.contains("  version 1: 1 left, by ann\n  version 2: 0 left, by bob\n"),
        "{text}"
    );
}

/// Times are told since the first operation began, wherever its lines stand.
#[test]
fn the_order_of_the_lines_changes_neither_the_words_nor_the_picture() {
    let ann = sale("ann", [1_000, 1_100, 5_250, 5_400], (0, 2));
    let bob = sale("bob", [5_000, 5_100, 5_200, 5_300], (0, 2));
    let late = sale("cy", [9_000, 9_100, 9_200, 9_300], (0, 2));
    let drawn = |parts: [&String; 3]| {
        let text = run(2, &parts.map(String::clone));
        let event = TestEvent::empty();
        let [file, svg] = ["run.jsonl", "run.svg"].map(|name| event.path(name));
        fs::write(&file, text).unwrap();
        let line = format!("race check {} --timeline {}", file.display(), svg.display());
        let out = event.run(&line);
        assert_eq!(out.code, Some(6), "{}", out.stderr);
        let root = event.path("").display().to_string();
        (
            out.stdout.replace(&root, ""),
            fs::read_to_string(svg).unwrap(),
        )
    };
    let (words, picture) = drawn([&ann, &bob, &late]);
    assert!(words.contains("at 8.000 µs"), "{words}");
    assert!(
        picture.contains(">0</text>") && !picture.contains(">-"),
        "{picture}"
    );
    for parts in [[&bob, &ann, &late], [&late, &bob, &ann]] {
        assert_eq!(drawn(parts), (words.clone(), picture.clone()));
    }
}
