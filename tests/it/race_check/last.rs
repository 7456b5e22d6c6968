//! Who wrote last of several, where others may have written behind them.

use std::fs;

use tickets::check::{judge, proof};

use super::unsaid::read;
use crate::harness::TestEvent;

fn step(buyer: &str, step: &str, t: u64, members: &str) -> String {
    format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
}

/// A sale that says no `wrote`: from its `intend` to its answer.
fn sale(
    (buyer, quantity): (&str, u32),
    [invoke, read, intend, over]: [u64; 4],
    seq: u64,
    outcome: &str,
) -> Vec<(u64, String)> {
    let write = seq + 1;
    vec![
        (
            invoke,
            step(
                buyer,
                "invoke",
                invoke,
                &format!(",\"quantity\":{quantity}"),
            ),
        ),
        (read, step(buyer, "read", read, &format!(",\"seq\":{seq}"))),
        (
            intend,
            step(
                buyer,
                "intend",
                intend,
                &format!(",\"read\":{seq},\"write\":{write},\"nonce\":\"{buyer}\""),
            ),
        ),
        (
            over,
            step(
                buyer,
                "return",
                over,
                &format!(",\"outcome\":\"{outcome}\""),
            ),
        ),
    ]
}

fn lines(stock: u32, sales: &[Vec<(u64, String)>], end: &str) -> String {
    let mut all = sales.concat();
    all.sort_by_key(|one| one.0);
    let lines: String = all.into_iter().map(|one| one.1).collect();
    let header = format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n");
    header + &lines + end
}

/// The sentences of it, each finding proven.
fn texts(stock: u32, sales: &[Vec<(u64, String)>], end: &str) -> Vec<String> {
    let evidence = read(&lines(stock, sales, end));
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let found = verdict.findings.into_iter();
    found.map(|one| one.text).collect()
}

#[test]
fn who_wrote_last_is_not_whose_sale_counts_where_another_may_have_written_since() {
    for (intend, over) in [(48, 51), (52, 60)] {
        let sales = vec![
            sale(("w6", 3), [11, 26, 28, 41], 0, "sold"),
            sale(("w3", 2), [13, 20, 26, 37], 0, "sold"),
            sale(("w4", 3), [17, 32, 33, 39], 1, "sold"),
            sale(("w1", 2), [34, 45, 45, 51], 1, "sold"),
            sale(("w5", 1), [43, 47, intend, over], 1, "unknown"),
        ];
        let event = TestEvent::empty();
        fs::write(event.path("run.jsonl"), lines(5, &sales, "")).unwrap();
        let run = event.run(&format!("race check {}", event.path("run.jsonl").display()));
        let mut told = run.stdout.lines();
        let told = told.find(|line| line.contains("w4 and w1")).unwrap();
        assert!(told.ends_with("w5 may have written too"), "{}", run.stdout);
    }
}

/// A finding names two of three: which of all of them wrote last, it does not say.
#[test]
fn of_two_of_three_it_is_not_said_who_wrote_last() {
    let told = texts(
        9,
        &[
            sale(("ann", 1), [1, 5, 10, 11], 0, "sold"),
            sale(("bob", 1), [2, 6, 20, 21], 0, "sold"),
            sale(("cat", 1), [3, 7, 30, 31], 0, "sold"),
            sale(("dan", 1), [8, 35, 40, 41], 1, "sold"),
        ],
        "",
    );
    let lost: Vec<&String> = told
        .iter()
        .filter(|text| text.contains("both wrote"))
        .collect();
    assert_eq!(lost.len(), 2, "{told:#?}");
    for text in lost {
        assert!(!text.contains("wrote last"), "{told:#?}");
    }
}
