use super::*;
use crate::check::anomaly::Anomaly;

/// A sale of one: its seq, what it left, who.
fn sale(seq: u64, left: u64, buyer: &str) -> WrittenLine {
    WrittenLine {
        seq,
        end: 0,
        buyer: buyer.to_owned(),
        change: -1,
        left,
        own: true,
        told: true,
        upon: None,
    }
}

fn after(stock: u64, left: u64, counted_line: usize, lines: Vec<WrittenLine>) -> FinalState {
    let lines: Vec<_> = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| WrittenLine {
            end: 100 * (at as u64 + 1),
            ..line
        })
        .collect();
    FinalState {
        stock,
        seq: 1,
        counted: 100 * counted_line as u64,
        before: None,
        lines,
        left: Some(left),
        torn: 0,
        lost: Vec::new(),
        unreadable: None,
        replaced: false,
    }
}

fn kinds(verdict: &StateVerdict) -> Vec<Anomaly> {
    verdict
        .findings
        .iter()
        .map(|finding| finding.kind)
        .collect()
}

#[test]
fn sales_one_after_another_are_safe() {
    let verdict = judge(&after(2, 0, 2, vec![sale(2, 1, "a"), sale(3, 0, "b")]));
    assert!(verdict.is_safe(), "{verdict:?}");
    assert_eq!(
        (verdict.sold, verdict.left, verdict.lost_updates),
        (2, Some(0), 0)
    );
}

#[test]
fn eight_who_read_the_same_version_lose_seven_updates() {
    let lines = (1..=8).map(|n| sale(2, 1, &format!("user-{n}"))).collect();
    let verdict = judge(&after(2, 1, 8, lines));
    assert_eq!(
        (verdict.sold, verdict.oversold, verdict.lost_updates),
        (8, 6, 7)
    );
    assert_eq!(
        kinds(&verdict),
        [
            Anomaly::Oversold,
            Anomaly::LostUpdate,
            Anomaly::Conservation
        ]
    );
    assert_eq!(
        verdict.findings[0].text,
        "8 tickets were sold, but there were only 2: 6 tickets that were sold do not exist"
    );
    assert_eq!(verdict.findings[0].buyers.len(), 6);
    assert_eq!(
        verdict.findings[1].text,
        "user-1, user-2, user-3, user-4, user-5, user-6, user-7 and user-8 all read version 1 (2 left) and all wrote \
         version 2: user-8 wrote last; the sales of the other 7 are overwritten; of these 8 sales the count shows one"
    );
}

#[test]
fn a_lost_update_needs_no_oversale() {
    let verdict = judge(&after(5, 4, 2, vec![sale(2, 4, "a"), sale(2, 4, "b")]));
    assert_eq!((verdict.oversold, verdict.lost_updates), (0, 1));
    assert_eq!(
        kinds(&verdict),
        [Anomaly::LostUpdate, Anomaly::Conservation]
    );
    assert_eq!(
        verdict.findings[0].text,
        "a and b both read version 1 (5 left) and both wrote version 2: b wrote last and overwrote a; of these 2 sales the count shows one"
    );
}

#[test]
fn an_older_count_written_over_a_newer_one_is_found() {
    let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), sale(3, 0, "b")]));
    assert_eq!(kinds(&verdict), [Anomaly::Conservation]);
    assert_eq!(
        verdict.findings[0].text,
        "a wrote its count of 1 last, over the newer one: the count misses b"
    );
}

#[test]
fn others_who_go_on_selling_are_no_anomaly() {
    let mut other = sale(3, 0, "other");
    other.own = false;
    let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), other]));
    assert!(verdict.is_safe(), "{verdict:?}");
    assert_eq!(verdict.sold, 1);
}

#[test]
fn a_count_that_nobody_wrote_does_not_add_up() {
    let verdict = judge(&after(2, 2, 0, vec![sale(2, 1, "a")]));
    assert_eq!(kinds(&verdict), [Anomaly::Conservation]);
}

#[test]
fn a_count_that_is_only_behind_is_no_anomaly() {
    let mut unheard = sale(3, 0, "b");
    unheard.told = false;
    let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), unheard.clone()]));
    assert!(verdict.is_safe(), "{verdict:?}");
    unheard.seq = 2;
    let verdict = judge(&after(2, 2, 0, vec![unheard]));
    assert!(verdict.is_safe(), "{verdict:?}");
}

#[test]
fn a_sale_that_was_told_and_is_on_no_ledger_is_lost() {
    let mut after = after(2, 1, 1, vec![sale(2, 1, "a")]);
    after.lost = vec!["b".to_owned()];
    let verdict = judge(&after);
    assert_eq!(kinds(&verdict), [Anomaly::LostSale]);
}

#[test]
fn torn_bytes_are_told_with_their_number() {
    for torn in [0, 1, 2, 4097] {
        let after = FinalState {
            torn,
            ..after(2, 1, 1, vec![sale(2, 1, "a")])
        };
        let verdict = judge(&after);
        let expected = match torn {
            0 => vec![],
            _ => vec![StateFinding {
                last: LastSale::default(),
                kind: Anomaly::TornWrite,
                buyers: Vec::new(),
                read_seq: None,
                with: Vec::new(),
                read_from: Vec::new(),
                text: match torn {
                    1 => "1 byte on the ledger is".to_owned(),
                    torn => format!("{torn} bytes on the ledger are"),
                } + " no whole line: a buyer was cut off while it wrote",
            }],
        };
        assert_eq!(verdict.findings, expected);
    }
}

