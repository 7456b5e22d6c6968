//! Who may have written and does not say so: nothing is certain that is not so both if it did and if it did not.

use std::fmt::Write as _;

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, read_lines};
use crate::check::{HistoryVerdict, judge, overwritten, proof, sentence, settle};

/// A run, of lines as `13 ann read 0 18`: when, who, and what; `final 2 15` is the count in the end.
fn run(stock: u64, steps: &str) -> String {
    let mut text = format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n");
    for line in steps.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let step = match words[..] {
            [] => continue,
            ["final", seq, left] => {
                let _ = writeln!(text, "{{\"final\":{seq},\"left\":{left}}}");
                continue;
            }
            [_, _, "invoke", many] => format!("\"invoke\",\"quantity\":{many}"),
            [_, _, "read", seq] => format!("\"read\",\"seq\":{seq}"),
            [_, _, "read", seq, left] => format!("\"read\",\"seq\":{seq},\"left\":{left}"),
            [_, who, "intend", read] => {
                let write = read.parse::<u64>().unwrap_or_default() + 1;
                format!("\"intend\",\"read\":{read},\"write\":{write},\"nonce\":\"{who}\"")
            }
            [_, _, one @ ("wrote" | "killed")] => format!("\"{one}\""),
            [_, _, outcome] => format!("\"return\",\"outcome\":\"{outcome}\""),
            _ => panic!("{line}"),
        };
        let (at, who) = (words[0], words[1]);
        let _ = writeln!(text, "{{\"step\":{step},\"buyer\":\"{who}\",\"t\":{at}}}");
    }
    text
}

/// The verdict, of which each finding is proven, and all that it says, in one text.
fn judged(text: &str) -> (Evidence, HistoryVerdict, String) {
    let evidence = read_lines(text.as_bytes(), "run.jsonl".as_ref());
    let evidence = evidence.unwrap_or_else(|error| panic!("{error}: {text}"));
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:#?}");
    }
    let evidence = settle(evidence);
    let groups = overwritten(&evidence, &verdict);
    let said = groups.iter().map(|group| &*group.text);
    let said = said.chain(verdict.findings.iter().map(|it| &*it.text));
    let said = said.collect::<Vec<_>>().join("\n");
    (evidence, verdict, said)
}

const KILLED: &str =
    "10 ben invoke 1\n11 ian invoke 2\n12 ann invoke 1\n13 ann read 0 18\n14 ann intend 0
15 ian read 0 18\n16 ben read 1 17\n17 ian intend 0\n18 ian killed\n19 ben intend 1
20 eve invoke 2\n21 eve read 1 17\n22 eve intend 1\n23 ben wrote\n24 ben sold\nfinal 2 15";

/// What is left of a version that several may have written tells nothing of the version before.
#[test]
fn a_count_that_another_may_have_left_convicts_nobody() {
    let (_, verdict, said) = judged(&run(18, KILLED));
    assert!(!said.contains("ian and ann"), "{said}");
    assert_eq!((verdict.sales, verdict.guessed), (3, 1), "{said}");
    assert!(
        said.contains("eve wrote last; ben was overwritten"),
        "{said}"
    );
    // Where that one may not have, it was left by what grew from what nobody else left.
    let alone = KILLED.replace("22 eve intend 1\n", "");
    let (_, verdict, said) = judged(&run(18, &alone));
    assert!(
        verdict
            .findings
            .iter()
            .any(|it| it.buyers == ["ian", "ann"]),
        "{said}"
    );
}

