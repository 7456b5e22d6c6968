//! Evidence that leaves out what may be left out, that contradicts itself, and locks that were waited for in vain.

use tickets::check::{Anomaly, HistoryVerdict, judge, proof};

use super::unsaid::{both, read};

/// The judgement; each finding of it is proven.
fn judged(text: &str) -> HistoryVerdict {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    verdict
}

/// The kinds that were found, and the sentences.
fn told(text: &str) -> (Vec<Anomaly>, Vec<String>) {
    let found = judged(text).findings.into_iter();
    found.map(|one| (one.kind, one.text)).unzip()
}

const TWO: &str = "{\"evidence\":1,\"stock\":2,\"first\":0}\n";

/// Two sales, one after the other, and the count in the end. What may be left out of them makes no anomaly.
#[test]
fn a_sale_that_does_not_say_what_it_wrote_makes_no_anomaly() {
    let whole = [
        "{\"buyer\":\"ann\",\"invoke\":10,\"return\":20,\"read\":0,\"seen\":2,\"write\":1,\"left\":1,\"nonce\":\"a\",\"outcome\":\"sold\"}\n",
        "{\"buyer\":\"bob\",\"invoke\":30,\"return\":40,\"read\":1,\"seen\":1,\"write\":2,\"left\":0,\"nonce\":\"b\",\"outcome\":\"sold\"}\n",
        "{\"buyer\":\"cat\",\"invoke\":50,\"return\":60,\"read\":2,\"seen\":0,\"outcome\":\"sold_out\"}\n",
    ]
    .concat();
    let ledger = "{\"committed\":1,\"nonce\":\"a\",\"left\":1,\"buyer\":\"ann\",\"quantity\":1}\n\
                  {\"committed\":2,\"left\":0,\"buyer\":\"bob\",\"quantity\":1}\n";
    for ledger in ["", ledger] {
        let whole = format!("{TWO}{whole}{ledger}{{\"final\":2,\"left\":0}}\n");
        assert!(judged(&whole).is_clean());
        let parts = [
            "\"write\":1,",
            "\"write\":2,",
            "\"read\":0,",
            "\"read\":1,",
            "\"seen\":1,",
            "\"nonce\":\"b\",",
        ];
        for left_out in 1..1_u32 << parts.len() {
            let mut text = whole.clone();
            for (at, part) in parts.iter().enumerate() {
                if left_out >> at & 1 == 1 {
                    text = text.replace(part, "");
                }
            }
            let verdict = judged(&text);
            assert!(verdict.is_clean(), "{text}{:#?}", verdict.findings);
            assert!(left_out % 16 == 0 || verdict.unjudged > 0, "{text}");
        }
    }
}

/// What does not hang on a sale that says nothing is found all the same.
#[test]
fn beside_a_sale_that_says_nothing_what_is_certain_is_found() {
    let silent =
        "{\"buyer\":\"cat\",\"invoke\":50,\"return\":60,\"read\":0,\"outcome\":\"sold\"}\n";
    let torn = "{\"buyer\":\"ann\",\"invoke\":10,\"return\":20,\"read\":0,\"seen\":1,\"outcome\":\"query\"}\n";
    assert_eq!(told(&format!("{TWO}{torn}{silent}")).0, [Anomaly::TornRead]);
}

fn timed(buyer: &str, quantity: u64, [intend, wrote]: [u64; 2], left: u64) -> String {
    format!(
        "{{\"buyer\":\"{buyer}\",\"invoke\":1,\"return\":{},\"quantity\":{quantity},\"read\":0,\"read_at\":2,\"seen\":5,\"write\":1,\"left\":{left},\"intend\":{intend},\"wrote\":{wrote},\"nonce\":\"{buyer}\",\"outcome\":\"sold\"}}\n",
        wrote + 9
    )
}

/// Bob wrote after ann was done, and the final count is what ann left: nobody says that ann wrote last.
#[test]
fn who_wrote_last_goes_by_clear_times_whatever_the_count_says() {
    let five = "{\"evidence\":1,\"stock\":5,\"first\":0}\n";
    let two = timed("ann", 2, [10, 11], 3) + &timed("bob", 3, [50, 51], 2);
    let text = format!("{five}{two}{{\"final\":1,\"left\":3}}\n");
    let (kinds, texts) = told(&text);
    assert_eq!(kinds, [Anomaly::LostUpdate, Anomaly::Conservation]);
    let words = "bob wrote last, but the final count is what ann left, who wrote before";
    assert!(texts[0].contains(words), "{texts:?}");
    let (drawn, svg) = both(&text);
    assert!(!drawn.contains("over bob's"), "{drawn}");
    assert!(!svg.contains("overwritten by ann"), "{svg}");
    // Nor by two lines of the ledger that stand the other way round.
    let two = timed("ann", 1, [10, 11], 4) + &timed("bob", 1, [50, 51], 4);
    let line = |buyer: &str| {
        format!(
            "{{\"committed\":1,\"nonce\":\"{buyer}\",\"left\":4,\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
        )
    };
    for lines in [line("bob") + &line("ann"), line("ann") + &line("bob")] {
        let (_, texts) = told(&format!("{five}{two}{lines}"));
        assert!(
            texts[0].ends_with("bob wrote last and overwrote ann")
                || texts[0].ends_with("bob overwrote ann"),
            "{texts:?}"
        );
    }
}

