//! What those may have done who got no answer: nothing is found that holds only if they did not.

use std::fmt::Write as _;

use crate::check::anomaly::Anomaly;
use crate::check::evidence::{Evidence, read_lines};
use crate::check::{HistoryVerdict, judge, overwritten, proof, settle};

const PUT_BACK: &str = r#"{"evidence":1,"stock":9,"first":0}
{"step":"invoke","buyer":"cat","t":10}
{"step":"read","buyer":"cat","t":20,"seq":0,"left":9}
{"step":"invoke","buyer":"bob","t":30}
{"step":"read","buyer":"bob","t":40,"seq":0,"left":9}
{"step":"intend","buyer":"bob","t":50,"read":0,"write":1,"nonce":"b"}
{"step":"wrote","buyer":"bob","t":60}
{"step":"return","buyer":"bob","t":70,"outcome":"sold","left":8}
{"step":"invoke","buyer":"ann","t":80}
{"step":"read","buyer":"ann","t":90,"seq":1,"left":8}
{"step":"intend","buyer":"ann","t":100,"read":1,"write":2,"nonce":"a"}
{"step":"wrote","buyer":"ann","t":110}
{"step":"return","buyer":"ann","t":120,"outcome":"sold","left":7}
{"step":"intend","buyer":"cat","t":130,"read":0,"write":1,"nonce":"c"}
{"step":"killed","buyer":"cat","t":140}
{"step":"invoke","buyer":"dan","t":150,"quantity":0}
{"step":"read","buyer":"dan","t":160,"seq":1,"left":8}
{"step":"return","buyer":"dan","t":170,"outcome":"query","left":8}
{"final":1,"left":8}
"#;

const ONE_OF_TWO: &str = r#"{"evidence":1,"stock":3,"first":0}
{"step":"invoke","buyer":"p","t":10}
{"step":"read","buyer":"p","t":20,"seq":0,"left":3}
{"step":"invoke","buyer":"q","t":30}
{"step":"read","buyer":"q","t":40,"seq":0,"left":3}
{"step":"invoke","buyer":"cat","t":50,"quantity":2}
{"step":"read","buyer":"cat","t":60,"seq":0,"left":3}
{"step":"intend","buyer":"p","t":70,"read":0,"write":1,"nonce":"p"}
{"step":"return","buyer":"p","t":80,"outcome":"unknown"}
{"step":"intend","buyer":"q","t":90,"read":0,"write":1,"nonce":"q"}
{"step":"return","buyer":"q","t":100,"outcome":"unknown"}
{"step":"invoke","buyer":"dan","t":110,"quantity":0}
{"step":"read","buyer":"dan","t":120,"seq":1,"left":2}
{"step":"return","buyer":"dan","t":130,"outcome":"query","left":2}
{"step":"intend","buyer":"cat","t":140,"read":0,"write":1,"nonce":"c"}
{"step":"wrote","buyer":"cat","t":150}
{"step":"return","buyer":"cat","t":160,"outcome":"sold","left":1}
{"final":1,"left":1}
"#;

const TURNED_AWAY: &str = r#"{"evidence":1,"stock":4,"first":0}
{"step":"invoke","buyer":"p","t":10,"quantity":3}
{"step":"read","buyer":"p","t":20,"seq":0}
{"step":"invoke","buyer":"dan","t":30,"quantity":2}
{"step":"read","buyer":"dan","t":40,"seq":0}
{"step":"intend","buyer":"p","t":50,"read":0,"write":1,"nonce":"p"}
{"step":"return","buyer":"p","t":60,"outcome":"unknown"}
{"step":"intend","buyer":"dan","t":70,"read":0,"write":1,"nonce":"d"}
{"step":"invoke","buyer":"bob","t":80,"quantity":2}
{"step":"read","buyer":"bob","t":90,"seq":1}
{"step":"return","buyer":"bob","t":100,"outcome":"sold_out"}
{"step":"wrote","buyer":"dan","t":110}
{"step":"return","buyer":"dan","t":120,"outcome":"sold"}
{"final":1,"left":2}
"#;