/// Who does not say what it left may have left it from any of the versions that it may have read.
#[test]
fn a_final_count_that_one_of_several_explains_convicts_nobody() {
    let text = run(
        14,
        "1 ann invoke 1\n2 bob invoke 2\n3 ann read 0 14\n4 bob read 0 14\n5 ann intend 0\n6 ann wrote\n7 ann sold
8 bob intend 0\n9 bob wrote\n10 bob sold\n25 kim invoke 3\n28 una invoke 3\n30 una read 1\n31 kim read 1 12
32 kim intend 1\n34 kim killed\n34 una intend 1\n36 una wrote\n37 una sold\nfinal 2 9",
    );
    let (_, verdict, said) = judged(&text);
    assert!(!said.contains("una and kim"), "{said}");
    assert_eq!((verdict.sales, verdict.guessed), (3, 1), "{said}");
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{said}");
}

#[test]
fn whose_sale_the_count_goes_by_is_not_said_where_another_may_have_gone_on() {
    let text = run(
        7,
        "26 ann invoke 3\n27 bob invoke 2\n34 ann read 0 7\n40 bob read 0 7\n46 bob intend 0\n61 cy invoke 2
70 cy read 1\n74 ann intend 0\n90 eve invoke 3\n92 cy intend 1\n96 dan invoke 1\n114 dan read 1\n121 ann wrote
132 dan intend 1\n138 cy sold\n156 eve read 2\n164 eve intend 2\n165 ann sold\n168 dan unknown\n179 eve wrote
final 3 0",
    );
    // As cy was told, it had read what bob left.
    let text = text.replace(
        r#""return","outcome":"sold","buyer":"cy""#,
        r#""return","outcome":"sold","left":3,"buyer":"cy""#,
    );
    let (_, verdict, said) = judged(&text);
    assert!(
        said.contains("whose sale the count goes by is not known: dan may have written too"),
        "{said}"
    );
    assert!(!said.contains("goes by bob"), "{said}");
    let found = verdict
        .findings
        .iter()
        .find(|it| it.kind == Anomaly::LostUpdate);
    assert!(found.is_some_and(|it| it.guessed), "{said}");
}

#[test]
fn who_may_have_read_what_was_left_by_one_who_does_not_say_so_was_not_told_wrong() {
    let text = run(
        4,
        "1 ann invoke 1\n2 kim invoke 2\n3 kim read 0 4\n4 ann read 0 4\n5 kim intend 0\n6 may invoke 3\n7 ann intend 0
8 may read 1\n9 kim killed\n12 ann killed\n13 bob invoke 3\n14 bob read 1\n15 bob intend 1\n16 bob wrote\n17 bob sold
18 may sold_out\nfinal 2 0",
    );
    let (_, verdict, said) = judged(&text);
    assert_eq!(verdict.count(Anomaly::FalseSoldOut), 0, "{said}");
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{said}");
}

#[test]
fn what_one_of_two_may_have_left_is_not_torn() {
    let text = run(
        10,
        "10 una invoke 3\n11 ann invoke 1\n12 kim invoke 2\n13 ken invoke 2\n14 kim read 0 10\n15 ann read 0 10
16 ken read 0 10\n17 kim intend 0\n18 ken intend 0\n19 ann intend 0\n20 una read 1 8\n30 bob invoke 1\n31 bob read 1
32 bob intend 1\n35 ann sold\nfinal 2 8",
    );
    let (evidence, verdict, said) = judged(&text);
    assert_eq!(verdict.count(Anomaly::TornRead), 0, "{said}");
    let by_one = "ann read version 0 (10 left) and wrote version 1, which kim or ken wrote too";
    assert!(said.contains(by_one), "{said}");
    // What is told as if neither had written says so.
    let found = &verdict.findings[0];
    let supposed = crate::check::HistoryFinding {
        kind: Anomaly::TornRead,
        operations: vec![0],
        version: Some(1),
        guessed: true,
        ..found.clone()
    };
    let told = sentence(&evidence, &supposed);
    assert!(
        told.ends_with("(unless kim or ken wrote, who may have)"),
        "{told}"
    );
}

