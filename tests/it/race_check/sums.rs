//! Sums that add up are not said not to; and what was written without an answer counts where what others saw proves it.

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

fn header(stock: u64) -> String {
    format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n")
}

/// A sale in one line: what it read, saw and wrote, and how many it took.
fn sale(buyer: &str, at: u64, [read, seen, write, quantity]: [u64; 4]) -> String {
    format!(
        "{{\"buyer\":\"{buyer}\",\"invoke\":{at},\"return\":{},\"quantity\":{quantity},\"read\":{read},\"read_at\":{},\"seen\":{seen},\"write\":{write},\"left\":{},\"intend\":{},\"wrote\":{},\"nonce\":\"{buyer}\",\"outcome\":\"sold\"}}\n",
        at + 9,
        at + 2,
        seen - quantity,
        at + 4,
        at + 6
    )
}

/// Somebody who was killed when it was about to write.
fn killed(buyer: &str, at: u64, [read, seen, quantity]: [u64; 3]) -> String {
    format!(
        "{{\"step\":\"invoke\",\"buyer\":\"{buyer}\",\"t\":{at},\"quantity\":{quantity}}}\n\
         {{\"step\":\"read\",\"buyer\":\"{buyer}\",\"t\":{},\"seq\":{read},\"left\":{seen}}}\n\
         {{\"step\":\"intend\",\"buyer\":\"{buyer}\",\"t\":{},\"read\":{read},\"write\":{},\"nonce\":\"{buyer}\"}}\n\
         {{\"step\":\"killed\",\"buyer\":\"{buyer}\",\"t\":{}}}\n",
        at + 2,
        at + 4,
        read + 1,
        at + 8
    )
}

fn line(seq: u64, buyer: &str, nonce: &str, left: u64) -> String {
    format!(
        "{{\"committed\":{seq},\"nonce\":\"{nonce}\",\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
    )
}

fn end(seq: u64, left: u64) -> String {
    format!("{{\"final\":{seq},\"left\":{left}}}\n")
}

#[test]
fn a_sum_that_adds_up_is_not_said_not_to() {
    use Anomaly::{Gap, LostSale, Phantom};
    let ann = || sale("ann", 10, [0, 2, 1, 1]);
    for (text, kinds) in [
        // A version is left out, of which nobody sold anything.
        (
            sale("ann", 10, [0, 2, 2, 1]) + &end(2, 1),
            &[Phantom, Gap][..],
        ),
        // Another nonce on the ledger, or a second line that nobody meant.
        (
            ann() + &line(1, "ann", "z", 1) + &end(1, 1),
            &[LostSale, Phantom],
        ),
        (
            ann() + &line(1, "ann", "ann", 1) + &line(2, "ann", "ann", 0) + &end(2, 0),
            &[Phantom],
        ),
        // The count has gone on, and holds as many as before.
        (ann() + &end(5, 1), &[Gap]),
    ] {
        let (mut found, texts) = told(&(header(2) + &text));
        found.sort();
        let mut kinds = kinds.to_vec();
        kinds.sort();
        assert_eq!(found, kinds, "{text}{texts:#?}");
    }
}