const GONE_ON: &str = r#"{"evidence":1,"stock":5,"first":0}
{"step":"invoke","buyer":"cat","t":10}
{"step":"read","buyer":"cat","t":20,"seq":0,"left":5}
{"step":"invoke","buyer":"dan","t":30}
{"step":"read","buyer":"dan","t":40,"seq":0,"left":5}
{"step":"intend","buyer":"dan","t":50,"read":0,"write":1,"nonce":"d"}
{"step":"wrote","buyer":"dan","t":60}
{"step":"return","buyer":"dan","t":70,"outcome":"sold","left":4}
{"step":"invoke","buyer":"bob","t":80}
{"step":"read","buyer":"bob","t":90,"seq":1,"left":4}
{"step":"intend","buyer":"cat","t":100,"read":0,"write":1,"nonce":"c"}
{"step":"intend","buyer":"bob","t":110,"read":1,"write":2,"nonce":"b"}
{"step":"wrote","buyer":"bob","t":120}
{"step":"return","buyer":"bob","t":130,"outcome":"sold","left":3}
{"step":"wrote","buyer":"cat","t":140}
{"step":"return","buyer":"cat","t":150,"outcome":"sold","left":4}
{"step":"invoke","buyer":"ann","t":160}
{"step":"read","buyer":"ann","t":170,"seq":1,"left":4}
{"step":"intend","buyer":"ann","t":180,"read":1,"write":2,"nonce":"a"}
{"step":"killed","buyer":"ann","t":190}
{"final":2,"left":3}
"#;

const NO_GOT: &str = r#"{"evidence":1,"stock":2,"first":0}
{"buyer":"ann","invoke":1000,"return":1700,"read":0,"read_at":1300,"write":1,"left":1,"nonce":"a","outcome":"sold","intend":1400,"wrote":1500,"lock":{"wanted":1100,"released":1600,"device":8,"inode":42,"path_device":8,"path_inode":42}}
{"buyer":"bob","invoke":2000,"return":2700,"read":1,"read_at":2300,"write":2,"left":0,"nonce":"b","outcome":"sold","intend":2400,"wrote":2500,"lock":{"wanted":2100,"got":2200,"released":2600,"device":8,"inode":42,"path_device":8,"path_inode":42}}
{"committed":1,"nonce":"a","left":1,"buyer":"ann","quantity":1}
{"committed":2,"nonce":"b","left":0,"buyer":"bob","quantity":1}
{"final":2,"left":0,"lines":2}
"#;

const TIED: &str = r#"{"evidence":1,"stock":3,"first":0}
{"step":"invoke","buyer":"ann","t":10}
{"step":"read","buyer":"ann","t":15,"seq":0,"left":3}
{"step":"invoke","buyer":"bob","t":20}
{"step":"read","buyer":"bob","t":25,"seq":0,"left":3}
{"step":"intend","buyer":"ann","t":30,"read":0,"write":1,"nonce":"a"}
{"step":"intend","buyer":"bob","t":40,"read":0,"write":1,"nonce":"b"}
{"step":"wrote","buyer":"bob","t":40}
{"step":"wrote","buyer":"ann","t":40}
{"step":"return","buyer":"bob","t":50,"outcome":"sold","left":2}
{"step":"return","buyer":"ann","t":50,"outcome":"sold","left":2}
{"committed":1,"nonce":"b","left":2,"buyer":"bob","quantity":1,"sum":"0000000000000001"}
{"committed":1,"nonce":"a","left":2,"buyer":"ann","quantity":1,"sum":"0000000000000002"}
{"final":1,"left":2,"sum":"0000000000000002","lines":2}
"#;

fn read(text: &str) -> Evidence {
    read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// The verdict, of which each finding is proven.
fn judged(text: &str) -> (Evidence, HistoryVerdict) {
    let evidence = read(text);
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        assert_eq!(
            proof::accept(&evidence, finding),
            Ok(()),
            "{finding:#?} {text}"
        );
    }
    let evidence = settle(evidence);
    assert_eq!(judge(&evidence), verdict);
    (evidence, verdict)
}

