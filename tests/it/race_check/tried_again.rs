//! Writes that were tried again: what the first try may have done is held for possible.

use tickets::check::{Anomaly, judge, proof};

use super::in_between::evidence;
use super::unsaid::read;

/// What was found, each proven.
fn told(stock: u64, lines: &str, ledger: &str) -> Vec<(Anomaly, String)> {
    let text = evidence(stock, lines);
    let (before, last) = text.split_at(text.find("{\"final\"").unwrap());
    let evidence = read(&format!("{before}{ledger}{last}"));
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let found = verdict.findings.into_iter();
    found.map(|one| (one.kind, one.text)).collect()
}

fn kinds(found: &[(Anomaly, String)]) -> Vec<Anomaly> {
    found.iter().map(|one| one.0).collect()
}

/// Eve writes, does not know that, and tries again under another nonce; nobody else does anything wrong.
const UNDER_TWO_NONCES: &str = "
    eve invoke 20 quantity=2
    eve read 30 seq=0 left=5
    eve intend 40 read=0 write=1 nonce=eve-40
    dan invoke 50
    dan read 60 seq=1 left=3
    dan intend 70 read=1 write=2 nonce=dan-70
    dan wrote 80
    dan return 90 outcome=sold left=2
    eve intend 100 read=0 write=1 nonce=eve-100
    eve return 110 outcome=sold left=3
    2 final 2
";

#[test]
fn a_sale_that_was_tried_twice_is_on_the_ledger_under_either_nonce() {
    let line = |nonce: &str| {
        format!(
            "{{\"committed\":1,\"nonce\":\"{nonce}\",\"left\":3,\"buyer\":\"eve\",\"quantity\":2}}\n\
             {{\"committed\":2,\"nonce\":\"dan-70\",\"left\":2,\"buyer\":\"dan\",\"quantity\":1}}\n"
        )
    };
    // The first try was done: dan has read it before the second.
    assert_eq!(told(5, UNDER_TWO_NONCES, &line("eve-40")), []);
    let same = UNDER_TWO_NONCES.replace("eve-100", "eve-40");
    assert_eq!(told(5, &same, &line("eve-40")), []);
    assert_eq!(told(5, UNDER_TWO_NONCES, ""), []);
    // Neither was.
    assert!(!told(5, UNDER_TWO_NONCES, &line("eve-50")).is_empty());
}

/// Eve writes version 2 over version 3, dan reads that, and only then eve tries once more.
const OVER_A_NEWER: &str = "
    ann invoke 20
    ann read 30 seq=0 left=5
    ann intend 40 read=0 write=1 nonce=ann-40
    ann wrote 50
    ann return 60 outcome=sold left=4
    eve invoke 70 quantity=2
    eve read 80 seq=1 left=4
    eve intend 90 read=1 write=2 nonce=eve-90
    bob invoke 100
    bob read 110 seq=1 left=4
    bob intend 120 read=1 write=2 nonce=bob-120
    bob wrote 130
    bob return 140 outcome=sold left=3
    cat invoke 150
    cat read 160 seq=2 left=3
    cat intend 170 read=2 write=3 nonce=cat-170
    cat wrote 180
    cat return 190 outcome=sold left=2
    dan invoke 200 quantity=0
    dan read 210 seq=2 left=2
    dan return 220 outcome=query left=2
    eve intend 230 read=1 write=2 nonce=eve-230
    eve wrote 240
    eve return 250 outcome=sold left=2
    2 final 2
";

#[test]
fn what_the_first_try_has_put_back_is_not_read_stale() {
    let once: String = OVER_A_NEWER
        .lines()
        .filter(|line| !line.contains("eve-230"))
        .collect::<Vec<_>>()
        .join("\n");
    let same = OVER_A_NEWER.replace("eve-230", "eve-90");
    for lines in [&once, OVER_A_NEWER, &same] {
        let found = told(5, lines, "");
        let mut kinds = kinds(&found);
        kinds.sort();
        let mut expected = [
            Anomaly::LostUpdate,
            Anomaly::LostSale,
            Anomaly::Conservation,
        ];
        expected.sort();
        assert_eq!(kinds, expected, "{found:#?}");
    }
}

/// Ann writes version 1, takes that for failed, and buys another time; cat has read what she wrote first.
const DONE_AND_BOUGHT_AGAIN: &str = "
    ann invoke 10 quantity=2
    ann read 20 seq=0 left=6
    bob invoke 30
    bob read 40 seq=0 left=6
    ann intend 50 read=0 write=1 nonce=ann-1
    cat invoke 60
    cat read 70 seq=1 left=4
    cat intend 80 read=1 write=2 nonce=cat
    cat wrote 90
    cat return 100 outcome=sold left=3
    bob intend 110 read=0 write=1 nonce=bob
    bob wrote 120
    bob return 130 outcome=sold left=5
    ann read 140 seq=1 left=5
    ann intend 150 read=1 write=2 nonce=ann-2
    ann wrote 160
    ann return 170 outcome=sold left=3
    2 final 3
";