#[test]
fn a_sum_that_does_not_add_up_is_told_in_numbers() {
    let ann = || sale("ann", 10, [0, 5, 1, 1]);
    let bob = || sale("bob", 30, [1, 4, 2, 2]);
    let less = |sold: &str, left: u64| {
        format!(
            "it does not add up: 5 in stock less {sold} is not the {left} left that the final count says"
        )
    };
    for (text, sentence) in [
        (ann() + &end(1, 5), less("1 sold", 5)),
        (ann() + &bob() + &end(2, 4), less("3 sold", 4)),
        (
            ann() + &bob() + &end(1, 2),
            less("1 sold up to version 1", 2),
        ),
        (ann() + &end(3, 1), less("1 sold", 1)),
        (end(0, 4) + &ann(), less("0 sold up to version 0", 4)),
        (
            ann() + &sale("bob", 12, [0, 5, 1, 1]) + &killed("cat", 40, [0, 5, 1]) + &end(1, 4),
            less("at least 2 sold", 4),
        ),
    ] {
        let (kinds, texts) = told(&(header(5) + &text));
        assert!(kinds.contains(&Anomaly::Conservation), "{text}");
        assert!(texts.contains(&sentence), "{sentence}: {texts:#?}");
    }
    let back = header(5).replace("\"first\":0", "\"first\":3") + &end(2, 5);
    let query = "{\"buyer\":\"ann\",\"quantity\":0,\"invoke\":1,\"return\":5,\"read\":3,\"seen\":5,\"outcome\":\"query\"}\n";
    let older = "the final count says version 2, which is older than the first of the run, 3";
    assert_eq!(told(&(back + query)).1, [older]);
}

/// Of two who may have sold one did, for others read it: so many were sold at least.
#[test]
fn what_one_of_two_sold_is_in_the_sum() {
    let sales = sale("ann", 10, [0, 5, 1, 1]) + &sale("bob", 11, [0, 5, 1, 1]);
    let two = |dan: u64| killed("cat", 30, [1, 4, 2]) + &killed("dan", 31, [1, 4, dan]);
    // Of the one or the other; and of cat alone, for dan would have left another count.
    for (dan, sold) in [(2, "at least 4"), (3, "at least 4")] {
        let (kinds, texts) = told(&(header(5) + &sales + &two(dan) + &end(2, 2)));
        assert_eq!(
            kinds,
            [Anomaly::LostUpdate, Anomaly::Conservation],
            "{texts:#?}"
        );
        let words = format!(
            "it does not add up: 5 in stock less {sold} sold is not the 2 left that the final count says"
        );
        assert_eq!(texts[1], words);
    }
}

/// Bob wrote version 2, and so did cat, who was killed before it said so, if what was left of it is what cat left.
#[test]
fn who_alone_left_what_was_seen_has_written() {
    let sales = || sale("ann", 10, [0, 5, 1, 1]) + &sale("bob", 30, [1, 4, 2, 1]);
    let cat = || killed("cat", 31, [1, 4, 2]);
    let query = "{\"buyer\":\"dan\",\"quantity\":0,\"invoke\":50,\"return\":60,\"read\":2,\"read_at\":55,\"seen\":2,\"outcome\":\"query\"}\n";
    for proven in [end(2, 2), query.to_owned()] {
        let verdict = judged(&(header(5) + &sales() + &cat() + &proven));
        let kinds: Vec<_> = verdict.findings.iter().map(|found| found.kind).collect();
        assert!(kinds.contains(&Anomaly::LostUpdate), "{proven}{kinds:?}");
        assert!(!kinds.contains(&Anomaly::TornRead), "{proven}{kinds:?}");
        assert_eq!((verdict.sales, verdict.guessed), (3, 0), "{proven}");
        let (drawn, _) = both(&(header(5) + &sales() + &cat() + &proven));
        assert!(drawn.contains("version 2: 2 left, by cat"), "{drawn}");
    }
    // Nor need it say what it saw, nor anybody have seen what it wrote itself: what grew from it tells.
    let silent = cat().replace(",\"left\":4}", "}");
    assert_ne!(silent, cat());
    let eve = "{\"buyer\":\"eve\",\"invoke\":60,\"return\":70,\"read\":2,\"write\":3,\"outcome\":\"sold\"}\n";
    let verdict = judged(&(header(5) + &sales() + &silent + eve + &end(3, 1)));
    let kinds: Vec<_> = verdict.findings.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Anomaly::LostUpdate, Anomaly::Conservation]);
    assert_eq!((verdict.sales, verdict.guessed), (4, 0));
    // What another left as well proves nothing: it is a guess that cat did not, and told as one.
    let verdict = judged(&(header(5) + &sales() + &cat() + &end(2, 3)));
    assert!(verdict.is_clean(), "{:#?}", verdict.findings);
    assert_eq!((verdict.sales, verdict.guessed), (2, 1));
}