#[test]
fn who_overwrote_a_sale_is_not_said_where_another_may_have_written_in_between() {
    let text = run(
        10,
        "11 u0 invoke 3\n16 u2 invoke 1\n19 u0 read 0 10\n29 u2 read 0 10\n35 u0 intend 0\n43 u3 invoke 3\n51 u1 invoke 1
62 u3 read 1 7\n66 u1 read 1\n71 u3 intend 1\n72 u2 intend 0\n80 u1 intend 1\n114 u3 sold\n119 u0 unknown
130 u1 wrote\n133 u1 sold\nfinal 2 6",
    );
    let (_, _, said) = judged(&text);
    assert!(said.contains("u1 wrote last"), "{said}");
    assert!(
        !said.contains("u1 overwrote") && !said.contains("and overwrote"),
        "{said}"
    );
}

/// Of more who may have written than can be tried it is not said what became of the sales of others.
#[test]
fn where_too_many_may_have_written_it_is_not_known_whose_sale_the_count_goes_by() {
    let mut steps = "1 ann invoke 1\n2 bob invoke 1\n3 ann read 0 20\n4 bob read 0 20\n5 ann intend 0\n6 ann wrote
7 ann sold\n"
        .to_owned();
    let others = ["c", "d", "e", "f", "g", "h"];
    for who in others {
        let _ = writeln!(steps, "8 {who} invoke 1\n9 {who} read 1 19");
    }
    steps += "10 bob intend 0\n11 bob wrote\n12 bob sold\n";
    for who in others {
        let _ = writeln!(steps, "20 {who} intend 1\n30 {who} killed");
    }
    let (_, verdict, said) = judged(&run(20, &steps));
    assert_eq!(verdict.guessed, 6, "{said}");
    assert!(
        said.contains("whose sale the count goes by is not known: one of 6 others"),
        "{said}"
    );
    assert!(!said.contains("overwr"), "{said}");
}

/// What was read before its writer began tells of two clocks, whatever is found of it.
#[test]
fn who_went_on_from_what_was_written_after_its_answer_has_another_clock() {
    let steps =
        "2000 ann invoke 1\n2020 ann read 0 4\n2030 ann intend 0\n2040 ann wrote\n2060 ann sold
1100 bob invoke 1\n1120 bob read 1 3\n1130 bob intend 1\n1140 bob wrote\n1160 bob sold\nfinal 2 2";
    let (_, verdict, said) = judged(&run(4, steps));
    assert_eq!(verdict.count(Anomaly::StaleRead), 1, "{said}");
    let clocks = "; bob had read version 1, which ann wrote: two clocks, or an 'invoke' that was stamped too late";
    assert!(said.contains(clocks), "{said}");
    // A stale read, and nothing else.
    let stale = "10 bob invoke 1\n20 bob read 0 4\n30 bob intend 0\n40 bob wrote\n50 bob sold
60 ann invoke 0\n70 ann read 0 4\n80 ann query\nfinal 1 3";
    let (_, verdict, said) = judged(&run(4, stale));
    assert_eq!(verdict.count(Anomaly::StaleRead), 1, "{said}");
    assert!(!said.contains("clocks"), "{said}");
}

/// What nobody was answered is no clean run, though something was read.
#[test]
fn a_run_in_which_nobody_was_answered_is_not_judged() {
    let begun = "10 ann invoke 1\n20 bob invoke 1\n30 ann read 0 2";
    let (_, verdict, _) = judged(&run(2, begun));
    assert!(
        !verdict.is_clean() && verdict.blind.is_some(),
        "{verdict:#?}"
    );
    let (_, verdict, _) = judged(&run(2, &format!("{begun}\n40 ann sold_out\nfinal 0 2")));
    assert_eq!(verdict.blind, None);
    // What is found of it is told.
    let (_, verdict, _) = judged(&run(2, "10 ann invoke 1\n30 ann read 7 2"));
    assert!(
        verdict.blind.is_none() && !verdict.is_clean(),
        "{verdict:#?}"
    );
}