#[test]
fn who_read_what_the_first_try_wrote_read_nothing_torn() {
    let found = told(6, DONE_AND_BOUGHT_AGAIN, "");
    assert_eq!(
        kinds(&found),
        [Anomaly::LostUpdate, Anomaly::Conservation],
        "{found:#?}"
    );
    let ledger = [
        ("ann-1", 1, 4, "ann", 2),
        ("cat", 2, 3, "cat", 1),
        ("bob", 1, 5, "bob", 1),
        ("ann-2", 2, 3, "ann", 2),
    ];
    let ledger = ledger.map(|(nonce, version, left, buyer, many)| {
        format!(
            "{{\"committed\":{version},\"nonce\":\"{nonce}\",\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":{many}}}\n"
        )
    });
    let found = told(6, DONE_AND_BOUGHT_AGAIN, &ledger.concat());
    assert!(kinds(&found).contains(&Anomaly::Phantom), "{found:#?}");
    let untrue = |(kind, text): &&(Anomaly, String)| {
        *kind == Anomaly::TornRead
            || text.contains("cat read version 1, bought 1")
            || text.contains("does not leave")
    };
    assert_eq!(found.iter().find(untrue), None);
    // What none of them can have left is torn still.
    let torn = DONE_AND_BOUGHT_AGAIN.replace("seq=1 left=4", "seq=1 left=3");
    assert!(kinds(&told(6, &torn, "")).contains(&Anomaly::TornRead));
}

/// Two write version 1 at one time; behind them somebody buys twice in one operation.
const BOUGHT_TWICE: &str = "
    u1 invoke 20
    u1 read 30 seq=0 left=4
    u0 invoke 40
    u0 read 50 seq=0 left=4
    u1 intend 60 read=0 write=1 nonce=u1-60
    u0 intend 70 read=0 write=1 nonce=u0-70
    u0 wrote 80
    u1 wrote 90
    u1 return 100 outcome=sold left=3
    u0 return 110 outcome=sold left=3
    u2 invoke 120
    u2 read 130 seq=1 left=3
    u2 intend 140 read=1 write=2 nonce=u2-140
    u3 invoke 150
    u3 read 160 seq=2 left=2
    u3 intend 170 read=2 write=3 nonce=u3-170
    u3 wrote 180
    u3 return 190 outcome=sold left=1
    u2 read 200 seq=3 left=1
    u2 intend 210 read=3 write=4 nonce=u2-210
    u2 wrote 220
    u2 return 230 outcome=sold left=0
    4 final 0
";

#[test]
fn of_two_who_wrote_at_one_time_none_is_overwritten_behind_a_gap() {
    for lines in [
        BOUGHT_TWICE.to_owned(),
        BOUGHT_TWICE
            .replace("u1 wrote 90", "u9 wrote 90")
            .replace("u0 wrote 80", "u1 wrote 80")
            .replace("u9 wrote 90", "u0 wrote 90"),
    ] {
        let found = told(4, &lines, "");
        let (_, text) = found
            .iter()
            .find(|one| one.0 == Anomaly::LostUpdate)
            .unwrap();
        assert!(
            text.ends_with("which of them wrote last is not known: they wrote at the same time"),
            "{text}"
        );
        assert!(kinds(&found).contains(&Anomaly::Phantom), "{found:#?}");
    }
}

/// X writes version 1 over version 3, and y, who got no answer, may have written version 2 behind that; d read 3, and then 2.
const PUT_BACK_BY_ONE: &str = "
    x invoke 20
    x read 30 seq=0 left=4
    x intend 40 read=0 write=1 nonce=x-40
    c invoke 50
    a invoke 60
    a read 70 seq=0 left=4
    a intend 80 read=0 write=1 nonce=a-80
    a wrote 90
    a return 100 outcome=sold left=3
    b invoke 110
    b read 120 seq=1 left=3
    b intend 130 read=1 write=2 nonce=b-130
    b wrote 140
    d invoke 150
    c read 160 seq=2 left=2
    b return 170 outcome=sold left=2
    c intend 180 read=2 write=3 nonce=c-180
    c wrote 190
    c return 200 outcome=sold left=1
    d read 210 seq=3 left=1
    x wrote 220
    x return 230 outcome=sold left=3
    y invoke 240
    y read 250 seq=1 left=3
    y intend 260 read=1 write=2 nonce=y-260
    d read 270 seq=2 left=2
    d intend 280 read=2 write=3 nonce=d-280
    d wrote 290
    d return 300 outcome=sold left=1
    3 final 1
";

#[test]
fn what_one_without_an_answer_may_have_put_back_is_not_read_stale() {
    let found = told(4, PUT_BACK_BY_ONE, "");
    assert!(!kinds(&found).contains(&Anomaly::StaleRead), "{found:#?}");
    // Nobody may have.
    let without: String = PUT_BACK_BY_ONE
        .lines()
        .filter(|line| !line.trim().starts_with("y "))
        .collect::<Vec<_>>()
        .join("\n");
    let found = told(4, &without, "");
    assert!(kinds(&found).contains(&Anomaly::StaleRead), "{found:#?}");
}
