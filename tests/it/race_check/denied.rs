//! A sale of which was told that it failed, and that was written all the same; and what was read before it was written.

use tickets::check::{Anomaly, judge, proof};

use super::unsaid::{both, read};

const TWO: &str = "{\"evidence\":1,\"stock\":2,\"first\":0}\n";

/// The kinds that were found, each proven, and the sentences.
fn told(text: &str) -> (Vec<Anomaly>, Vec<String>) {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let found = verdict.findings.into_iter();
    found.map(|one| (one.kind, one.text)).unzip()
}

const FAILED: &str = "{\"buyer\":\"ann\",\"invoke\":10,\"return\":50,\"read\":0,\"read_at\":20,\"seen\":2,\"write\":1,\"intend\":30,\"wrote\":40,\"nonce\":\"a\",\"outcome\":\"failed\"}\n";

fn query(at: u64, read: u64, seen: u64) -> String {
    format!(
        "{{\"buyer\":\"bob\",\"quantity\":0,\"invoke\":{at},\"return\":{},\"read\":{read},\"read_at\":{},\"seen\":{seen},\"outcome\":\"query\"}}\n",
        at + 9,
        at + 4
    )
}

fn sale(at: u64, read: u64, seen: u64, quantity: u64) -> String {
    format!(
        "{{\"buyer\":\"cat\",\"invoke\":{at},\"return\":{},\"quantity\":{quantity},\"read\":{read},\"read_at\":{},\"seen\":{seen},\"write\":{},\"left\":{},\"intend\":{},\"wrote\":{},\"nonce\":\"c\",\"outcome\":\"sold\"}}\n",
        at + 9,
        at + 2,
        read + 1,
        seen - quantity,
        at + 4,
        at + 6
    )
}

/// One cause, one finding: who read that version, or went on from it, read what there was.
#[test]
fn what_was_written_and_denied_is_one_finding() {
    for rest in [
        query(60, 1, 1) + "{\"final\":1,\"left\":1}\n",
        sale(60, 1, 1, 1) + "{\"final\":2,\"left\":0}\n",
        query(60, 1, 1),
    ] {
        let text = TWO.to_owned() + FAILED + &rest;
        let (kinds, texts) = told(&text);
        assert_eq!(kinds, [Anomaly::Phantom], "{texts:#?}");
        assert_eq!(texts, ["ann was told failed, but wrote version 1"]);
        let (drawn, _) = both(&text);
        assert!(drawn.contains("version 1: 1 left, by ann"), "{drawn}");
    }
}

/// It took the place of what another sold, which read the same version.
#[test]
fn what_was_written_and_denied_overwrites_like_any_other() {
    let text = TWO.to_owned() + &sale(11, 0, 2, 2) + FAILED + &query(60, 1, 1);
    let (kinds, texts) = told(&text);
    assert_eq!(kinds, [Anomaly::Phantom, Anomaly::LostUpdate], "{texts:#?}");
    assert!(
        texts[1].ends_with("both wrote version 1: ann overwrote cat"),
        "{texts:#?}"
    );
    let (drawn, _) = both(&text);
    assert!(drawn.contains("by cat, overwritten"), "{drawn}");
}

/// What failed and does not say that it wrote may have come about behind its answer: by the ledger it did.
#[test]
fn what_was_denied_may_be_written_behind_its_answer() {
    let failed = FAILED.replace("\"wrote\":40,", "");
    let ledger = "{\"committed\":1,\"nonce\":\"a\",\"left\":1,\"buyer\":\"ann\",\"quantity\":1}\n{\"final\":1,\"left\":1,\"lines\":1}\n";
    let (kinds, texts) = told(&(TWO.to_owned() + &failed + &query(60, 0, 2) + ledger));
    assert_eq!(kinds, [Anomaly::Phantom], "{texts:#?}");
    // Where it says that it wrote before, who reads the old version later reads what is over.
    let (kinds, texts) = told(&(TWO.to_owned() + FAILED + &query(60, 0, 2)));
    assert_eq!(kinds, [Anomaly::Phantom, Anomaly::StaleRead], "{texts:#?}");
    assert_eq!(
        texts[1],
        "bob began at 50 ns, after ann had written version 1 and was told failed at 40 ns, and still read version 0"
    );
}

/// A version that was read before its writer began is no old count.
#[test]
fn a_read_of_what_was_not_yet_written_is_not_called_old() {
    let text = TWO.to_owned() + &sale(20, 0, 2, 1) + &query(5, 1, 1);
    let (kinds, texts) = told(&text);
    assert_eq!(kinds, [Anomaly::StaleRead]);
    assert_eq!(
        texts,
        [
            "bob read version 1 and was answered at 9 ns, before cat, who wrote it, began at 15 ns: two clocks, or an 'invoke' \
             that was stamped too late"
        ]
    );
    let (drawn, svg) = both(&text);
    for drawn in [&drawn, &svg] {
        let words = "a count was read before it was written (stale read)";
        assert!(drawn.contains(words), "{drawn}");
        assert!(!drawn.contains("an old count was read"), "{drawn}");
    }
    let old = TWO.to_owned() + &sale(20, 0, 2, 1) + &query(40, 0, 2);
    assert!(both(&old).0.contains("an old count was read (stale read)"));
}