#[test]
fn hostile_numbers_are_no_harm() {
    let line = |seq, change| WrittenLine {
        change,
        ..sale(seq, u64::MAX, "x")
    };
    for seq in [0, 1, u64::MAX] {
        for change in [i64::MIN, i64::MAX, 0] {
            let lines = vec![line(seq, change), line(seq, change)];
            assert!(!judge(&after(u64::MAX >> 1, 3, 2, lines)).is_safe());
        }
    }
}

#[test]
fn nothing_sold_is_safe() {
    assert!(judge(&after(0, 0, 0, vec![])).is_safe());
}

#[test]
fn a_count_that_could_not_be_written_is_no_anomaly_where_the_buyers_were_told() {
    let unpublished = |told: bool| {
        let line = |seq, left, buyer| WrittenLine {
            told,
            ..sale(seq, left, buyer)
        };
        FinalState {
            before: Some((9, 40)),
            counted: 40,
            ..after(7, 9, 0, vec![line(2, 6, "a"), line(3, 5, "b")])
        }
    };
    assert_eq!(kinds(&judge(&unpublished(false))), []);
    assert_eq!(kinds(&judge(&unpublished(true))), [Anomaly::Conservation]);
    let other = FinalState {
        before: Some((8, 40)),
        ..unpublished(false)
    };
    assert_eq!(kinds(&judge(&other)), [Anomaly::Conservation]);
}

#[test]
fn a_count_that_shows_neither_of_two_racing_sales_is_not_said_to_show_one() {
    let lines = vec![sale(2, 4, "a"), sale(2, 4, "b"), sale(3, 3, "c")];
    let verdict = judge(&after(5, 3, 3, lines));
    assert_eq!(
        verdict.findings[0].text,
        "a and b both read version 1 (5 left) and both wrote version 2: b wrote last and overwrote a"
    );
}

#[test]
fn what_a_run_did_on_two_ledgers_is_added_up() {
    let part = |writers: u64| {
        let lines = (0..writers).map(|n| sale(2, 0, &format!("user-{n}")));
        judge(&after(1, 0, writers as usize, lines.collect()))
    };
    let mut both = part(3);
    both.add(part(5));
    assert_eq!((both.sold, both.sales, both.oversold), (8, 8, 6));
    assert_eq!((both.lost_updates, both.left), (6, Some(0)));
    assert_eq!(
        both.findings.len(),
        part(3).findings.len() + part(5).findings.len()
    );
}

#[test]
fn who_was_oversold_is_named() {
    let lines = vec![
        sale(2, 1, "a"),
        sale(3, 0, "b"),
        sale(4, 0, "c"),
        sale(5, 0, "d"),
    ];
    let nothing = WrittenLine {
        change: 0,
        ..sale(6, 0, "e")
    };
    let lines = [lines, vec![nothing]].concat();
    let verdict = judge(&after(2, 0, 4, lines));
    assert_eq!(verdict.findings[0].kind, Anomaly::Oversold);
    assert_eq!(verdict.findings[0].buyers, ["c", "d"]);
}

#[test]
fn who_lost_a_sale_or_is_missed_by_the_count_is_named() {
    let mut lost = after(2, 1, 1, vec![sale(2, 1, "a")]);
    lost.lost = vec!["b".to_owned()];
    assert_eq!(judge(&lost).findings[0].buyers, ["b"]);
    let missed = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), sale(3, 0, "b")]));
    assert_eq!(missed.findings[0].buyers, ["b"]);
}

/// Each of two versions of one number is told by whose it is.
#[test]
fn who_read_which_of_two_versions_of_one_number_is_said() {
    let upon = |end: u64, line: WrittenLine| WrittenLine {
        upon: Some(end),
        ..line
    };
    let first = vec![sale(2, 4, "a"), sale(2, 4, "b")];
    let next = [(100, "c"), (200, "d"), (200, "e")];
    let next = next.map(|(end, buyer)| upon(end, sale(3, 3, buyer)));
    let verdict = judge(&after(5, 3, 5, [first.clone(), next.to_vec()].concat()));
    let found = &verdict.findings[1];
    assert!(
        found.text.starts_with(
            "c, d and e read two versions 2 (c that of a; d and e that of b; 4 left) and all wrote version 3: "
        ),
        "{found:?}"
    );
    assert_eq!(found.read_from, ["a", "b", "b"]);
    // Where no checksum tells, it is not said.
    let untold = [sale(3, 3, "c"), sale(3, 3, "d")];
    let verdict = judge(&after(5, 3, 4, [first, untold.to_vec()].concat()));
    let found = &verdict.findings[1];
    assert!(
        found
            .text
            .starts_with("c and d both read version 2 (4 left) and both wrote version 3: "),
        "{found:?}"
    );
}

/// What is drawn of the last one of several sales of one version is what the sentence says of it.
#[test]
fn the_last_sale_is_told_and_drawn_alike() {
    let mut seen = Vec::new();
    for choice in 0..1_u32 << 5 {
        let lines = (0..5).map(|at| {
            let seq = 2 + u64::from(choice >> at & 1);
            sale(seq, 10 - seq, &format!("user-{at}"))
        });
        let verdict = judge(&after(9, 8, 5, lines.collect()));
        let found = verdict.findings.iter();
        for found in found.filter(|found| found.kind == Anomaly::LostUpdate) {
            let last = match &found.text {
                text if text.contains("the count goes by") => LastSale::Counts,
                text if text.contains(" wrote last") => LastSale::WrittenLast,
                _ => LastSale::Overwritten,
            };
            assert_eq!(found.last, last, "{choice:05b}: {}", found.text);
            if !seen.contains(&last) {
                seen.push(last);
            }
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