/// Each asks for what the next one holds: so many of them, and what is at the end.
fn ring(many: u64, end: &str) -> String {
    let mut text = TWO.to_owned();
    let name = |at: u64| ["ann", "bob", "cat"][at as usize];
    let step = |at: u64, step: &str, t: u64, more: &str| {
        format!(
            "{{\"step\":\"{step}\",\"buyer\":\"{}\",\"t\":{t}{more}}}\n",
            name(at)
        )
    };
    for at in 0..many {
        text += &step(at, "invoke", 1 + at, "");
        text += &step(at, "read", 5 + at, ",\"seq\":0");
        text += &step(
            at,
            "lock_got",
            10 + at,
            &format!(",\"device\":8,\"inode\":{at}"),
        );
    }
    for at in 0..many {
        let next = (at + 1) % many;
        text += &step(
            at,
            "lock_wanted",
            20 + at,
            &format!(",\"device\":8,\"inode\":{next}"),
        );
    }
    text + end
}

#[test]
fn a_deadlock_is_told_whole_and_also_where_a_kill_or_a_timeout_ended_it() {
    let killed = "{\"step\":\"killed\",\"buyer\":\"ann\",\"t\":90}\n{\"step\":\"killed\",\"buyer\":\"bob\",\"t\":91}\n";
    let one = "{\"step\":\"killed\",\"buyer\":\"bob\",\"t\":91}\n";
    let gives_up = "{\"step\":\"lock_released\",\"buyer\":\"ann\",\"t\":90}\n\
                    {\"step\":\"return\",\"buyer\":\"ann\",\"t\":91,\"outcome\":\"failed\"}\n";
    for (many, end, words) in [
        (2, "", "in turn: neither ever goes on"),
        (2, killed, "neither went on until ann was killed at 89 ns"),
        (2, one, "neither went on until bob was killed at 90 ns"),
        (2, gives_up, "neither went on until ann gave up at 89 ns"),
        (3, "", "none of them ever goes on"),
        (3, one, "none of them went on until bob was killed at 90 ns"),
    ] {
        let (kinds, texts) = told(&ring(many, end));
        let deadlocks = kinds.iter().filter(|kind| **kind == Anomaly::Deadlock);
        assert_eq!(deadlocks.count(), 1, "{many} {end}{texts:?}");
        let text = texts
            .iter()
            .find(|text| text.contains(" waits for "))
            .unwrap();
        assert!(text.ends_with(words), "{text}");
        for name in ["ann", "bob", "cat"].iter().take(many as usize) {
            assert!(text.contains(&format!("{name} waits for")), "{text}");
        }
    }
    // Who was killed before the other asked was in no deadlock.
    let early = ring(
        2,
        "{\"step\":\"killed\",\"buyer\":\"ann\",\"t\":20}\n{\"step\":\"killed\",\"buyer\":\"bob\",\"t\":91}\n",
    );
    assert!(!told(&early).0.contains(&Anomaly::Deadlock));
}

/// A read after the lock was got, and before it is said to be given up, was made under it.
#[test]
fn a_read_proves_that_its_lock_was_held_by_then() {
    let text = TWO.to_owned()
        + "{\"step\":\"invoke\",\"buyer\":\"ann\",\"t\":1,\"quantity\":0}\n\
           {\"step\":\"lock_got\",\"buyer\":\"ann\",\"t\":2,\"device\":8,\"inode\":42}\n\
           {\"step\":\"invoke\",\"buyer\":\"bob\",\"t\":3,\"quantity\":0}\n\
           {\"step\":\"lock_got\",\"buyer\":\"bob\",\"t\":20,\"device\":8,\"inode\":42}\n\
           {\"step\":\"read\",\"buyer\":\"bob\",\"t\":25,\"seq\":0}\n\
           {\"step\":\"lock_released\",\"buyer\":\"bob\",\"t\":38}\n\
           {\"step\":\"read\",\"buyer\":\"ann\",\"t\":39,\"seq\":0}\n\
           {\"step\":\"return\",\"buyer\":\"ann\",\"t\":45,\"outcome\":\"query\"}\n";
    assert_eq!(told(&text).0, [Anomaly::BrokenLock]);
}

/// Who alone can have written a version that was read sold it, whether it says so or not.
#[test]
fn a_sale_that_somebody_read_counts_as_one() {
    let text = TWO.to_owned()
        + "{\"step\":\"invoke\",\"buyer\":\"ann\",\"t\":1}\n\
           {\"step\":\"intend\",\"buyer\":\"ann\",\"t\":3,\"read\":0,\"write\":1,\"nonce\":\"a\"}\n\
           {\"step\":\"killed\",\"buyer\":\"ann\",\"t\":9}\n\
           {\"buyer\":\"bob\",\"invoke\":20,\"return\":40,\"read\":1,\"seen\":1,\"write\":2,\"left\":0,\"outcome\":\"sold\"}\n\
           {\"final\":2,\"left\":0}\n";
    let verdict = judged(&text);
    assert!(verdict.is_clean(), "{:#?}", verdict.findings);
    assert_eq!(verdict.sales, 2);
}