/// Ann fails behind her write and says no `wrote`.
fn fails(seen: u64, quantity: u64) -> String {
    format!(
        "{{\"buyer\":\"ann\",\"invoke\":10,\"return\":50,\"quantity\":{quantity},\"read\":0,\"read_at\":20,\"seen\":{seen},\"write\":1,\"intend\":30,\"nonce\":\"a\",\"outcome\":\"failed\"}}\n"
    )
}

/// What nobody else can have written counts, and its writer's answer is what is wrong.
#[test]
fn who_fails_behind_its_write_has_written_what_was_read() {
    for rest in [
        query(60, 1, 1) + "{\"final\":1,\"left\":1}\n",
        sale(60, 1, 1, 1) + "{\"final\":2,\"left\":0}\n",
        query(60, 1, 1),
        "{\"final\":1,\"left\":1}\n".to_owned(),
    ] {
        let text = TWO.to_owned() + &fails(2, 1) + &rest;
        let (kinds, texts) = told(&text);
        assert_eq!(kinds, [Anomaly::Phantom], "{texts:#?}");
        assert_eq!(texts, ["ann was told failed, but wrote version 1"]);
        let (drawn, _) = both(&text);
        assert!(drawn.contains("version 1: 1 left, by ann"), "{drawn}");
    }
}

/// It overwrote another's sale of that version: what was read is what it left, and no other.
#[test]
fn who_fails_behind_its_write_has_overwritten_another() {
    let five = TWO.replace("\"stock\":2", "\"stock\":5");
    let first = sale(1, 0, 5, 1);
    let after = sale(60, 1, 3, 1).replace("\"cat\"", "\"bob\"");
    let text = five + &first + &fails(5, 2) + &after.replace("\"nonce\":\"c\"", "\"nonce\":\"b\"");
    let (kinds, texts) = told(&text);
    assert!(kinds.contains(&Anomaly::LostUpdate), "{texts:#?}");
    assert!(kinds.contains(&Anomaly::Phantom), "{texts:#?}");
    assert!(!kinds.contains(&Anomaly::TornRead), "{texts:#?}");
    let lost = "ann overwrote cat";
    assert!(texts.iter().any(|text| text.ends_with(lost)), "{texts:#?}");
}

/// Who fails because another was faster has not written: that version is the other's.
#[test]
fn who_fails_because_another_wrote_has_not() {
    for (ends, kinds) in [("sold", &[][..]), ("unknown", &[])] {
        let other = sale(15, 0, 2, 1).replace("\"sold\"", &format!("\"{ends}\""));
        let text = TWO.to_owned()
            + &fails(2, 1)
            + &other
            + &query(60, 1, 1)
            + "{\"final\":1,\"left\":1}\n";
        let (found, texts) = told(&text);
        assert_eq!(found, kinds, "{texts:#?}");
    }
    // Nothing of it was ever seen.
    let text = TWO.to_owned() + &fails(2, 1) + &query(60, 0, 2) + "{\"final\":0,\"left\":2}\n";
    assert_eq!(told(&text).0, []);
}

/// Who has no answer was told no number, whatever stands there.
#[test]
fn what_is_left_beside_no_answer_is_passed_over() {
    for outcome in ["unknown", "failed"] {
        for left in [0, 1, 2, 9] {
            let own = FAILED.replace(
                "\"outcome\":\"failed\"",
                &format!("\"outcome\":\"{outcome}\",\"left\":{left}"),
            );
            let text = TWO.to_owned() + &own + &query(60, 1, 1) + "{\"final\":1,\"left\":1}\n";
            let (kinds, texts) = told(&text);
            let wrong = if outcome == "failed" {
                &[Anomaly::Phantom][..]
            } else {
                &[]
            };
            assert_eq!(kinds, wrong, "{texts:#?}");
        }
    }
}

/// Of several who failed nobody knows which of them wrote.
#[test]
fn who_of_several_that_failed_has_written_is_not_said() {
    let second = fails(2, 1)
        .replace("\"ann\"", "\"dan\"")
        .replace("\"nonce\":\"a\"", "\"nonce\":\"d\"");
    let five = TWO.replace("\"stock\":2", "\"stock\":3");
    let fails = fails(3, 1);
    let second = second.replace("\"seen\":2", "\"seen\":3");
    let text = five + &fails + &second + &sale(60, 1, 2, 1) + "{\"final\":2,\"left\":1}\n";
    let (kinds, texts) = told(&text);
    assert_eq!(kinds, [Anomaly::Phantom], "{texts:#?}");
    assert_eq!(texts, ["ann or dan was told failed, but wrote version 1"]);
}