/// What stands in the end may be what somebody wrote who was killed before it said so.
#[test]
fn a_guess_is_not_told_as_a_fact() {
    let sales = || sale("ann", 10, [0, 5, 1, 1]) + &sale("bob", 13, [0, 5, 1, 1]);
    let cat = || killed("cat", 14, [0, 5, 1]);
    for last in [end(1, 4), String::new()] {
        let (drawn, svg) = both(&(header(5) + &sales() + &cat() + &last));
        for drawn in [&drawn, &svg] {
            assert!(drawn.contains("by bob, may stand in the end"), "{drawn}");
            assert!(!drawn.contains(", stands in the end"), "{drawn}");
        }
        let (drawn, _) = both(&(header(5) + &sales() + &last));
        assert!(drawn.contains("by bob, stands in the end"), "{drawn}");
    }
    // Nor where its own count is another, or a ledger tells.
    let other = killed("cat", 14, [0, 5, 2]);
    let (drawn, _) = both(&(header(5) + &sales() + &other + &end(1, 4)));
    assert!(drawn.contains("by bob, stands in the end"), "{drawn}");
}

/// What left another count than the final one is not said to be that.
#[test]
fn a_count_that_nobody_left_is_nobodys() {
    let sales = sale("ann", 10, [0, 5, 1, 1]) + &sale("bob", 12, [0, 5, 1, 1]);
    let text = header(5) + &sales + &end(1, 2);
    let (_, texts) = told(&text);
    assert!(
        !texts.concat().contains("the count shows one"),
        "{texts:#?}"
    );
    let (drawn, svg) = both(&text);
    for drawn in [&drawn, &svg] {
        assert!(!drawn.contains("stands in the end"), "{drawn}");
        assert!(
            !drawn.contains("of these 2 sales the count shows one"),
            "{drawn}"
        );
    }
}

/// Who does not say what it read is not said to have read what there is not.
#[test]
fn what_is_not_said_is_no_number() {
    let ann =
        "{\"buyer\":\"ann\",\"invoke\":100,\"return\":190,\"write\":1,\"outcome\":\"sold\"}\n";
    let text = header(5) + ann + &sale("bob", 30, [1, 4, 2, 1]);
    let (kinds, texts) = told(&text);
    assert_eq!(kinds, [Anomaly::StaleRead], "{texts:#?}");
    assert_eq!(
        texts,
        [
            "ann began at 70 ns, after bob had been answered at 9 ns with version 2, and still wrote version 1; \
             bob had read version 1, which ann wrote: two clocks, or an 'invoke' that was stamped too late"
        ]
    );
}

/// One of two who were killed wrote version 1, which was read: it was sold, and stands in the tree, whoever that was.
#[test]
fn what_one_of_several_sold_is_sold() {
    let two = killed("ann", 10, [0, 3, 1]) + &killed("eve", 11, [0, 3, 1]);
    let sales = sale("bob", 30, [1, 2, 2, 1]) + &sale("cat", 30, [1, 2, 2, 1]);
    let text = header(3) + &two + &sales + &end(2, 1);
    let (kinds, texts) = told(&text);
    assert_eq!(
        kinds,
        [Anomaly::LostUpdate, Anomaly::Conservation],
        "{texts:#?}"
    );
    let words = "it does not add up: 3 in stock less at least 3 sold is not the 1 left that the final count says";
    assert_eq!(texts[1], words);
    let (drawn, _) = both(&text);
    assert!(
        drawn.contains("  version 1: 2 left  <- fork: 2 sales grew from it"),
        "{drawn}"
    );
    assert!(!drawn.contains("reads: version 1"), "{drawn}");
}
