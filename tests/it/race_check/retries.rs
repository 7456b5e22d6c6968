//! What was tried and did not come to anything is drawn when it was: reads that made no sense and were made again, and waits that
//! were given up.

use tickets::check::judge;
use tickets::draw;
use tickets::timeline::{Clash, Doing, Sight};

use super::in_between::evidence;
use super::unsaid::{both, read};

/// Bob reads while ann writes, and again.
fn torn(quantity: u64, reads: &[u64], again: u64) -> String {
    let torn = reads.iter().map(|at| format!("bob read {at} torn=true\n"));
    let torn: String = torn.collect();
    let sells = if quantity > 0 {
        format!(
            "
            bob intend {} read=1 write=2 nonce=b
            bob wrote {}
            bob return {} outcome=sold
            2 final 3
            ",
            again + 8,
            again + 18,
            again + 25
        )
    } else {
        format!("bob return {} outcome=query\n1 final 4", again + 5)
    };
    let lines = format!(
        "
        ann invoke 1
        bob invoke 2 quantity={quantity}
        ann read 5 seq=0 left=5
        ann intend 10 read=0 write=1 nonce=a
        {torn}ann wrote 20
        ann return 25 outcome=sold
        bob read {again} seq=1 left=4
        {sells}
        "
    );
    evidence(5, &lines)
}

fn rows(text: &str, words: &str) -> Vec<String> {
    let (drawn, _) = both(text);
    let rows = drawn.lines().filter(|line| line.contains(words));
    rows.map(|row| row.trim().to_owned()).collect()
}

#[test]
fn a_torn_read_and_the_one_after_it_are_each_drawn_when_they_were() {
    for (quantity, again, whose) in [(0, 22, "queries"), (1, 42, "reads")] {
        for reads in [&[15][..], &[12, 15]] {
            let text = torn(quantity, reads, again);
            let evidence = read(&text);
            let verdict = judge(&evidence);
            let first = reads[0] - 1;
            let told = format!(
                "what bob read between 1 ns and {first} ns made no sense: empty, cut or mixed"
            );
            assert_eq!(verdict.findings[0].text, told);
            let made = rows(&text, "what made no sense");
            assert_eq!(made.len(), reads.len(), "{made:?}");
            for (row, at) in made.iter().zip(reads) {
                assert!(row.starts_with(&format!("{} ", at - 1)), "{row}");
            }
            assert!(made[0].ends_with("<- 1"), "{made:?}");
            let well = rows(&text, &format!("bob {whose}: 4 left"));
            assert_eq!(well.len(), 1, "{well:?}");
            assert!(well[0].starts_with(&format!("{} ", again - 1)), "{well:?}");
            assert!(!well[0].contains("<-"), "{well:?}");
            let timeline = draw::recorded(&evidence, &verdict);
            let bob = &timeline.lanes[1].operations[0];
            let torn = bob
                .spans
                .iter()
                .filter(|span| span.doing == Doing::ReadTorn);
            assert!(
                torn.map(|span| span.to).eq(reads.iter().copied()),
                "{bob:?}"
            );
            assert!(matches!(bob.read, Some(Sight::Version(1))), "{bob:?}");
            assert_eq!(timeline.findings[0].clash, Clash::TornReads);
            let (_, svg) = both(&text);
            assert!(
                svg.contains("what made no sense") && svg.contains(&format!("{whose}: 4 left")),
                "{svg}"
            );
        }
    }
    // The last that was read made no sense.
    let text =
        torn(0, &[15], 16).replace("\"t\":16,\"seq\":1,\"left\":4", "\"t\":16,\"torn\":true");
    assert_eq!(rows(&text, "what made no sense").len(), 2, "{text}");
}

#[test]
fn who_gives_up_a_wait_has_a_line_whether_it_lets_go_before_or_not() {
    for released in ["", "ann lock_released 99\n"] {
        for outcome in ["failed", "unknown"] {
            let lines = format!(
                "
                ann invoke 1
                bob invoke 2
                ann lock_got 3 device=1 inode=1 path_device=1 path_inode=1
                bob lock_got 4 device=1 inode=2 path_device=1 path_inode=2
                ann read 5 seq=0 left=5
                ann lock_wanted 7 device=1 inode=2
                bob lock_wanted 8 device=1 inode=1
                {released}ann return 100 outcome={outcome}
                bob lock_got 105 device=1 inode=1 path_device=1 path_inode=1
                bob read 106 seq=0 left=5
                bob lock_released 110
                bob return 120 outcome=failed
                0 final 5
                "
            );
            let text = evidence(5, &lines);
            let words = if outcome == "failed" {
                "ann failed"
            } else {
                "ann told: nobody knows"
            };
            let told = rows(&text, words);
            assert_eq!(told.len(), 1, "{told:?} {}", both(&text).0);
            assert!(told[0].starts_with("99 "), "{told:?}");
            let reads = rows(&text, "ann reads: 5 left");
            assert!(reads[0].ends_with("ann reads: 5 left"), "{reads:?}");
        }
    }
}