fn kinds(verdict: &HistoryVerdict) -> Vec<(Anomaly, &[String])> {
    let findings = verdict.findings.iter();
    findings.map(|it| (it.kind, &it.buyers[..])).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn who_may_have_put_a_version_back_did_and_reading_it_is_no_stale_read() {
    let (_, verdict) = judged(PUT_BACK);
    assert_eq!(verdict.count(Anomaly::StaleRead), 0, "{verdict:#?}");
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{verdict:#?}");
    // The same with a sale of another version that nobody answered.
    let other = PUT_BACK.replace(
        r#""read":0,"write":1,"nonce":"c""#,
        r#""read":0,"write":3,"nonce":"c""#,
    );
    let (_, verdict) = judged(&other);
    assert_eq!(verdict.count(Anomaly::StaleRead), 1, "{verdict:#?}");
}

#[test]
fn of_a_version_that_one_of_two_wrote_the_sale_that_wrote_it_too_is_a_lost_update() {
    let (_, verdict) = judged(ONE_OF_TWO);
    let (cat, nobody) = (named(&["cat"]), named(&[]));
    let all = [
        (Anomaly::Conservation, &nobody[..]),
        (Anomaly::LostUpdate, &cat[..]),
    ];
    assert_eq!(kinds(&verdict), all);
    let found = verdict.findings.last();
    let text = found.map(|found| (&*found.text, found.guessed));
    let said = "cat read version 0 (3 left) and wrote version 1, which p or q wrote too: which of them is not said";
    assert_eq!(text, Some((said, true)));
    // What neither of them left is torn.
    let torn = ONE_OF_TWO.replace(r#""seq":1,"left":2"#, r#""seq":1,"left":0"#);
    let (_, verdict) = judged(&torn);
    assert_eq!(verdict.count(Anomaly::TornRead), 1, "{verdict:#?}");
}

#[test]
fn who_was_turned_away_by_a_sale_that_was_not_answered_was_not_told_wrong() {
    let (_, verdict) = judged(TURNED_AWAY);
    assert_eq!(verdict.count(Anomaly::FalseSoldOut), 0, "{verdict:#?}");
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{verdict:#?}");
    // Where that sale left enough, it was.
    let enough = TURNED_AWAY.replace(r#""t":10,"quantity":3"#, r#""t":10,"quantity":1"#);
    let (_, verdict) = judged(&enough);
    assert_eq!(verdict.count(Anomaly::FalseSoldOut), 1, "{verdict:#?}");
}

#[test]
fn of_whom_what_was_read_shows_that_it_wrote_the_count_goes_by_that() {
    let (evidence, verdict) = judged(GONE_ON);
    let groups = overwritten(&evidence, &verdict);
    let texts: Vec<&str> = groups.iter().map(|group| &*group.text).collect();
    assert!(
        texts.iter().any(|text| text.contains("cat wrote last")),
        "{texts:#?}"
    );
    assert!(
        !texts.iter().any(|text| text.contains("goes by dan")),
        "{texts:#?}"
    );
}

#[test]
fn a_lock_of_which_nobody_says_when_it_was_got_is_not_judged() {
    for text in [
        NO_GOT.to_owned(),
        // Alone in a file.
        NO_GOT.replace(r#""got":2200,"#, ""),
        NO_GOT.replace(r#""wanted":1100,"#, ""),
        NO_GOT.replace(r#""wanted":1100,"released":1600,"#, r#""wanted":1100,"#),
    ] {
        let (_, verdict) = judged(&text);
        assert!(verdict.is_clean(), "{verdict:#?}");
        let many = 2 - u64::from(text.contains(r#""got""#));
        assert_eq!(
            (verdict.untimed_locks, verdict.is_whole()),
            (many, false),
            "{text}"
        );
    }
}

const READ_BEFORE_IT: &str = r#"{"evidence":1,"stock":3,"first":0}
{"step":"invoke","buyer":"cat","t":52,"quantity":1}
{"step":"read","buyer":"cat","t":60,"seq":0,"sum":"0000000000000001"}
{"step":"lock_wanted","buyer":"cat","t":66,"device":8,"inode":42,"shared":false}
{"step":"lock_got","buyer":"cat","t":69,"device":8,"inode":42,"path_device":8,"path_inode":42}
{"step":"invoke","buyer":"bob","t":70,"quantity":1}
{"step":"intend","buyer":"cat","t":70,"read":0,"write":1,"nonce":"n0"}
{"step":"lock_released","buyer":"cat","t":78,"device":8,"inode":42}
{"step":"return","buyer":"cat","t":79,"outcome":"sold"}
{"step":"read","buyer":"bob","t":79,"seq":0,"sum":"0000000000000001"}
{"step":"lock_wanted","buyer":"bob","t":79,"device":8,"inode":42,"shared":false}
{"step":"lock_got","buyer":"bob","t":79,"device":8,"inode":42,"path_device":8,"path_inode":42}
{"step":"intend","buyer":"bob","t":79,"read":0,"write":1,"nonce":"n2"}
{"step":"lock_released","buyer":"bob","t":79,"device":8,"inode":42}
{"step":"return","buyer":"bob","t":82,"outcome":"sold"}
{"committed":1,"nonce":"n0","left":2,"buyer":"cat","quantity":1}
{"committed":1,"nonce":"n2","left":2,"buyer":"bob","quantity":1}
{"final":1,"left":2,"lines":2}
"#;

#[test]
fn who_read_when_it_got_its_lock_may_have_read_before() {
    let (_, verdict) = judged(READ_BEFORE_IT);
    assert_eq!(verdict.count(Anomaly::UnlockedWrite), 0, "{verdict:#?}");
    let later = READ_BEFORE_IT.replace(
        r#"{"step":"read","buyer":"bob","t":79,"seq":0,"sum":"0000000000000001"}
"#,
        "",
    );
    let read = r#"{"step":"read","buyer":"bob","t":80,"seq":0,"sum":"0000000000000001"}"#;
    let intend = r#"{"step":"intend","buyer":"bob","t":79"#;
    let later = later.replace(intend, &format!("{read}\n{}", intend.replace("79", "81")));
    let later = later.replace(
        r#""lock_released","buyer":"bob","t":79"#,
        r#""lock_released","buyer":"bob","t":81"#,
    );
    let (_, verdict) = judged(&later);
    assert_eq!(verdict.count(Anomaly::UnlockedWrite), 1, "{verdict:#?}");
}

#[test]
fn equal_stamps_are_no_order() {
    let (evidence, verdict) = judged(TIED);
    let groups = overwritten(&evidence, &verdict);
    let text = groups.first().map(|group| &*group.text).unwrap_or_default();
    assert!(text.contains("ann wrote last and overwrote bob"), "{text}");
    // One nanosecond later the times tell another order than the ledger.
    let later = TIED.replace(
        r#""buyer":"bob","t":40,"read""#,
        r#""buyer":"bob","t":41,"read""#,
    );
    let later = later.replace(
        r#""wrote","buyer":"bob","t":40"#,
        r#""wrote","buyer":"bob","t":42"#,
    );
    let (evidence, verdict) = judged(&later);
    let groups = overwritten(&evidence, &verdict);
    let text = groups.first().map(|group| &*group.text).unwrap_or_default();
    assert!(!text.contains("ann wrote last and overwrote bob"), "{text}");
}

/// Sales one after the other, each of the version after the one before, and the ledger as far as it is there.
fn cut(sales: u64, lines: u64, end: &str) -> String {
    let mut text = format!("{{\"evidence\":1,\"stock\":{sales},\"first\":0}}\n");
    for at in 0..sales {
        let (t, next, left) = (at * 10, at + 1, sales - at);
        let _ = writeln!(
            text,
            "{{\"buyer\":\"u{at}\",\"invoke\":{t},\"return\":{},\"read\":{at},\"seen\":{left},\"write\":{next},\"nonce\":\"n{at}\",\"outcome\":\"sold\"}}",
            t + 9
        );
    }
    for at in 0..lines {
        let (next, left) = (at + 1, sales - at - 1);
        let _ = writeln!(
            text,
            "{{\"committed\":{next},\"nonce\":\"n{at}\",\"left\":{left},\"buyer\":\"u{at}\",\"quantity\":1}}"
        );
    }
    text + end
}

#[test]
fn behind_the_last_line_of_a_ledger_without_a_final_count_nothing_is_missing() {
    for lines in 1..5 {
        let (_, verdict) = judged(&cut(5, lines, ""));
        assert!(verdict.is_clean() && !verdict.is_whole(), "{verdict:#?}");
        // With a final count it is.
        let (_, verdict) = judged(&cut(5, lines, "{\"final\":5,\"left\":0}\n"));
        assert_eq!(verdict.count(Anomaly::LostSale), 5 - lines, "{verdict:#?}");
    }
    // What is missing before the last line is missing.
    let text = cut(5, 4, "");
    let before: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("{\"committed\":2,"))
        .collect();
    let (_, verdict) = judged(&before.join("\n"));
    assert_eq!(verdict.count(Anomaly::LostSale), 1, "{verdict:#?}");
}

const WRONG_STOCK: &str = r#"{"evidence":1,"stock":1,"first":1}
{"buyer":"p","invoke":81,"return":125,"read":1,"write":2,"nonce":"p","outcome":"unknown"}
{"buyer":"cat","invoke":96,"return":149,"quantity":2,"read":1,"seen":2,"write":2,"left":0,"nonce":"c","outcome":"sold"}
{"buyer":"dan","invoke":119,"return":142,"quantity":2,"read":2,"seen":0,"left":0,"outcome":"sold_out"}
"#;

#[test]
fn who_read_what_a_writer_says_that_it_left_shows_no_other_writer() {
    let (evidence, verdict) = judged(WRONG_STOCK);
    assert_eq!(evidence.possibilities, Some(vec![vec![], vec![0]]));
    assert_eq!(verdict.count(Anomaly::LostUpdate), 0, "{verdict:#?}");
    assert_eq!(verdict.count(Anomaly::Oversold), 1, "{verdict:#?}");
    assert_eq!(verdict.count(Anomaly::TornRead), 1, "{verdict:#?}");
    // What it does not say that it left, the other did.
    let other = WRONG_STOCK.replace(r#""stock":1"#, r#""stock":2"#);
    let other = other.replace(r#""seen":0,"left":0"#, r#""seen":1,"left":1"#);
    let (_, verdict) = judged(&other);
    assert_eq!(verdict.count(Anomaly::LostUpdate), 1, "{verdict:#?}");
    assert_eq!(verdict.count(Anomaly::TornRead), 0, "{verdict:#?}");
}

const STALE: &str = r#"{"evidence":1,"stock":2,"first":1}
{"buyer":"cat","invoke":77,"return":89,"read":1,"seen":2,"write":2,"left":1,"nonce":"c","outcome":"sold"}
{"buyer":"p","invoke":99,"read":1,"seen":2,"write":2,"nonce":"p","outcome":"killed"}
"#;

#[test]
fn who_read_an_older_version_did_whether_it_wrote_or_not() {
    let (_, verdict) = judged(STALE);
    assert_eq!(
        kinds(&verdict),
        [(Anomaly::StaleRead, &named(&["p", "cat"])[..])]
    );
}

#[test]
fn a_version_that_a_cut_ledger_may_have_had_is_not_missing() {
    let text = cut(3, 1, "");
    let text: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("{\"buyer\":\"u1\""))
        .collect();
    let (_, verdict) = judged(&text.join("\n"));
    assert!(verdict.is_clean() && !verdict.is_whole(), "{verdict:#?}");
    let whole = format!("{}\n{{\"final\":3,\"left\":0}}\n", text.join("\n"));
    let (_, verdict) = judged(&whole);
    assert_eq!(verdict.count(Anomaly::DirtyRead), 1, "{verdict:#?}");
}
